"""Is the squared cost a good choice? Against cross-entropy; and KL against both."""

import numpy as np
import pandas as pd
import torch
from scipy.special import expit

from mlpstudy.core.costs import COSTS
from mlpstudy.rng import stream
from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, distance, paired, summarise
from mlpstudy.statistics.survival import passes_to_threshold
from mlpstudy.studies.contrast import contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import levels, outcomes, with_chosen
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks

SQUARED, CROSS = "squared", "cross-entropy"
KIND = {"mse": SQUARED, "mse_sigmoid": SQUARED, "nll": CROSS, "binary_nll": CROSS}
LOGISTIC = {SQUARED: "mse_sigmoid", CROSS: "binary_nll"}  # of one output
ORDINARY, SATURATED = "ordinary", "saturated"
CELL = ["dataset", "start", "kind"]  # eta is chosen within it
STATISTICS = [
    "delta_left", "off_law", "off_entropy", "off_one_hot", "off_trained", "passes_lost_ordinary",
    "passes_lost_saturated", "off_accuracy",
]  # fmt: skip
FACTORS = ["block", "dataset", "cost", "label_smoothing", "eta"]
NEEDS = {
    "levels": ["dataset number"], "saturated": ["number"], "starts": ["number"],
    "step": "number", "targets": "whole",
}  # fmt: skip
BLOCKS = ["ordinary", "saturated", "same"]
KEYS = ["seeds"]
SHOWN = 8.0  # a of the pictures goes from minus this to this
CLASSES = 5  # of the random targets


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """shapes: cost and delta of one logistic output, target 1. unit: the time to get over a start at
    a = -s, measured and by the solved equation. identities: of KL, on random targets. trained:
    how far networks trained with KL are from those trained with NLL."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    starts = [float(s) for s in options["starts"]]
    return {
        "shapes": _shapes(options),
        "unit": pd.concat([_unit(kind, starts, float(options["step"])) for kind in LOGISTIC]),
        "identities": pd.DataFrame(
            [row for seed in seeds for row in _identities(int(options["targets"]), seed)]
        ),
        "trained": _trained(networks),
    }


def _shapes(options: dict) -> pd.DataFrame:
    grid = np.linspace(-SHOWN, SHOWN, 161)
    a = np.unique(np.append(grid, [float(place) for place in options["saturated"]]))
    column = torch.from_numpy(a)[None, :, None]
    t = torch.ones_like(column)
    parts = [
        pd.DataFrame({"kind": kind, "a": a, "cost": COSTS[name].terms(column, t)[0].numpy(),
                      "delta": COSTS[name].delta(column, t)[0, :, 0].numpy()})
        for kind, name in LOGISTIC.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _unit(kind: str, starts: list[float], step: float) -> pd.DataFrame:
    """kind, s, time, foretold: gradient descent of a alone, from -s to 0; target 1."""
    cost = COSTS[LOGISTIC[kind]]
    a = -torch.tensor(starts, dtype=torch.float64)[None, :, None]
    t, steps = torch.ones_like(a), torch.zeros(len(starts), dtype=torch.int64)
    while (wrong := a[0, :, 0] < 0).any():
        steps += wrong
        a = a - step * cost.delta(a, t)
    told = [law(kind, s) for s in starts]
    return pd.DataFrame({"kind": kind, "s": starts, "time": step * steps.numpy(), "foretold": told})


def law(kind: str, s: float) -> float:
    """Time from a = -s to 0 of da/dt = -dL/da, L = (sigmoid(a) - 1)^2 or log(1 + exp(-a))."""
    if kind == CROSS:
        return s + 1 - np.exp(-s)
    return (np.exp(s) + 3 * s + 2.5 - 3 * np.exp(-s) - np.exp(-2 * s) / 2) / 2


def _identities(targets: int, seed: int) -> list[dict]:
    """targets, seed, off_entropy, off_nll, off_delta: the largest differences."""
    draws = stream(seed, "study")
    a = torch.from_numpy(4 * draws.standard_normal((1, targets, CLASSES)))
    soft = draws.dirichlet(np.ones(CLASSES), targets)
    hard = np.eye(CLASSES)[soft.argmax(1)]
    rows = []
    for kind, t in (("soft", soft), ("one-hot", hard)):
        target = torch.from_numpy(t)[None]
        kl, nll = (COSTS[name].terms(a, target)[0].numpy() for name in ("kl", "nll"))
        entropy = -np.sum(t * np.log(np.where(t > 0, t, 1)), axis=1)
        deltas = [COSTS[name].delta(a, target) for name in ("kl", "nll")]
        off = {"off_entropy": np.abs(kl - (nll - entropy)).max(), "off_nll": np.abs(kl - nll).max()}
        off["off_delta"] = float((deltas[0] - deltas[1]).abs().max())
        rows.append({"targets": kind, "seed": seed, **off})
    return rows


def _trained(networks: Networks) -> pd.DataFrame:
    """dataset, label_smoothing, seed, off: the largest difference of a weight."""
    records = networks.train(networks.blocks["same"])
    key = ("dataset", "label_smoothing", "seed")
    by_cost = {
        cost: {
            tuple(getattr(r.run, name) for name in key): r for r in records if r.run.cost == cost
        }
        for cost in ("nll", "kl")
    }
    rows = []
    for place, record in by_cost["nll"].items():
        pairs = zip(record.weights.values(), by_cost["kl"][place].weights.values(), strict=True)
        off = max(float(np.abs(one - other).max()) for one, other in pairs)
        rows.append({**dict(zip(key, place, strict=True)), "off": off})
    return pd.DataFrame(rows)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run's end, its passes to the accuracy, and whether its eta is the chosen one.
    passes, accuracy: of each cell at its eta. And what was measured."""
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    return {
        "by_run": by_run,
        "passes": summarise(best, [*CELL, "eta"], "passes"),
        "accuracy": summarise(best, [*CELL, "eta"], "test_accuracy"),
        **view.measured,
    }


def _by_run(view: View) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    runs = view.runs.assign(start=block.str.partition("_")[0], kind=view.runs["cost"].map(KIND))
    runs = runs[runs["start"].isin((ORDINARY, SATURATED))]
    by_run = outcomes(view, runs, [*CELL, "cost", "depth", "eta", "seed", "status", "epochs"])
    curves = view.curves[view.curves["run_id"].isin(runs["run_id"])]
    level = runs.set_index("run_id")["dataset"].map(levels(view.option("levels", [])))
    passes = passes_to_threshold(curves, "validation", "accuracy", level, "above", runs)
    return with_chosen(by_run.merge(passes, on="run_id"), CELL)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C05 and C09 come to. What is exact has no chance in it: its interval is the value."""
    identities, unit, trained = frames["identities"], frames["unit"], frames["trained"]
    soft, hard = (identities[identities["targets"] == kind] for kind in ("soft", "one-hot"))
    off_law = [
        (kind, _worst((rows["time"] / rows["foretold"] - 1).abs()), rows)
        for kind, rows in unit.groupby("kind", sort=False)
    ]
    same = [
        (f"{dataset}, label smoothing {share:g}", _worst(rows["off"]), rows)
        for (dataset, share), rows in trained.groupby(["dataset", "label_smoothing"])
    ]
    found = [
        *view.findings("delta_left", _delta_left(frames["shapes"], view.option("saturated", []))),
        *view.findings("off_law", off_law),
        *view.findings("off_entropy", [("", _worst(soft["off_entropy"]), soft)]),
        *view.findings("off_one_hot", [("", _worst(hard["off_nll"]), hard)]),
        *view.findings("off_trained", same),
    ]
    for (start, dataset), runs in frames["by_run"].groupby(["start", "dataset"]):
        squared, cross = (runs[runs["kind"] == kind] for kind in (SQUARED, CROSS))
        timed = bool(runs.loc[runs["chosen"], "reached"].any())  # or every time is censored
        lost = contrast(dataset, squared, cross, _lost, learned=timed)
        found += view.findings(f"passes_lost_{start}", [lost])
        if start == ORDINARY:
            off = contrast(dataset, squared, cross, _off)
            found += view.findings("off_accuracy", [off])
    return found


def _lost(squared: pd.DataFrame, cross: pd.DataFrame) -> Interval:
    return paired(squared, cross, "passes")


def _off(squared: pd.DataFrame, cross: pd.DataFrame) -> Interval:
    return distance(paired(squared, cross, "test_accuracy"), 0.0)


def _worst(values: pd.Series) -> Interval:
    return Interval(*[float(values.max())] * 3)


def _delta_left(shapes: pd.DataFrame, places: list[float]) -> list[tuple]:
    deltas = shapes.pivot(index="a", columns="kind", values="delta")
    left = deltas[SQUARED] / deltas[CROSS]
    return [
        (
            f"a = {float(a):g}",
            Interval(*[float(left[float(a)])] * 3),
            shapes[shapes["a"] == float(a)],
        )
        for a in places
    ]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    passes, accuracy = (frames[name].drop(columns="n") for name in ("passes", "accuracy"))
    both = passes.merge(accuracy, on=[*CELL, "eta"], suffixes=("_passes", "_accuracy"))
    columns = {f"value_{name}": name for name in ("passes", "accuracy")}
    kept = [*CELL, "eta", *columns]
    unit = frames["unit"]
    return [
        {
            "name": "cells",
            "title": Said(en="Passes and accuracy", fr="Passes et exactitude"),
            "caption": Said(
                en="At the eta chosen on validation, mean of the seeds: passes to the validation "
                "accuracy that counts as learned (the whole budget where it is not reached), and "
                "accuracy on new examples after the last pass.",
                fr="À l'eta choisi en validation, moyenne des graines : passes jusqu'à l'exactitude en "
                "validation qui compte comme apprise (le budget entier si elle n'est pas atteinte), "
                "et exactitude sur des exemples nouveaux après la dernière passe.",
            ),
            "frame": both[kept].rename(columns=columns),
        },
        {
            "name": "unit",
            "title": Said(en="Over a wrong start", fr="Après un mauvais départ"),
            "caption": Said(
                en="One logistic unit, target 1, started at a = −s: time (steps times their size) until "
                "a = 0; foretold: by the solved equation.",
                fr="Une unité logistique, cible 1, partie de a = −s : temps (pas multipliés par leur "
                "taille) jusqu'à a = 0 ; prédit : par l'équation résolue.",
            ),
            "frame": unit.assign(z=expit(-unit["s"]))[["kind", "s", "z", "time", "foretold"]],
        },
    ]
