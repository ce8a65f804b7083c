"""The rows that a claim or a figure is about: their measure, their cells, what was chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.design.measures import NEED_REACH, is_of_classes
from mlpstudy.design.mistakes import Mistake
from mlpstudy.statistics.grids import Grid, grids
from mlpstudy.statistics.measures import evaluate
from mlpstudy.statistics.tuning import choose, family, names_of


@dataclass(frozen=True)
class Asked:
    """What is measured of which cells.

    measure: a column or an expression. cell: the fields that tell cells apart. tune: the fields
    that are chosen for each cell, see design.claims.Tune. measures: a study's own, by name, which
    say what a measure is made of. along: a slope's x, a field or what runs within a run (layer).
    log: its base-10 logarithm. by_row: each row is a unit of its own, not each seed.
    """

    measure: str
    cell: tuple[str, ...]
    tune: Mapping[str, Any]
    measures: Mapping[str, str]
    along: str = ""
    log: bool = False
    by_row: bool = False

    @property
    def names(self) -> set[str]:
        """The columns that the measure is made of in the end."""
        return names_of(self.measure, self.measures)


@dataclass(frozen=True)
class Selection:
    """Rows and their cells. values: the measure of each row. scores: what was chosen by. keys,
    grids: one for each cell. tuned: the fields that were chosen."""

    asked: Asked
    frame: pd.DataFrame
    values: np.ndarray
    scores: tuple[np.ndarray, ...]
    keys: pd.DataFrame
    grids: list[Grid]
    tuned: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """A column of numbers; what is missing is NaN."""
        return self.frame[name].to_numpy(dtype=float, na_value=np.nan)

    def runs(self, rows: np.ndarray) -> list[str]:
        """The run_ids of some rows, each once; none where the table has none."""
        return list(dict.fromkeys(self._run_ids[rows])) if "run_id" in self.frame else []

    @cached_property
    def _run_ids(self) -> np.ndarray:
        return self.frame["run_id"].to_numpy(dtype=object)

    def units(self, rows: np.ndarray) -> int:
        """How many seeds are behind some rows; rows, where there are no seeds."""
        return len(set(self._seeds[rows].tolist())) if "seed" in self.frame else len(rows)

    @cached_property
    def _seeds(self) -> np.ndarray:
        return self.frame["seed"].to_numpy()


def kept(frame: pd.DataFrame, where: Mapping[str, Sequence]) -> pd.DataFrame:
    """The rows with one of some values in each of some columns."""
    for field, values in where.items():
        frame = frame[np.logical_or.reduce([is_at(frame[field], value) for value in values])]
    return frame


def is_at(column: pd.Series, value: Any) -> np.ndarray:
    """Which rows have a value; None is what is missing."""
    there = column.isna() if value is None else column.eq(value)
    return there.fillna(False).to_numpy(dtype=bool)


def select(frame: pd.DataFrame, asked: Asked, needs_level: bool = False) -> Selection:
    """The cells of a frame. needs_level: rows without one (see `endings`) are left out, as always
    where the measure is made of `reached` or `passes`.

    Raises NotOneRowPerSeed where a cell has several rows of a seed at one setting, ValueError where
    a column is not there, Mistake where scores of classes are asked for of a regression.
    """
    if needs_level or asked.names & set(NEED_REACH):
        frame = frame[frame["passes"].notna()]
    _refuse_regressions(frame, asked)
    frame, cell = frame.reset_index(drop=True), list(asked.cell)
    values = values_of(frame, asked.measure)
    tuned = [field for field in asked.tune if field in frame and field not in {*cell, asked.along}]
    if asked.along and _is_within_runs(frame, asked.along):
        frame, values = _slopes(frame, values, [*cell, *tuned], asked)
    elif asked.along:
        cell.append(asked.along)
    tuned = _varied(frame, cell, tuned)
    by = _chosen_by(asked, tuned)
    frame = choose(frame, cell, tuned, by)
    keys, cells = grids(frame, cell, tuned, asked.by_row)
    scores = tuple(frame[name].to_numpy(dtype=float, na_value=np.nan) for name in by)
    return Selection(asked, frame, values, scores, keys, cells, tuple(tuned))


def _refuse_regressions(frame: pd.DataFrame, asked: Asked) -> None:
    """What has no classes is often not known before its data are read."""
    if "classes" in frame and any(map(is_of_classes, asked.names)):
        for name in frame.loc[frame["classes"].eq(0), "dataset"].unique()[:1]:
            problem = f"{name} is a regression, it has no classes"
            raise Mistake(problem, key="measure", value=asked.measure)


def values_of(frame: pd.DataFrame, measure: str) -> np.ndarray:
    """The measure of each row: booleans of a flag, else floats."""
    column = frame[measure] if measure in frame else evaluate(measure, frame)
    if column.dtype in ("bool", "boolean"):
        return column.to_numpy(dtype=bool)
    return column.to_numpy(dtype=float, na_value=np.nan)


def _varied(frame: pd.DataFrame, cell: list[str], tuned: Sequence[str]) -> list[str]:
    """The tuned fields of which some cell has several values."""
    several = [frame[[*cell, field]].drop_duplicates() for field in tuned]
    if not cell:
        return [field for field, rows in zip(tuned, several) if len(rows) > 1]
    return [field for field, rows in zip(tuned, several) if rows.duplicated(cell).any()]


def _chosen_by(asked: Asked, tuned: Sequence[str]) -> tuple[str, ...]:
    """The measures whose means are to be small; none where nothing is chosen."""
    if not tuned:
        return ()
    given = [asked.tune[field].least for field in tuned if asked.tune[field].least]
    return tuple(given[0]) if given else family(asked.measure, asked.measures)


def _is_within_runs(frame: pd.DataFrame, along: str) -> bool:
    """Whether a run has rows at several values: of a layer, a pass."""
    if "run_id" not in frame:
        return False
    return bool(frame[["run_id", along]].drop_duplicates().duplicated("run_id").any())


def _slopes(
    frame: pd.DataFrame, values: np.ndarray, keys: list[str], asked: Asked
) -> tuple[pd.DataFrame, np.ndarray]:
    """One row for each run, and the slope of its least-squares line."""
    x = position(frame[asked.along].to_numpy(dtype=float), asked.log)
    run = frame.groupby([*keys, "run_id"], sort=False, dropna=False, observed=True).ngroup()
    mean = pd.DataFrame({"x": x, "y": values}).groupby(run.to_numpy()).transform("mean")
    off_x, off_y = x - mean["x"], values - mean["y"].where(~np.isnan(values))
    sums = pd.DataFrame({"xx": off_x**2, "xy": off_x * off_y}).groupby(run.to_numpy())
    sums = sums.agg(lambda part: part.sum(skipna=False))
    with np.errstate(all="ignore"):
        slope = sums["xy"].to_numpy() / sums["xx"].to_numpy()
    first = ~run.duplicated().to_numpy()
    return frame[first].reset_index(drop=True), slope


def position(x: np.ndarray, log: bool) -> np.ndarray:
    return np.log10(x) if log else x
