"""Networks that are trained without the inputs that are always 0 have the bits of those with them."""

import numpy as np
import pytest

from mlpstudy.core.engines import Task
from mlpstudy.core.native import blank, engine
from mlpstudy.core.native.blank import EVERY, inputs_met, narrowed
from mlpstudy.data.split import Part, Split
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes

BASE = {"dataset": "digits", "width": 5, "epochs": 3, "batch_size": 7, "eta": 0.1}
MET, INPUTS = [0, 2, 3, 5], 7
TRAININGS = {
    "sgd": {},
    "linear": {"depth": 0},
    "deep": {"depth": 3, "residual": "scaled", "dropout": 0.3},
    "one batch": {"batch_size": None},
    "chunks": {"batch_size": 40, "clip": 0.01},
    "the last layer": {"trained": "last"},
    "adam": {"optimizer": "adam", "eta": 0.01},
    "rprop": {"optimizer": "rprop", "eta": 0.01},
    "rmsprop": {"optimizer": "rmsprop", "eta": 0.01},
    "nesterov": {"optimizer": "nesterov"},
    "orthogonal": {"initialization": "orthogonal"},
    "lost": {"cost": "mse_raw", "activation": "identity", "eta": 1e4},
}
DRAWN = {
    "noise": {"input_noise": 0.1},
    "dropout": {"input_dropout": 0.1},
    "decay": {"weight_decay": 0.1},
    "pretraining": {"pretraining": "rbm", "pretraining_epochs": 1},
}


def divided() -> Split:
    """Three of seven inputs are 0 in all parts, a fourth one in two of them."""
    drawn = np.random.default_rng(3)

    def part(n: int, met: list[int]) -> Part:
        x, y = np.zeros((n, INPUTS), np.float32), drawn.integers(0, 3, n)
        x[:, met] = drawn.standard_normal((n, len(met)))
        return Part(x, np.eye(3, dtype=np.float32)[y], y)

    return Split(part(50, MET[:3]), part(20, MET[:3]), part(70, MET))


def learned(runs: list[Run]):
    task = Task(runs, (INPUTS,), 3, 1, [divided()], [0] * len(runs))
    return engine.learn(task, "nothing", lambda passes: None, "cpu")


@pytest.mark.parametrize("name", TRAININGS)
def test_the_bits_are_those_with_all_inputs(monkeypatch, name):
    run = Run(**BASE | TRAININGS[name])
    runs = [run, run.model_copy(update={"eta": run.eta / 2, "restart": 1})]
    few = learned(runs)
    monkeypatch.setattr(blank, "FEWEST", 1.0)
    whole = learned(runs)
    for field in ("curves", "diverged_at", "confusion"):
        assert np.array_equal(getattr(few, field), getattr(whole, field), equal_nan=True)
    assert few.probed.keys() == whole.probed.keys()
    for epoch in few.probed:
        assert np.array_equal(few.probed[epoch], whole.probed[epoch], equal_nan=True)
    assert (few.diverged_at >= 0).any() == (name == "lost")


@pytest.mark.parametrize("name", [None, *DRAWN])
def test_all_inputs_are_there_where_something_comes_to_one_that_is_zero(name):
    runs = [Run(**BASE), Run(**BASE | DRAWN.get(name, {}))]
    met = inputs_met(runs, divided())
    assert met is EVERY if name else met.tolist() == MET
    sizes = layer_sizes(runs[0], (INPUTS,), 3)
    assert narrowed(sizes, met)[0].fan_in == (INPUTS if name else len(MET))
    assert narrowed(sizes, met)[1:] == sizes[1:]
