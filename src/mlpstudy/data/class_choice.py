"""Which classes of a table are learned: those that are named, or those that are not too rare."""

from collections.abc import Sequence

import numpy as np

from mlpstudy.data.checks import listed
from mlpstudy.data.reading import Reading, Rows, word
from mlpstudy.design.mistakes import nearest, shown

MOST_NAMED = 10
NO_CLASS = -1  # of a row with a gap there: `missing` judges it


def rows_of_classes(
    reading: Reading, parts: Sequence[Rows], codes: np.ndarray, labels: Sequence[str]
) -> list[np.ndarray]:
    """For each file which rows (N,) are of a class that is kept, or of none. codes (all N,): the
    class of each row of all files, labels (K,): what each is called. Raises Mistake."""
    is_test = np.concatenate([part.is_test for part in parts])
    counted = ~is_test & (codes != NO_CLASS)
    if reading.source.missing == "drop":
        counted &= ~np.concatenate([part.x.isna().to_numpy().any(axis=1) for part in parts])
    kept = _kept(reading, np.bincount(codes[counted], minlength=len(labels)), labels)
    rows = np.isin(codes, [NO_CLASS, *kept])
    if is_test.any() and not rows[is_test].any():
        raise reading.mistake(reading.source.place, "none has an example in test", "classes")
    if n := int((~rows).sum()):
        others = [shown(label) for i, label in enumerate(labels) if i not in kept]
        some = listed(others[:MOST_NAMED], len(others[MOST_NAMED:]))
        which = f"{n:,} of {len(rows):,} rows, of class{'es' * (len(others) > 1)} {some}"
        reading.note("left out", f"{which}; see classes")
    return np.split(rows, np.cumsum([len(part.y) for part in parts])[:-1])


def _kept(reading: Reading, counts: np.ndarray, labels: Sequence[str]) -> list[int]:
    """The classes that the source names, or of which it has so many examples."""
    choice, file = reading.source.classes, reading.source.place
    assert choice is not None
    if choice.at_least is None:
        return [_class(reading, name, labels) for name in choice.names or ()]
    kept = np.flatnonzero(counts >= choice.at_least).tolist()
    if len(kept) < 2:
        problem = f"leaves {len(kept)} of {len(labels)} classes"
        more = {"value": choice.at_least, "allowed": f"at most {np.sort(counts)[-2]:,}"}
        raise reading.mistake(file, problem, "classes.at_least", **more)
    return kept


def _class(reading: Reading, name: object, labels: Sequence[str]) -> int:
    if (called := word(name)) in labels:
        return list(labels).index(called)
    some = listed([shown(label) for label in labels[:MOST_NAMED]], len(labels[MOST_NAMED:]))
    more = {"value": name, "allowed": f"one of {some}", "nearest": nearest(called, labels)}
    raise reading.mistake(reading.source.place, "is no class", "classes", **more)
