"""How many passes and how many starts? Plain gradient descent, and what a lucky start is worth.

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

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, clustered, interval, summarise, wilson_bounds
from mlpstudy.statistics.survival import passes_to_threshold, quantile_passes, survival
from mlpstudy.studies.contrast import Contrast, edge
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes
from mlpstudy.studies.view import View

TASK = ["dataset", "activation", "initialization"]  # eta is chosen within it
STATISTICS = ["passes_of_half", "passes_of_nine_tenths", "starts_needed", "gain_of_best"]
FACTORS = [*TASK, "restart", "eta"]
OPTIONS = {"near": "number", "certain": "number", "whole": ["dataset"], "best_of": ["whole"]}
# What the rule that picks looks at; the lower the better.
RULES = {
    "validation loss": "validation_loss",
    "validation accuracy": "validation_error",
    "training loss": "train_loss",
}
QUANTILES = {"passes_of_half": 0.5, "passes_of_nine_tenths": 0.9}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run, its end, its passes, and whether its eta is the chosen one. steps: the
    share of networks that is not there yet, pass by pass. passes: quantiles by task and split.
    etas: the same for each eta, on training. starts: share that learns, and starts needed.
    best_of: what the best of k starts gains in test error, by the rule that picks.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    certain = float(view.option("certain", 0.95))
    return {
        "by_run": by_run,
        "steps": survival(best, TASK),
        "passes": _passes(best, view.option("whole", [])),
        "etas": _etas(by_run),
        "starts": _starts(best, certain, view.option("whole", [])),
        "best_of": _best_of(best, view.option("best_of", [2]), view.option("whole", [])),
    }


def _by_run(view: View) -> pd.DataFrame:
    """One row per run; passes, reached: on training, passes_validation, ...: on validation."""
    fields = [*TASK, "depth", "width", "epochs", "eta", "seed", "restart", "status"]
    runs = outcomes(view, view.runs, fields)
    near = float(view.option("near", 0.99))
    for split, ending in (("train", ""), ("validation", "_validation")):
        level = near * _best_accuracy(view, split)
        passes = passes_to_threshold(view.curves, split, "accuracy", level, "above", view.runs)
        runs = runs.merge(passes, on="run_id", suffixes=("", ending))
    return _with_chosen(runs)


def _best_accuracy(view: View, split: str) -> pd.Series:
    """By run id: the best accuracy at any pass of any network on the same split of the task."""
    part = view.curves[view.curves["split"] == split]
    best = part.groupby("run_id", observed=True)["accuracy"].max()
    runs = view.runs[["run_id", "dataset", "seed"]]
    runs = runs.assign(best=runs["run_id"].map(best).fillna(0.0))
    return runs.groupby(["dataset", "seed"])["best"].transform("max").set_axis(runs["run_id"])


def _with_chosen(runs: pd.DataFrame) -> pd.DataFrame:
    """With `chosen`: the eta with which most starts learn their examples.

    Of equals the one with the smallest median number of passes (the whole budget for a start that
    does not learn), then the smaller eta: the choice that is kindest to plain gradient descent.
    """
    cells = runs.groupby([*TASK, "eta"], as_index=False)
    cells = cells.agg(share=("reached", "mean"), passes=("passes", "median"))
    cells["missed"] = -cells["share"]
    ordered = cells.sort_values([*TASK, "missed", "passes", "eta"])
    first = ordered.groupby(TASK, as_index=False).head(1)[[*TASK, "eta"]]
    chosen = runs.merge(first.assign(chosen=True), on=[*TASK, "eta"], how="left")["chosen"]
    return runs.assign(chosen=chosen.eq(True).to_numpy())


# C16: passes


def _passes(best: pd.DataFrame, whole: Sequence[str]) -> pd.DataFrame:
    """Quantiles of the passes by task, on training and on validation, and the share that gets there."""
    rows = []
    for split, ending in (("training", ""), ("validation", "_validation")):
        for name, q in QUANTILES.items():
            for key, runs in best.groupby([*TASK, "eta"]):
                passes, reached = runs[f"passes{ending}"], runs[f"reached{ending}"]
                units = _units(runs, whole)
                quantile = passes_needed(passes, reached, units["seed"], q)
                told = {"split": split, "quantile": name, **quantile._asdict()}
                told |= {"n": units["seed"].nunique(), "reached": float(reached.mean())}
                rows.append({**dict(zip([*TASK, "eta"], key, strict=True)), **told})
    return pd.DataFrame(rows)


def _units(runs: pd.DataFrame, whole: Sequence[str]) -> pd.DataFrame:
    """The runs of a task with the unit of its intervals for a seed: its split, or its start."""
    alone = runs["dataset"].isin(whole).all()
    return runs.assign(seed=np.arange(len(runs))) if alone else runs


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


def _etas(by_run: pd.DataFrame) -> pd.DataFrame:
    """Median passes on training and the share that gets there, by eta."""
    frame = quantile_passes(by_run, [*TASK, "eta"], 0.5)
    return frame.merge(by_run[[*TASK, "eta", "chosen"]].drop_duplicates(), on=[*TASK, "eta"])


# C17: starts


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
    return Interval(*(_needed(p, certain) for p in (share.value, share.high, share.low)))


def _needed(p: float, certain: float) -> float:
    if p >= certain:
        return 1.0
    # Rounded, for a k that comes out whole must not be pushed up by the last bit.
    return float(np.ceil(round(np.log1p(-certain) / np.log1p(-p), 9))) if p > 0 else inf


def _starts(best: pd.DataFrame, certain: float, whole: Sequence[str]) -> pd.DataFrame:
    """TASK, eta, learned, n, share and its interval, starts needed and theirs."""
    rows = []
    for key, runs in best.groupby([*TASK, "eta"]):
        learned, n = int(runs["reached"].sum()), len(runs)
        share = share_learned(runs["reached"], _units(runs, whole)["seed"])
        needed = starts_needed(share, certain)
        lost = int((runs["status"] == "diverged").sum())
        counts = {"learned": learned, "n": n, "diverged": lost}
        ends = {f"share_{name}": end for name, end in share._asdict().items()}
        rows.append({**dict(zip([*TASK, "eta"], key)), **counts, **ends, **needed._asdict()})
    return pd.DataFrame(rows)


# C17: the best of k


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


def _gains(runs: pd.DataFrame, rule: str, k: int) -> pd.Series:
    """By seed: test error of a single start, on average, less that of the best of k."""
    gains = {
        seed: part["test_error"].mean()
        - expected_of_best(part[RULES[rule]].to_numpy(), part["test_error"].to_numpy(), k)
        for seed, part in runs.groupby("seed")
    }
    return pd.Series(gains, name="gain").round(12)  # a gain of 0 is 0, not the last bit of a sum


def _possible(runs: pd.DataFrame, ks: Sequence[int]) -> list[int]:
    starts = runs.groupby("seed").size().min()
    return [k for k in ks if 1 < k <= starts]


def _best_of(best: pd.DataFrame, ks: Sequence[int], whole: Sequence[str]) -> pd.DataFrame:
    """TASK, rule, k, value, low, high, n (networks): the gain in test error."""
    rows = []
    for key, runs in best[~best["dataset"].isin(whole)].groupby(TASK):
        for rule in RULES:
            for k in _possible(runs, ks):
                gain = interval(_gains(runs, rule, k))
                named = dict(zip(TASK, key, strict=True)) | {"rule": rule, "k": k}
                rows.append({**named, **gain._asdict(), "n": len(runs)})
    return pd.DataFrame(rows, columns=[*TASK, "rule", "k", "value", "low", "high", "n"])


# What the claims come to


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """C16 and C17, task by task; the gain of the largest k, rule by rule."""
    certain, whole = float(view.option("certain", 0.95)), view.option("whole", [])
    found = []
    for key, cell in frames["by_run"].groupby(TASK):
        runs = _units(cell[cell["chosen"]], whole)
        told, ending = f"{key[0]}, {key[1]}, eta {runs['eta'].iloc[0]:g}", edge(cell)
        for statistic, q in QUANTILES.items():
            passes = passes_needed(runs["passes"], runs["reached"], runs["seed"], q)
            # Where so many never learn, no number of passes is what learning takes.
            measured = Contrast(
                condition=told, value=passes, runs=runs, edge=ending,
                learned=bool(np.isfinite(passes.value)),
            )  # fmt: skip
            found += view.findings(statistic, [measured])
        needed = starts_needed(share_learned(runs["reached"], runs["seed"]), certain)
        measured = Contrast(condition=told, value=needed, runs=runs, edge=ending)
        found += view.findings("starts_needed", [measured])
        if key[0] in whole:
            continue
        for k in _possible(runs, view.option("best_of", [2]))[-1:]:
            gains = [
                Contrast(
                    condition=f"{told}, best of {k} by {rule}", runs=runs, edge=ending,
                    value=interval(_gains(runs, rule, k)),
                )
                for rule in RULES
            ]  # fmt: skip
            found += view.findings("gain_of_best", gains)
    return found


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    ends = summarise(frames["by_run"][frames["by_run"]["chosen"]], TASK, "test_error", "median")
    starts = frames["starts"].merge(
        ends[[*TASK, "value"]].rename(columns={"value": "test_error"}), on=TASK
    )
    columns = [*TASK, "eta", "split", "quantile", "value", "low", "high", "reached", "n"]
    return [
        {
            "name": "passes",
            "title": Said(
                en="Passes until a network has learned its examples",
                fr="Passes avant qu'un réseau ait appris ses exemples",
            ),
            "caption": Said(
                en="Passes after which half, or nine tenths, of the networks have come near the "
                "best accuracy that any network reaches on the same split, with 95 % intervals over the "
                "splits (of XOR, over the starts); inf: more than the budget. reached: share that gets "
                "there at all.",
                fr="Passes au bout desquelles la moitié, ou les neuf dixièmes, des réseaux ont "
                "approché de la meilleure exactitude atteinte par un réseau sur le même "
                "découpage, avec leurs intervalles à 95 % sur les découpages (pour le XOR, sur les "
                "départs) ; inf : plus que le budget. atteint : part de ceux qui y arrivent.",
            ),
            "frame": frames["passes"][columns],
        },
        {
            "name": "starts",
            "title": Said(en="Starts needed", fr="Départs nécessaires"),
            "caption": Said(
                en="share_value: share of the starts that learn their examples, with Wilson's "
                "interval for as many starts as the variance between the splits is worth; value: starts after which at least one has learned them with the wanted "
                "probability, with its interval; test_error: median over all starts.",
                fr="part : part des départs qui apprennent leurs exemples, avec l'intervalle de "
                "Wilson pour autant de départs que vaut la variance entre découpages ; valeur : départs au bout desquels l'un au moins les a appris avec la "
                "probabilité voulue, avec son intervalle ; erreur en test : médiane sur tous "
                "les départs.",
            ),
            "frame": starts,
        },
        {
            "name": "best_of",
            "title": Said(
                en="What the best of k starts gains, by the rule that picks",
                fr="Ce que gagne le meilleur de k départs, selon la règle qui choisit",
            ),
            "caption": Said(
                en="value: mean test error of the starts less that of the one picked among k, "
                "averaged over all choices of k starts of a split; 95 % interval over the splits.",
                fr="valeur : erreur en test moyenne des départs, moins celle du départ choisi "
                "parmi k, en moyenne sur tous les choix de k départs d'un découpage ; "
                "intervalle à 95 % sur les découpages.",
            ),
            "frame": frames["best_of"],
        },
    ]
