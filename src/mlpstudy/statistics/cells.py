"""What figures show: a measure of each cell, at the setting chosen for it, with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.statistics.estimates import EXTREMES, Term, own, summed
from mlpstudy.statistics.intervals import row_intervals
from mlpstudy.statistics.kinds import Result, level, share
from mlpstudy.statistics.selection import Asked, Selection, select

ENDS = ["value", "low", "high"]


def cells(
    frame: pd.DataFrame,
    by: Sequence[str],
    measure: str,
    tune: Mapping[str, Any] | None = None,
    over: Sequence[str] = (),
    statistic: str = "mean",
    measures: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """A measure of each cell: by..., the tuned fields, value, low, high, n, networks, diverged; and
    where the frame has run_id, the run that stands for it.

    frame: one row per run, or of another table with these columns. by: the fields that tell cells
    apart. measure: a column or an expression; of a flag it is the share, with Wilson's interval.
    tune: the fields that are chosen for each cell (see design.claims.Tune), within each level of
    `over`, which is averaged within each seed; a tuned field is missing where the levels chose
    different ones. statistic: over the seeds: mean, median, iqm, max, min or share. measures: the
    study's own, by name. n: seeds, or rows where there are none. diverged: how many of the networks
    did. Raises NotOneRowPerSeed, and ValueError where a column is not there.
    """
    by, tune, by_row = list(by), tune or {}, statistic in EXTREMES
    over = () if by_row else over  # an extreme is that of all rows
    asked = Asked(measure, (*by, *over), tune, measures or {}, by_row=by_row)
    at = select(frame, asked)
    first, groups = _groups(at, by)
    table = at.keys.iloc[first][by].reset_index(drop=True)
    rows = [np.concatenate([term.grid.chosen for term in terms]) for terms in groups]
    for field in (name for name in tune if name in at.frame and name not in by):
        table[field] = [_only(at.frame[field].iloc[some]) for some in rows]
    table[[*ENDS, "n"]] = _measured(at, groups, statistic)
    if by_row:
        table["n"] = [at.units(some) for some in rows]
    table["networks"] = [len(at.runs(some)) for some in rows]
    table["diverged"] = [_diverged(at, some) for some in rows]
    if "run_id" in at.frame:
        table["run"] = [at.runs(some)[0] for some in rows]
    return table.astype({"n": int, "networks": int, "diverged": int})


def _groups(at: Selection, by: list[str]) -> tuple[list[int], list[list[Term]]]:
    """The first of the cells of each group, and what the group is the mean of."""
    numbers = np.zeros(len(at.keys), dtype=int)
    if by:
        numbers = at.keys.groupby(by, sort=True, dropna=False, observed=True).ngroup().to_numpy()
    places = [np.flatnonzero(numbers == number) for number in range(numbers.max(initial=-1) + 1)]
    return [some[0] for some in places], [
        [own(1 / len(some), at.grids[place]) for place in some] for some in places
    ]


def _measured(at: Selection, groups: list[list[Term]], statistic: str) -> np.ndarray:
    """(groups, 4) value, low, high, n."""
    made = np.full((len(groups), 4), np.nan)
    if statistic == "share" or at.values.dtype == bool:
        for place, terms in enumerate(groups):
            made[place] = _row(share(at, terms, statistic))
        return made
    sums = {}
    for place, terms in enumerate(groups):
        if _is_plain(at, terms, statistic):
            sums[place] = summed(terms, at.values)
        else:
            made[place] = _row(level(at, terms, statistic))
    for n in {len(each) for each in sums.values()}:
        some = [place for place, each in sums.items() if len(each) == n]
        intervals = row_intervals(np.stack([sums[place] for place in some]), statistic)
        made[some] = np.column_stack([intervals.T, np.full(len(some), n)])
    return made


def _is_plain(at: Selection, terms: list[Term], statistic: str) -> bool:
    """Whether its interval is that of one number per seed: many of them are made at once."""
    chosen = any(len(term.grid.settings) > 1 for term in terms)
    return "seed" in at.frame and statistic not in EXTREMES and not chosen and len(terms) == 1


def _row(made: Result) -> tuple[float, ...]:
    return (*made.interval, made.n)


def _only(column: pd.Series) -> Any:
    """The one value that a column has; missing where it has several."""
    return column.iloc[0] if column.nunique(dropna=False) == 1 else None


def _diverged(at: Selection, rows: np.ndarray) -> int:
    if "diverged" not in at.frame:
        return 0
    return int(at.frame["diverged"].to_numpy(dtype=bool)[rows].sum())
