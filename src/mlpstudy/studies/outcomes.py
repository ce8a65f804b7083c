"""How runs end, and which settings of a cell are chosen: what most studies begin with."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlpstudy.design.run import Run
from mlpstudy.statistics.survival import passes_to_threshold
from mlpstudy.studies.view import View

SPENDING = ("dataset", "depth", "width", "cost", "pretraining", "pretraining_epochs")


def outcomes(view: View, runs: pd.DataFrame, fields: list[str]) -> pd.DataFrame:
    """Each run's fields and how it ends: run_id, fields..., then for each split its loss, accuracy
    and error after the last pass (train_loss, ...), and at_best_...: those of the test part after
    the pass with the smallest validation loss. guess_error and guess_loss: what the commonest label
    and equal shares would give on test; NaN for a regression, and for a cost that is no likelihood.

    A run that diverged has an error of 1, an accuracy of 0 and an infinite loss, everywhere.
    """
    frame = runs[["run_id", *fields]]
    best = _at_best(view).add_prefix("at_best_")
    parts = [view.final(split).add_prefix(f"{split}_") for split in ("train", "validation", "test")]
    for part in [*parts, best]:
        frame = frame.merge(part, left_on="run_id", right_index=True, how="left")
    lost = runs["status"].to_numpy() == "diverged"
    for column in frame.columns[frame.columns.str.endswith(("_loss", "_accuracy"))]:
        worst = np.inf if column.endswith("_loss") else 0.0
        frame[column] = frame[column].astype(float).where(~lost, worst)
        if column.endswith("_accuracy"):
            frame[column.replace("_accuracy", "_error")] = 1 - frame[column]
    return _with_guesses(frame, runs)


LIKELIHOODS = ("nll", "kl")  # costs that are ln(classes) for equal shares


def _with_guesses(frame: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """With guess_error and guess_loss, where the runs' table has the classes and their shares."""
    if not {"classes", "majority", "cost"} <= set(runs.columns):
        return frame
    classes = runs["classes"].astype(float).where(runs["classes"] > 0)
    guesses = {
        "guess_error": 1 - runs["majority"].where(classes.notna()),
        "guess_loss": np.log(classes.where(runs["cost"].isin(LIKELIHOODS))),
    }
    by_id = pd.DataFrame(guesses).set_axis(runs["run_id"].to_numpy())
    return frame.join(by_id, on="run_id")


def _at_best(view: View) -> pd.DataFrame:
    """Loss and accuracy on test after the pass with the smallest validation loss, by run_id."""
    validation = view.curves[view.curves["split"] == "validation"]
    order = validation.sort_values(["run_id", "loss", "epoch"])
    best = order.groupby("run_id", observed=True).head(1)[["run_id", "epoch"]]
    test = view.curves[view.curves["split"] == "test"].merge(best, on=["run_id", "epoch"])
    return test.set_index("run_id")[["loss", "accuracy"]]


def with_lost_starts(view: View) -> pd.DataFrame:
    """The curves, with a first row for runs that diverged before they had one."""
    lost = view.runs.loc[~view.runs["run_id"].isin(view.curves["run_id"]), "run_id"]
    if lost.empty:
        return view.curves
    rows = {"run_id": lost, "epoch": 0, "split": "validation", "loss": np.inf, "accuracy": 0.0}
    return pd.concat([view.curves, pd.DataFrame(rows)], ignore_index=True)


def levels(texts: list[str]) -> dict[str, float]:
    """["digits 0.8", ...] -> {"digits": 0.8, ...}"""
    return {name: float(level) for name, level in (text.split() for text in texts)}


def trained(view: View, level: dict[str, float]) -> pd.DataFrame:
    """How each run on a dataset with a level ends: its `outcomes`, and by run_id: dataset, cell_id,
    seed, eta, status, epochs; reached and passes (of training, its budget where it never is there);
    spent (passes that pretraining costs), total (both).
    """
    # Here, for it brings torch, which studies that pretrain nothing need not wait for.
    from mlpstudy.core.pretrain import passes_spent

    runs = view.runs[view.runs["dataset"].isin(level) & (view.runs["epochs"] > 0)]
    bound = runs.set_index("run_id")["dataset"].map(level)
    curves = with_lost_starts(view)
    curves = curves[curves["run_id"].isin(runs["run_id"])]
    passes = passes_to_threshold(curves, "validation", "accuracy", bound, "above", runs)
    fields = ["dataset", "cell_id", "seed", "eta", "status", "epochs"]
    frame = outcomes(view, runs, fields).merge(passes, on="run_id")
    pretrained = runs[list(SPENDING)].to_dict("records")
    spent = [passes_spent(Run(**described)) for described in pretrained]
    frame["spent"] = frame["run_id"].map(dict(zip(runs["run_id"], spent, strict=True)))
    frame["total"] = (frame["passes"] + frame["spent"]).round().astype(int)
    return frame


def with_chosen(
    by_run: pd.DataFrame,
    cell: list[str],
    settings: Sequence[str] = ("eta",),
    family: str = "error",
    name: str = "chosen",
) -> pd.DataFrame:
    """The runs with a column `name`: whether their settings are those chosen for their cell.

    By the mean, over the seeds, of the validation error or loss after the last pass: by the family
    of what is compared. Of equal means the other family decides, then the smaller eta.
    """
    measures = {"error": ["validation_error", "validation_loss"]}
    measures["loss"] = measures["error"][::-1]
    return with_least(by_run, cell, measures[family], settings, name)


def with_least(
    by_run: pd.DataFrame,
    cell: list[str],
    measures: list[str],
    settings: Sequence[str] = ("eta",),
    name: str = "chosen",
) -> pd.DataFrame:
    """With `name`: whether a run's settings have the least mean over the seeds of its cell.

    Of the first of the measures; of equal means the next measure decides, then the smaller eta.
    A run that diverged is the worst: its infinite measure makes the mean infinite, and of infinite
    means the one with fewer such runs is less, then the one with the smaller mean of the others.
    """
    varied = [*cell, *settings]
    ordered = _ranked(by_run, varied, [*measures], list(settings))
    best = ordered.groupby(cell, as_index=False, observed=True, dropna=False).head(1)[varied]
    marked = by_run.merge(best.assign(**{name: True}), on=varied, how="left")
    return marked.assign(**{name: marked[name].eq(True)})


def _ranked(
    by_run: pd.DataFrame, varied: list[str], measures: list[str], settings: list[str]
) -> pd.DataFrame:
    """varied..., one row for each value of them: from the least mean upwards."""
    finite = {m: by_run[m].where(np.isfinite(by_run[m])) for m in measures}
    lost = {f"{m} lost": finite[m].isna() for m in measures}
    groups = by_run.assign(**finite, **lost).groupby(
        varied, as_index=False, observed=True, dropna=False
    )
    means = groups[[*measures, *lost]].mean()
    order = [key for m in measures for key in (f"{m} lost", m)]
    return means.sort_values([*order, *settings], kind="stable")[varied]
