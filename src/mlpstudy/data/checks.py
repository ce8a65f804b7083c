"""What examples must be before anything learns from them; all else is a mistake, in one line."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from mlpstudy.design.mistakes import Mistake, shown

MOST_NAMED = 5  # of the rows and columns that are to blame; the others are counted
REMEDY = "leave these rows out or fill them in"


def mistake(dataset: str, problem: str, key: str = "", value: Any = None, **rest: str) -> Mistake:
    """A mistake in the examples of a dataset."""
    told = {} if value is None else {"value": value}
    return Mistake(problem, file=f"dataset {dataset}", key=key, **told, **rest)


def column_names(x: Any) -> tuple[str, ...]:
    """The names of a table's columns; none of a plain array's."""
    return tuple(map(str, getattr(x, "columns", ())))


def inputs(dataset: str, x: Any) -> np.ndarray:
    """x (N, n_in), an array or a table, as float64.

    Raises Mistake, which names the column and the row, where something is not a number.
    """
    columns, array = column_names(x), np.asarray(x)
    if array.ndim != 2 or not array.size:
        raise mistake(
            dataset, f"has inputs of shape {array.shape}", allowed="(examples, inputs), one or more"
        )
    if array.dtype == object or array.dtype.kind not in "biuf":
        array = np.column_stack(
            [
                _floats(dataset, column, f"column {columns[i] if columns else i + 1}")
                for i, column in enumerate(array.T)
            ]
        )
    return np.ascontiguousarray(array, np.float64)


def targets(dataset: str, y: Any) -> np.ndarray:
    """The values (N,) of a regression as float64. Raises Mistake where one is not a number."""
    return _floats(dataset, _one_each(dataset, y), "target")


def classes(dataset: str, y: Any) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels (N,) of any kind as classes 0 .. K - 1 (N,) int64, and what each was called.

    The classes are in the order of their labels: numbers by size, texts by alphabet. Raises Mistake
    where a label is missing and where all are the same.
    """
    y = _one_each(dataset, y)
    if len(rows := np.flatnonzero(_missing(y) | (y.astype(str) == ""))):
        raise mistake(dataset, f"has no label in {in_rows(rows, len(y))}", hint=REMEDY)
    if y.dtype == object:
        y = np.array(y.tolist())  # numbers as numbers, texts and mixtures as texts
    names, codes = np.unique(y, return_inverse=True)
    plain = partial(np.format_float_positional, trim="-") if y.dtype.kind == "f" else str
    called = tuple(map(plain, names))
    if len(names) < 2:
        one = f"has one class only, {shown(called[0])}" if called else "has no labels"
        raise mistake(dataset, one, allowed="two or more, to be told apart")
    return codes.astype(np.int64), called


def finite(dataset: str, values: np.ndarray, columns: Sequence[str], what: str = "column") -> None:
    """Raise Mistake where one of values (N, n) is missing or infinite."""
    bad = ~np.isfinite(values)
    if not (n := int(bad.sum())):
        return
    told = columns or ([""] if values.shape[1] == 1 else [*map(str, range(1, values.shape[1] + 1))])
    names = [f"{what} {told[i]}".strip() for i in np.flatnonzero(bad.any(axis=0)).tolist()]
    rows = in_rows(np.flatnonzero(bad.any(axis=1)), len(values))
    problem = f"{n} value{'s are' if n > 1 else ' is'} missing or not finite, in {rows}"
    key = listed(names[:MOST_NAMED], len(names[MOST_NAMED:]))
    raise mistake(dataset, problem, key, hint=REMEDY)


def varying(dataset: str, y: np.ndarray) -> None:
    """Raise Mistake where the values y (N, k) of a regression are the same in all rows."""
    if len(y) and (np.ptp(y, axis=0) == 0).any():
        raise mistake(dataset, "is the same in all rows: there is nothing to learn", "target")


def _one_each(dataset: str, y: Any) -> np.ndarray:
    """(N,): one target for each example, from (N,) or (N, 1)."""
    y = np.asarray(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1:
        raise mistake(dataset, f"has targets of shape {y.shape}", allowed="one for each example")
    return y


def _floats(dataset: str, values: np.ndarray, column: str) -> np.ndarray:
    values = np.where(_missing(values), np.nan, values.astype(object))
    try:
        return values.astype(np.float64)
    except (ValueError, TypeError):
        row = next(i for i, value in enumerate(values) if not _is_number(value))
    comma = isinstance(values[row], str) and _is_number(values[row].replace(",", ".", 1))
    hint = "read it with decimal=','" if comma else "give each text a number, or leave it out"
    problem = f"is not a number (row {row + 1} of {len(values)})"
    raise mistake(dataset, problem, column, values[row], hint=hint)


def _missing(values: np.ndarray) -> np.ndarray:
    """(N,) whether a value is None, NaN, NaT or pandas' NA."""

    def is_missing(value: Any) -> bool:
        try:
            return value is None or bool(value != value)
        except TypeError:  # whether NA is itself is not known either
            return True

    return np.array([is_missing(value) for value in values], bool)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (ValueError, TypeError):
        return False
    return True


def in_rows(rows: np.ndarray, n: int) -> str:
    """Rows counted from 1, as a reader of a table counts them."""
    named = [str(row + 1) for row in rows[:MOST_NAMED]]
    others = len(rows) - len(named)
    return f"row{'s' * (len(rows) > 1)} {listed(named, others)} of {n}"


def listed(names: Sequence[str], others: int = 0) -> str:
    """a, b and c; a, b and 7 more."""
    parts = [*names, f"{others} more"] if others else list(names)
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
