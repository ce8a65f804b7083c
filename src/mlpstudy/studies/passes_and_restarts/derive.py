"""Passes and starts that learning takes, and what the best of several starts gains.

A seed is a split of the examples; within it nothing but the first weights differs from start to
start (the field `restart`). A network has learned its examples when its training accuracy is near
the best that any network reaches in the same split.

Starts on one split share its luck: the unit of every interval is the split. Where no example is
held out all splits are the same, and the unit is the start.
"""

from collections.abc import Sequence
from math import comb, inf

import numpy as np
import pandas as pd

from mlpstudy.statistics.intervals import Interval, clustered, wilson_bounds
from mlpstudy.statistics.survival import passes_to_threshold
from mlpstudy.statistics.tuning import choose, edges
from mlpstudy.studies.view import View

TASK = ["dataset", "activation", "step_after"]
ALL, BATCH = "all examples", "a batch"  # after which a step is made
LEAST = ("missed", "passes")  # what eta is chosen by, as the study's YAML says
COLUMNS = {
    "runs": ["step_after", "reached", "passes", "missed"],
    "needed": [
        "dataset", "activation", "step_after", "eta", "needs", "value", "low", "high", "n",
        "networks", "edge", "learned",
    ],
    "best_of": ["dataset", "activation", "step_after", "rule", "k", "seed", "gain"],
}  # fmt: skip
FACTORS = {
    "runs": ["step_after"], "needed": ["step_after", "needs"], "best_of": ["step_after", "rule", "k"],
}  # fmt: skip
NEEDS = {"near": "number", "certain": "number", "whole": ["dataset"], "best_of": ["whole"]}
# What the rule that picks looks at; the lower the better.
RULES = {
    "validation loss": "validation_loss",
    "validation accuracy": "validation_error",
    "training loss": "train_loss",
}
QUANTILES = {"passes of half": 0.5, "passes of nine tenths": 0.9}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with step_after, passes, reached (on training) and missed. needed: the passes that a
    share of the starts that learn needs, and the starts until one learns, at the eta with which
    most learn. best_of: for each split what the best of k starts gains in test error, by the rule
    that picks."""
    runs = _with_passes(view)
    tried = choose(runs, TASK, ["eta"], LEAST)
    whole = view.option("whole", [])
    best = tried[tried["chosen"] & ~tried["dataset"].isin(whole)]
    return {
        "runs": runs,
        "needed": _needed(tried, float(view.option("certain", 0.95)), whole),
        "best_of": _best_of(best, view.option("best_of", [2])),
    }


def _with_passes(view: View) -> pd.DataFrame:
    level = float(view.option("near", 0.99)) * _best_accuracy(view)
    passes = passes_to_threshold(view.curves, "train", "accuracy", level, "above", view.runs)
    runs = view.runs.merge(passes, on="run_id")
    after = np.where(runs["batch_size"].isna(), ALL, BATCH)
    return runs.assign(step_after=after, missed=~runs["reached"])


def _best_accuracy(view: View) -> pd.Series:
    """By run id: the best training accuracy at any pass of any network on the same split."""
    part = view.curves[view.curves["split"] == "train"]
    best = part.groupby("run_id", observed=True)["accuracy"].max()
    runs = view.runs[["run_id", "dataset", "seed"]]
    runs = runs.assign(best=runs["run_id"].map(best).fillna(0.0))
    return runs.groupby(["dataset", "seed"])["best"].transform("max").set_axis(runs["run_id"])


# Passes and starts needed


def _needed(tried: pd.DataFrame, certain: float, whole: Sequence[str]) -> pd.DataFrame:
    """A row for each task and what it needs. Passes are those of the starts that learn: how many do
    not is said by the starts. Where none learns the task is not learned."""
    rows = []
    for key, cell in tried.groupby(TASK):
        runs = cell[cell["chosen"]]
        unit = pd.Series(range(len(runs)), runs.index) if key[0] in whole else runs["seed"]
        of_task = dict(zip(TASK, key, strict=True)) | {
            "eta": runs["eta"].iloc[0], "edge": edges(cell, ["eta"]),
        }  # fmt: skip
        there = runs["reached"].to_numpy(dtype=bool)
        known = there if there.any() else ~there
        for needs, q in QUANTILES.items():
            passes = passes_needed(runs["passes"][known], runs["reached"][known], unit[known], q)
            count = {"n": unit[known].nunique(), "networks": int(known.sum())}
            learned = {"learned": bool(there.any())}
            rows.append({**of_task, "needs": needs, **passes._asdict(), **count, **learned})
        starts = starts_needed(share_learned(runs["reached"], unit), certain)
        count = {"n": unit.nunique(), "networks": len(runs)}
        rows.append({**of_task, "needs": "starts", **starts._asdict(), **count, "learned": True})
    return pd.DataFrame(rows)


def passes_needed(passes: pd.Series, reached: pd.Series, seed: pd.Series, q: float) -> Interval:
    """Passes after which a share q of the runs is there, infinite where the budget ends first.

    passes: of each run, its budget where it has not reached the level. The interval resamples whole
    seeds.
    """
    never = float(passes.max()) + 1  # later than all that is known: what is not there comes last

    def quantile(values: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.quantile(values, q, axis=axis, method="inverted_cdf")

    found = clustered(passes.where(reached, never), seed, quantile)
    return Interval(*(np.inf if end >= never else end for end in found))


def share_learned(reached: pd.Series, seed: pd.Series) -> Interval:
    """The share of starts that learn, with Wilson's interval for the number of independent starts
    that would give the variance between the seeds (Korn and Graubard 1998): no fewer than the
    seeds, no more than the starts. Where the seeds do not differ it is the number of seeds."""
    shares = reached.astype(float).groupby(seed).mean()
    share, seeds = float(reached.mean()), len(shares)
    between = float(((shares - share) ** 2).sum()) / (seeds * (seeds - 1)) if seeds > 1 else 0.0
    n = share * (1 - share) / between if between > 0 else float(seeds)
    low, high = wilson_bounds(share, float(np.clip(n, seeds, len(reached))))
    return Interval(share, float(low), float(high))


def starts_needed(share: Interval, certain: float) -> Interval:
    """Independent starts that hold at least one success with probability `certain`.

    The smallest k with (1 - p)^k <= 1 - certain, for the share p of successes and, with the ends
    in reverse, for those of its interval; infinite where p is 0.
    """
    return Interval(*(_starts(p, certain) for p in (share.value, share.high, share.low)))


def _starts(p: float, certain: float) -> float:
    if p >= certain:
        return 1.0
    # Rounded, for a k that comes out whole must not be pushed up by the last bit.
    return float(np.ceil(round(np.log1p(-certain) / np.log1p(-p), 9))) if p > 0 else inf


# The best of k


def _best_of(best: pd.DataFrame, ks: Sequence[int]) -> pd.DataFrame:
    """Test error of a single start, on average, less that of the best of k, for each split."""
    rows = [
        {**dict(zip([*TASK, "seed"], key)), "rule": rule, "k": k, "gain": _gain(runs, rule, k)}
        for key, runs in best.groupby([*TASK, "seed"])
        for rule in RULES
        for k in ks
        if 1 < k <= len(runs)
    ]
    return pd.DataFrame(rows, columns=[*TASK, "seed", "rule", "k", "gain"])


def _gain(runs: pd.DataFrame, rule: str, k: int) -> float:
    error = runs["test_error"].to_numpy()
    gain = error.mean() - expected_of_best(runs[RULES[rule]].to_numpy(), error, k)
    return round(gain, 12)  # a gain of 0 is 0, not the last bit of a sum


def expected_of_best(score: np.ndarray, value: np.ndarray, k: int) -> float:
    """The mean value of the start with the lowest score among k, over all choices of k of n.

    score, value: (n,). The i-th lowest score, i = 1 .. n, is the lowest of C(n - i, k - 1) of the
    C(n, k) choices. Starts of one score are picked with equal chances.
    """
    n = len(score)
    frame = pd.DataFrame({"score": score, "value": value}).sort_values("score", kind="stable")
    values = frame.groupby("score")["value"].transform("mean").to_numpy()
    weights = [comb(n - i, k - 1) / comb(n, k) for i in range(1, n + 1)]
    return float(np.dot(weights, values))
