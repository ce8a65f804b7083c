"""The sessions at the keyboard, played; the regression with the trap; what the graph costs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from mlpstudy.analysis.pitfalls import SESSIONS, play
from mlpstudy.analysis.timing import quickest
from mlpstudy.design.run import Run
from mlpstudy.machine import machine
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

COLUMNS = {
    "statements": ["claim", "source", "printed", "as_written"],
    "regressions": ["seed", "cost", "explained", "size_of_w"],
    "predictions": ["cost", "y", "yhat"],
    "memory": ["depth", "width", "examples", "kept", "needed"],
    "timings": ["depth", "width", "examples", "seed", "pass", "seconds", "machine"],
}
FACTORS = {
    "statements": ["claim"],
    "regressions": ["cost"],
    "memory": ["depth", "width", "examples"],
    "timings": ["depth", "width", "examples", "pass"],
}
NEEDS = {
    "dataset": "dataset", "steps": "whole", "eta": "number", "networks": [["whole", "whole", "whole"]],
    "repeats": "whole",
}  # fmt: skip
KEYS = ["seeds"]

MENDED, TRAP = "sizes equal", "column less vector"
FORWARD, GRAPH, BACKWARD = "without a graph", "with a graph", "and backward"
FEWEST = 64  # examples in a timing


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """statements: of the sessions. regressions: the share of variance explained, by seed, with the
    lecture's cost and with the trap in it; predictions: of the first seed. memory: of the graph.
    timings: of passes, by round (a seed each)."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    fits = [_fits(networks, options, seed) for seed in seeds]
    sizes = options["networks"]
    with torch.enable_grad():
        timings = (
            row
            for depth, width, examples in options["networks"]
            for row in _timings(depth, width, examples, seeds, int(options["repeats"]))
        )
        return {
            "statements": _statements(),
            "regressions": pd.DataFrame([row for rows, _ in fits for row in rows]),
            "predictions": fits[0][1],
            "memory": pd.DataFrame([_memory(*size) for size in sizes]),
            "timings": pd.DataFrame(timings, columns=COLUMNS["timings"]),
        }


def _statements() -> pd.DataFrame:
    rows = [
        {"claim": claim, **statement._asdict()}
        for claim, session in SESSIONS.items()
        for statement in play(session, claim)
    ]
    return pd.DataFrame(rows)


# The regression of the lecture


def _fits(networks: Networks, options: dict, seed: int) -> tuple[list[dict], pd.DataFrame]:
    split = networks.split(Run(dataset=options["dataset"], seed=seed))
    x, y = (torch.from_numpy(part).double() for part in (split.train.x, split.train.target))
    new, known = (torch.from_numpy(part).double() for part in (split.test.x, split.test.target))
    rows, predictions = [], []
    for cost in (MENDED, TRAP):
        w, b = fit(x, y[:, 0], cost, int(options["steps"]), float(options["eta"]))
        yhat = (new @ w.T + b)[:, 0]
        left = (yhat - known[:, 0]).square().sum() / (known - known.mean()).square().sum()
        size = float(w.norm())
        rows.append({"seed": seed, "cost": cost, "explained": float(1 - left), "size_of_w": size})
        predictions.append(pd.DataFrame({"cost": cost, "y": known[:, 0], "yhat": yhat}))
    return rows, pd.concat(predictions, ignore_index=True)


def fit(x: Tensor, y: Tensor, cost: str, steps: int, eta: float) -> tuple[Tensor, Tensor]:
    """The lecture's linear regression by gradient descent: x (N, n), y (N,) -> w (1, n), b (1, 1).

    With the trap, yhat (N, 1) less y (N,) is a matrix (N, N): every prediction is held against every
    target, and the best is to say their mean.
    """
    w = torch.zeros(1, x.shape[1], dtype=x.dtype, requires_grad=True)
    b = torch.zeros(1, 1, dtype=x.dtype, requires_grad=True)
    for _ in range(steps):
        yhat = x @ w.T + b
        off = yhat - y if cost == TRAP else yhat.view(-1) - y
        off.square().mean().backward()
        with torch.no_grad():
            for parameter in (w, b):
                parameter -= eta * parameter.grad
                parameter.grad = None
    return w.detach(), b.detach()


# What the graph costs


def _network(depth: int, width: int, dtype=torch.float32) -> nn.Sequential:
    """Dense layers of one width, with ReLU between them; weights from a stream, not from torch's."""
    draws, layers = stream(0, "study", 1), []
    for _ in range(depth):
        linear = nn.utils.skip_init(nn.Linear, width, width, dtype=dtype)
        W = draws.standard_normal((width, width)) * np.sqrt(2 / width)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.zero_()
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)


def _memory(depth: int, width: int, examples: int) -> dict:
    """kept: bytes that the graph keeps until the backward pass, parameters and inputs aside.
    needed: the most that a layer and the one before it hold together."""
    network, x = _network(depth, width), torch.ones(examples, width)
    size = {"depth": depth, "width": width, "examples": examples}
    return {**size, "kept": _kept(network, x), "needed": _needed(network, x)}


def _kept(network: nn.Sequential, x: Tensor) -> int:
    aside = {p.untyped_storage().data_ptr() for p in network.parameters()}
    aside.add(x.untyped_storage().data_ptr())
    kept = {}

    def keep(saved: Tensor) -> Tensor:
        storage = saved.untyped_storage()
        if storage.data_ptr() not in aside:
            kept[storage.data_ptr()] = storage.nbytes()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        output = network(x)
    del output  # until here the graph keeps what it has saved
    return sum(kept.values())


@torch.no_grad()
def _needed(network: nn.Sequential, x: Tensor) -> int:
    needed, z = 0, x
    for module in network:
        above = module(z)
        needed, z = max(needed, z.nbytes + above.nbytes), above
    return needed


def _timings(
    depth: int, width: int, examples: int, seeds: list[int], repeats: int
) -> Iterator[tuple]:
    """Seconds of each kind of pass, in every round (a seed each)."""
    network, x = _network(depth, width), torch.ones(examples, width)
    passes = max(1, FEWEST // examples)  # in a row, so that entering no_grad does not count

    def graph():
        for _ in range(passes):
            network(x)

    def backward():
        for _ in range(passes):
            network.zero_grad(set_to_none=True)
            network(x).sum().backward()

    calls = {FORWARD: torch.no_grad()(graph), GRAPH: graph, BACKWARD: backward}
    where = machine()
    for seed in seeds:
        for name, seconds in quickest(calls, repeats).items():
            yield depth, width, examples, seed, name, seconds / passes, where
