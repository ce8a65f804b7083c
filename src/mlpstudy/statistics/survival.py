"""Passes to a threshold: "fails to train" is a statement about a budget.

A run that has not reached the threshold when its budget of passes ends is censored, not slow by a
known amount; the share of runs that still have not reached it after t passes is Kaplan and
Meier's (1958) estimate. A run that diverged never will reach it: it is censored at its whole
budget too, not where it broke off, for its neighbours' luck says nothing about it.
"""

import operator
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlpstudy.statistics.intervals import wilson_bounds

DIRECTIONS = {"above": operator.ge, "below": operator.le}


def passes_to_threshold(
    curves: pd.DataFrame,
    split: str,
    column: str,
    level: float | pd.Series,
    direction: str,
    runs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The first pass at which each run is at the level or beyond: run_id, passes, reached.

    curves: the table of that name; split and column say which curve. level: one number, or a
    Series of them by run_id. direction: "above" (accuracy) or "below" (loss). passes: of the run,
    0 if it is there before training; its budget where it never is. A threshold that is reached and
    lost again is reached. The budget is `epochs` in the table `runs`, which is what to give where
    runs may have diverged; without it, the last epoch of a run's own curve.
    Raises ValueError for another direction, an empty selection, runs that do not match the curves.
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"unknown direction {direction!r}: known are {', '.join(DIRECTIONS)}")
    part = curves[curves["split"] == split]
    if part.empty:
        raise ValueError(f"no curve of the split {split!r}")
    there = DIRECTIONS[direction](part[column].to_numpy(), _bound(part["run_id"], level))
    budget = _budget(part, runs)
    first = part[there].groupby("run_id", observed=True)["epoch"].min().reindex(budget.index)
    passes = first.fillna(budget).astype(int)
    frame = pd.DataFrame({"passes": passes, "reached": first.notna()})
    return frame.rename_axis("run_id").reset_index()


def survival(frame: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    """The share of runs still below the threshold: by..., passes, share, low, high, n.

    frame: by..., passes, reached, one row per run. One row per step, from passes = 0 on: `share`
    holds from its row's passes to the next row's (draw it with steps-post). A group's last row is
    its budget; where all got there, it is the last pass of any group, for 0 stays 0.
    low, high: pointwise 95 % band, Wilson's interval with as many runs as would give Greenwood's
    variance (Rothman 1978); without censoring before t it is `rate`'s interval. n: runs in all.
    """
    by = [by] if isinstance(by, str) else list(by)
    last = int(frame["passes"].max())
    if not by:
        return _kaplan_meier(frame, last)
    groups = frame.groupby(by, sort=True, dropna=False, observed=True)
    steps = [_kaplan_meier(group, last).assign(**dict(zip(by, key))) for key, group in groups]
    return pd.concat(steps, ignore_index=True)[[*by, *steps[0].columns[: -len(by)]]]


def quantile_passes(frame: pd.DataFrame, by: str | Sequence[str], q: float = 0.5) -> pd.DataFrame:
    """Passes after which a share q of the runs is there: by..., value, low, high, n, reached.

    frame: as for `survival`. Infinite where the budget ends first. low, high: where the ends of
    the band cross 1 - q (Brookmeyer and Crowley 1982). reached: share of runs that got there.
    """
    by = [by] if isinstance(by, str) else list(by)
    steps = survival(frame, by)
    if not by:
        return pd.DataFrame([_crossings(steps, 1 - q)])
    groups = steps.groupby(by, sort=True, dropna=False, observed=True)
    return pd.DataFrame([dict(zip(by, key)) | _crossings(group, 1 - q) for key, group in groups])


def median_passes(frame: pd.DataFrame, by: str | Sequence[str]) -> pd.DataFrame:
    """`quantile_passes` for half of the runs."""
    return quantile_passes(frame, by, 0.5)


def _bound(run_ids: pd.Series, level: float | pd.Series) -> float | np.ndarray:
    if not isinstance(level, pd.Series):
        return level
    if not run_ids.isin(level.index).all():
        raise ValueError(f"no level for run {run_ids[~run_ids.isin(level.index)].iloc[0]}")
    return run_ids.map(level).to_numpy(dtype=float)


def _budget(part: pd.DataFrame, runs: pd.DataFrame | None) -> pd.Series:
    """Passes each run was granted, by run_id."""
    if runs is None:
        return part.groupby("run_id", observed=True)["epoch"].max()
    budget = runs.set_index("run_id")["epochs"].sort_index()
    strays = budget.index.symmetric_difference(part["run_id"].unique())
    if len(strays):
        raise ValueError(f"{len(strays)} runs are in one table only, such as {strays[0]}")
    return budget


def _kaplan_meier(group: pd.DataFrame, last: int) -> pd.DataFrame:
    """passes, share, low, high, n of one group, to the pass `last` where its share is 0."""
    from scipy import stats  # slow to import, and seldom needed

    passes = group["passes"].to_numpy(dtype=float)
    reached = group["reached"].to_numpy(dtype=bool)
    sf = stats.ecdf(stats.CensoredData(uncensored=passes[reached], right=passes[~reached])).sf
    t, share = sf.quantiles, sf.probabilities
    n = _effective_number(passes, reached, t, share)
    if t[0] > 0:  # until the first step nothing has happened
        t, share, n = np.r_[0.0, t], np.r_[1.0, share], np.r_[float(len(passes)), n]
    if share[-1] == 0 and t[-1] < last:
        t, share, n = np.r_[t, last], np.r_[share, 0.0], np.r_[n, n[-1]]
    low, high = wilson_bounds(share, n)
    columns = {"passes": t.astype(int), "share": share, "low": low, "high": high}
    return pd.DataFrame({**columns, "n": len(passes)})


def _effective_number(
    passes: np.ndarray, reached: np.ndarray, t: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """How many uncensored runs would give Greenwood's variance at the times t.

    Where the share is 0 or 1 that variance is 0: there, the runs not censored before t.
    """
    at_risk = np.sum(passes >= t[:, None], axis=1)
    events = np.sum((passes == t[:, None]) & reached, axis=1)
    lost = np.sum((passes < t[:, None]) & ~reached, axis=1)
    inside = (share > 0) & (share < 1)
    odds = np.cumsum(events / (at_risk * np.where(at_risk > events, at_risk - events, 1)))
    return np.where(inside, (1 - share) / (share * odds + ~inside), len(passes) - lost)


def _crossings(steps: pd.DataFrame, share: float) -> dict[str, float]:
    def crossing(column: str) -> float:
        # A product of ratios misses a round share by a few units in the last place.
        below = steps["passes"][steps[column] <= share + 1e-9]
        return float(below.min()) if len(below) else np.inf

    names = {"value": "share", "low": "low", "high": "high"}
    ends = {name: crossing(column) for name, column in names.items()}
    return {**ends, "n": int(steps["n"].iloc[0]), "reached": 1 - float(steps["share"].iloc[-1])}
