"""A weighted sum of cells, seed by seed, and how far it can be trusted.

Where a setting was chosen for a cell, the choice is part of what chance decides: each resample of
the seeds chooses again, by the resampled means on validation, and takes the measure there. The
same seeds are drawn on all sides, so that what is paired stays paired. The value itself is at the
choice on all seeds, and so is its interval, `intervals.interval`; what the resamples reach beyond
that is added to it.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from mlpstudy.rng import stream
from mlpstudy.statistics.grids import Grid
from mlpstudy.statistics.intervals import (
    FEWEST,
    RESAMPLES,
    STATISTICS,
    Interval,
    expanded,
    interval,
)
from mlpstudy.statistics.mean import spread, student
from mlpstudy.statistics.power import in_errors

EXTREMES = {"max": np.max, "min": np.min}
TIE = 1e-12  # relative: means of equal numbers, summed in another order


class Term(NamedTuple):
    """A cell in a sum. by: the cell whose choice it follows, setting by setting: its own, or that
    of the control."""

    weight: float
    grid: Grid
    by: Grid


class Estimate(NamedTuple):
    """An interval, the seeds behind it, the standard error (NaN where there is none) and, of a
    mean, how skewed it is (`mean.spread`)."""

    interval: Interval
    seeds: np.ndarray
    error: float
    skew: float = 0.0

    def p(self, threshold: float) -> float | None:
        """Two-sided, that the statistic is at the threshold; None: no test.

        Without a choice, of a mean: significant where the interval ends before the threshold. With
        one, the standard error is that of the resamples, expanded for the number of seeds as the
        interval is, where that is the larger.
        """
        off = self.interval.value - threshold
        if not np.isfinite(off) or np.isnan(self.error):
            return None
        if self.error == 0:
            return float(off == 0)
        return float(2 * stdtr(len(self.seeds) - 1, -student(off / self.error, self.skew)))

    @property
    def sees(self) -> float | None:
        """The smallest distance from a threshold that so many seeds see, see `power`."""
        return float(in_errors(len(self.seeds)) * self.error) if np.isfinite(self.error) else None


def own(weight: float, grid: Grid) -> Term:
    """A cell at its own choice."""
    return Term(weight, grid, grid)


def following(weight: float, grid: Grid, control: Grid, alone: Sequence[int] = ()) -> Term | None:
    """A cell at the choice of its control, where it was tried there; None where it was not.

    alone: places of the tuned fields that stay as they were chosen for the cell itself.
    """
    shared = [i for i in range(len(grid.settings[0])) if i not in alone]
    mine = {
        tuple(setting[i] for i in shared): place
        for place, setting in enumerate(grid.settings)
        if all(setting[i] == grid.settings[grid.best][i] for i in alone)
    }
    theirs = [tuple(setting[i] for i in shared) for setting in control.settings]
    both = [place for place, setting in enumerate(theirs) if setting in mine]
    if control.best not in both:
        return None
    at = [mine[theirs[place]] for place in both]
    best = both.index(control.best)
    settings = tuple(grid.settings[i] for i in at)
    return Term(weight, Grid(settings, grid.seeds, grid.rows[at], best), control.only(both))


def estimate(
    terms: Sequence[Term],
    values: np.ndarray,
    scores: Sequence[np.ndarray],
    statistic: str = "mean",
) -> Estimate:
    """The statistic over the seeds of the sum of some cells.

    values: the measure of each row of the frame that the grids are of. scores: what the settings
    were chosen by, a column each. Only seeds that all cells have at their choices count. max, min:
    the extreme of what was measured, whose interval is itself.
    """
    seeds = shared(terms)
    if not len(seeds):
        return Estimate(Interval(np.nan, np.nan, np.nan), seeds, np.nan)
    sums = summed(terms, values)
    if statistic in EXTREMES:
        return Estimate(Interval(*[float(EXTREMES[statistic](sums))] * 3), seeds, np.nan)
    terms, plain = [_tried(term, seeds) for term in terms], interval(sums, statistic)
    if len(seeds) < FEWEST or not np.isfinite(sums).all():
        return Estimate(plain, seeds, np.nan)
    made = Estimate(plain, seeds, *_spread(sums, statistic))
    if all(len(term.by.settings) == 1 for term in terms):
        return made
    return _widened(made, _resampled(terms, seeds, values, scores, statistic))


def shared(terms: Sequence[Term]) -> np.ndarray:
    """The seeds that all cells have at their choices."""
    seeds = terms[0].grid.known
    for term in terms[1:]:
        seeds = np.intersect1d(seeds, term.grid.known, assume_unique=True)
    return seeds


def summed(terms: Sequence[Term], values: np.ndarray) -> np.ndarray:
    """(n,) the weighted sum of the cells, each at its choice, for each of the shared seeds."""
    seeds = shared(terms)
    rows = [(term.weight, term.grid.at(seeds)[term.grid.best]) for term in terms]
    return np.sum([weight * values[at] for weight, at in rows], axis=0)


def _tried(term: Term, seeds: np.ndarray) -> Term:
    """With the settings alone that were tried with all of the seeds."""
    tried = (term.grid.at(seeds) >= 0).all(axis=1) & (term.by.at(seeds) >= 0).all(axis=1)
    kept = np.flatnonzero(tried)
    return Term(term.weight, term.grid.only(kept), term.by.only(kept))


@cache
def _draws(n: int) -> np.ndarray:
    """(RESAMPLES, n) places of seeds, the same for every sum of n."""
    return stream(0, "bootstrap").integers(0, n, (RESAMPLES, n))


@cache
def _counts(n: int) -> np.ndarray:
    """(RESAMPLES, n) how often each resample has each seed."""
    return (_draws(n)[:, :, None] == np.arange(n)).sum(axis=1).astype(float)


def _resampled(terms, seeds, values, scores, statistic: str) -> np.ndarray:
    """(RESAMPLES,) the statistic of each resample of the seeds, each cell chosen anew."""
    draws = _draws(len(seeds))
    sums = np.zeros(draws.shape)
    for term in terms:
        choice = _choices(term.by.at(seeds), scores)
        table = values[term.grid.at(seeds)]
        sums += term.weight * table[choice[:, None], draws]
    with np.errstate(invalid="ignore"):
        return STATISTICS[statistic](sums, axis=-1)


def _choices(rows: np.ndarray, scores: Sequence[np.ndarray]) -> np.ndarray:
    """(RESAMPLES,) the setting that each resample chooses: see tuning.choose. rows: (S, n)."""
    counts = _counts(rows.shape[1])
    open_ = np.ones((len(counts), len(rows)), dtype=bool)
    for score in scores:
        for key in _ranked_by(counts, score[rows]):
            key = np.where(open_, key, np.inf)
            least = key.min(axis=1, keepdims=True)
            open_ &= key <= least + TIE * np.abs(least)
    return open_.argmax(axis=1)


def _ranked_by(counts: np.ndarray, table: np.ndarray) -> Sequence[np.ndarray]:
    """What is least of the setting that each resample chooses: how many seeds have lost their score,
    where any has, then the mean score of the others. counts: (RESAMPLES, n); table: (S, n)."""
    finite = np.isfinite(table)
    if finite.all():
        return (counts @ table.T / table.shape[1],)
    known = counts @ finite.T
    lost = counts.sum(axis=1, keepdims=True) - known
    with np.errstate(invalid="ignore"):
        mean = counts @ np.where(finite, table, 0.0).T / known
    return lost, np.where(known > 0, mean, np.inf)


def _widened(made: Estimate, resampled: np.ndarray) -> Estimate:
    """With what resamples reach that choose again: their percentiles, the level expanded for the
    number of seeds (see intervals), and their standard error."""
    n, ordered = len(made.seeds), np.sort(resampled)
    outside = int((1 - expanded(n)) / 2 * (len(ordered) - 1))  # the same number at either end
    value, low, high = made.interval
    low, high = min(low, float(ordered[outside])), max(high, float(ordered[-1 - outside]))
    with np.errstate(invalid="ignore"):
        error = float(resampled.std() * np.sqrt(n / (n - 1)))
    return made._replace(
        interval=Interval(value, low, high), error=float(np.maximum(made.error, error))
    )


def _spread(sums: np.ndarray, statistic: str) -> tuple[float, float]:
    """The standard error of the statistic of one number per seed and, of a mean, its skew."""
    n = len(sums)
    if np.ptp(sums) == 0:
        return 0.0, 0.0
    if statistic == "mean":
        error, skew = spread(sums)
        return float(error), float(skew)
    resampled = STATISTICS[statistic](np.sort(sums)[_draws(n)], axis=-1)
    return float(resampled.std() * np.sqrt(n / (n - 1))), 0.0
