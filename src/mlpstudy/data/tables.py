"""A user's own table -> a Dataset: CSV, Parquet or NPZ, by pandas, pyarrow and NumPy.

Only two things are found out, the separator of a CSV and the task, and both are told. All else that
is not certain is a mistake in one line, with the column, the rows (counted from 1, without the
header) and the key that settles it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from mlpstudy.data import checks, leaks, table_files
from mlpstudy.data.checks import in_rows, listed
from mlpstudy.data.class_choice import NO_CLASS, rows_of_classes
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.gaps import without_gaps
from mlpstudy.data.reading import Reading, Rows, word
from mlpstudy.data.subset import rows_of, subset_note
from mlpstudy.data.table_files import Table
from mlpstudy.design.mistakes import NUMBER, Mistake, nearest, shown
from mlpstudy.design.sources import Source

if TYPE_CHECKING:
    from pandas import DataFrame, Series

FEW_NUMBERS = 20  # whole numbers of a target that are taken for classes
MOST_CLASSES = 1000
MOST_LEVELS = 100  # of a column of text that becomes columns of 0 and 1
LARGEST = 1e38  # single precision holds no more
THOUSANDS = r"[-+]?[1-9]\d{0,2}([.,]\d{3})+"
WITH_UNIT = r"[^\w\s.,+-]?[-+]?\d[\d.,]*\s?[^\w\s.,+-]?"  # $1,000.00 or 12 %
EXACT = 2**53  # whole numbers above are rounded

Task = Literal["classification", "regression"]


class Read(NamedTuple):
    """A dataset and what is to be known of how it was read: (what, in words)."""

    dataset: Dataset
    notes: tuple[tuple[str, str], ...]


def read(name: str, source: Source) -> Read:
    """The dataset that a source describes; raises Mistake."""
    reading = Reading(name, source)
    tables = [table_files.read(Path(file), source, reading.note) for file in source.files]
    inputs = _inputs(reading, tables[0])
    parts = [_rows(reading, table, inputs, i > 0) for i, table in enumerate(tables)]
    task: Task = source.task or _task(reading, [part.y for part in parts])
    parts = [_as_numbers(reading, part, task) for part in parts]
    with _in_place(reading):
        wanted = _wanted(reading, parts)
    parts = [without_gaps(reading, *each) for each in zip(parts, wanted, strict=True)]
    with _in_place(reading):
        dataset = _dataset(reading, task, parts, tables[0].shape_of(inputs))
    return Read(_some_of(reading, dataset), tuple(reading.notes))


@contextmanager
def _in_place(reading: Reading) -> Iterator[None]:
    """Mistakes in examples are those of the source."""
    try:
        yield
    except Mistake as mistake:
        mistake.file = f"{reading.source.place} (dataset {reading.name})"
        raise


def _some_of(reading: Reading, dataset: Dataset) -> Dataset:
    """As many examples as the source asks for."""
    if not (n := reading.source.examples) or n == len(dataset.y):
        return dataset
    classes = dataset.y if dataset.classes else np.zeros(len(dataset.y), np.int64)
    rows, tests = rows_of(reading.name, classes, dataset.held_out, n)
    reading.notes.append(subset_note(n, len(dataset.y)))
    return replace(dataset, x=dataset.x[rows], y=dataset.y[rows], held_out=tests)


# Columns


def _inputs(reading: Reading, table: Table) -> list[str]:
    """The names of the input columns, as the first file has them."""
    source, file = reading.source, reading.source.place
    marks: list[str] = [source.test.column] if source.test and source.test.column else []
    places = {"target": source.target, "columns": source.columns or (), "drop": source.drop,
              "one_hot": source.one_hot, "test.column": marks}  # fmt: skip
    for key, names in places.items():
        _are_there(reading, file, table, names, key)
    others = [c for c in table.names if c not in (*source.target, *source.drop, *marks)]
    inputs = list(source.columns or others)
    if not inputs:
        raise reading.mistake(file, "has no column but the target", allowed="one input or more")
    if mark := next((m for m in marks if m in inputs), ""):
        raise reading.mistake(file, f"{mark} marks the test part and is no input", "columns")
    if not source.columns:
        _refuse_counters(reading, table, inputs)
    left_out = [c for c in table.names if c not in (*inputs, *source.target, *marks)]
    if left_out:
        reading.note("left out", listed(left_out[:10], len(left_out[10:])))
    return inputs


def _are_there(
    reading: Reading, file: str, table: Table, names: Iterable[str], key: str = ""
) -> None:
    for name in names:
        if name in table.names:
            continue
        some = "one of " + listed(table.names[:12], len(table.names[12:]))
        numbers = [c for c in table.names if NUMBER.fullmatch(c)]
        hint = "the first line must name the columns" if numbers else ""
        close = nearest(name, table.names)
        raise reading.mistake(
            file, "is no column", key, value=name, allowed=some, hint=hint, nearest=close
        )


def _refuse_counters(reading: Reading, table: Table, inputs: Sequence[str]) -> None:
    """A column that counts the rows says which class an example has where the rows are sorted."""
    for name in inputs:
        values = table.frame[name].to_numpy() if name in table.frame else np.array([])
        if leaks.counts(values):
            problem = f"counts the rows, {values[0]:.15g} to {values[-1]:.15g}"
            raise _leak(reading, name, problem)
        if leaks.names_rows(values):
            reading.note("look at", f"{name}: another number in each row; set drop if it is a name")


def _refuse_copies(reading: Reading, x: "DataFrame", y: "DataFrame", task: Task) -> None:
    if reading.source.columns or y.shape[1] > 1:
        return
    for name in leaks.copies(x, y.iloc[:, 0], task == "classification"):
        raise _leak(reading, name, "says the target of every row")


def _leak(reading: Reading, name: Any, problem: str) -> Mistake:
    hint = f"set drop: [{name}], or name it in columns"
    return reading.mistake(reading.source.place, problem, f"column {name}", hint=hint)


def _rows(reading: Reading, table: Table, inputs: Sequence[str], is_second: bool) -> Rows:
    source = reading.source
    file = source.files[is_second]
    if is_second:
        _are_there(reading, file, table, (*inputs, *source.target))
    is_test = np.full(len(table.frame), is_second)
    if source.test and source.test.column:
        is_test = _marked(reading, table.frame[source.test.column], source.test.value)
    columns = [c for name in inputs for c in table.columns[name]]
    targets = [c for name in source.target for c in table.columns[name]]
    return Rows(file, table.frame[columns], table.frame[targets], is_test)


def _marked(reading: Reading, marks: "Series", value: Any) -> np.ndarray:
    """Which rows a column marks as the test part: true is also what a table writes for it."""
    words = marks.astype(object).map(word)
    is_test = (words == word(value)).to_numpy(bool)
    if is_test.all() or not is_test.any():
        there = sorted(set(words))
        some = "one of " + listed([shown(w) for w in there[:10]], len(there[10:]))
        which = "all rows are" if is_test.all() else "no row is"
        problem = f"{which} of the test part"
        raise reading.mistake(
            reading.source.place, problem, "test.value", value=value, allowed=some
        )
    return is_test


# The task


def _task(reading: Reading, targets: list["DataFrame"]) -> Task:
    """Whether a target is of classes or of values, from how it looks."""
    if reading.source.classes:
        return "classification"
    if targets[0].shape[1] > 1:
        reading.note("task", "regression, for there are several targets")
        if all(leaks.is_one_hot(target) for target in targets):
            reading.note("look at", "one target of each row is 1: classes need a single column")
        return "regression"
    cells = [v for target in targets for v in target.iloc[:, 0].dropna().tolist()]
    numbers = {_number(value) for value in cells}
    texts = any(np.isnan(number) for number in numbers)
    whole = all(np.isfinite(number) and number == np.rint(number) for number in numbers)
    is_class = texts or (whole and len(numbers) <= FEW_NUMBERS)
    task: Task = "classification" if is_class else "regression"
    why = "texts" if texts else f"{len(numbers):,} different numbers{', all whole' * whole}"
    reading.note("task", f"{task}, for the target has {why}; the key task says otherwise")
    return task


def _wanted(reading: Reading, parts: list[Rows]) -> list[np.ndarray]:
    """For each file which rows (N,) are of a class that the source keeps."""
    import pandas as pd

    if reading.source.classes is None:
        return [np.ones(len(part.y), bool) for part in parts]
    cells = pd.concat([part.y for part in parts], ignore_index=True)
    has_class = cells.notna().to_numpy().all(axis=1)
    codes = np.full(len(cells), NO_CLASS)
    codes[has_class], labels = checks.classes(reading.name, _labels(reading, cells[has_class]))
    return rows_of_classes(reading, parts, codes, labels)


# Numbers


def _as_numbers(reading: Reading, rows: Rows, task: str) -> Rows:
    """Inputs and a regression's targets as float64 with NaN where there is a gap."""
    one_hot = set(reading.source.one_hot)
    x = rows.x.copy()
    for name in x:
        if name not in one_hot:
            x[name] = _numbers(reading, rows.file, x[name], may_be_text=True)
    y = rows.y
    if task == "regression":
        y = y.apply(lambda column: _numbers(reading, rows.file, column, may_be_text=False))
    return rows._replace(x=x, y=y)


def _numbers(reading: Reading, file: str, column: "Series", may_be_text: bool) -> np.ndarray:
    """A column (N,) as float64; raises Mistake where something is no number, or too large a one."""
    kind = getattr(column.dtype, "kind", "O")
    if kind in "biuf":
        values = column.to_numpy(np.float64, na_value=np.nan)
    else:
        cells = column.astype(object)
        gaps = cells.isna().to_numpy()
        decimal = reading.source.decimal
        values = np.array([_number(v, decimal) for v in cells.where(~gaps, np.nan)], np.float64)
        if len(bad := np.flatnonzero(np.isnan(values) & ~gaps)):
            raise _no_number(reading, file, column, bad, may_be_text)
    if (rows := np.flatnonzero(np.abs(values) > LARGEST)).size:
        problem = f"is infinite, or too large for single precision, in {in_rows(rows, len(values))}"
        raise reading.mistake(file, problem, f"column {column.name}")
    if (rows := np.flatnonzero(_shortened(column, values))).size:
        problem = f"has whole numbers that lose digits, in {in_rows(rows, len(values))}"
        hint = f"set drop: [{column.name}] where they are names"
        allowed = "at most 15 digits"
        raise reading.mistake(file, problem, f"column {column.name}", allowed=allowed, hint=hint)
    return values


def _shortened(column: "Series", values: np.ndarray) -> np.ndarray:
    """(N,) whether a cell is a whole number that its float64 is not."""
    large = np.abs(np.nan_to_num(values)) > EXACT
    if column.dtype.kind in "bf" or not large.any():
        return np.zeros(len(values), bool)
    exact = [
        not keep or not re.fullmatch(r"[-+]?\d+", str(cell)) or int(cell) == int(value)
        for keep, cell, value in zip(large, column, values, strict=True)
    ]
    return ~np.array(exact)


def _number(value: Any, decimal: str = ".") -> float:
    """A cell as a number; NaN where it is none."""
    if isinstance(value, str):
        if decimal == ",":  # a point would be a mark of thousands
            value = value.replace(".", "?").replace(",", ".")
        return float(value) if NUMBER.fullmatch(value) else np.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _no_number(
    reading: Reading, file: str, column: "Series", rows: np.ndarray, may_be_text: bool
) -> Mistake:
    texts = column.iloc[rows].astype(str).tolist()
    hint = _hint(reading.source, str(column.name), texts, len(column), may_be_text)
    problem = f"is no number, in {in_rows(rows, len(column))}"
    return reading.mistake(file, problem, f"column {column.name}", value=texts[0], hint=hint)


def _hint(source: Source, name: str, texts: list[str], n: int, may_be_text: bool) -> str:
    """What makes numbers of texts, which are some of n cells."""
    other = "," if source.decimal == "." else "."
    if source.is_csv and re.fullmatch(rf"[-+]?\d+\{other}\d+", texts[0]):
        decimals = f"set decimal: {other!r}"
        may_be_thousands = all(re.fullmatch(THOUSANDS, text) for text in texts)
        return f"{decimals}, or write thousands without {other!r}" if may_be_thousands else decimals
    units = {"".join(re.findall(r"[^\w\s.,+-]", text)) for text in texts}
    if len(units) == 1 and all(re.fullmatch(WITH_UNIT, text) for text in texts):
        return f"write the numbers without {units.pop()!r}"
    if source.is_csv and len(texts) < n / 2:
        return f"set na: [{texts[0]!r}] where it means a gap"
    if may_be_text:
        return f"set drop: [{name}], or one_hot: [{name}]"
    return "set task: classification, or give each row a number"


# A dataset


def _dataset(reading: Reading, task: Task, parts: list[Rows], shape: tuple[int, ...]) -> Dataset:
    """Of the rows of all files: first those to be divided, then the test part."""
    import pandas as pd

    x = pd.concat([part.x for part in parts], ignore_index=True)
    y = pd.concat([part.y for part in parts], ignore_index=True)
    _refuse_copies(reading, x, y, task)
    is_test = np.concatenate([part.is_test for part in parts])
    order = np.argsort(is_test, kind="stable")
    x = _one_hot(reading, x).iloc[order]
    if not x.size:
        raise checks.mistake(reading.name, "has no rows left")
    table_files.refuse_large(reading.source.place, *x.shape)
    inputs = np.ascontiguousarray(x.to_numpy(np.float64))
    values, labels = _targets(reading, task, y.iloc[order])
    return Dataset(
        name=reading.name,
        x=inputs,
        y=values,
        classes=len(labels),
        shape=shape if prod(shape) == inputs.shape[1] else inputs.shape[1:],
        title=reading.name,
        source=" and ".join(reading.source.files),
        columns=tuple(map(str, x.columns)),
        labels=labels,
        held_out=int(is_test.sum()),
        standardise=reading.source.standardise,
        gaps=bool(np.isnan(inputs).any()),
    )


def _targets(reading: Reading, task: Task, y: "DataFrame") -> tuple[np.ndarray, tuple[str, ...]]:
    """Classes (N,) and what they were called, or values (N, k) and ()."""
    if task == "regression":
        return np.ascontiguousarray(y.to_numpy(np.float64)), ()
    codes, labels = checks.classes(reading.name, _labels(reading, y))
    if (n := len(labels)) > MOST_CLASSES:
        more = {"allowed": f"at most {MOST_CLASSES:,}", "hint": "set task: regression"}
        raise checks.mistake(reading.name, f"has {n:,} classes", "target", **more)
    return codes, labels


def _labels(reading: Reading, y: "DataFrame") -> np.ndarray:
    """Labels (N,) as numbers where all are, whole ones as whole numbers, else as texts."""
    if y.shape[1] > 1:
        some = "one column: several are for a regression"
        raise checks.mistake(reading.name, f"has {y.shape[1]} columns", "target", allowed=some)
    cells = y.iloc[:, 0].astype(object).tolist()
    numbers = np.array([_number(v) for v in cells if not isinstance(v, bool)])
    exact = np.isfinite(numbers).all() and np.abs(numbers).max(initial=0) < EXACT
    if len(numbers) < len(cells) or not exact:
        return np.array([str(cell) for cell in cells])
    whole = (numbers == np.rint(numbers)).all()
    return numbers.astype(np.int64) if whole else numbers


def _one_hot(reading: Reading, x: "DataFrame") -> "DataFrame":
    """The inputs with each column of one_hot as columns of 0 and 1: colour=red, colour=blue."""
    import pandas as pd

    columns = list(_expanded(reading, x))
    return pd.concat(columns, axis=1) if reading.source.one_hot else x


def _expanded(reading: Reading, x: "DataFrame") -> Iterator["DataFrame"]:
    import pandas as pd

    for name in x if reading.source.one_hot else ():
        if name not in reading.source.one_hot:
            yield x[[name]]
            continue
        texts = x[name].astype(object).map(word)
        if (n := texts.nunique()) > MOST_LEVELS:
            problem, allowed = f"has {n:,} different values", f"at most {MOST_LEVELS}"
            raise checks.mistake(reading.name, problem, f"one_hot: column {name}", allowed=allowed)
        yield pd.get_dummies(texts, prefix=name, prefix_sep="=", dtype=np.float64)
