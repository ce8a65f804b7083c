"""Does dropout limit overfitting? Differences between rates, paired by seed."""

import pandas as pd

from mlpstudy.analysis.statistics import Interval, paired, summarise
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

NETWORK = ["dataset", "label_noise", "depth", "width", "train_size"]
CELL = [*NETWORK, "dropout"]  # eta is chosen within it
STATISTICS = {  # what is compared, and the column that it is the difference of
    "gap_reduced": "gap",
    "loss_reduced": "test_loss",
    "error_reduced": "test_error",
}
FACTORS = [*CELL, "eta"]
NEEDS = {"rates": ["number"]}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its gap (test loss less training loss), and whether its eta is
    the chosen one. cells: losses and errors of each cell at its eta, one row for each measure.
    compared: what each rate changes, network by network.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    rows = [
        {**network, "dropout": rate, "statistic": name, **value._asdict(), "n": len(runs)}
        for network, rate, runs, values in _compared(best)
        for name, value in values.items()
    ]
    columns = [*CELL, "statistic", *Interval._fields, "n"]
    return {
        "by_run": by_run,
        "cells": _cells(best),
        "compared": pd.DataFrame(rows, columns=columns),
    }


def _by_run(view: View) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    fields = ["block", *CELL, "epochs", "eta", "seed", "status"]
    by_run = outcomes(view, view.runs.assign(block=block), fields)
    by_run["gap"] = by_run["test_loss"] - by_run["train_loss"]
    return with_chosen(by_run, CELL)


def _cells(best: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, measure, value, low, high, n, diverged."""
    measures = ["test_loss", "train_loss", "test_error", "train_error", "gap"]
    parts = [summarise(best, [*CELL, "eta"], m).assign(measure=m) for m in measures]
    lost = best.assign(diverged=best["status"].eq("diverged"))
    lost = lost.groupby(CELL, as_index=False)["diverged"].sum()
    return pd.concat(parts, ignore_index=True).merge(lost, on=CELL)


def _compared(best: pd.DataFrame):
    """(network, rate, runs behind it, intervals by statistic): no dropout less the rate."""
    for key, runs in best.groupby(NETWORK):
        without = runs[runs["dropout"] == 0]
        for rate, with_it in runs[runs["dropout"] > 0].groupby("dropout"):
            if len(without) == 0:
                continue
            values = {name: paired(without, with_it, column) for name, column in STATISTICS.items()}
            network = dict(zip(NETWORK, key, strict=True))
            yield network, rate, pd.concat([without, with_it]), values


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C29 comes to, for the rates that the study names, on the networks of its first block."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    best = best[best["block"] == next(iter(view.blocks))]
    rates = view.option("rates", [])
    measured = {name: [] for name in STATISTICS}
    for network, rate, runs, values in _compared(best):
        if rate not in rates:
            continue
        told = f"{network['dataset']}, {_noise(network['label_noise'])}, rate {rate:g}"
        for name, value in values.items():
            measured[name].append((told, value, runs))
    return [f for name, rows in measured.items() for f in view.findings(name, rows)]


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
                "the eta chosen on validation: above 0 dropout helps. gap: test loss less training "
                "loss after the last pass.",
                fr="Sans dropout moins avec, apparié par graine, avec l'intervalle à 95 %, chacun "
                "au eta choisi en validation : au-dessus de 0 le dropout aide. écart : coût en "
                "test moins coût d'apprentissage après la dernière passe.",
            ),
            "frame": frames["compared"],
        }
    ]
