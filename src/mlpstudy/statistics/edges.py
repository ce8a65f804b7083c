"""Whether a choice lies on an edge of its grid, so that a better one may lie beyond."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mlpstudy.statistics.grids import Grid
from mlpstudy.statistics.learning import beats_guessing
from mlpstudy.statistics.selection import Selection
from mlpstudy.statistics.tuning import edge, joined

WIDE = 5  # values of a grid that is wide enough for a plateau to be one
DIFFERENT = 0.05  # level of the test that settings differ


def edges_of(at: Selection, grids: Iterable[Grid]) -> str:
    """Where the choices of some cells are the smallest or the largest of their grids: of EDGES.

    An edge says that the best setting may lie beyond it. It says nothing, and is not marked, where
    a grid of WIDE values or more shows no choice: where no network does better than guessing at any
    setting, where all seeds have the same at the next value inside, or where the settings do not
    differ by what is chosen by more than chance makes them (Friedman's test: each seed ranks the
    settings).
    """
    found = ""
    for grid in grids:
        for field, tried in enumerate(zip(*(grid.tried or grid.settings))):
            end = edge([grid.settings[grid.best][field]], tried)
            if end and not _is_plateau(at, grid, field, sorted(set(tried))):
                found = joined(found, end)
    return found


def _is_plateau(at: Selection, grid: Grid, field: int, values: Sequence[Any]) -> bool:
    if len(values) < WIDE:
        return False
    return (
        _all_guess(at, grid)
        or _same_inside(at, grid, field, values)
        or not _settings_differ(at, grid)
    )


def _all_guess(at: Selection, grid: Grid) -> bool:
    """Whether the networks of no setting do better than guessing: then none of them is the best."""
    return not any(beats_guessing(at, rows[rows >= 0]) for rows in grid.rows)


def _same_inside(at: Selection, grid: Grid, field: int, values: Sequence[Any]) -> bool:
    """Whether every seed has the same value at the setting next to that at an edge."""
    chosen = grid.settings[grid.best]
    inside = values[1] if chosen[field] == values[0] else values[-2]
    beside = (*chosen[:field], inside, *chosen[field + 1 :])
    if beside not in grid.settings:
        return False
    rows = [grid.rows[place] for place in (grid.best, grid.settings.index(beside))]
    there = np.array_equal(*(each >= 0 for each in rows))
    return there and np.array_equal(*(at.values[each[each >= 0]] for each in rows))


def _settings_differ(at: Selection, grid: Grid) -> bool:
    """Whether they do by what is chosen by, among the seeds that all settings have."""
    rows = grid.rows[:, (grid.rows >= 0).all(axis=0)]
    if not at.scores or not rows.shape[1]:
        return True  # nothing says that they do not
    return friedman(at.scores[0][rows]) < DIFFERENT


def friedman(scores: np.ndarray) -> float:
    """p-value of Friedman's test that S settings are alike: (S, n), S >= 2; each of n seeds ranks them.

    scipy's friedmanchisquare, with 1 where every seed finds all alike. What is infinite, or not a
    number, is the worst.
    """
    S = len(scores)
    ranks = pd.DataFrame(np.where(np.isnan(scores), np.inf, scores)).rank().to_numpy()
    off = ranks - (S + 1) / 2
    if not off.any():
        return 1.0
    statistic = (S - 1) * np.sum(off.sum(axis=1) ** 2) / np.sum(off**2)
    return float(special.chdtrc(S - 1, statistic))
