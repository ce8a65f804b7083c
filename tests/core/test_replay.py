"""A training whose steps are recorded once and replayed, as CUDA does it: the same bits.

The recording is of torch's operations on the CPU, with the tensors that they were given: what
depends on Python, or on a tensor that is made anew for each step, comes out wrong here as it would
there.
"""

import gc

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mlpstudy.core import activations, probes, replay
from mlpstudy.core.batches import Examples
from mlpstudy.core.network import Network
from mlpstudy.core.train import train
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run

WAITS = {"aten::_local_scalar_dense", "aten::nonzero", "aten::lift_fresh", "aten::item"}


class Recording(TorchDispatchMode):
    """The operations inside, each with its tensors."""

    def __init__(self):
        super().__init__()
        self.operations = []
        self.done = True  # by the recording itself, unlike CUDA's

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        assert function.name() not in WAITS, f"{function.name()} waits for the device"
        result = function(*args, **(kwargs or {}))
        self.operations.append((function, args, kwargs or {}, tree_leaves(result)))
        return result

    def replay(self) -> None:
        if self.done:
            self.done = False
            return
        for function, args, kwargs, results in self.operations:
            for old, new in zip(results, tree_leaves(function(*args, **kwargs)), strict=True):
                if old.data_ptr() != new.data_ptr():
                    old.copy_(new)


def record(function):
    with Recording() as recording:
        result = function()
    return result, recording.replay


RUNS = {
    "momentum, a smaller last batch": {"batch_size": 7, "weight_decay": 0.01, "schedule": "cosine"},
    "nesterov": {"optimizer": "nesterov", "schedule": "inverse"},
    "adam": {"optimizer": "adam", "eta": 0.01, "schedule": "step"},
    "rprop": {"optimizer": "rprop", "batch_size": None},
    "last layer": {"trained": "last"},
    "residual": {"residual": "scaled", "depth": 3},
    "squared": {"cost": "mse"},
    "hinge": {"cost": "hinge"},
    "convolution": {"dataset": "digits", "train_size": 60, "kernel": 3, "width": 4},
    "regression": {"dataset": "sine", "cost": "mse_raw"},
    "dropout": {"dropout": 0.3, "batch_size": 20},
    "noise": {"input_noise": 0.1, "dropout": 0.5},
    "denoising": {"pretraining": "denoising_masking", "pretraining_epochs": 3, "corruption": 0.3},
    "blurring": {"pretraining": "denoising_gaussian", "pretraining_epochs": 3, "corruption": 0.3},
    "rbm": {"pretraining": "rbm", "pretraining_epochs": 3},
    "autoencoder": {"pretraining": "autoencoder", "pretraining_epochs": 3},
    **{name: {"activation": name} for name in activations.ACTIVATIONS},
}


def trained(run: Run) -> list[bytes]:
    """The weights and the scores after every pass, of a stack of which one run diverges."""
    etas = {run.eta, run.eta / 2, 1e30}
    runs = [run.model_copy(update={"eta": eta, "seed": seed}) for seed, eta in enumerate(etas)]
    data = DATASETS[run.dataset]()
    targets = 1 if data.classes else data.y.shape[1]
    network = Network(runs, data.shape, data.classes, targets)
    network.initialize()
    parts = split(data, run)
    examples = [Examples([p], [0] * 3, network) for p in (parts.train, parts.test)]
    evaluations = [probes.Evaluation(network, each) for each in examples]
    seen = []
    for _, frozen in train(network, examples[0]):
        scores = [np.stack(evaluation()) for evaluation in evaluations]
        seen += [network.theta.numpy().tobytes(), frozen.numpy().tobytes(), *map(bytes, scores)]
    return seen


@pytest.fixture
def only_torch(monkeypatch):
    """NumPy's functions are out of sight of a recording, and of a GPU."""
    for name in ("exp", "expm1", "log1p"):
        monkeypatch.setattr(activations, f"_{name}", getattr(torch, name))
    tanh = activations.ACTIVATIONS["tanh"]._replace(g=torch.tanh)
    monkeypatch.setitem(activations.ACTIVATIONS, "tanh", tanh)


@pytest.mark.parametrize("name", RUNS)
def test_a_replayed_training_has_the_bits_of_one_that_is_not(name, monkeypatch, only_torch):
    base = {"dataset": "iris", "width": 6, "activation": "sigmoid", "epochs": 5}
    run = Run(**{**base, **RUNS[name]})
    expected = trained(run)
    monkeypatch.setattr(replay, "RECORDED", {"cpu"})
    monkeypatch.setattr(replay, "record", record)
    assert trained(run) == expected


@pytest.mark.parametrize("collects", [True, False])
def test_nothing_is_collected_while_a_step_is_recorded(collects):
    before = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        with pytest.raises(RuntimeError), replay.nothing_collected():
            assert not gc.isenabled()
            raise RuntimeError
        assert gc.isenabled() == collects
    finally:
        (gc.enable if before else gc.disable)()
