"""Choosing settings with plain pandas and testing a mean, to compare with."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from mlpstudy.statistics import mean


def with_chosen(
    by_run: pd.DataFrame,
    cell: list[str],
    settings: Sequence[str] = ("eta",),
    family: str = "error",
    name: str = "chosen",
) -> pd.DataFrame:
    """The runs with a column `name`: whether their settings are those chosen for their cell.

    By the mean, over the seeds, of the validation error or loss after the last pass: by the family
    of what is compared. Of equal means the other family decides, then the smaller eta.
    """
    measures = {"error": ["validation_error", "validation_loss"]}
    measures["loss"] = measures["error"][::-1]
    return with_least(by_run, cell, measures[family], settings, name)


def with_least(
    by_run: pd.DataFrame,
    cell: list[str],
    measures: list[str],
    settings: Sequence[str] = ("eta",),
    name: str = "chosen",
) -> pd.DataFrame:
    """With `name`: whether a run's settings have the least mean over the seeds of its cell.

    Of the first of the measures; of equal means the next measure decides, then the smaller eta.
    A run that diverged is the worst: its infinite measure makes the mean infinite, and of infinite
    means the one with fewer such runs is less, then the one with the smaller mean of the others.
    """
    varied = [*cell, *settings]
    ordered = _ranked(by_run, varied, [*measures], list(settings))
    best = ordered.groupby(cell, as_index=False, observed=True, dropna=False).head(1)[varied]
    marked = by_run.merge(best.assign(**{name: True}), on=varied, how="left")
    return marked.assign(**{name: marked[name].eq(True)})


def _ranked(
    by_run: pd.DataFrame, varied: list[str], measures: list[str], settings: list[str]
) -> pd.DataFrame:
    """varied..., one row for each value of them: from the least mean upwards."""
    finite = {m: by_run[m].where(np.isfinite(by_run[m])) for m in measures}
    lost = {f"{m} lost": finite[m].isna() for m in measures}
    groups = by_run.assign(**finite, **lost).groupby(
        varied, as_index=False, observed=True, dropna=False
    )
    means = groups[[*measures, *lost]].mean()
    order = [key for m in measures for key in (f"{m} lost", m)]
    return means.sort_values([*order, *settings], kind="stable")[varied]


def p_of_mean(values: np.ndarray, place: float) -> float:
    """Two-sided, that the mean is at a place: the test whose interval is that of `mean`."""
    error, c = mean.spread(values)
    t = mean.student(float((values.mean() - place) / error), float(c))
    return float(2 * stats.t.sf(t, len(values) - 1))
