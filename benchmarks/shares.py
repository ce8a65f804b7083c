"""Where a step of the torch engine spends its time: each part of it by itself, on the arrays of a stack that trains."""

from collections.abc import Callable
from itertools import count

import numpy as np
import pandas as pd
import torch

from benchmarks.clock import race
from benchmarks.measure import rule
from benchmarks.peers import stack_of
from benchmarks.work import BATCH, Work
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.draws import Orders
from mlpstudy.core.modules import Activate, Linear
from mlpstudy.core.network import Network
from mlpstudy.core.train import Learner

SHAPE = (4, 64)


def table() -> pd.DataFrame:
    """Shares of a step: rows of an activation and an optimizer, columns of parts."""
    kinds = [("relu", "adam"), *((name, "sgd") for name in ACTIVATIONS)]
    rows = {f"{a}, {o}": shares(Work(*SHAPE, optimizer=o, activation=a)) for a, o in kinds}
    return pd.DataFrame(rows).T


def shares(work: Work) -> pd.Series:
    """The parts of a step over the whole of it; what is left is Python's and the buffers' own."""
    network, data, _ = stack_of(work, rule(work))
    network.learning(True)
    learner = Learner(network, data)
    learner.schedule(1)
    orders = Orders(network.runs, data.N)
    order = torch.from_numpy(orders.next())[:, :BATCH]
    x, t = data.batch(data.rows(order))
    a = network.forward(x)
    delta = network.cost.delta(a, t).clone()
    passes = count()

    def permutations():
        if next(passes) % work.steps == 0:  # one order lasts for a pass
            orders.next()

    jobs: dict[str, Callable[[], object]] = {
        "whole": lambda: learner.learn(order),
        "Products": _each(network, Linear),
        "Activation": _each(network, Activate),
        "Cost": lambda: network.cost.delta(a, t, out=delta),
        "Permutations": permutations,
        "Batches": lambda: data.batch(data.rows(order)),
        "Optimizer": lambda: learner.optimizer.step(network.theta, network.gradient, learner.eta),
    }
    seconds = {name: float(np.median(spent)) for name, spent in race(jobs).items()}
    # The step is given its order; making it is the part that `learn` does not do.
    whole = seconds.pop("whole") + seconds["Permutations"]
    parts = pd.Series(seconds) / whole
    parts["Everything else"] = 1 - parts.sum()
    return parts


def _each(network: Network, kind: type) -> Callable[[], None]:
    """Forward and backward of every module of a kind, each on inputs of its own."""
    modules = [m for m in network.modules if isinstance(m, kind)]
    inputs = [(m.z if kind is Linear else m.a).clone() for m in modules]
    deltas = [m.forward(x).clone() for m, x in zip(modules, inputs)]

    def both():
        for module, x, delta in zip(modules, inputs, deltas):
            module.forward(x)
            module.backward(delta)

    return both
