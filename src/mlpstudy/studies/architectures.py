"""Do convolutions and RBM features overfit less? At equal numbers of parameters, plain and permuted.

Each block of the sweep is a pair of equally large networks, a convolution and a dense one; other
blocks compare a hidden layer that an RBM prepared with one drawn at random.
"""

import numpy as np
import pandas as pd

from mlpstudy.analysis.statistics import Interval, interval, paired, summarise
from mlpstudy.said import Said
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

SIZE = ["depth", "width", "kernel", "n_parameters"]
TREATED = ["permuted", "pretraining", "trained"]
CELL = ["block", "dataset", "kind", *TREATED, *SIZE]  # eta is chosen within it
STATISTICS = [
    "gap_reduced", "error_reduced", "permutation_cost", "permutation_cost_of_dense",
    "permutation_costs_more", "gap_reduced_by_rbm", "error_reduced_by_rbm",
]  # fmt: skip
FACTORS = [*CELL, "eta"]
OPTIONS = {}
CONVOLUTION, DENSE = "convolution", "dense"
RBM, RANDOM = "rbm", "none"  # of the field pretraining


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its gap (test error less training error), and whether its eta is
    the chosen one. cells: test error, gap and training error of each cell at its eta. compared:
    what a convolution, a permutation and an RBM change, block by block.
    """
    by_run = _by_run(view)
    best = by_run[by_run["chosen"]]
    rows = [
        {
            "statistic": statistic,
            "block": block,
            "condition": told,
            **value._asdict(),
            "n": len(runs),
        }
        for block, statistic, told, value, runs in _measured(best)
    ]
    columns = ["statistic", "block", "condition", *Interval._fields, "n"]
    return {
        "by_run": by_run,
        "cells": _cells(best),
        "compared": pd.DataFrame(rows, columns=columns),
    }


def _by_run(view: View) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    kind = np.where(view.runs["kernel"] > 0, CONVOLUTION, DENSE)
    fields = [*CELL, "activation", "train_size", "epochs", "eta", "seed", "status"]
    by_run = outcomes(view, view.runs.assign(block=block, kind=kind), fields)
    by_run["gap"] = by_run["test_error"] - by_run["train_error"]
    return with_chosen(by_run, CELL)


def _cells(best: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, value, low, high, n: test error; gap, gap_low, gap_high; train_error, diverged."""
    cells = summarise(best, [*CELL, "eta"], "test_error")
    gaps = summarise(best, CELL, "gap").drop(columns="n")
    gaps = gaps.rename(columns={"value": "gap", "low": "gap_low", "high": "gap_high"})
    lost = best.assign(diverged=best["status"].eq("diverged")).groupby(CELL, as_index=False)
    others = lost.agg(train_error=("train_error", "mean"), diverged=("diverged", "sum"))
    return cells.merge(gaps, on=CELL).merge(others, on=CELL)


def _measured(best: pd.DataFrame) -> list[tuple]:
    """(block, statistic, condition, interval, runs behind it) of everything that is compared."""
    found = []
    for (block, dataset), runs in best.groupby(["block", "dataset"]):
        if set(runs["kind"]) == {CONVOLUTION, DENSE}:
            told = f"{dataset}, {_parameters(runs)}"
            found += [(block, name, told, *rest) for name, *rest in _by_kind(runs)]
        if {RBM, RANDOM} <= set(runs["pretraining"]):
            found += [(block, *rest) for rest in _by_rbm(runs, dataset)]
    return found


def _parameters(runs: pd.DataFrame) -> str:
    """Numbers of parameters of the two networks: those of the convolution first."""
    sizes = runs.groupby("kind")["n_parameters"].first()
    return f"{sizes[CONVOLUTION]:,} and {sizes[DENSE]:,} parameters"


def _by_kind(runs: pd.DataFrame) -> list[tuple]:
    """What a convolution changes on plain inputs, and what the permutation costs."""

    def cell(kind: str, permuted: bool) -> pd.DataFrame:
        return runs[(runs["kind"] == kind) & (runs["permuted"] == permuted)]

    plain = [cell(DENSE, False), cell(CONVOLUTION, False)]
    both = pd.concat(plain)
    rows = [
        ("gap_reduced", paired(*plain, "gap"), both),
        ("error_reduced", paired(*plain, "test_error"), both),
    ]
    if not runs["permuted"].any():
        return rows
    cost = {kind: _cost(cell(kind, True), cell(kind, False)) for kind in (CONVOLUTION, DENSE)}
    of_convolution = runs[runs["kind"] == CONVOLUTION]
    return [
        *rows,
        ("permutation_cost", interval(cost[CONVOLUTION]), of_convolution),
        ("permutation_cost_of_dense", interval(cost[DENSE]), runs[runs["kind"] == DENSE]),
        ("permutation_costs_more", interval(cost[CONVOLUTION] - cost[DENSE]), runs),
    ]


def _cost(permuted: pd.DataFrame, plain: pd.DataFrame) -> pd.Series:
    """By seed: test error with permuted inputs less that with plain ones."""
    errors = [side.set_index("seed")["test_error"].sort_index() for side in (permuted, plain)]
    return errors[0] - errors[1]


def _by_rbm(runs: pd.DataFrame, dataset: str) -> list[tuple]:
    """What the RBM changes, for the whole network trained and for its last layer alone."""
    rows = []
    for trained, part in runs.groupby("trained"):
        sides = [part[part["pretraining"] == kind] for kind in (RANDOM, RBM)]
        told = f"{dataset}, {TRAINED[trained]}"
        for statistic, column in (
            ("gap_reduced_by_rbm", "gap"),
            ("error_reduced_by_rbm", "test_error"),
        ):
            rows.append((statistic, told, paired(*sides, column), part))
    return rows


TRAINED = {"all": "all layers trained", "last": "last layer alone trained"}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C24 comes to, pair by pair."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    found = []
    for _, statistic, told, value, runs in _measured(best):
        found += view.findings(statistic, [(told, value, runs)])
    return found


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = ["dataset", "kind", "permuted", "pretraining", "trained", *SIZE, "eta"]
    results = ["train_error", "value", "low", "high", "gap", "gap_low", "gap_high", "n", "diverged"]
    cells = frames["cells"].sort_values(["block", "dataset", "kind", *TREATED])
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors of convolutions, dense networks and networks with RBM features",
                fr="Erreurs des convolutions, des réseaux denses et des réseaux à traits de RBM",
            ),
            "caption": Said(
                en="value: mean test error after the last pass, with its 95 % interval, at the eta "
                "chosen on validation; train_error: the same on the training examples; gap: test "
                "error less training error.",
                fr="valeur : erreur de test moyenne après la dernière passe, avec son intervalle à "
                "95 %, au eta choisi en validation ; erreur d'apprentissage : de même sur les "
                "exemples d'apprentissage ; écart : erreur de test moins erreur d'apprentissage.",
            ),
            "frame": cells[columns + results],
        },
        {
            "name": "compared",
            "title": Said(
                en="What a convolution, a permutation of the inputs and an RBM change",
                fr="Ce que changent une convolution, une permutation des entrées et une RBM",
            ),
            "caption": Said(
                en="Differences paired by seed, with their 95 % intervals. Reduced: of the dense "
                "network, or the one without an RBM, less the other. Cost: with permuted inputs "
                "less plain ones.",
                fr="Différences appariées par graine, avec leurs intervalles à 95 %. Réduction : "
                "réseau dense, ou sans RBM, moins l'autre. Coût : entrées permutées moins entrées "
                "en place.",
            ),
            "frame": frames["compared"].drop(columns="block"),
        },
    ]
