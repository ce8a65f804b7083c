"""What a saved network is worth on each part of its examples: beside accuracy and R2 the scores that
rare classes count in, who is taken for whom, and errors in the data's own unit.

All are those of scikit-learn's functions of the same names; they are of the weights in the folder.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mlpstudy.core.measures import PARTS
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.scaler import Scaler
from mlpstudy.data.split import split
from mlpstudy.data.store import fingerprint
from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import SUMS, add_to_sums, write_atomically
from mlpstudy.runs.known import SCALER, KnownRun
from mlpstudy.runs.predict import answers_of, guesses, weights_of

CONFUSION = "confusion.csv"
DIGITS = 4


class Scored(NamedTuple):
    """A row of scores for each part, and for classes how often each is taken for each, by part."""

    scores: pd.DataFrame
    confusion: Mapping[
        str, np.ndarray
    ]  # (classes, classes): of the row's class, taken for the column's
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
            confusion[name] = confusion_of(part.y, guesses(a), dataset.classes)
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


def confusion_of(y: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) how many examples of class y are taken for each class."""
    return np.bincount(y * classes + guess, minlength=classes**2).reshape(classes, classes)


def of_classes(confusion: np.ndarray) -> dict[str, float]:
    """Accuracy; balanced accuracy, the mean over the classes of the share of theirs that is right; F1,
    the mean over the classes of 2 right / (there + taken for it). Classes that do not occur are left
    out of the means."""
    right, there, taken = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    recall, f1 = right[there > 0] / there[there > 0], 2 * right / np.maximum(there + taken, 1)
    return {
        "examples": int(confusion.sum()),
        "accuracy": float(right.sum() / confusion.sum()),
        "balanced_accuracy": float(recall.mean()),
        "f1": float(f1[there + taken > 0].mean()),
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


def write_confusion(known: KnownRun, found: Scored) -> None:
    """Write confusion.csv beside the weights: a row for each part and class, a column for each answer."""
    frames = [
        pd.DataFrame(counts, columns=found.labels).assign(part=part, label=found.labels)
        for part, counts in found.confusion.items()
    ]
    if frames:
        table = pd.concat(frames)[["part", "label", *found.labels]]
        write_atomically(known.folder / CONFUSION, table.to_csv(index=False).encode())
        add_to_sums(known.folder / SUMS, [known.folder / CONFUSION])


def shown(found: Scored, part: str = "test") -> RenderableType:
    """The scores, and of classes who is taken for whom in one part."""
    scores = _table(["part", *found.scores.columns])
    for name, row in found.scores.iterrows():
        scores.add_row(str(name), *(f"{value:,.{DIGITS}g}" for value in row))
    if part not in found.confusion:
        return scores
    head = Text(f"{part}: a row for each class, a column for each answer")
    matrix = _table(["", *found.labels])
    for label, counts in zip(found.labels, found.confusion[part], strict=True):
        matrix.add_row(label, *map(str, counts))
    return Group(scores, head, matrix)


def _table(columns: list[Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for i, column in enumerate(columns):
        table.add_column(str(column), justify="right" if i else "left")
    return table
