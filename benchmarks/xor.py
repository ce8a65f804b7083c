"""XOR: 128 networks of 2-2-1, four examples in one batch, so that a pass is one small step."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.clock import race, ratio
from mlpstudy.core.batches import Examples
from mlpstudy.core.native.engine import initialize
from mlpstudy.core.native.group import Group
from mlpstudy.core.network import Network
from mlpstudy.core.outputs import outputs
from mlpstudy.core.train import train
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes

NETWORKS = 128
PASSES = 100  # that a call makes
ETA = 0.5
BATCHED = "plain batched loop"
ENDLESS = 100_000  # passes: the clock decides when it is over


def runs(networks: int = NETWORKS, epochs: int = ENDLESS) -> list[Run]:
    settings = {
        "dataset": "xor_4",
        "depth": 1,
        "width": 2,
        "activation": "tanh",
        "cost": "binary_nll",
        "initialization": "torch_linear",
        "batch_size": None,
        "eta": ETA,
        "momentum": 0.0,
        "epochs": epochs,
    }
    return [Run(seed=seed, **settings) for seed in range(networks)]


def native(networks: int = NETWORKS) -> Callable[[], None]:
    """PASSES passes of every network."""
    data, stack = DATASETS["xor_4"](), runs(networks, PASSES)
    part = split(data, stack[0]).train
    sizes = layer_sizes(stack[0], data.shape, outputs(stack[0].cost, data.classes))
    groups = [Group([run], sizes, part.x, part.target[:, 1:]) for run in stack]
    for group in groups:
        initialize(group)

    def call():
        for group in groups:
            group.learn(0, PASSES)

    return call


def torch_engine(networks: int = NETWORKS) -> Callable[[], None]:
    """PASSES passes of the core's readable engine."""
    data, stack = DATASETS["xor_4"](), runs(networks)
    network = Network(stack, data.shape, data.classes)
    network.initialize()
    part = split(data, stack[0]).train
    passes = train(network, Examples([part], [0] * networks, network))
    next(passes)  # what is yielded before the first pass

    def call():
        for _ in range(PASSES):
            next(passes)

    return call


class BatchedLoop:
    """What a good user of PyTorch writes: one product for all networks, autograd, SGD in place."""

    def __init__(self, networks: int = NETWORKS):
        part = split(DATASETS["xor_4"](), runs(1)[0]).train
        self.x = torch.from_numpy(part.x).expand(networks, -1, -1)
        self.t = torch.from_numpy(part.target[:, 1:]).expand(networks, -1, -1)
        shapes = [(2, 2), (1, 2), (2, 1), (1, 1)]
        self.theta = [torch.empty(networks, *s).uniform_(-1, 1).requires_grad_() for s in shapes]

    def loss(self) -> torch.Tensor:
        """(networks,)"""
        W1, b1, W2, b2 = self.theta
        z = torch.baddbmm(b1, self.x, W1).tanh()
        a = torch.baddbmm(b2, z, W2)
        return binary_cross_entropy_with_logits(a, self.t, reduction="none").mean((1, 2))

    def __call__(self, passes: int = PASSES) -> None:
        for _ in range(passes):
            slopes = torch.autograd.grad(self.loss().sum(), self.theta)
            with torch.no_grad():
                torch._foreach_add_(self.theta, slopes, alpha=-ETA)


CONTESTANTS = {"native": native, "torch": torch_engine, BATCHED: BatchedLoop}


def contest() -> pd.DataFrame:
    """ms of a pass of all networks, and how many times longer than with our first engine."""
    seconds = race({name: make() for name, make in CONTESTANTS.items()})
    ours = next(iter(CONTESTANTS))
    return pd.DataFrame(
        {
            "engine": name,
            "ms for all networks": 1e3 * float(np.median(spent)) / PASSES,
            "times": ratio(seconds, name, ours),
        }
        for name, spent in seconds.items()
    )
