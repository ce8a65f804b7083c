"""What a saved network is worth on each part of its examples: beside accuracy and R2 the scores that
rare classes count in, who is taken for whom, and errors in the data's own unit.

All are those of scikit-learn's functions of the same names; they are of the weights in the folder.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType

from mlpstudy.core.confusion import accuracy, balanced_accuracy, counted, f1
from mlpstudy.core.measures import PARTS
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.scaler import Scaler
from mlpstudy.data.split import split
from mlpstudy.data.store import fingerprint
from mlpstudy.design.mistakes import Mistake
from mlpstudy.runs.known import SCALER, KnownRun
from mlpstudy.runs.predict import answers_of, guesses, weights_of
from mlpstudy.runs.show import matrix_table, table_of

DIGITS = 4


class Scored(NamedTuple):
    """A row of scores for each part, and for classes how often each is taken for each, by part."""

    scores: pd.DataFrame
    confusion: Mapping[str, np.ndarray]  # (classes, classes), see core/confusion.py
    labels: list[str]


def scored(known: KnownRun, dataset: Dataset) -> Scored:
    """The scores of a run that `mlpstudy run` has left. dataset: the one that it learned from.

    Raises Mistake where its weights are not there, or the dataset is not what it was.
    """
    weights = weights_of(known)
    _refuse_another(known, dataset)
    scaler = Scaler.load(known.folder / SCALER)
    parts, rows, confusion = split(dataset, known.run), {}, {}
    for name in PARTS:
        part = getattr(parts, name)
        a = answers_of(known.run, scaler, weights, part.x)
        if dataset.classes:
            confusion[name] = counted(part.y, guesses(a), dataset.classes)
            rows[name] = of_classes(confusion[name])
        else:
            rows[name] = of_values(scaler.outputs(part.target.astype(float)), scaler.outputs(a))
    labels = scaler.labels.tolist() or [str(i) for i in range(dataset.classes)]
    return Scored(pd.DataFrame(rows).T, confusion, labels)


def _refuse_another(known: KnownRun, dataset: Dataset) -> None:
    before = known.made_by.get(f"data/{known.run.dataset}")
    if before != fingerprint(dataset):
        problem = "is not what it was when this run was trained; train it again"
        raise Mistake(problem, file=str(known.folder), key="dataset", value=known.run.dataset)


def of_classes(counts: np.ndarray) -> dict[str, float]:
    """The scores of counts (classes, classes)."""
    return {
        "examples": int(counts.sum()),
        "accuracy": float(accuracy(counts)),
        "balanced_accuracy": float(balanced_accuracy(counts)),
        "f1": float(f1(counts)),
    }


def of_values(t: np.ndarray, z: np.ndarray) -> dict[str, float]:
    """R2 and the mean squared and absolute error of answers z (N, k) to targets t (N, k), averaged
    over the k: in the unit of t."""
    left, spread = np.square(t - z).mean(0), t.var(0)
    r2 = np.where(spread > 0, 1 - left / np.where(spread > 0, spread, 1), left == 0)
    return {
        "examples": len(t),
        "r2": float(r2.mean()),
        "mean_squared_error": float(left.mean()),
        "mean_absolute_error": float(np.abs(t - z).mean()),
    }


def shown(found: Scored, part: str = "test") -> RenderableType:
    """The scores, and of classes who is taken for whom in one part."""
    scores = table_of(["part", *found.scores.columns])
    for name, row in found.scores.iterrows():
        scores.add_row(str(name), *(f"{value:,.{DIGITS}g}" for value in row))
    if part not in found.confusion:
        return scores
    return Group(scores, matrix_table(found.labels, found.confusion[part], part))
