"""Operations and bytes of a pass, counted; passes and single answers, timed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mlpstudy.analysis.timing import one, quickest
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.machine import machine
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

COLUMNS = {
    "counted": [
        "grown", "depth", "width", "weights", "forward", "forward and backward",
        "bytes_of_weights", "bytes_of_a_batch",
    ],
    "timings": ["grown", "depth", "width", "weights", "seed", "timed", "seconds", "machine"],
}  # fmt: skip
FACTORS = {"counted": ["grown", "weights"], "timings": ["grown", "weights", "timed"]}
NEEDS = {
    "inputs": "whole", "classes": "whole", "examples": "whole", "batch": "whole",
    "along_width": [["whole", "whole"]], "along_depth": [["whole", "whole"]],
    "answering": [["whole", "whole"]], "repeats": "whole", "singles": "whole",
}  # fmt: skip
KEYS = ["seeds"]

ALONG = {"along_width": "wider", "along_depth": "deeper"}
FORWARD, LEARNING = "forward", "forward and backward"
MEDIAN, SLOWEST, BATCH = "median", "99 of 100", "in a batch"
ETA = 1e-4  # of the steps that are timed: small, so that they stay finite


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """counted: operations and bytes of each network. timings: of its passes, by round (a seed each);
    and of answers to one example: the median, the 99th percentile, and one's share of a batch."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    counted = [
        (grown, *_counted(depth, width, options))
        for name, grown in ALONG.items()
        for depth, width in options[name]
    ]
    timed = [
        (grown, *row)
        for name, grown in ALONG.items()
        for row in _passes(options, options[name], seeds)
    ]
    answers = [
        ("", *row)
        for depth, width in options["answering"]
        for row in _answers(depth, width, options, seeds)
    ]
    where = machine()
    timings = [(*row, where) for row in timed + answers]
    return {
        "counted": pd.DataFrame(counted, columns=COLUMNS["counted"]),
        "timings": pd.DataFrame(timings, columns=COLUMNS["timings"]),
    }


def _network(depth: int, width: int, options: dict) -> Network:
    """depth: hidden layers, of `width` units each."""
    run = Run(depth=depth, width=width, activation="relu", initialization="he_normal")
    network = Network([run], (int(options["inputs"]),), int(options["classes"]))
    network.initialize()
    return network


def _batch(options: dict, n: int) -> tuple[Tensor, Tensor]:
    """x (1, n, n_in) and targets (1, n, C), one-hot."""
    draws = stream(0, "study")
    x = draws.standard_normal((1, n, int(options["inputs"])), dtype="float32")
    y = draws.integers(int(options["classes"]), size=n)
    t = np.eye(int(options["classes"]), dtype="float32")[y]
    return torch.from_numpy(x), torch.from_numpy(t)[None]


def _counted(depth: int, width: int, options: dict) -> tuple:
    """depth, width, weights; multiply-adds per example of the matrix products, as PyTorch counts
    what the core calls; bytes: of the weights with their gradient, and of all that a batch leaves
    behind."""
    network, B = _network(depth, width, options), int(options["batch"])
    x, t = _batch(options, B)
    operations = []
    for call in (lambda: network.forward(x), lambda: network.learn_from(x, t, B)):
        with FlopCounterMode(display=False) as counter:
            call()
        operations.append(counter.get_total_flops() / (2 * B))
    held = network.theta.nbytes + network.gradient.nbytes
    return depth, width, network.n_parameters, *operations, held, _left_behind(network)


def _left_behind(network: Network) -> int:
    modules: list[Any] = [network, *network.layers, *network.activations]
    return sum(array.nbytes for module in modules for array in module.buffer.arrays.values())


def _passes(options: dict, sizes: list, seeds: list[int]) -> Iterator[tuple]:
    """depth, width, weights, seed, timed, seconds of a pass over all examples, network by network,
    in every round."""
    B = int(options["batch"])
    x, t = _batch(options, int(options["examples"]))
    batches = list(zip(x.split(B, 1), t.split(B, 1), strict=True))
    networks = [((depth, width), _network(depth, width, options)) for depth, width in sizes]

    def forward(network):
        for x, _ in batches:
            network.forward(x)

    def learn(network):
        for x, t in batches:
            network.learn_from(x, t, x.shape[1])
            network.theta.sub_(network.gradient, alpha=ETA)

    for seed in seeds:
        for size, network in networks:
            calls = {FORWARD: lambda n=network: forward(n), LEARNING: lambda n=network: learn(n)}
            for timed, seconds in quickest(calls, int(options["repeats"])).items():
                yield *size, network.n_parameters, seed, timed, seconds


def _answers(depth: int, width: int, options: dict, seeds: list[int]) -> Iterator[tuple]:
    """depth, width, weights, seed, timed, seconds of one example's answer: median and 99th
    percentile of single ones, share of a batch."""
    network, repeats = _network(depth, width, options), int(options["repeats"])
    x, _ = _batch(options, int(options["examples"]))
    single = x[:, :1].contiguous()
    network.forward(single)
    for seed in seeds:
        seconds = [one(lambda: network.forward(single)) for _ in range(int(options["singles"]))]
        batch = quickest({"": lambda: network.forward(x)}, repeats)[""]
        median, slowest = np.quantile(seconds, [0.5, 0.99])
        answers = {MEDIAN: median, SLOWEST: slowest, BATCH: batch / x.shape[1]}
        for timed, time in answers.items():
            yield depth, width, network.n_parameters, seed, timed, float(time)
