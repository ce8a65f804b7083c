"""What does a pass cost? Operations counted, passes and single answers timed."""

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
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, summarise
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

ALONG = {"along_width": "wider", "along_depth": "deeper"}
FORWARD, LEARNING = "forward", "forward and backward"
ETA = 1e-4  # of the steps that are timed: small, so that they stay finite
STATISTICS = ["operations_per_weight", "slope_of_time", "slowest_answers"]
FACTORS = []
NEEDS = {
    "inputs": "whole", "classes": "whole", "examples": "whole", "batch": "whole",
    "along_width": ["whole whole"], "along_depth": ["whole whole"], "answering": ["whole whole"],
    "repeats": "whole", "singles": "whole",
}  # fmt: skip
KEYS = ["seeds"]
CLAIMS = ["slowest_answers"]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """counted: operations and bytes of each network. timings: of its passes, by round (a seed each);
    and of answers to one example: the median, the 99th percentile, and one's share of a batch."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    counted = [
        {"grown": told, **_counted(depth, width, options)}
        for name, told in ALONG.items()
        for depth, width in _sizes(options[name])
    ]
    timed = [row for name, told in ALONG.items() for row in _passes(options, name, told, seeds)]
    answers = [
        row for size in _sizes(options["answering"]) for row in _answers(*size, options, seeds)
    ]
    return {
        "counted": pd.DataFrame(counted),
        "timings": pd.DataFrame(timed + answers).assign(machine=machine()),
    }


def _sizes(texts: list[str]) -> list[tuple[int, int]]:
    """Hidden layers and units in each."""
    return [tuple(map(int, text.split())) for text in texts]


def _network(depth: int, width: int, options: dict) -> Network:
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


def _counted(depth: int, width: int, options: dict) -> dict:
    """Multiply-adds per example of the matrix products, as PyTorch counts what the core calls, and
    bytes: of the weights with their gradient, and of all that a batch leaves behind."""
    network, B = _network(depth, width, options), int(options["batch"])
    x, t = _batch(options, B)
    told = {"depth": depth, "width": width, "weights": network.n_parameters}
    for name, call in (
        (FORWARD, lambda: network.forward(x)),
        (LEARNING, lambda: network.learn_from(x, t, B)),
    ):
        with FlopCounterMode(display=False) as counter:
            call()
        told[name] = counter.get_total_flops() / (2 * B)
    held = network.theta.nbytes + network.gradient.nbytes
    return {**told, "bytes_of_weights": held, "bytes_of_a_batch": _left_behind(network)}


def _left_behind(network: Network) -> int:
    modules: list[Any] = [network, *network.layers, *network.activations]
    return sum(array.nbytes for module in modules for array in module.buffer.arrays.values())


def _passes(options: dict, name: str, told: str, seeds: list[int]) -> list[dict]:
    """Seconds of a pass over all examples, network by network, in every round."""
    B, rows = int(options["batch"]), []
    x, t = _batch(options, int(options["examples"]))
    batches = list(zip(x.split(B, 1), t.split(B, 1), strict=True))
    networks = [(size, _network(*size, options)) for size in _sizes(options[name])]

    def forward(network):
        for x, _ in batches:
            network.forward(x)

    def learn(network):
        for x, t in batches:
            network.learn_from(x, t, x.shape[1])
            network.theta.sub_(network.gradient, alpha=ETA)

    for seed in seeds:
        for (depth, width), network in networks:
            calls = {FORWARD: lambda n=network: forward(n), LEARNING: lambda n=network: learn(n)}
            for what, seconds in quickest(calls, int(options["repeats"])).items():
                size = {
                    "grown": told,
                    "depth": depth,
                    "width": width,
                    "weights": network.n_parameters,
                }
                rows.append({**size, "seed": seed, "timed": what, "seconds": seconds})
    return rows


def _answers(depth: int, width: int, options: dict, seeds: list[int]) -> list[dict]:
    """Seconds of one example's answer: median and 99th percentile of single ones, share of a batch."""
    network, rows = _network(depth, width, options), []
    x, _ = _batch(options, int(options["examples"]))
    single = x[:, :1].contiguous()
    size = {"grown": "", "depth": depth, "width": width, "weights": network.n_parameters}
    network.forward(single)
    for seed in seeds:
        seconds = [one(lambda: network.forward(single)) for _ in range(int(options["singles"]))]
        batch = quickest({"": lambda: network.forward(x)}, int(options["repeats"]))[""]
        told = dict(zip(("median", "99 of 100"), np.quantile(seconds, [0.5, 0.99]), strict=True))
        told["in a batch"] = batch / x.shape[1]
        rows += [{**size, "seed": seed, "timed": k, "seconds": float(v)} for k, v in told.items()]
    return rows


def summary(view: View) -> dict[str, pd.DataFrame]:
    """passes and answers: mean over the rounds with its interval, in ms; slopes: of log time against
    log |w|, by round. And what was measured."""
    timings = view.measured["timings"].assign(ms=lambda t: 1000 * t["seconds"])
    passes, answers = timings[timings["grown"] != ""], timings[timings["grown"] == ""]
    size = ["depth", "width", "weights", "timed"]
    slopes = [
        {"grown": grown, "timed": timed, "seed": seed, "slope": slope(rows["weights"], rows["ms"])}
        for (grown, timed, seed), rows in passes.groupby(["grown", "timed", "seed"])
    ]
    return {
        **view.measured,
        "passes": summarise(passes, ["grown", *size], "ms"),
        "answers": summarise(answers, size, "ms"),
        "answers_by_round": answers,
        "slopes": pd.DataFrame(slopes),
    }


def slope(x: pd.Series, y: pd.Series) -> float:
    """Of the straight line through log x and log y."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C15 and C18 come to. What is counted has no chance in it: its interval is the value."""
    counted, slopes = frames["counted"], frames["slopes"]
    per_weight = counted[LEARNING] / counted["weights"]
    counts = [
        (f"{grown} networks", Interval(*[float(per_weight[rows.index].max())] * 3), rows)
        for grown, rows in counted.groupby("grown", sort=False)
    ]
    times = [
        (f"{grown} networks, {timed}", interval(rows["slope"]), rows)
        for (grown, timed), rows in slopes.groupby(["grown", "timed"], sort=False)
    ]
    answers = frames["answers_by_round"]
    slowest = [
        (layers(*size), interval(rows["ms"]), rows)
        for size, rows in answers[answers["timed"] == "99 of 100"].groupby(["depth", "width"])
    ]
    return [
        *view.findings("operations_per_weight", counts),
        *view.findings("slope_of_time", times),
        *view.findings("slowest_answers", slowest),
    ]


def layers(depth: int, width: int) -> str:
    """A network in words."""
    return f"{depth} layer{'s' if depth > 1 else ''} of {width}"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    where = frames["timings"]["machine"].iloc[0]
    answers = frames["answers"]
    table = answers.pivot(index=["depth", "width", "weights"], columns="timed", values="value")
    return [
        {
            "name": "counted",
            "title": Said(en="Counted", fr="Compté"),
            "caption": Said(
                en="Multiply-adds per example in the matrix products of a pass; bytes of the weights and "
                "their gradient, and of what a batch leaves behind for the way back.",
                fr="Multiplications-additions par exemple dans les produits de matrices d'une passe ; "
                "octets des poids et de leur gradient, et de ce qu'un lot laisse pour le retour.",
            ),
            "frame": frames["counted"],
        },
        {
            "name": "answers",
            "title": Said(en="Time of an answer, in ms", fr="Durée d'une réponse, en ms"),
            "caption": Said(
                en=f"Single examples: median and 99th percentile; in a batch: its time, over its "
                f"examples. Means of the rounds. {where}.",
                fr=f"Exemples un à un : médiane et 99e centile ; dans un lot : sa durée, divisée par "
                f"ses exemples. Moyennes des tours. {where}.",
            ),
            "frame": table.reset_index(),
        },
    ]
