"""A user's own parts are checked by differences and autograd, and then train as the package's do."""

import numpy as np
import pytest

from mlpstudy.core import parts as core_parts
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import COSTS
from mlpstudy.core.engines import engine_of, unserved
from mlpstudy.core.initializers import INITIALIZERS
from mlpstudy.core.outputs import OF_TWO
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.provenance.digests import of_record
from mlpstudy.tables.record import Recorder

TWINS = """\
import torch
from torch.nn.functional import nll_loss

ACTIVATIONS = {"my_tanh": (torch.tanh, lambda a, z: 1 - z * z)}
INITIALIZATIONS = {
    "my_he": lambda fan_in, fan_out: (2 / fan_in) ** 0.5,
    "my_glorot": ("uniform", lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5),
}
COSTS = {
    "my_nll": (
        lambda a, t: -(t * torch.log_softmax(a, 2)).sum(2),
        lambda a, t: torch.softmax(a, 2) - t,
    )
}
"""
HEAD = "import torch\n"


@pytest.fixture
def use(tmp_path):
    tables = (ACTIVATIONS, INITIALIZERS, COSTS, OF_TWO)
    before = [dict(table) for table in tables]

    def used(text: str) -> None:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        parts.use([tmp_path / "mine.py"])
        core_parts.install()

    yield used
    parts.use(())
    for table, content in zip(tables, before, strict=True):
        table.clear()
        table.update(content)


def curves(**fields) -> np.ndarray:
    run = Run(dataset="iris", depth=2, width=6, epochs=4, **fields)
    [[record]] = Recorder(lambda name: DATASETS[name]()).record([run])
    return record.curves


@pytest.mark.parametrize(
    ("mine", "twin"),
    [
        ({"activation": "my_tanh"}, {"activation": "tanh"}),
        ({"initialization": "my_he"}, {"initialization": "he_normal"}),
        ({"initialization": "my_glorot"}, {"initialization": "glorot_uniform"}),
        ({"cost": "my_nll"}, {"cost": "nll"}),
    ],
)
def test_a_twin_of_a_part_trains_as_it_does(use, mine, twin):
    use(TWINS)
    np.testing.assert_allclose(curves(**mine), curves(**twin), atol=2e-5)


def test_two_classes_have_two_outputs(use):
    use(TWINS)
    run = {"dataset": "breast_cancer", "depth": 1, "width": 3, "epochs": 1}
    records = [
        next(Recorder(lambda name: DATASETS[name]()).record([Run(**run, cost=cost)]))[0]
        for cost in ("my_nll", "nll")
    ]
    assert records[0].n_parameters == records[1].n_parameters


def test_who_trains_them(use):
    use(TWINS)
    assert engine_of(Run(activation="my_tanh"), "cpu", "auto") == "torch"
    assert engine_of(Run(cost="my_nll"), "cpu", "auto") == "torch"
    assert engine_of(Run(initialization="my_he"), "cpu", "auto") == "native"
    assert "my_tanh" in unserved(Run(activation="my_tanh"))


def test_a_changed_file_is_other_code_for_its_runs_alone(use):
    use(TWINS)
    with_it, without = Run(activation="my_tanh"), Run(activation="tanh")
    before = [of_record(run, "cpu", "torch") for run in (with_it, without)]
    of_record.__globals__["_of_record"].cache_clear()
    use(TWINS + "# changed\n")
    after = [of_record(run, "cpu", "torch") for run in (with_it, without)]
    of_record.__globals__["_of_record"].cache_clear()
    assert after[0] != before[0] and after[1] == before[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('ACTIVATIONS = {"x": (torch.tanh, lambda a, z: 1 - z)}', "is not the slope of g"),
        ('ACTIVATIONS = {"x": (torch.sin, lambda a, z: torch.cos(a) * 1.001)}', "is not the slope of g"),
        ('ACTIVATIONS = {"x": (torch.floor, lambda a, z: 1 + 0 * a)}', "is not the slope of g"),
        ('ACTIVATIONS = {"x": (torch.log, lambda a, z: 1 / a)}', "is not finite"),
        ('ACTIVATIONS = {"x": (lambda a: a.sum(), lambda a, z: a)}', "a's shape"),
        ('ACTIVATIONS = {"x": (lambda a: undefined, lambda a, z: a)}', "NameError"),
        ('ACTIVATIONS = {"x": torch.tanh}', "two functions: (g, dg)"),
        ('INITIALIZATIONS = {"x": 0.1}', "a law and it"),
        ('INITIALIZATIONS = {"x": ("gauss", lambda i, o: 1.0)}', "normal, uniform, orthogonal"),
        ('INITIALIZATIONS = {"x": lambda i, o: -1.0}', "no finite number"),
        ('INITIALIZATIONS = {"x": lambda i, o: 1 / 0}', "ZeroDivisionError"),
        ('COSTS = {"x": (lambda a, t: ((a - t) ** 2).sum(2), lambda a, t: a - t)}', "delta is not dL/da"),
        ('COSTS = {"x": (lambda a, t: (a - t) ** 2, lambda a, t: 2 * (a - t))}', "a sum over the outputs"),
        ('COSTS = {"x": (lambda a, t: torch.zeros(2, 5), lambda a, t: a)}', "RuntimeError"),
        ('raise ValueError("no")\nCOSTS = {"x": 1}', "does not run: ValueError: no"),
    ],
)  # fmt: skip
def test_a_wrong_part_is_refused_in_one_line(use, text, says):
    with pytest.raises(Mistake) as mistake:
        use(HEAD + text)
    assert says in str(mistake.value) and "mine.py" in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "threshold"])
def test_the_package_s_own_slopes_pass_the_same_check(name):
    how = ACTIVATIONS[name]

    def refused(problem, **more):
        raise AssertionError(problem)

    steepest = core_parts._check_slope(how.g, lambda a, z: how.dg(a, z).double(), refused)
    assert 0.99 * how.slope < steepest < 1.001 * how.slope
