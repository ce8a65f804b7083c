"""Does dropout limit overfitting? Differences between rates, paired by seed."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, paired, summarise
from mlpstudy.studies.contrast import Contrast, contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

NETWORK = ["dataset", "label_noise", "depth", "width", "train_size"]
CELL = [*NETWORK, "dropout"]  # eta is chosen within it
ERROR, LOSS = "chosen", "chosen_by_loss"  # the columns of the two choices of eta
MEASURES = {  # of a cell, and the choice of eta that they are taken at
    "test_loss": LOSS,
    "train_loss": LOSS,
    "test_error": ERROR,
    "train_error": ERROR,
    "gap": LOSS,
}
STATISTICS = {  # what is compared, and the measure that it is the difference of
    "gap_reduced": "gap",
    "loss_reduced": "test_loss",
    "error_reduced": "test_error",
}
FACTORS = [*CELL, "eta"]
NEEDS = {"rates": ["number"]}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its gap (test loss less training loss), and whether its eta is
    the one chosen by the validation error (chosen) or loss (chosen_by_loss). cells: losses and
    errors of each cell, each at the eta chosen by its own kind, one row for each measure.
    compared: what each rate changes, network by network; common: at the eta of no dropout.
    """
    by_run = _by_run(view)
    rows = [
        {
            **network,
            "dropout": rate,
            "statistic": statistic,
            **each.value._asdict(),
            "n": each.runs["seed"].nunique(),
            "common": each.common.value if each.common else None,
        }
        for network, rate, statistic, each in _contrasts(by_run)
    ]
    columns = [*CELL, "statistic", *Interval._fields, "n", "common"]
    compared = pd.DataFrame(rows, columns=columns).astype({"common": float})
    return {"by_run": by_run, "cells": _cells(by_run), "compared": compared}


def _by_run(view: View) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    fields = ["block", *CELL, "epochs", "eta", "seed", "status"]
    by_run = outcomes(view, view.runs.assign(block=block), fields)
    by_run["gap"] = by_run["test_loss"] - by_run["train_loss"]
    by_run = with_chosen(by_run, CELL, family="error", name=ERROR)
    return with_chosen(by_run, CELL, family="loss", name=LOSS)


def _cells(by_run: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, measure, value, low, high, n, diverged."""
    parts = []
    for measure, chosen in MEASURES.items():
        best = by_run[by_run[chosen]]
        lost = best.assign(diverged=best["status"].eq("diverged"))
        lost = lost.groupby(CELL, as_index=False, dropna=False)["diverged"].sum()
        cells = summarise(best, [*CELL, "eta"], measure).assign(measure=measure)
        parts.append(cells.merge(lost, on=CELL))
    return pd.concat(parts, ignore_index=True)


def _contrasts(by_run: pd.DataFrame) -> Iterator[tuple[dict[str, Any], float, str, Contrast]]:
    """(network, rate, statistic, no dropout less the rate)."""
    for key, runs in by_run.groupby(NETWORK, dropna=False):
        network = dict(zip(NETWORK, key, strict=True))
        control = runs[runs["dropout"] == 0]
        if control.empty:
            continue
        for rate, treated in runs[runs["dropout"] > 0].groupby("dropout"):
            condition = f"{network['dataset']}, {_noise(network['label_noise'])}, rate {rate:g}"
            for statistic, measure in STATISTICS.items():
                compare = partial(_reduced, measure=measure)
                each = contrast(condition, treated, control, compare, MEASURES[measure])
                yield network, rate, statistic, each


def _reduced(treated: pd.DataFrame, control: pd.DataFrame, measure: str) -> Interval:
    return paired(control, treated, measure)


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C29 comes to, for the rates that the study names, on the networks of its first block."""
    by_run = frames["by_run"]
    by_run = by_run[by_run["block"] == next(iter(view.blocks))]
    measured: dict[str, list[Contrast]] = {statistic: [] for statistic in STATISTICS}
    for _, rate, statistic, each in _contrasts(by_run):
        if rate in view.option("rates", []):
            measured[statistic].append(each)
    return [f for name, contrasts in measured.items() for f in view.findings(name, contrasts)]


def _noise(share: float) -> str:
    return f"{share:.0%} of labels wrong" if share else "clean labels"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    return [
        {
            "name": "compared",
            "title": Said(en="What dropout changes", fr="Ce que change le dropout"),
            "caption": Said(
                en="Without dropout less with it, paired by seed, with the 95 % interval, each at "
                "the eta chosen by the mean validation error (of errors) or loss (of losses and "
                "gaps): above 0 dropout helps. gap: test loss less training loss after the last "
                "pass. common: the same with both at the eta chosen without dropout.",
                fr="Sans dropout moins avec, apparié par graine, avec l'intervalle à 95 %, chacun "
                "à l'eta choisi selon l'erreur moyenne en validation (pour les erreurs) ou le coût "
                "moyen (pour les coûts et les écarts) : au-dessus de 0 le dropout aide. écart : "
                "coût en test moins coût d'apprentissage après la dernière passe. commun : la même "
                "chose, les deux à l'eta choisi sans dropout.",
            ),
            "frame": frames["compared"],
        }
    ]
