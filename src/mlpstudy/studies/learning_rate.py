"""Should the step shrink? The end of training, and the way there, with eta constant or falling."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, summarise
from mlpstudy.statistics.survival import passes_to_threshold
from mlpstudy.studies.contrast import Contrast, contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import with_least
from mlpstudy.studies.view import View

PROBLEM = ["dataset", "label_noise"]
CELL = [*PROBLEM, "optimizer", "batch", "schedule"]  # eta is chosen within it
STATISTICS = [
    "spread_removed", "passes_saved", "training_loss_reduction", "spread_of_small_batches",
]  # fmt: skip
FACTORS = [*CELL, "batch_size", "eta"]
OPTIONS = {"last": "whole", "near": "number"}
CONSTANT = "constant"
ALL = 0  # of the column batch: all examples at once
TINY = 1e-12  # a spread below counts as this one: its logarithm is wanted
AT_BEST = {  # statistic: what it is the difference of, each side at its best first step
    "passes_saved": "passes",
    "training_loss_reduction": "train_percent",
}
MEASURES = ("spread_removed", *AT_BEST)


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: spread, passes to come near the lowest loss, final training loss (train_percent: of
    the loss before training), and whether its eta is the one chosen by the mean of that loss.
    spreads: by cell and eta. gains: what each decreasing schedule changes against the constant one,
    by problem and optimizer. curves: of one seed, to be looked at.
    """
    by_run = _by_run(view)
    return {
        "by_run": by_run,
        "spreads": _spreads(by_run),
        "gains": _gains(by_run),
        "curves": _curves(view, by_run),
    }


def _by_run(view: View) -> pd.DataFrame:
    """One row per run. A run that diverged has no spread, an infinite loss, and never got there."""
    fields = ["run_id", *PROBLEM, "optimizer", "schedule", "eta", "seed", "status", "epochs"]
    runs = view.runs[fields].assign(batch=view.runs["batch_size"].fillna(ALL).astype(int))
    finished = view.curves.merge(runs.loc[runs["status"] == "finished", ["run_id", "epochs"]])
    train = finished[finished["split"] == "train"]
    spread = _spread_of_last(train, int(view.option("last", 10)))
    final = view.final("train")["loss"].rename("train_loss")
    runs = runs.merge(spread, on="run_id", how="left").merge(final, on="run_id", how="left")
    runs["train_loss"] = runs["train_loss"].fillna(np.inf)
    if "classes" in view.runs:
        runs["guess_loss"] = np.log(view.runs["classes"].astype(float)).to_numpy()
    start = view.curves[(view.curves["split"] == "train") & (view.curves["epoch"] == 0)]
    runs["first_loss"] = runs["run_id"].map(start.set_index("run_id")["loss"])
    # In percent of the loss before training, for the last one may be next to nothing.
    runs["train_percent"] = 100 * runs["train_loss"] / runs["first_loss"]
    level = _near(runs, float(view.option("near", 0.1)))
    passes = passes_to_threshold(view.curves, "train", "loss", level, "below", view.runs)
    # By the training loss, for the question is how well it is made small.
    return with_least(runs.merge(passes, on="run_id"), CELL, ["train_loss"])


def _spread_of_last(train: pd.DataFrame, last: int) -> pd.DataFrame:
    """run_id, spread: rms distance of the losses of the last passes from their own straight line.

    From the line and not from the mean: a loss that falls evenly does not wander.
    """
    part = train[train["epoch"] > train["epochs"] - last]
    loss = part.pivot(index="run_id", columns="epoch", values="loss")
    y = loss.to_numpy()
    x = np.arange(y.shape[1]) - (y.shape[1] - 1) / 2
    y = y - y.mean(axis=1, keepdims=True)
    rest = y - np.outer(y @ x / (x @ x), x)
    return pd.DataFrame({"run_id": loss.index, "spread": np.sqrt((rest**2).mean(axis=1))})


def _near(runs: pd.DataFrame, left: float) -> pd.Series:
    """By run id, the training loss at which this share of the way to the lowest is left.

    The way: from the run's own loss before training to the lowest final loss of any run of its
    problem and seed, for these learn the same examples.
    """
    lowest = runs.groupby([*PROBLEM, "seed"])["train_loss"].transform("min")
    level = lowest + left * (runs["first_loss"] - lowest)
    return level.set_axis(runs["run_id"])


def _spreads(by_run: pd.DataFrame) -> pd.DataFrame:
    """Spread of the training loss by noise, optimizer, batch, schedule and eta: geometric mean
    over the datasets, and its interval over the seeds.
    """
    keys = ["label_noise", "optimizer", "batch", "schedule", "eta"]
    rows = by_run.assign(log=_log10(by_run["spread"]))
    seeds = rows.groupby([*keys, "seed"], as_index=False)["log"].agg(_mean)
    spreads = summarise(seeds, keys, "log").drop(columns="n")
    for column in ("value", "low", "high"):
        spreads[column] = 10 ** spreads[column]
    return spreads.merge(rows.groupby(keys, as_index=False).agg(n=("seed", "size")), on=keys)


def _log10(spread: pd.Series) -> pd.Series:
    return np.log10(spread.clip(lower=TINY))


def _mean(values: pd.Series) -> float:
    """The mean; NaN with a NaN, for a run that diverged is not left out."""
    return values.mean(skipna=False)


def spread_removed(by_run: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """by..., seed, spread_removed: decades from the constant step to the decreasing ones, of the
    same problem, batch and seed and at the same eta: the mean over what is not in `by`."""
    keys = [*PROBLEM, "optimizer", "batch", "seed", "eta"]
    constant, others = _sides(by_run)
    alike = others.merge(constant, on=keys, suffixes=("", "_constant"))
    alike["spread_removed"] = _log10(alike["spread_constant"]) - _log10(alike["spread"])
    return alike.groupby([*by, "seed"], as_index=False)["spread_removed"].agg(_mean)


def _sides(by_run: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs with a constant step, and those with a decreasing one."""
    constant = by_run["schedule"] == CONSTANT
    return by_run[constant], by_run[~constant]


def _contrasts(by_run: pd.DataFrame) -> Iterator[tuple[tuple, str, Contrast]]:
    """(dataset, noise, optimizer, schedule), statistic: the constant step less a decreasing one,
    each at its best first step, batch by batch, averaged over the batches that are drawn."""
    drawn = by_run[by_run["batch"] != ALL]
    drawn = drawn.assign(of_batch=drawn["batch"].astype(str))  # text: it is no eta to be on an edge
    for key, runs in drawn.groupby([*PROBLEM, "optimizer"]):
        control, others = _sides(runs)
        for schedule, treated in others.groupby("schedule"):
            condition = f"{_problem(*key[:2])}; {key[2]}, {schedule}"
            for statistic, column in AT_BEST.items():
                yield (
                    (*key, schedule),
                    statistic,
                    contrast(
                        condition,
                        treated,
                        control,
                        partial(_reduced, column=column),
                        settings=("of_batch", "eta"),
                        learned=_learned(treated, control, statistic),
                    ),
                )


def _reduced(treated: pd.DataFrame, control: pd.DataFrame, column: str) -> Interval:
    pairs = control.merge(treated, on=["seed", "batch"], suffixes=("", "_treated"))
    reduced = pairs[column] - pairs[f"{column}_treated"]
    return interval(reduced.groupby(pairs["seed"]).agg(_mean))


def _learned(treated: pd.DataFrame, control: pd.DataFrame, statistic: str) -> bool:
    """Whether the constant step learns: to a training loss below that of equal shares. Passes mean
    something where a run of either side comes near the lowest loss at all."""
    best, others = control[control["chosen"]], treated[treated["chosen"]]
    if statistic == "passes_saved" and not (best["reached"].any() or others["reached"].any()):
        return False
    if "guess_loss" not in best:
        return True
    over = interval((best["train_loss"] - best["guess_loss"]).groupby(best["seed"]).agg(_mean))
    return not over.value >= 0 and not over.high >= 0


def _gains(by_run: pd.DataFrame) -> pd.DataFrame:
    """MEASURES by problem, optimizer and schedule, over the batches that are drawn; n: seeds."""
    keys = [*PROBLEM, "optimizer", "schedule"]
    removed = spread_removed(by_run[by_run["batch"] != ALL], keys)
    spread = summarise(removed, keys, "spread_removed").assign(measure="spread_removed")
    rows = [
        {
            **dict(zip(keys, key, strict=True)),
            **each.value._asdict(),
            "n": each.runs["seed"].nunique(),
            "measure": statistic,
        }
        for key, statistic, each in _contrasts(by_run)
    ]
    return pd.concat([spread, pd.DataFrame(rows, columns=spread.columns)], ignore_index=True)


def _curves(view: View, by_run: pd.DataFrame) -> pd.DataFrame:
    """Training loss by pass: first seed, SGD, the smallest batches, an eta amid the swept ones."""
    small = by_run.loc[by_run["batch"] != ALL, "batch"].min()
    runs = by_run[(by_run["batch"] == small) & (by_run["seed"] == by_run["seed"].min())]
    runs = runs[runs["optimizer"] == "sgd"]
    etas = sorted(runs["eta"].unique())
    runs = runs[runs["eta"] == etas[(len(etas) - 1) // 2]]
    train = view.curves.loc[view.curves["split"] == "train", ["run_id", "epoch", "loss"]]
    return train.merge(runs[["run_id", *CELL, "eta", "seed"]], on="run_id")


# What the claim comes to


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """C10 by problem, optimizer and schedule, averaged over the batches; the spread averaged over
    the decreasing schedules too."""
    by_run = frames["by_run"]
    found = []
    for _, statistic, each in _contrasts(by_run):
        found += view.findings(statistic, [each])
    for key, runs in by_run[by_run["batch"] != ALL].groupby([*PROBLEM, "optimizer"]):
        where = f"{_problem(*key[:2])}; {key[2]}"
        removed = interval(spread_removed(runs, [])["spread_removed"])
        found += view.findings("spread_removed", [(where, removed, runs)])
        found += _small_batches(view, runs[runs["schedule"] == CONSTANT], where)
    return found


def _problem(dataset: str, noise: float) -> str:
    return f"{dataset}, {noise:.0%} of the labels replaced" if noise else f"{dataset}, clean labels"


def _small_batches(view: View, runs: pd.DataFrame, where: str) -> list[Finding]:
    """Decades of spread between the smallest and the largest batch, at the same constant eta."""
    smallest, largest = runs["batch"].min(), runs["batch"].max()
    if smallest == largest:
        return []
    spread = runs.assign(log=_log10(runs["spread"])).pivot_table(
        index="seed", columns="batch", values="log", aggfunc=_mean
    )
    condition = f"{where}, batches of {smallest} against {largest}"
    value = interval(spread[smallest] - spread[largest])
    behind = runs[runs["batch"].isin([smallest, largest])]
    return view.findings("spread_of_small_batches", [(condition, value, behind)])


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    gains, by_run = frames["gains"], frames["by_run"]
    keys = [*PROBLEM, "optimizer", "schedule"]
    wide = gains.pivot(index=keys, columns="measure", values=["value", "low", "high"])
    columns = {
        name.replace("value ", ""): wide[(part, measure)]
        for measure in MEASURES
        for part, name in (
            ("value", f"value {measure}"),
            ("low", f"low of {measure}"),
            ("high", f"high of {measure}"),
        )
    }
    best = by_run[by_run["chosen"] & (by_run["batch"] != ALL)]
    ends = best.groupby(keys, as_index=False).agg(
        passes=("passes", "median"),
        reached=("reached", "mean"),
        training_loss=("train_loss", "median"),
    )
    return [
        {
            "name": "gains",
            "title": Said(
                en="What a decreasing step changes, against a constant one",
                fr="Ce que change un pas décroissant, par rapport à un pas constant",
            ),
            "caption": Said(
                en="spread_removed: decades by which the spread of the training loss over the last "
                "passes is smaller, at the same first step; passes_saved: passes fewer to come near the "
                "lowest training loss; training_loss_reduction: by how much the final training loss is "
                "lower, in percent of the loss before training; the last two each at its best first step. "
                "Means over the mini-batches, paired by seed, with 95 % intervals.",
                fr="dispersion supprimée : décades dont la dispersion du coût d'apprentissage "
                "pendant les dernières passes est plus petite, à premier pas égal ; passes "
                "économisées : passes de moins pour approcher du plus bas coût d'apprentissage "
                "; baisse du coût d'apprentissage : de combien le coût final est plus bas, en "
                "pour cent du coût avant apprentissage ; ces deux derniers, chacun à son "
                "meilleur premier pas. Moyennes sur les mini-lots, appariées par graine, avec "
                "leurs intervalles à 95 %.",
            ),
            "frame": pd.DataFrame(columns).reset_index(),
        },
        {
            "name": "ends",
            "title": Said(
                en="Passes and final training loss by schedule",
                fr="Passes et coût d'apprentissage final, par loi du pas",
            ),
            "caption": Said(
                en="At the first step that ends at the lowest mean training loss, over the "
                "mini-batches: median passes to come near the lowest training loss (a run that does not "
                "counts with its budget), share of the runs that do, median final training loss.",
                fr="Au premier pas qui finit au plus bas coût d'apprentissage moyen, sur les "
                "mini-lots : nombre médian de passes pour approcher du plus bas coût "
                "d'apprentissage (un réseau qui n'y arrive pas compte avec son budget), part "
                "des réseaux qui y arrivent, coût d'apprentissage final médian.",
            ),
            "frame": ends,
        },
    ]
