"""A job's networks: who trains them stands in its tables and in the store's keys."""

from pathlib import Path

import pytest

from mlpstudy.core import torch_engine
from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import job_spec
from mlpstudy.design.pool import Job
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.seedless import Seeded, Seedless
from mlpstudy.files import sealed_json
from mlpstudy.stages.train import train
from mlpstudy.tables.files import made_by, read_table
from mlpstudy.tables.trained import ids_of

DENSE = Run(dataset="iris", depth=1, width=2, epochs=1)
CONVOLUTION = DENSE.model_copy(update={"kernel": 2})


@pytest.fixture
def trained(tmp_path):
    """trained(engine, *runs) -> the folder of their tables."""
    data = tmp_path / "iris.npz"
    store.save(DATASETS["iris"](), data)

    def trained(engine: str, *runs: Run) -> Path:
        job = Job.of(Seeded(run_id(run), Seedless(run), run.seed) for run in runs)
        (tmp_path / "job.json").write_bytes(sealed_json(job_spec(job)))
        out = tmp_path / engine
        train(tmp_path / "job.json", [data], out, tmp_path / "store", "cpu", engine, 1)
        return out

    return trained


def keys(folder: Path, run: Run) -> set[str]:
    """The keys that a run is kept under."""
    return {path.parts[-3] for path in folder.glob("*/*/*.npz") if run_id(run) in ids_of(path)}


def test_the_engines_stand_in_the_tables_and_in_the_keys(trained, tmp_path):
    folder = trained("auto", DENSE, CONVOLUTION)
    assert made_by(folder)["engine"] == "native,torch" and len(read_table(folder, "runs")) == 2
    fast, readable = keys(tmp_path / "store", DENSE), keys(tmp_path / "store", CONVOLUTION)
    assert len(fast) == len(readable) == 1 and fast != readable
    assert made_by(trained("torch", DENSE, CONVOLUTION))["engine"] == "torch"
    assert len(keys(tmp_path / "store", DENSE)) == 2
    assert keys(tmp_path / "store", CONVOLUTION) == readable
    assert made_by(trained("native", DENSE))["engine"] == "native"
    assert len(keys(tmp_path / "store", DENSE)) == 2


def test_what_is_trained_is_not_trained_again(trained, monkeypatch):
    first = trained("auto", DENSE, CONVOLUTION)
    monkeypatch.setattr(torch_engine, "learn", pytest.fail)
    before = read_table(first, "curves")
    assert read_table(trained("auto", DENSE, CONVOLUTION), "curves").equals(before)


def test_a_run_that_the_native_engine_does_not_serve_is_refused_before_training(trained, tmp_path):
    with pytest.raises(Mistake, match=r"does not train convolutions \(kernel\), which iris-d1-"):
        trained("native", DENSE, CONVOLUTION)
    assert not (tmp_path / "store").exists()
