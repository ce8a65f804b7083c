"""Who a network takes for whom: what is counted of one run, and the file beside its weights."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlpstudy.core.confusion import balanced_accuracy, f1
from mlpstudy.core.measures import PARTS
from mlpstudy.files import DamagedFile, read_verified, write_atomically
from mlpstudy.tables.record import Record

CONFUSION = "confusion.csv"
HEAD = ("pass", "part", "label")
MOST_SHOWN = 20  # classes in a table that a person reads


class Confusion(NamedTuple):
    """labels: of the K classes. counts: (K, K) by pass and part, a row for each class that examples
    have, a column for each that they are named."""

    labels: list[str]
    counts: dict[tuple[int, str], np.ndarray]

    def scores(self, at: int, part: str) -> tuple[float, float] | None:
        """Balanced accuracy and macro F1 after a pass; None where nothing was counted then."""
        counts = self.counts.get((at, part))
        return None if counts is None else (float(balanced_accuracy(counts)), float(f1(counts)))


def of_record(record: Record, labels: Sequence[str]) -> Confusion | None:
    """What was counted of a run after its last pass and after its best; None of a regression, and
    where it diverged. labels: of the classes; none: they are called by their numbers."""
    classes = record.confusion.shape[-1]
    if not classes:
        return None
    last, best = (
        len(record.curves) - 1,
        int(record.curves[:, PARTS.index("validation"), 0].argmin()),
    )
    counts = {
        (at, part): record.confusion[time, p]
        for time, at in ((1, best), (0, last))
        for p, part in enumerate(PARTS)
    }
    return Confusion(list(labels) or [str(i) for i in range(classes)], counts)


def write(folder: Path, confusion: Confusion | None) -> list[Path]:
    """Write confusion.csv, a row for each pass, part and class, a column for each answer; the files
    that are written. Where there is nothing to write none is left."""
    if confusion is None:
        (folder / CONFUSION).unlink(missing_ok=True)
        return []
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(confusion))
    write_atomically(folder / CONFUSION, text.getvalue().encode())
    return [folder / CONFUSION]


def _rows(confusion: Confusion) -> Iterator[list]:
    yield [*HEAD, *confusion.labels]
    for (at, part), counts in confusion.counts.items():
        for label, row in zip(confusion.labels, counts.tolist(), strict=True):
            yield [at, part, label, *row]


def read(folder: Path) -> Confusion | None:
    """What `write` wrote and the folder's checksums list; None where it wrote nothing. Raises
    DamagedFile."""
    path = folder / CONFUSION
    if not path.exists():
        return None
    try:
        text = read_verified(path).decode()
        return _parsed(list(csv.reader(io.StringIO(text))))
    except DamagedFile:
        raise
    except (ValueError, IndexError, csv.Error) as error:
        raise DamagedFile(path) from error


def _parsed(lines: list[list[str]]) -> Confusion:
    (_, _, _, *labels), *rows = lines
    K = len(labels)
    counts: dict[tuple[int, str], np.ndarray] = {}
    for first in range(0, len(rows), K):
        block = rows[first : first + K]
        numbers = [[int(n) for n in row[len(HEAD) :]] for row in block]
        counts[int(block[0][0]), block[0][1]] = np.array(numbers).reshape(K, K)
    return Confusion(labels, counts)
