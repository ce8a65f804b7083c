"""What favours overfitting? Gap, rise and error against width, depth, examples and label noise.

Every block of the sweep changes the one field that it is named after.
"""

import pandas as pd

from mlpstudy.analysis.statistics import paired, summarise
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

SWEPT = ("width", "depth", "train_size", "label_noise")  # a block each
CELL = ["block", "dataset", *SWEPT]  # eta is chosen within it
STATISTICS = [
    "gap_with_width", "gap_with_depth", "gap_with_fewer_examples", "rise_with_noise",
    "error_saved_by_width", "rise",
]  # fmt: skip
FACTORS = [*CELL, "eta"]
OPTIONS = {}
ONLY_BLOCKS = SWEPT
MEASURES = [
    "train_error", "test_error", "at_best_error", "gap",
    "train_loss", "test_loss", "at_best_loss", "lowest_loss", "rise",
]  # fmt: skip


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, and whether its eta is the chosen one: gap (test error less
    training error), lowest_loss (on test, over the passes), rise (test loss after the last pass
    less the lowest), at_best_...: on test, after the pass that is best on validation.
    cells: each measure of each cell at its eta. bumps: where the test error does not fall with width.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    return {"by_run": by_run, "cells": _cells(best), "bumps": _bumps(best)}


def _by_run(view: View) -> pd.DataFrame:
    """A run that two blocks ask for counts in both."""
    ends = outcomes(view, view.runs, ["dataset", *SWEPT, "epochs", "eta", "seed", "status"])
    test = view.curves[view.curves["split"] == "test"]
    lowest = test.groupby("run_id", observed=True)["loss"].min()
    ends["lowest_loss"] = ends["run_id"].map(lowest)
    ends["gap"] = ends["test_error"] - ends["train_error"]
    ends["rise"] = ends["test_loss"] - ends["lowest_loss"]
    parts = [ends[ends["run_id"].isin(view.blocks[b])].assign(block=b) for b in view.blocks]
    return with_chosen(pd.concat(parts, ignore_index=True), CELL)


def _cells(best: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, measure, value, low, high, n, diverged."""
    parts = [summarise(best, [*CELL, "eta"], m).assign(measure=m) for m in MEASURES]
    lost = best.assign(diverged=best["status"].eq("diverged"))
    lost = lost.groupby(CELL, as_index=False)["diverged"].sum()
    return pd.concat(parts, ignore_index=True).merge(lost, on=CELL)


def _bumps(best: pd.DataFrame) -> pd.DataFrame:
    """Each width's test error less that of the next narrower one, paired by seed, and whether the
    network learns all its examples by heart (mean training error under 1 %)."""
    rows = []
    for dataset, runs in best[best["block"] == "width"].groupby("dataset"):
        widths = sorted(runs["width"].unique())
        for below, width in zip(widths, widths[1:]):
            sides = [runs[runs["width"] == w] for w in (width, below)]
            value = paired(*sides, "test_error")
            by_heart = bool(sides[0]["train_error"].mean() < 0.01)
            row = {"dataset": dataset, "width": width, "narrower": below, "by_heart": by_heart}
            rows.append({**row, **value._asdict(), "n": len(sides[0])})
    columns = ["dataset", "width", "narrower", "by_heart", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)


ENDS = {  # statistic: block, measure, whether the larger end is the treated one
    "gap_with_width": ("width", "gap", True),
    "gap_with_depth": ("depth", "gap", True),
    "gap_with_fewer_examples": ("train_size", "gap", False),
    "rise_with_noise": ("label_noise", "rise", True),
    "error_saved_by_width": ("width", "test_error", False),
}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C23 and C19 come to, dataset by dataset."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    found = []
    for dataset, runs in best.groupby("dataset"):
        for statistic, (block, measure, larger) in ENDS.items():
            here = runs[runs["block"] == block]
            low, high = (here[here[block] == end] for end in (here[block].min(), here[block].max()))
            if low.empty or here[block].nunique() < 2:
                continue
            sides = (high, low) if larger else (low, high)
            first, second = (_told(block, side[block].iloc[0]) for side in sides)
            told = f"{dataset}, {first} against {second}"
            value = paired(*sides, measure)
            found += view.findings(statistic, [(told, value, pd.concat(sides))])
        widest = runs[runs["block"] == "width"]
        widest = widest[widest["width"] == widest["width"].max()]
        if len(widest):
            value = summarise(widest, "dataset", "rise").iloc[0]
            told = f"{dataset}, {_told('width', widest['width'].iloc[0])}"
            found += view.findings("rise", [(told, value, widest)])
    return found


def _told(block: str, value: float) -> str:
    words = {
        "width": "width {}",
        "depth": "depth {}",
        "train_size": "{} examples",
        "label_noise": "{:.0%} of labels wrong",
    }
    return words[block].format(value)


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cells = frames["cells"]
    wide = cells[cells["measure"].isin(["train_error", "test_error", "gap", "rise"])]
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors, gap and rise, cell by cell", fr="Erreurs, écart et remontée par cellule"
            ),
            "caption": Said(
                en="Mean over the seeds with its 95 % interval, at the eta chosen on validation. "
                "gap: test error less training error; rise: test loss after the last pass less the "
                "lowest of all passes, in nats.",
                fr="Moyenne sur les graines avec son intervalle à 95 %, au eta choisi en "
                "validation. écart : erreur en test moins erreur en apprentissage ; remontée : "
                "coût en test après la dernière passe moins le plus bas de tous, en nats.",
            ),
            "frame": wide,
        },
        {
            "name": "bumps",
            "title": Said(
                en="Test error from each width to the next",
                fr="Erreur de test d'une largeur à la suivante",
            ),
            "caption": Said(
                en="value: test error of a width less that of the next narrower one, paired by "
                "seed: above 0 the wider network errs more. by heart: it learns all its examples, "
                "wrong labels included.",
                fr="valeur : erreur de test d'une largeur moins celle de la largeur juste "
                "inférieure, appariée par graine : au-dessus de 0, le réseau plus large se trompe "
                "davantage. par cœur : il apprend tous ses exemples, étiquettes fausses comprises.",
            ),
            "frame": frames["bumps"],
        },
    ]
