"""Borders of three models, mistakes of the perceptron rule, and random labellings."""

import numpy as np
import pandas as pd

from mlpstudy.analysis import separability
from mlpstudy.analysis.plane import advantage, grid, labels
from mlpstudy.data.datasets import Dataset
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

PERCEPTRON, LOGISTIC, HIDDEN = "perceptron", "logistic", "hidden layer"
BALL_DIMENSIONS = 5
NEEDS = {
    "pictures": ["dataset"], "side": "whole", "shown": "number", "orders": "whole",
    "pairs": [["dataset", "whole", "whole"]], "passes": "whole", "margins": ["number"],
    "drawn": "whole", "weights": ["whole"], "per_weight": ["number"], "labellings": "whole",
    "label_seeds": "whole",
}  # fmt: skip
BLOCKS = ["models"]
COLUMNS = {
    "rule": [
        "examples", "kind", "seed", "n_examples", "separable", "bound", "mistakes", "converged",
        "in_last_pass",
    ],
    "labellings": ["seed", "weights", "per_weight", "points", "drawn", "separable", "cover"],
}  # fmt: skip
FACTORS = {"rule": ["examples"], "labellings": ["weights", "per_weight"]}


def model_of(depth: int, cost: str) -> str:
    return HIDDEN if depth else PERCEPTRON if cost == "perceptron" else LOGISTIC


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """planes, points: pictures of what networks of the first seed have learned. rule: the
    perceptron rule on each pair of classes and each set of points of a given margin, by order.
    passes: its mistakes pass by pass. labellings: random ones, and how many can be separated.
    """
    options = study["options"]
    planes, points = _pictures(networks, options)
    rule, passes = _rules(networks, options)
    return {
        "planes": planes,
        "points": points,
        "rule": rule,
        "passes": passes,
        "labellings": _labellings(options),
    }


def _pictures(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each model's a (its second class less its first) over the plane, and its training points."""
    wanted = options["pictures"]
    shown = float(options["shown"])
    runs = [
        run
        for run in networks.blocks["models"]
        if run.dataset in wanted and (run.seed, run.eta) == (0, shown)
    ]
    planes, points = [], []
    for record in networks.train(runs):
        data = networks.split(record.run).train
        at = grid(data.x, int(options["side"]))
        key = {"dataset": record.run.dataset, "model": model_of(record.run.depth, record.run.cost)}
        a = advantage(networks.forward(record, at).output).astype(np.float32)
        planes.append(pd.DataFrame({**key, "x1": at[:, 0], "x2": at[:, 1], "a": a}))
        right = labels(networks.forward(record, data.x).output) == data.y
        seen = {"x1": data.x[:, 0], "x2": data.x[:, 1], "y": data.y, "right": right}
        points.append(pd.DataFrame({**key, **seen}))
    return pd.concat(planes, ignore_index=True), pd.concat(points, ignore_index=True)


def _rules(networks: Networks, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The perceptron rule in many orders, on real pairs of classes and on points of given margin."""
    sets = []
    for name, first, second in options["pairs"]:
        pair = _pair(networks.dataset(name), int(first), int(second))
        sets.append((f"{name} {first}/{second}", "pair", *pair))
    for place, gamma in enumerate(options["margins"]):
        points = margin_points(int(options["drawn"]), float(gamma), stream(place, "study", 1))
        sets.append((f"margin {gamma:g}", "drawn", *points))
    rows, passes = [], []
    for told, kind, x, s in sets:
        can = separability.separable(x, s)
        bound = separability.novikoff_bound(x, s, separability.widest(x, s)) if can else np.inf
        for order in range(int(options["orders"])):
            ended = separability.perceptron(x, s, stream(order, "order"), int(options["passes"]))
            row = {"examples": told, "kind": kind, "seed": order, "n_examples": len(x)}
            row |= {"separable": can, "bound": bound, "mistakes": ended.mistakes}
            last = ended.per_pass[-1] / len(x)
            rows.append({**row, "converged": ended.converged, "in_last_pass": last})
            counted = {"pass": range(1, len(ended.per_pass) + 1), "mistakes": ended.per_pass}
            passes.append(pd.DataFrame({"examples": told, "seed": order, **counted}))
    return pd.DataFrame(rows), pd.concat(passes, ignore_index=True)


def _pair(data: Dataset, first: int, second: int) -> tuple[np.ndarray, np.ndarray]:
    """Two classes, standardised and with a constant 1; labels -1 and 1."""
    kept = np.isin(data.y, (first, second))
    x, s = data.x[kept], np.where(data.y[kept] == second, 1.0, -1.0)
    deviation = x.std(0)
    deviation[np.ptp(x, axis=0) == 0] = 1
    return separability.with_one((x - x.mean(0)) / deviation), s


def margin_points(n: int, gamma: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n points in the unit ball of BALL_DIMENSIONS, none nearer than gamma to the plane x_1 = 0,
    and the side of each. gamma < 1."""
    kept = np.empty((0, BALL_DIMENSIONS))
    while len(kept) < n:
        x = rng.normal(size=(4 * n, BALL_DIMENSIONS))
        radius = rng.uniform(size=(4 * n, 1)) ** (1 / BALL_DIMENSIONS)
        x *= radius / np.linalg.norm(x, axis=1, keepdims=True)
        kept = np.concatenate([kept, x[np.abs(x[:, 0]) >= gamma]])
    x = kept[:n]
    return x, np.sign(x[:, 0])


def _labellings(options: dict) -> pd.DataFrame:
    """For each seed, number of weights d and of points n: how many of so many random labellings
    of n normal points a neuron with d weights (one of them its bias) can separate."""
    drawn, rows = int(options["labellings"]), []
    for seed in range(int(options["label_seeds"])):
        rng = stream(seed, "study")
        for d in options["weights"]:
            for ratio in options["per_weight"]:
                n = round(ratio * d)
                done = sum(_can_separate(n, d, rng) for _ in range(drawn))
                row = {"seed": seed, "weights": d, "per_weight": ratio, "points": n}
                expected = separability.cover(n, d)
                rows.append({**row, "drawn": drawn, "separable": done, "cover": expected})
    return pd.DataFrame(rows)


def _can_separate(n: int, d: int, rng: np.random.Generator) -> bool:
    x = separability.with_one(rng.normal(size=(n, d - 1)))
    return separability.separable(x, rng.choice([-1.0, 1.0], n))
