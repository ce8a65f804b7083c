"""Columns of a table that say what is to be learned: they count the rows, or are the target again.

Only what holds for every row is a leak for certain; whoever names such a column in `columns` has it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame, Series

FEWEST = 12  # rows from which on a column that agrees with the target in all of them is no accident
CLOSE = 1e-9  # deviations between a number and the same in another unit


def counts(values: np.ndarray) -> bool:
    """Whether a column (N,) counts the rows: whole numbers, each the last one and a fixed step."""
    if len(values) < 3 or values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        return False
    steps = np.diff(values.astype(np.float64))
    return bool(steps[0] and (steps == steps[0]).all() and (values == np.rint(values)).all())


def names_rows(values: np.ndarray) -> bool:
    """Whether a column (N,) has another whole number in each row, as numbers of people have."""
    return (
        values.dtype.kind in "iu" and len(values) > FEWEST and len(np.unique(values)) == len(values)
    )


def is_one_hot(targets: "DataFrame") -> bool:
    """Whether each row of some columns holds a single 1, and 0 else: a class, written otherwise."""
    values = targets.to_numpy()
    if values.dtype.kind not in "biuf":
        return False
    return bool(np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all())


def copies(x: "DataFrame", target: "Series", is_class: bool) -> Iterator[Any]:
    """The names of the columns of x that say the target of every row: a value for each class, or
    the same number, if in another unit."""
    if len(target) < FEWEST:
        return
    says = _same_classes if is_class else _same_numbers
    for name in x:
        if says(x[name], target):
            yield name


def _same_classes(column: "Series", target: "Series") -> bool:
    """Whether there is one value for each class and one class for each value."""
    values, classes = (each.factorize()[0] for each in (column, target))
    n = values.max() + 1
    one_to_one = n == classes.max() + 1 == len(np.unique(values * n + classes))
    return one_to_one and 1 < n <= len(values) / 2


def _same_numbers(column: "Series", target: "Series") -> bool:
    if (
        column.dtype.kind not in "biuf"
        or not np.isfinite(both := np.array([column, target], float)).all()
    ):
        return False
    deviations = both.std(axis=1, keepdims=True)
    if (deviations <= CLOSE * np.abs(both).max(axis=1, keepdims=True)).any():
        return False
    a, b = (both - both.mean(axis=1, keepdims=True)) / deviations
    return bool(min(np.abs(a - b).max(), np.abs(a + b).max()) < CLOSE)
