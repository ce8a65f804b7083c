"""Do convolutions and RBM features overfit less? At equal numbers of parameters, plain and permuted.

Each block of the sweep is a pair of equally large networks, a convolution and a dense one; other
blocks compare a hidden layer that an RBM prepared with one drawn at random.
"""

import numpy as np
import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.contrast import Compare, Contrast, contrast
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

SIZE = ["depth", "width", "kernel", "n_parameters"]
TREATED = ["permuted", "pretraining", "trained"]
CELL = ["block", "dataset", "kind", *TREATED, *SIZE]
SETTINGS = ["eta", "pretraining_eta"]  # chosen within a cell
STATISTICS = [
    "gap_reduced", "error_reduced", "permutation_cost", "permutation_cost_of_dense",
    "permutation_costs_more", "gap_reduced_by_rbm", "error_reduced_by_rbm",
]  # fmt: skip
FACTORS = [*CELL, *SETTINGS]
OPTIONS = {}
CONVOLUTION, DENSE = "convolution", "dense"
RBM, RANDOM = "rbm", "none"  # of the field pretraining


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end, its gap (test error less training error), and whether its
    settings are the chosen ones. cells: test error, gap and training error of each cell at those.
    compared: what a convolution, a permutation and an RBM change, block by block; common: the same
    with both sides at the control's eta.
    """
    by_run = _by_run(view)
    rows = [
        {
            "statistic": statistic,
            "block": block,
            "condition": made.condition,
            **made.value._asdict(),
            "common": np.nan if made.common is None else made.common.value,
            "n": made.runs["seed"].nunique(),
        }
        for block, statistic, made in _measured(by_run)
    ]
    columns = ["statistic", "block", "condition", *Interval._fields, "common", "n"]
    return {
        "by_run": by_run,
        "cells": _cells(by_run[by_run["chosen"]]),
        "compared": pd.DataFrame(rows, columns=columns),
    }


def _by_run(view: View) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    kind = np.where(view.runs["kernel"] > 0, CONVOLUTION, DENSE)
    fields = [*CELL, "activation", "train_size", "epochs", *SETTINGS, "seed", "status"]
    by_run = outcomes(view, view.runs.assign(block=block, kind=kind), fields)
    by_run["gap"] = by_run["test_error"] - by_run["train_error"]
    return with_chosen(by_run, CELL, SETTINGS)


def _cells(best: pd.DataFrame) -> pd.DataFrame:
    """CELL, SETTINGS, value, low, high, n: test error; gap, gap_low, gap_high; train_error,
    diverged."""
    cells = summarise(best, [*CELL, *SETTINGS], "test_error")
    gaps = summarise(best, CELL, "gap").drop(columns="n")
    gaps = gaps.rename(columns={"value": "gap", "low": "gap_low", "high": "gap_high"})
    lost = best.assign(diverged=best["status"].eq("diverged")).groupby(CELL, as_index=False)
    others = lost.agg(train_error=("train_error", "mean"), diverged=("diverged", "sum"))
    return cells.merge(gaps, on=CELL).merge(others, on=CELL)


def _measured(by_run: pd.DataFrame) -> list[tuple[str, str, Contrast]]:
    """(block, statistic, contrast) of everything that is compared."""
    found = []
    for (block, dataset), runs in by_run.groupby(["block", "dataset"]):
        if set(runs["kind"]) == {CONVOLUTION, DENSE}:
            condition = f"{dataset}, {_parameters(runs)}"
            found += [(block, *rest) for rest in _by_kind(runs, condition)]
        if {RBM, RANDOM} <= set(runs["pretraining"]):
            found += [(block, *rest) for rest in _by_rbm(runs, dataset)]
    return found


def _parameters(runs: pd.DataFrame) -> str:
    """Numbers of parameters of the two networks: those of the convolution first."""
    sizes = runs.groupby("kind")["n_parameters"].first()
    return f"{sizes[CONVOLUTION]:,} and {sizes[DENSE]:,} parameters"


def _by_kind(runs: pd.DataFrame, condition: str) -> list[tuple[str, Contrast]]:
    """What a convolution changes on plain inputs, and what the permutation costs."""

    def cell(kind: str, permuted: bool) -> pd.DataFrame:
        return runs[(runs["kind"] == kind) & (runs["permuted"] == permuted)]

    plain = cell(CONVOLUTION, False), cell(DENSE, False)
    rows = [
        (statistic, contrast(condition, *plain, _reduced(measure)))
        for statistic, measure in (("gap_reduced", "gap"), ("error_reduced", "test_error"))
    ]
    if not runs["permuted"].any():
        return rows
    cost = {
        kind: contrast(condition, cell(kind, True), cell(kind, False), _cost)
        for kind in (CONVOLUTION, DENSE)
    }
    arms = runs.assign(arm=np.where(runs["permuted"], "permuted", "plain"))
    more = contrast(
        condition,
        *(arms[arms["kind"] == kind] for kind in (CONVOLUTION, DENSE)),
        _costs_more,
        settings=["arm", "eta"],
        learned=all(made.learned for made in cost.values()),
    )
    return [
        *rows,
        ("permutation_cost", cost[CONVOLUTION]),
        ("permutation_cost_of_dense", cost[DENSE]),
        ("permutation_costs_more", more),
    ]


def _reduced(measure: str) -> Compare:
    """How much smaller a measure is on the treated side."""
    return lambda treated, control: paired(control, treated, measure)


def _cost(permuted: pd.DataFrame, plain: pd.DataFrame) -> Interval:
    """Test error with permuted inputs less that with plain ones."""
    return paired(permuted, plain, "test_error")


def _costs_more(convolution: pd.DataFrame, dense: pd.DataFrame) -> Interval:
    """What the permutation costs a convolution beyond what it costs a dense network, by seed."""
    costs = []
    for arms in (convolution, dense):
        errors = arms.pivot(index="seed", columns="permuted", values="test_error")
        costs.append(errors[True] - errors[False])
    return interval(costs[0] - costs[1])


def _by_rbm(runs: pd.DataFrame, dataset: str) -> list[tuple[str, Contrast]]:
    """What the RBM changes, for the whole network trained and for its last layer alone."""
    rows = []
    for trained, part in runs.groupby("trained"):
        sides = [part[part["pretraining"] == kind] for kind in (RBM, RANDOM)]
        condition = f"{dataset}, {TRAINED[trained]}"
        for statistic, measure in (
            ("gap_reduced_by_rbm", "gap"),
            ("error_reduced_by_rbm", "test_error"),
        ):
            made = contrast(condition, *sides, _reduced(measure), alone=["pretraining_eta"])
            rows.append((statistic, made))
    return rows


TRAINED = {"all": "all layers trained", "last": "last layer alone trained"}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C24 comes to, pair by pair."""
    measured = _measured(frames["by_run"])
    found = []
    for statistic in STATISTICS:
        found += view.findings(statistic, [made for _, name, made in measured if name == statistic])
    return found


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    columns = ["dataset", "kind", "permuted", "pretraining", "trained", *SIZE, *SETTINGS]
    results = ["train_error", "value", "low", "high", "gap", "gap_low", "gap_high", "n", "diverged"]
    cells = frames["cells"].sort_values(["block", "dataset", "kind", *TREATED])
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors of convolutions, dense networks and networks with RBM features",
                fr="Erreurs des convolutions, des réseaux denses et des réseaux à caractéristiques de RBM",
            ),
            "caption": Said(
                en="value: mean test error after the last pass, with its 95 % interval, at the "
                "eta chosen by the mean validation error; train_error: the same on the training "
                "examples; gap: test error less training error.",
                fr="valeur : erreur de test moyenne après la dernière passe, avec son intervalle "
                "à 95 %, à l'eta choisi par l'erreur moyenne en validation ; erreur "
                "d'apprentissage : de même sur les exemples d'apprentissage ; écart : erreur de "
                "test moins erreur d'apprentissage.",
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
                "less plain ones. common: with both sides at the eta of the one that is compared "
                "with.",
                fr="Différences appariées par graine, avec leurs intervalles à 95 %. Réduction : "
                "réseau dense, ou sans RBM, moins l'autre. Coût : entrées permutées moins entrées "
                "en place. common : les deux côtés à l'eta de celui auquel on compare.",
            ),
            "frame": frames["compared"].drop(columns="block"),
        },
    ]
