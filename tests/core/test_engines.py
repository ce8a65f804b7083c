"""Who trains a run, and what is imported for it."""

import subprocess
import sys

import pytest

from mlpstudy.core import engines
from mlpstudy.core.costs import COSTS
from mlpstudy.core.engines import engine_of, engines_of, serves
from mlpstudy.core.outputs import OF_TWO, outputs
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run

DENSE = Run(dataset="iris", depth=3, dropout=0.5, residual="scaled")
CONVOLUTION = Run(depth=1, kernel=3)
PRETRAINED = [Run(pretraining=kind, pretraining_epochs=1) for kind in ("autoencoder", "rbm")]


@pytest.mark.parametrize(
    ("run", "served"), [(DENSE, True), *((run, True) for run in PRETRAINED), (CONVOLUTION, False),
     (Run(input_noise=0.1), True), (Run(input_dropout=0.1), True), (Run(input_noise=0.1, input_dropout=0.1), False),
     (Run(norm="batch"), False), (Run(patience=2, class_weights="balanced"), True)],
)  # fmt: skip
def test_what_the_native_engine_serves(run, served):
    assert serves(run) == served


@pytest.mark.parametrize(
    ("run", "device", "setting", "engine"),
    [
        (DENSE, "cpu", "auto", "native"),
        (DENSE, "cpu", "native", "native"),
        (DENSE, "cpu", "torch", "torch"),
        (DENSE, "cuda", "auto", "torch"),
        (DENSE, "cuda", "torch", "torch"),
        (CONVOLUTION, "cpu", "auto", "torch"),
        (CONVOLUTION, "cpu", "torch", "torch"),
        (Run(norm="layer"), "cpu", "auto", "torch"),
        (CONVOLUTION, "cuda", "auto", "torch"),
    ],
)
def test_who_trains_a_run(run, device, setting, engine):
    assert engine_of(run, device, setting) == engine
    assert engine in engines_of(device, setting) and engine in engines_of("auto", setting)


@pytest.mark.parametrize(
    ("run", "device", "lacks"),
    [
        (CONVOLUTION, "cpu", r"convolutions \(kernel\), which digits-d1-.* asks for"),
        (DENSE, "cuda", "device: cuda, which iris-d3-.* asks for"),
        (
            Run(norm="batch"),
            "cpu",
            r"normalised layers \(norm: batch\), which digits-d2-.* asks for",
        ),
    ],
)
def test_what_the_native_engine_does_not_train_is_refused(run, device, lacks):
    line = f"^settings: engine: 'native' does not train {lacks}; auto or torch$"
    with pytest.raises(Mistake, match=line):
        engine_of(run, device, "native")


@pytest.mark.parametrize(
    ("cost", "classes", "targets", "units"),
    [("nll", 2, 1, 2), ("hinge", 2, 1, 1), ("hinge", 3, 1, 3), ("mse_raw", 0, 4, 4)],
)
def test_the_outputs_of_a_network(cost, classes, targets, units):
    assert outputs(cost, classes, targets) == units


def test_every_cost_says_how_many_outputs_it_needs():
    assert OF_TWO.keys() == COSTS.keys()


def imported(statements: str) -> set[str]:
    """Which of the large libraries a process has imported after it."""
    large = {"torch", "numba", "pandas", "scipy.stats", "matplotlib"}
    code = f"import sys\n{statements}\nprint(*(sys.modules.keys() & {large}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


JOB = "import mlpstudy.stages.train, mlpstudy.tables.record, mlpstudy.core.pretrain_cost"


@pytest.mark.parametrize(
    ("statements", "libraries"),
    [
        ("", set()),
        ("from mlpstudy.core.engines import device_of; device_of('cpu')", set()),
        ("from mlpstudy.core.engines import load; load('torch')", {"torch", "numba"}),  # draws
    ],
)
def test_a_job_waits_for_the_libraries_of_its_engine_alone(statements, libraries):
    assert imported(f"{JOB}\n{statements}") == libraries


NATIVE_RUN = """
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
recorder = mlpstudy.tables.record.Recorder(lambda name: DATASETS[name](), engine=lambda run: "native")
[[record]] = recorder.record([Run(dataset="iris", epochs=1)])
assert len(record.curves) == 2
"""


def test_a_run_of_the_native_engine_does_not_wait_for_torch():
    assert imported(f"{JOB}\n{NATIVE_RUN}") & {"torch", "numba"} == {"numba"}


def test_nobody_asks_torch_for_a_gpu_without_its_driver(monkeypatch):
    monkeypatch.setattr(engines, "DRIVERS", ("libnone.so.1",))
    monkeypatch.setattr(engines, "import_module", pytest.fail)
    assert engines.device_of("auto") == "cpu"
    with pytest.raises(ValueError, match="no CUDA device"):
        engines.device_of("cuda")
