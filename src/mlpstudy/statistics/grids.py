"""The rows of a frame as cells: for each, its settings of what is tuned times its seeds.

A cell is one configuration without the seed and without what is tuned. One row per seed within a
setting of a cell is what every interval over seeds rests on: it is checked here, for all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mlpstudy.design.run import FIELDS

NOT_A_SETTING = ("run_id", "cell_id", "chosen")


class NotOneRowPerSeed(ValueError):
    """Several rows of one seed, where one is needed: names some, and what tells them apart."""

    def __init__(self, rows: pd.DataFrame):
        """rows: those of one seed, one cell and one setting."""
        self.rows, self.columns = rows, _differing(rows)
        name = "run_id" if "run_id" in rows else next(iter(rows.columns))
        some = ", ".join(str(row) for row in rows[name].head(3))
        apart = f"they differ in {', '.join(self.columns)}" if self.columns else "nothing differs"
        super().__init__(f"{len(rows)} rows where one per seed is needed: {some}: {apart}")


def _differing(rows: pd.DataFrame) -> list[str]:
    """Columns in which rows differ: fields of a run, or, where none do, any."""
    varied = [
        column
        for column in rows.columns
        if column not in NOT_A_SETTING and rows[column].astype(str).nunique() > 1
    ]
    return [column for column in varied if column in FIELDS] or varied


@dataclass(frozen=True)
class Grid:
    """One cell: the places of its rows in a frame.

    settings: S values of the tuned fields, in order, () where nothing is tuned. seeds: (n,).
    rows: (S, n) places, -1 where a setting has no row of a seed. best: the chosen setting. tried:
    what more was tried, where the rows are only some of those of the cell; () for the settings.
    """

    settings: tuple[tuple, ...]
    seeds: np.ndarray
    rows: np.ndarray
    best: int
    tried: tuple[tuple, ...] = ()

    @property
    def known(self) -> np.ndarray:
        """The seeds that the chosen setting has."""
        return self.seeds[self.rows[self.best] >= 0]

    @property
    def chosen(self) -> np.ndarray:
        """The rows at the chosen setting."""
        rows = self.rows[self.best]
        return rows[rows >= 0]

    def varied(self) -> list[bool]:
        """Of each tuned field, whether it has several values."""
        return [len(set(values)) > 1 for values in zip(*self.settings)]

    def at(self, seeds: np.ndarray) -> np.ndarray:
        """(S, len(seeds)) the rows of these seeds, all of them known."""
        return self.rows[:, np.searchsorted(self.seeds, seeds)]

    def only(self, settings: Iterable[int]) -> "Grid":
        """The same with some of its settings, its chosen one among them."""
        kept = list(settings)
        some = tuple(self.settings[i] for i in kept)
        return replace(self, settings=some, rows=self.rows[kept], best=kept.index(self.best))


def grids(
    frame: pd.DataFrame, cell: Sequence[str], tuned: Sequence[str], by_row: bool = False
) -> tuple[pd.DataFrame, list[Grid]]:
    """The cells of a frame, in the order of their keys: cell..., one row each; and their grids.

    frame: cell..., tuned..., chosen (see tuning.choose), seed. by_row: each row is a unit of its
    own, as it is without a column seed. Raises NotOneRowPerSeed.
    """
    keys, cells = _numbered(frame, cell)
    values, settings = _numbered(frame, tuned)
    seeds = _seeds(frame, cells, by_row)
    _check(frame, cells, settings, seeds)
    order = np.lexsort((seeds, settings, cells))
    ends = np.searchsorted(cells[order], np.arange(len(keys) + 1))
    names = list(values.itertuples(index=False, name=None)) or [()]
    chosen = frame["chosen"].to_numpy(dtype=bool)
    parts = (order[start:end] for start, end in zip(ends, ends[1:]))
    return keys, [_grid(rows, settings[rows], seeds[rows], chosen[rows], names) for rows in parts]


def _grid(rows, settings, seeds, chosen, names) -> Grid:
    tried, at = np.unique(settings, return_inverse=True)
    known, by = np.unique(seeds, return_inverse=True)
    places = np.full((len(tried), len(known)), -1)
    places[at, by] = rows
    return Grid(tuple(names[i] for i in tried), known, places, int(at[chosen.argmax()]))


def _numbered(frame: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The different keys in order, and for each row the number of its own."""
    by = list(by)
    if not by:
        return frame[[]].iloc[:1].reset_index(drop=True), np.zeros(len(frame), dtype=int)
    numbers = frame.groupby(by, sort=True, dropna=False, observed=True).ngroup().to_numpy()
    first = np.unique(numbers, return_index=True)[1]
    return frame[by].iloc[first].reset_index(drop=True), numbers


def _seeds(frame: pd.DataFrame, cells: np.ndarray, by_row: bool) -> np.ndarray:
    if "seed" in frame and not by_row:
        return frame["seed"].to_numpy(dtype=int)
    return pd.Series(cells).groupby(cells).cumcount().to_numpy()


def _check(frame: pd.DataFrame, *codes: np.ndarray) -> None:
    keys = pd.DataFrame(np.column_stack(codes))
    twice = keys.duplicated(keep=False).to_numpy()
    if twice.any():
        first = (keys == keys[twice].iloc[0]).all(axis=1).to_numpy()
        raise NotOneRowPerSeed(frame[first])
