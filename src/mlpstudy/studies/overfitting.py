"""What favours overfitting? Gap, rise and error against width, depth, examples and label noise.

Every block of the sweep changes the one field that it is named after. Depths are compared at equal
fit: each at an eta at which it learns its training examples by heart.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd

from mlpstudy.said import Said
from mlpstudy.statistics.intervals import Interval, interval, paired, summarise
from mlpstudy.studies.contrast import Contrast, contrast, edge
from mlpstudy.studies.finding import Finding
from mlpstudy.studies.outcomes import outcomes, with_chosen
from mlpstudy.studies.view import View

SWEPT = ("width", "depth", "train_size", "label_noise")  # a block each
DEPTHS = ("depth", "depth_clean")  # the blocks of depths: with wrong labels and without
CELL = ["block", "dataset", *SWEPT]  # eta is chosen within it
STATISTICS = [
    "gap_with_depth", "error_added_by_depth", "error_saved_beyond_fit", "gap_with_width",
    "gap_with_fewer_examples", "rise_with_noise", "error_saved_by_width", "rise",
]  # fmt: skip
FACTORS = [*CELL, "eta"]
OPTIONS = {"fits": "number"}
ONLY_BLOCKS = [*SWEPT, "depth_clean"]
FITS = 0.01  # mean training error up to which a network has learned its examples by heart
# The columns of the choices of eta, by cell; the third is of the etas at which the cell fits.
ERROR, LOSS, FITTING = "chosen", "chosen_by_loss", "chosen_fitting"
SHARED = {ERROR: "shared", LOSS: "shared_by_loss"}  # one eta for all cells of a block and dataset
MEASURES = {  # of a cell, and what their eta is chosen by
    "train_error": ERROR,
    "test_error": ERROR,
    "at_best_error": ERROR,
    "gap": ERROR,
    "train_loss": LOSS,
    "test_loss": LOSS,
    "at_best_loss": LOSS,
    "lowest_loss": LOSS,
    "rise": LOSS,
}


def summary(view: View) -> dict[str, pd.DataFrame]:
    """by_run: every run at its end: gap (test error less training error), lowest_loss (on test,
    over the passes), rise (test loss after the last pass less the lowest), at_best_...: on test,
    after the pass that is best on validation; and whether its eta is the one chosen for its cell,
    by the validation error (chosen), by the loss (chosen_by_loss), or by the error among the etas
    at which the cell fits its training set (chosen_fitting); shared, shared_by_loss: the one chosen
    for all cells of a block and dataset together, so that nothing in a curve is a switch of eta.
    cells: each measure of each cell, at the shared eta of its own kind. fitting: of the cells that
    fit their training set. bumps: where the test error does not fall with width.
    """
    by_run = _by_run(view)
    return {
        "by_run": by_run,
        "cells": _cells(by_run),
        "fitting": _fitting(by_run),
        "bumps": _bumps(by_run[by_run[SHARED[ERROR]]]),
    }


def _by_run(view: View) -> pd.DataFrame:
    """A run that two blocks ask for counts in both."""
    ends = outcomes(view, view.runs, ["dataset", *SWEPT, "epochs", "eta", "seed", "status"])
    test = view.curves[view.curves["split"] == "test"]
    lowest = test.groupby("run_id", observed=True)["loss"].min()
    ends["lowest_loss"] = ends["run_id"].map(lowest)
    ends["gap"] = ends["test_error"] - ends["train_error"]
    ends["rise"] = ends["test_loss"] - ends["lowest_loss"]
    parts = [ends[ends["run_id"].isin(view.blocks[b])].assign(block=b) for b in view.blocks]
    by_run = pd.concat(parts, ignore_index=True)
    for family, name in (("error", ERROR), ("loss", LOSS)):
        by_run = with_chosen(by_run, CELL, family=family, name=name)
        by_run = with_chosen(by_run, ["block", "dataset"], family=family, name=SHARED[name])
    return _with_fitting(by_run, float(view.option("fits", FITS)))


def _with_fitting(by_run: pd.DataFrame, most: float) -> pd.DataFrame:
    """With fits: whether the cell's mean training error at this eta is at most so much, and
    FITTING: whether the eta is the best on validation of those where it is."""
    cells = by_run.groupby([*CELL, "eta"], dropna=False)
    by_run = by_run.assign(fits=cells["train_error"].transform("mean") <= most)
    fitting = with_chosen(by_run[by_run["fits"]], CELL, family="error", name=FITTING)
    others = by_run[~by_run["fits"]].assign(**{FITTING: False})
    return pd.concat([fitting, others], ignore_index=True)


def _cells(by_run: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, measure, value, low, high, n, diverged."""
    parts = []
    for measure, chosen in MEASURES.items():
        best = by_run[by_run[SHARED[chosen]]]
        lost = best.assign(diverged=best["status"].eq("diverged"))
        lost = lost.groupby(CELL, as_index=False, dropna=False)["diverged"].sum()
        cells = summarise(best, [*CELL, "eta"], measure).assign(measure=measure)
        parts.append(cells.merge(lost, on=CELL))
    return pd.concat(parts, ignore_index=True)


def _fitting(by_run: pd.DataFrame) -> pd.DataFrame:
    """CELL, eta, measure, value, low, high, n: at FITTING, of the cells that have such an eta."""
    best = by_run[by_run[FITTING]]
    measures = ("train_error", "test_error", "gap", "rise")
    parts = [summarise(best, [*CELL, "eta"], m).assign(measure=m) for m in measures]
    return pd.concat(parts, ignore_index=True)


def _bumps(best: pd.DataFrame) -> pd.DataFrame:
    """Each width's test error less that of the next narrower one, paired by seed, and whether the
    network learns all its examples by heart (mean training error of FITS at most)."""
    rows = []
    for dataset, runs in best[best["block"] == "width"].groupby("dataset"):
        widths = sorted(runs["width"].unique())
        for below, width in zip(widths, widths[1:]):
            sides = [runs[runs["width"] == w] for w in (width, below)]
            value = paired(*sides, "test_error")
            by_heart = bool(sides[0]["fits"].all())
            row = {"dataset": dataset, "width": width, "narrower": below, "by_heart": by_heart}
            rows.append({**row, **value._asdict(), "n": len(sides[0])})
    columns = ["dataset", "width", "narrower", "by_heart", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)


ENDS = {  # statistic: block, measure, whether the larger end is the treated one
    "gap_with_width": ("width", "gap", True),
    "gap_with_fewer_examples": ("train_size", "gap", False),
    "rise_with_noise": ("label_noise", "rise", True),
    "error_saved_by_width": ("width", "test_error", False),
}
AT_EQUAL_FIT = {  # statistic: measure
    "gap_with_depth": "gap",
    "error_added_by_depth": "test_error",
}


def findings(view: View, frames: dict[str, pd.DataFrame]) -> list[Finding]:
    """What C23 and C19 come to, dataset by dataset."""
    by_run = frames["by_run"]
    found = []
    for statistic, measure in AT_EQUAL_FIT.items():
        found += view.findings(statistic, list(_with_depth(by_run, measure)))
    for statistic, ends in ENDS.items():
        found += view.findings(statistic, list(_between_ends(by_run, *ends)))
    found += view.findings("error_saved_beyond_fit", list(_beyond_fit(by_run)))
    return found + view.findings("rise", list(_rises(by_run)))


def _added(treated: pd.DataFrame, control: pd.DataFrame, measure: str) -> Interval:
    return paired(treated, control, measure)


def _with_depth(by_run: pd.DataFrame, measure: str) -> Iterator[Contrast]:
    """The deepest network that fits its training set against the shallowest, where that one fits
    too. Where there are no two such depths: the two ends as they are, which decide nothing."""
    depths = by_run[by_run["block"].isin(DEPTHS)]
    for (dataset, noise), runs in depths.groupby(["dataset", "label_noise"]):
        fitting = runs.loc[runs[FITTING], "depth"]
        lowest = runs["depth"].min()
        equal = lowest in set(fitting) and fitting.nunique() > 1
        highest = (fitting if equal else runs["depth"]).max()
        if highest == lowest:
            continue
        treated, control = (runs[runs["depth"] == depth] for depth in (highest, lowest))
        where = f"{dataset}, {_labels(noise)}, depth {highest} against {lowest}"
        compare = partial(_added, measure=measure)
        if not equal:
            yield contrast(f"{where}, not at equal fit", treated, control, compare, decides=False)
            continue
        yield _at_equal_fit(contrast(where, treated, control, compare, FITTING), treated)


def _at_equal_fit(made: Contrast, treated: pd.DataFrame) -> Contrast:
    """The contrast, without what it comes to at the control's eta if the treated do not fit there."""
    etas = made.runs.loc[~made.runs["run_id"].isin(made.treated["run_id"]), "eta"]
    same = treated[treated["eta"].isin(etas)]
    return made if len(same) and same["fits"].all() else replace(made, common=None)


def _between_ends(
    by_run: pd.DataFrame, block: str, measure: str, larger: bool
) -> Iterator[Contrast]:
    """The largest value of what a block changes against the smallest, or the other way round."""
    for dataset, runs in by_run[by_run["block"] == block].groupby("dataset"):
        ends = sorted([runs[block].min(), runs[block].max()], reverse=larger)
        if ends[0] == ends[1]:
            continue
        treated, control = (runs[runs[block] == end] for end in ends)
        condition = f"{dataset}, {' against '.join(_named(block, end) for end in ends)}"
        compare = partial(_added, measure=measure)
        yield contrast(condition, treated, control, compare, MEASURES[measure])


def _beyond_fit(by_run: pd.DataFrame) -> Iterator[Contrast]:
    """The narrowest network that fits its training set less the widest, in test error."""
    for dataset, runs in by_run[by_run["block"] == "width"].groupby("dataset"):
        widths = runs.loc[runs[FITTING], "width"]
        if widths.nunique() < 2:
            continue
        narrow, wide = widths.min(), widths.max()
        treated, control = (runs[runs["width"] == width] for width in (wide, narrow))
        condition = f"{dataset}, width {narrow} against width {wide}"
        made = contrast(condition, treated, control, _saved, FITTING)
        yield _at_equal_fit(made, treated)


def _saved(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return paired(control, treated, "test_error")


def _rises(by_run: pd.DataFrame) -> Iterator[Contrast]:
    """How far the widest network's test loss rises."""
    for dataset, runs in by_run[by_run["block"] == "width"].groupby("dataset"):
        widest = runs[runs["width"] == runs["width"].max()]
        best = widest[widest[LOSS]]
        yield Contrast(
            condition=f"{dataset}, {_named('width', widest['width'].iloc[0])}",
            value=interval(best["rise"]),
            runs=best,
            edge=edge(widest, LOSS),
        )


def _named(block: str, value: float) -> str:
    words = {
        "width": "width {}",
        "train_size": "{} examples",
        "label_noise": "{:.0%} of labels wrong",
    }
    return words[block].format(value)


def _labels(noise: float) -> str:
    return _named("label_noise", noise) if noise else "clean labels"


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    cells, fitting = frames["cells"], frames["fitting"]
    wide = cells[cells["measure"].isin(["train_error", "test_error", "gap", "rise"])]
    return [
        {
            "name": "cells",
            "title": Said(
                en="Errors, gap and rise, cell by cell", fr="Erreurs, écart et remontée par cellule"
            ),
            "caption": Said(
                en="Mean over the seeds with its 95 % interval, at the eta with the least mean "
                "validation error (rise: loss) over all cells of a block and dataset. gap: test error "
                "less training error; rise: test loss after the last pass less the lowest of all "
                "passes, in nats.",
                fr="Moyenne sur les graines avec son intervalle à 95 %, à l'eta de la plus petite "
                "erreur moyenne en validation (remontée : du plus petit coût) sur toutes les cellules "
                "d'un bloc et d'un jeu de données. écart : erreur en test "
                "moins erreur en apprentissage ; remontée : coût en test après la dernière passe "
                "moins le plus bas de tous, en nats.",
            ),
            "frame": wide,
        },
        {
            "name": "depths",
            "title": Said(
                en="Depths that learn their examples by heart",
                fr="Profondeurs qui apprennent leurs exemples par cœur",
            ),
            "caption": Said(
                en="Errors after the last pass, mean over the seeds with its 95 % interval, of the "
                "depths with a mean training error of 1 % at most at some eta; of those etas the "
                "one with the least mean validation error.",
                fr="Erreurs après la dernière passe, moyenne sur les graines avec son intervalle à "
                "95 %, des profondeurs dont l'erreur moyenne d'apprentissage est d'au plus 1 % à "
                "un eta au moins ; parmi ceux-là, celui de la plus petite erreur moyenne en "
                "validation.",
            ),
            "frame": fitting[fitting["block"].isin(DEPTHS)].drop(columns=["block", "width"]),
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
