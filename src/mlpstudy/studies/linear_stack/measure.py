"""How far stacks of linear layers are from one layer, and when their modes are learned."""

import numpy as np
import pandas as pd
import torch

from mlpstudy.analysis import deep_linear
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

COLUMNS = {
    "products": ["dataset", "activation", "depth", "seed", "off64", "off32", "left"],
    "learned": [
        "dataset", "matrices", "start", "seed", "mode", "s", "time", "foretold", "tenth",
        "nine_tenths",
    ],
}  # fmt: skip
FACTORS = {"learned": ["matrices", "start", "mode"]}
NEEDS = {
    "inputs": "whole", "modes": ["dataset"], "components": "whole", "matrices": ["whole"],
    "start": "number", "step": "number", "time": "number", "weakest": "number",
}  # fmt: skip
BLOCKS = ["collapse"]
KEYS = ["seeds"]
RECORDS = 1250  # times at which a descent is looked at
ON_MODES, AT_RANDOM = "on the modes", "at random"


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """products: how far a stack of layers is from one layer. dynamics: the strengths of the modes
    of one seed, and what the law foretells. learned: for each seed and mode, when it is learned,
    and how long the cost waits."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    dynamics, learned = _dynamics(networks, options, seeds)
    return {"products": products(networks, options), "dynamics": dynamics, "learned": learned}


def products(networks: Networks, options: dict) -> pd.DataFrame:
    """run_id's fields dataset, activation, depth, seed; off64, off32: largest difference of a linear
    stack to the product of its layers, over the largest output, in double and in single precision;
    left: share of a ReLU network's variance that the best single layer leaves."""
    rows = []
    for record in networks.train(networks.blocks["collapse"]):
        run = record.run
        key = {name: getattr(run, name) for name in ("dataset", "activation", "depth", "seed")}
        off = {"off64": np.nan, "off32": np.nan, "left": np.nan}
        if record.status == "finished":
            n_in = len(record.kept_weights["W1"])
            x = stream(run.seed, "study").normal(size=(int(options["inputs"]), n_in))
            off |= _off(networks, record, x)
        rows.append({**key, **off})
    return pd.DataFrame(rows)


def _off(networks: Networks, record: Record, x: np.ndarray) -> dict[str, float]:
    out = networks.forward(record, x).output
    if record.run.activation != "identity":
        return {"left": left_by_one_layer(x, out)}
    W = [record.kept_weights[f"W{k}"] for k in range(1, record.run.depth + 2)]
    b = [record.kept_weights[f"b{k}"][0] for k in range(1, record.run.depth + 2)]
    single = networks.forward(record, x, torch.float32).output
    return {
        name: _largest(given, x.astype(kind), *(_cast(part, kind) for part in (W, b)))
        for name, given, kind in (("off64", out, np.float64), ("off32", single, np.float32))
    }


def _cast(arrays: list[np.ndarray], kind: type) -> list[np.ndarray]:
    return [array.astype(kind) for array in arrays]


def _largest(out: np.ndarray, x: np.ndarray, W: list, b: list) -> float:
    one, bias = deep_linear.product(W, b)
    return float(np.abs(out - (x @ one + bias)).max() / np.abs(out).max())


def left_by_one_layer(x: np.ndarray, out: np.ndarray) -> float:
    """The share of the variance of out (N, k) that the best W x + b leaves, corrected for the
    numbers in it; x (N, n_in). Not a number where out does not vary."""
    z = np.column_stack([x, np.ones(len(x))])
    left = out - z @ np.linalg.lstsq(z, out, rcond=None)[0]
    whole = np.square(out - out.mean(0)).sum() / (len(x) - 1)
    return float(np.square(left).sum() / (len(x) - z.shape[1]) / whole) if whole else np.nan


def _dynamics(
    networks: Networks, options: dict, seeds: list[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    dynamics, learned = [], []
    for dataset in options["modes"]:
        data = networks.dataset(dataset)
        x = deep_linear.whitened(data.x, int(options["components"]))
        problem = deep_linear.modes(x, np.eye(data.classes)[data.y])
        for matrices in options["matrices"]:
            for kind in (ON_MODES, AT_RANDOM):
                seen, law, times, fall, foretold = _descent(problem, matrices, kind, options, seeds)
                key = {"dataset": dataset, "matrices": matrices, "start": kind}
                dynamics.append(_curves(problem[1], seen[:, 0], law, times).assign(**key))
                weakest = float(options["weakest"])
                when = _when_learned(problem[1], seen, foretold, times, fall, weakest)
                learned.append(when.assign(**key))
    learned = pd.concat(learned, ignore_index=True)
    learned["seed"] = learned["seed"].map(dict(enumerate(seeds)))
    return pd.concat(dynamics, ignore_index=True), learned


def _descent(problem: tuple, matrices: int, kind: str, options: dict, seeds: list[int]) -> tuple:
    """seen (T, R, r): strengths of the modes; law (T, r); times (T,); fall (T, R): what share of its
    way the cost has fallen; foretold (R, r): times to half of each mode."""
    U, s, V = problem
    start, step = float(options["start"]), float(options["step"])
    steps = round(float(options["time"]) / step)
    every = max(1, steps // RECORDS)
    if kind == ON_MODES:
        W = [w[None] for w in deep_linear.on_modes(U, V, matrices, start, stream(0, "study"))]
    else:
        sizes = [len(V)] * matrices + [len(U)]
        W = deep_linear.at_random(sizes, start, [stream(seed, "study") for seed in seeds])
    random_pair = matrices == 2 and kind == AT_RANDOM
    foretold = deep_linear.half_times(s, deep_linear.started(W, U, V)) if random_pair else None
    C = U * s @ V.T
    kept = deep_linear.descend(W, C, step, steps, every)
    times = step * every * np.arange(len(kept))
    seen = np.einsum("or,tkoi,ir->tkr", U, kept, V)
    cost = np.square(C - kept).sum((2, 3))
    law = deep_linear.strengths(s, matrices, start, times)
    if foretold is None:
        foretold = _halves(s, law, times, known=kind == ON_MODES)
    return seen, law, times, 1 - cost / cost[0], np.broadcast_to(foretold, seen.shape[1:])


def _halves(s: np.ndarray, law: np.ndarray, times: np.ndarray, known: bool) -> np.ndarray:
    """(r,) times at which the law is at half of each mode; not known of a random start."""
    halves = [deep_linear.when(law[:, mode], times, s[mode] / 2) for mode in range(len(s))]
    return np.array(halves) if known else np.full(len(s), np.nan)


def _curves(s: np.ndarray, seen: np.ndarray, law: np.ndarray, times: np.ndarray) -> pd.DataFrame:
    """mode, s, time, strength, law: of one network."""
    r, at = len(s), len(times)
    modes = {"mode": np.tile(np.arange(1, r + 1), at), "s": np.tile(s, at)}
    return pd.DataFrame(
        {**modes, "time": np.repeat(times, r), "strength": seen.ravel(), "law": law.ravel()}
    )


def _when_learned(
    s: np.ndarray,
    seen: np.ndarray,
    foretold: np.ndarray,
    times: np.ndarray,
    fall: np.ndarray,
    weakest: float,
) -> pd.DataFrame:
    """seed, mode, s, time, foretold (to half of the strength; not a number where no theory says it),
    tenth, nine_tenths (of the fall)."""
    rows = []
    for seed in range(seen.shape[1]):
        levels = [deep_linear.when(fall[:, seed], times, level) for level in (0.1, 0.9)]
        waits = {"tenth": levels[0], "nine_tenths": levels[1]}
        for mode in np.flatnonzero(s >= weakest):
            time = deep_linear.when(seen[:, seed, mode], times, s[mode] / 2)
            row = {"seed": seed, "mode": int(mode) + 1, "s": s[mode], "time": time}
            rows.append({**row, "foretold": float(foretold[seed, mode]), **waits})
    return pd.DataFrame(rows)
