"""Do linear layers add up to anything? Their product, their accuracy, and how they learn."""

import numpy as np
import pandas as pd
import torch
from scipy.stats import rankdata

from mlpstudy.analysis import deep_linear
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, distance, interval, paired, summarise
from mlpstudy.studies.contrast import contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record

MODEL = ["dataset", "depth", "activation"]  # eta is chosen within it
STATISTICS = [
    "off_product", "left_by_one_layer", "off_linear_model", "gained_by_relu", "share_waiting",
    "off_law", "order_of_modes",
]  # fmt: skip
FACTORS = [*MODEL, "collapse", "eta"]
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
    return {"products": _products(networks, options), "dynamics": dynamics, "learned": learned}


def _products(networks: Networks, options: dict) -> pd.DataFrame:
    """run_id's fields dataset, activation, depth, seed; off64, off32: largest difference of a linear
    stack to the product of its layers, over the largest output, in double and in single precision;
    left: share of a ReLU network's variance that the best single layer leaves."""
    rows = []
    for record in networks.train(networks.blocks["collapse"]):
        run = record.run
        key = {name: getattr(run, name) for name in ("dataset", "activation", "depth", "seed")}
        off = {"off64": np.nan, "off32": np.nan, "left": np.nan}
        if record.status == "finished":
            n_in = len(record.weights["W1"])
            x = stream(run.seed, "study").normal(size=(int(options["inputs"]), n_in))
            off |= _off(networks, record, x)
        rows.append({**key, **off})
    return pd.DataFrame(rows)


def _off(networks: Networks, record: Record, x: np.ndarray) -> dict[str, float]:
    out = networks.forward(record, x).output
    if record.run.activation != "identity":
        return {"left": left_by_one_layer(x, out)}
    W = [record.weights[f"W{k}"] for k in range(1, record.run.depth + 2)]
    b = [record.weights[f"b{k}"][0] for k in range(1, record.run.depth + 2)]
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
                seen, law, times, fall = _descent(problem, matrices, kind, options, seeds)
                key = {"dataset": dataset, "matrices": matrices, "start": kind}
                dynamics.append(_curves(problem[1], seen[:, 0], law, times).assign(**key))
                told = _when_learned(problem[1], seen, law, times, fall, float(options["weakest"]))
                learned.append(told.assign(**key))
    learned = pd.concat(learned, ignore_index=True)
    learned["seed"] = learned["seed"].map(dict(enumerate(seeds)))
    return pd.concat(dynamics, ignore_index=True), learned


def _descent(problem: tuple, matrices: int, kind: str, options: dict, seeds: list[int]) -> tuple:
    """seen (T, R, r): strengths of the modes; law (T, r); times (T,); fall (T, R): what share of its
    way the cost has fallen."""
    U, s, V = problem
    start, step = float(options["start"]), float(options["step"])
    steps = round(float(options["time"]) / step)
    every = max(1, steps // RECORDS)
    if kind == ON_MODES:
        W = [w[None] for w in deep_linear.on_modes(U, V, matrices, start, stream(0, "study"))]
    else:
        sizes = [len(V)] * matrices + [len(U)]
        W = deep_linear.at_random(sizes, start, [stream(seed, "study") for seed in seeds])
    C = U * s @ V.T
    kept = deep_linear.descend(W, C, step, steps, every)
    times = step * every * np.arange(len(kept))
    seen = np.einsum("or,tkoi,ir->tkr", U, kept, V)
    cost = np.square(C - kept).sum((2, 3))
    law = deep_linear.strengths(s, matrices, start, times)
    return seen, law, times, 1 - cost / cost[0]


def _curves(s: np.ndarray, seen: np.ndarray, law: np.ndarray, times: np.ndarray) -> pd.DataFrame:
    """mode, s, time, strength, law: of one network."""
    r, at = len(s), len(times)
    told = {"mode": np.tile(np.arange(1, r + 1), at), "s": np.tile(s, at)}
    return pd.DataFrame(
        {**told, "time": np.repeat(times, r), "strength": seen.ravel(), "law": law.ravel()}
    )


def _when_learned(
    s: np.ndarray, seen: np.ndarray, law: np.ndarray, times: np.ndarray, fall: np.ndarray, weakest
) -> pd.DataFrame:
    """seed, mode, s, time, foretold (to half of the strength), tenth, nine_tenths (of the fall)."""
    rows = []
    for seed in range(seen.shape[1]):
        levels = [deep_linear.when(fall[:, seed], times, level) for level in (0.1, 0.9)]
        waits = {"tenth": levels[0], "nine_tenths": levels[1]}
        for mode in np.flatnonzero(s >= weakest):
            time = deep_linear.when(seen[:, seed, mode], times, s[mode] / 2)
            foretold = deep_linear.when(law[:, mode], times, s[mode] / 2)
            row = {"seed": seed, "mode": int(mode) + 1, "s": s[mode], "time": time}
            rows.append({**row, "foretold": foretold, **waits})
    return pd.DataFrame(rows)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every trained network of the comparison and whether its eta is the chosen one.
    accuracy: of each model. products: differences to one layer, by precision; left: of ReLU
    networks; waiting: of each descent; and what was measured."""
    runs = view.runs[~view.runs["run_id"].isin(view.blocks["collapse"])]
    by_run = with_chosen(outcomes(view, runs, [*MODEL, "eta", "seed", "status"]), MODEL)
    products = view.measured["products"]
    linear = products[products["activation"] == "identity"]
    bent = products[products["activation"] != "identity"]
    cell = ["dataset", "depth"]
    precisions = [
        summarise(linear, cell, name, "median").assign(precision=told)
        for name, told in (("off64", "double"), ("off32", "single"))
    ]
    return {
        "by_run": by_run,
        "accuracy": summarise(by_run[by_run["chosen"]], MODEL, "test_accuracy"),
        "off": pd.concat(precisions, ignore_index=True),
        "left": summarise(bent, cell, "left"),
        "waiting": _waiting(view.measured["learned"]),
        **{name: view.measured[name] for name in ("products", "dynamics", "learned")},
    }


def _waiting(learned: pd.DataFrame) -> pd.DataFrame:
    """dataset, matrices, start, seed, share: time of the first tenth of the cost's fall over that of
    the first nine; not a number where it has not fallen so far."""
    key = ["dataset", "matrices", "start", "seed"]
    first = learned.groupby(key, as_index=False)[["tenth", "nine_tenths"]].first()
    reached = np.isfinite(first["nine_tenths"])
    share = (first["tenth"] / first["nine_tenths"]).where(reached)
    return first.assign(share=share)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C02 comes to."""
    measured = {
        "off_product": [],
        "left_by_one_layer": [],
        "off_linear_model": [],
        "gained_by_relu": [],
        "share_waiting": _told(frames["waiting"], lambda runs: runs["share"]),
        "off_law": _off_law(frames["learned"]),
        "order_of_modes": _told(frames["learned"], _orders, fewest=3),
    }
    for (dataset, depth, activation), here in frames["products"].groupby(
        ["dataset", "depth", "activation"]
    ):
        name = "off_product" if activation == "identity" else "left_by_one_layer"
        value = interval(here["off64" if activation == "identity" else "left"])
        measured[name].append((f"{dataset}, {depth_told(depth)}", value, here))
    for dataset, runs in frames["by_run"].groupby("dataset"):
        straight = runs[runs["depth"] == 0]
        linear = runs[(runs["depth"] > 0) & (runs["activation"] == "identity")]
        for depth, deep in linear.groupby("depth"):
            told = f"{dataset}, {depth_told(depth)}"
            # Where a linear model can learn nothing, the stack has to be as helpless: it counts.
            off = contrast(told, deep, straight, _apart, learned=True)
            measured["off_linear_model"].append(off)
        bent = runs[runs["activation"] != "identity"]
        same = linear[linear["depth"].isin(bent["depth"])]
        measured["gained_by_relu"].append(contrast(dataset, bent, same, _gained, learned=True))
    return [f for statistic, m in measured.items() for f in view.findings(statistic, m)]


def _apart(deep: pd.DataFrame, straight: pd.DataFrame) -> Interval:
    return distance(paired(deep, straight, "test_accuracy"), 0.0)


def _gained(bent: pd.DataFrame, linear: pd.DataFrame) -> Interval:
    return paired(bent, linear, "test_accuracy")


def depth_told(depth: int) -> str:
    return f"{depth} hidden layer{'s' if depth > 1 else ''}"


def _told(frame: pd.DataFrame, values, fewest: int = 1) -> list[tuple]:
    """A value for each seed of the descents from a random start with two matrices or more."""
    found = []
    deep = frame[(frame["matrices"] > 1) & (frame["start"] == AT_RANDOM)]
    for (dataset, matrices), here in deep.groupby(["dataset", "matrices"]):
        if "mode" in here and here["mode"].nunique() < fewest:
            continue
        told = f"{dataset}, {matrices} matrices"
        seeds = here.drop_duplicates("seed")
        found.append((told, interval(values(here)), seeds))
    return found


def _orders(learned: pd.DataFrame) -> list[float]:
    """For each seed the rank correlation of the modes' strengths and the times they are learned;
    a mode that is not learned comes last."""
    return [
        float(np.corrcoef(rankdata(here["s"]), rankdata(here["time"]))[0, 1])
        for _, here in learned.groupby("seed")
    ]


def _off_law(learned: pd.DataFrame) -> list[tuple]:
    """The mode that is farthest from its law; one network, without chance: its interval is the
    value."""
    found = []
    exact = learned[learned["start"] == ON_MODES]
    for (dataset, matrices), here in exact.groupby(["dataset", "matrices"]):
        known = here[np.isfinite(here["foretold"])]
        off = float((known["time"] / known["foretold"] - 1).abs().max())
        found.append((f"{dataset}, {_matrices(matrices)}", Interval(off, off, off), known))
    return found


def _matrices(n: int) -> str:
    return f"{n} matri{'x' if n == 1 else 'ces'}"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    models = frames["accuracy"].assign(model=[model(*m) for m in _models(frames["accuracy"])])
    learned = frames["learned"]
    key = ["dataset", "matrices", "start", "mode"]
    times = learned.groupby(key, as_index=False)[["s", "time", "foretold"]].mean()
    return [
        {
            "name": "accuracy",
            "title": Said(en="Accuracy on new examples", fr="Exactitude sur des exemples nouveaux"),
            "caption": Said(
                en="value: mean over the seeds after the last pass, with its 95 % interval, at the "
                "eta chosen on validation.",
                fr="value : moyenne sur les graines après la dernière passe, avec son intervalle à "
                "95 %, avec l'eta choisi sur la validation.",
            ),
            "frame": models[["dataset", "model", "value", "low", "high", "n"]],
        },
        {
            "name": "times",
            "title": Said(en="When modes are learned", fr="Quand les modes sont appris"),
            "caption": Said(
                en="s: strength of a mode of the data, the strongest is 1; time to half of it, in "
                "steps times their size, mean over the seeds; foretold: by the law, which holds for "
                "a start on the modes.",
                fr="s : force d'un mode des données, le plus fort vaut 1 ; time : temps jusqu'à la "
                "moitié, en pas multipliés par leur taille, moyenne sur les graines ; foretold : "
                "selon la loi, qui vaut pour un départ sur les modes.",
            ),
            "frame": times,
        },
    ]


def _models(frame: pd.DataFrame):
    return zip(frame["depth"], frame["activation"], strict=True)


def model(depth: int, activation: str) -> str:
    """A model in words."""
    if not depth:
        return "linear model"
    return f"{depth} linear layers" if activation == "identity" else f"{depth} {activation} layers"
