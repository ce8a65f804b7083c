"""A value and how far it can be trusted: intervals over seeds, tests, and nothing else.

Every interval is a 95 % interval. The unit that is resampled is a seed, for runs of one seed share
their split, their initial draws and their batches. Which interval, and why:

- mean: Student's, longer on the side of the tail where the values are skewed: see `mean`. Simulated
  with 16 seeds it holds in 93 % or more where values are normal, lognormal, or one run in five
  fails, and so does that of differences; the percentile bootstrap, BCa, and Student's alone do not.
- interquartile mean: percentile bootstrap, its level expanded for the small number of seeds. The
  plain percentile interval of a mean is too narrow by the factor z sqrt((n - 1) / n) / t.
  (Hesterberg 2015, What teachers should know about the bootstrap, section 5.3.)
- median: two order statistics, exact for every continuous population; nothing is resampled.
- share of runs: Wilson.

Two degenerate cases have one answer everywhere:
- fewer than six seeds: the value has no interval (low = high = NaN), so no verdict either. All of
  n values lie on one side of the median with probability 2 ** (1 - n); below n = 6 that is more
  than 5 %, and not even the range of the values is a 95 % interval.
- all values equal: the interval is that value. What never happened cannot be resampled; a share of
  successes belongs to `rate`, whose interval does not collapse.

The interval of -x is that of x, mirrored, to the last bit: what is higher by so much on one side is
lower by so much on the other.

A value that is not a number is never dropped: it makes its group's value NaN. An infinite value
leaves the value as it is (an interquartile mean or a median may well be finite) and takes the
interval of a mean away; the median keeps its own.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from mlpstudy.rng import stream
from mlpstudy.statistics import mean
from mlpstudy.statistics.mean import CONFIDENCE

RESAMPLES = 2000
PERMUTATIONS = 9999  # all 2 ** n of them up to n = 13
Z = float(special.ndtri((1 + CONFIDENCE) / 2))
FEWEST = 6  # seeds below which no interval is given
CHUNK = 4_000_000  # numbers resampled at once: about 30 MB

Statistic = Callable[..., np.ndarray]  # (values, axis) -> values without that axis


class Interval(NamedTuple):
    """A value between the ends of its 95 % interval, in the value's own unit."""

    value: float
    low: float
    high: float


def iqm(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Interquartile mean: the mean without the lowest and the highest quarter (n // 4 each)."""
    from scipy import stats  # slow to import, and seldom needed

    return stats.trim_mean(values, 0.25, axis=axis)


STATISTICS: dict[str, Statistic] = {"mean": np.mean, "median": np.median, "iqm": iqm}


def interval(
    values: Iterable[float], statistic: str | Statistic = "mean", seed: int = 0
) -> Interval:
    """A statistic of one value per seed, and its interval.

    values: (n,). statistic: a name in STATISTICS, or a function of (values, axis). seed: of the
    resampling. The order of the values does not matter. Raises ValueError without any value.
    """
    values = np.asarray(list(values), dtype=float)
    if not values.size:
        raise ValueError("an interval needs at least one value")
    return Interval(*(float(part[0]) for part in row_intervals(values[None], statistic, seed)))


def distance(of: Interval, place: float) -> Interval:
    """The interval of |value - place|: it begins at 0 where the place lies within."""
    ends = abs(of.low - place), abs(of.high - place)
    low = 0.0 if of.low <= place <= of.high else min(ends)
    return Interval(abs(of.value - place), low, max(ends))


def clustered(
    values: Iterable[float],
    clusters: Iterable,
    statistic: str | Statistic = "mean",
    seed: int = 0,
) -> Interval:
    """A statistic of many values per seed: whole clusters are resampled, never single values.

    values: (n,), clusters: (n,) the seed of each. With one value per cluster this is `interval`
    (but for the median, which is bootstrapped here), and so is a mean of clusters of one size, of
    their means. FEWEST counts the clusters.
    """
    values = np.asarray(list(values), dtype=float)
    names, member = np.unique(np.asarray(list(clusters)), return_inverse=True)
    if not values.size:
        raise ValueError("an interval needs at least one value")
    parts = [np.sort(values[member == c]) for c in range(len(names))]
    parts.sort(key=np.mean)
    function = _function(statistic)
    value = float(_value(np.sort(values)[None], function)[0])
    if len(names) < FEWEST or not np.isfinite(values).all():
        return Interval(value, np.nan, np.nan)
    if np.ptp(values) == 0:
        return Interval(value, value, value)
    if function is np.mean and len({len(part) for part in parts}) == 1:
        return interval(map(np.mean, parts), function)
    low, high = _percentiles(np.arange(len(parts)), partial(_pooled, parts, function), seed)
    return Interval(value, float(low), float(high))


def _pooled(
    parts: Sequence[np.ndarray], function: Statistic, chosen: np.ndarray, axis: int
) -> np.ndarray:
    """(...) the statistic of the parts (..., n) that are chosen, all together."""
    if len({len(part) for part in parts}) == 1:
        pooled = np.stack(parts)[chosen]
        return function(pooled.reshape(*chosen.shape[:-1], -1), axis=axis)
    rows = chosen.reshape(-1, chosen.shape[-1])
    found = [function(np.concatenate([parts[c] for c in row]), axis=axis) for row in rows]
    return np.reshape(found, chosen.shape[:-1])


def paired(
    treated: pd.DataFrame,
    control: pd.DataFrame,
    value: str,
    within: Sequence[str] = (),
    statistic: str | Statistic = "mean",
    seed: int = 0,
) -> Interval:
    """Treated minus control, run by run of the same seed, and the interval over the seeds.

    Both frames: seed, the columns `within` and `value`, one row per pair of them. With `within`
    (a dataset, a depth: several runs per seed) whole seeds are resampled. Raises ValueError where
    a run has no partner or two runs have the same keys.
    """
    keys = ["seed", *within]
    pairs = _pairs(treated, control, keys, value)
    if within:
        return clustered(pairs["difference"], pairs["seed"], statistic, seed)
    return interval(pairs["difference"], statistic, seed)


def differences(
    frame: pd.DataFrame, by: str | Sequence[str], treatment: str, control, value: str
) -> pd.DataFrame:
    """Each run's value minus that of its partner: same group, same seed, treatment = control.

    frame: by..., treatment, seed, value; one row per run. Returns by..., treatment, seed,
    difference for every other level of the treatment: what `summarise` takes. Raises ValueError
    where a run has no partner, two runs have the same keys, or there is no control.
    """
    by = _columns(by)
    is_control = frame[treatment] == control
    if not is_control.any():
        raise ValueError(f"no run has {treatment} = {control}")
    rows = []
    for level, treated in frame[~is_control].groupby(treatment, sort=True, dropna=False):
        partners = frame[is_control]
        if by:
            partners = partners.merge(treated[by].drop_duplicates(), on=by)
        pairs = _pairs(treated, partners, [*by, "seed"], value)
        rows.append(pairs.assign(**{treatment: level})[[*by, treatment, "seed", "difference"]])
    if not rows:
        raise ValueError(f"every run has {treatment} = {control}: nothing to compare")
    return pd.concat(rows, ignore_index=True)


def summarise(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    value: str,
    statistic: str | Statistic = "mean",
    seed: int = 0,
) -> pd.DataFrame:
    """A statistic and its interval for every group: by..., value, low, high, n.

    frame: one row per seed within a group (more: use `clustered`); missing keys are a group of
    their own. n: rows of the group. A group's numbers depend on its own values only, neither on
    the other groups nor on the order of the rows.
    """
    keys, group = _groups(frame, by)
    values = frame[value].to_numpy(dtype=float, na_value=np.nan)
    values = values[np.argsort(group, kind="stable")]
    n = np.bincount(group, minlength=len(keys))
    first = np.cumsum(n) - n
    result = np.empty((3, len(keys)))
    for size in np.unique(n):
        rows = np.flatnonzero(n == size)
        matrix = values[first[rows, None] + np.arange(size)]
        result[:, rows] = row_intervals(matrix, statistic, seed)
    return keys.assign(value=result[0], low=result[1], high=result[2], n=n)


def rate(frame: pd.DataFrame, by: str | Sequence[str], flag: str) -> pd.DataFrame:
    """The share of rows where a flag is true, with Wilson's interval: by..., value, low, high, n.

    A flag is true or false (1 or 0) in every row: ValueError where it is missing.
    """
    keys, group = _groups(frame, by)
    flags = frame[flag].to_numpy(dtype=float, na_value=np.nan)
    known = np.isin(flags, (0, 1))
    if not known.all():
        raise ValueError(f"{flag} is neither true nor false in {np.sum(~known)} rows")
    n = np.bincount(group, minlength=len(keys))
    share = np.bincount(group, weights=flags, minlength=len(keys)) / n
    low, high = wilson_bounds(share, n)
    return keys.assign(value=share, low=low, high=high, n=n)


def wilson(successes: int, n: int) -> Interval:
    """The share of successes among n independent runs, with Wilson's score interval."""
    if not 0 <= successes <= n or not n:
        raise ValueError(f"{successes} successes among {n} runs")
    low, high = wilson_bounds(successes / n, n)
    return Interval(successes / n, float(low), float(high))


def wilson_bounds(
    share: np.ndarray | float, n: np.ndarray | float, z: float = Z
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of Wilson's interval, any shape; n may be an effective number (> 0), not whole.

    scipy's binomtest(k, n).proportion_ci(method="wilson") for arrays. z: of the level.
    """
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = np.where(np.equal(share, 0), 0.0, centre - half)
    high = np.where(np.equal(share, 1), 1.0, centre + half)
    return low, high


def share_difference(treated: Iterable[bool], control: Iterable[bool]) -> Interval:
    """Share of successes of the treated less that of the control, each with its own n.

    It takes the sides as independent: see `newcombe`.
    """
    (p, n), (q, m) = ((np.mean(side), len(side)) for side in (list(treated), list(control)))
    return newcombe(float(p), n, float(q), m)


def newcombe(p: float, n: float, q: float, m: float, z: float = Z) -> Interval:
    """The share p of n less the share q of m independent ones; n and m may be effective numbers.

    Newcombe's (1998, method 10) interval, built from Wilson's two: it does not collapse where every
    run of a side succeeds. For runs paired by seed, whose luck is shared, it is on the wide side.
    """
    (p_low, p_high), (q_low, q_high) = wilson_bounds(p, n, z), wilson_bounds(q, m, z)
    low = p - q - np.hypot(p - p_low, q_high - q)
    high = p - q + np.hypot(p_high - p, q - q_low)
    return Interval(p - q, float(low), float(high))


def sign_flip(values: Iterable[float], alternative: str = "two-sided", seed: int = 0) -> float:
    """p-value of the sign-flip test: are paired differences as likely to be of either sign?

    values: (n,) differences, one per seed. Statistic: their mean. Exact (all 2 ** n signs) up to
    n = 13, PERMUTATIONS random ones beyond. alternative: two-sided, greater (mean > 0) or less.
    NaN where a value is NaN.
    """
    from scipy import stats  # slow to import, and seldom needed

    values = np.asarray(list(values), dtype=float)
    if not values.size:
        raise ValueError("a test needs at least one difference")
    if np.isnan(values).any():
        return float("nan")
    if len(values) == 1:  # scipy wants two; a zero has no sign and changes nothing
        values = np.append(values, 0.0)
    test = stats.permutation_test(
        (values,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        alternative=alternative,
        rng=stream(seed, "bootstrap"),
    )
    return float(test.pvalue)


def holm(p: Iterable[float]) -> np.ndarray:
    """p-values of a family of tests, adjusted so that the family errs in 5 % (Holm 1979).

    (m,) -> (m,). The k-th smallest, k = 0, 1, ..., times m - k; never below a smaller one's, at
    most 1. A NaN is not a test: it stays NaN and is not counted.
    """
    p = np.asarray(list(p), dtype=float)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: np.sum(~np.isnan(p))]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1)
    return adjusted


def _function(statistic: str | Statistic) -> Statistic:
    if callable(statistic):
        return statistic
    if statistic not in STATISTICS:
        raise ValueError(f"unknown statistic {statistic!r}: known are {', '.join(STATISTICS)}")
    return STATISTICS[statistic]


def _value(values: np.ndarray, function: Statistic) -> np.ndarray:
    """(G,) the statistic of each sorted row of (G, n): NaN with a NaN, exact if all are equal."""
    with np.errstate(invalid="ignore"):
        value = np.asarray(function(values, axis=-1), dtype=float)
    value = np.where(values[:, 0] == values[:, -1], values[:, 0], value)
    return np.where(np.isnan(values).any(axis=-1), np.nan, value)


def row_intervals(
    values: np.ndarray, statistic: str | Statistic = "mean", seed: int = 0
) -> np.ndarray:
    """(3, G) value, low and high of each row of (G, n): what `interval` gives for each."""
    # Sorted, so that nothing depends on the order in which the rows of a table come.
    values, function = np.sort(values, axis=-1), _function(statistic)
    if not isinstance(statistic, str):
        return _of_sorted(values, function, seed)
    values, mirrored = _one_way_round(values)
    made = _of_sorted(values, function, seed)
    made[:, mirrored] = 0.0 - made[:, mirrored][[0, 2, 1]]
    return made


def _one_way_round(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sorted rows, x and -x alike, and which were mirrored: sums run in one order for both."""
    other = -values[:, ::-1]
    first = (values != other).argmax(axis=-1)[:, None]
    mirrored = (np.take_along_axis(values < other, first, axis=-1))[:, 0]
    return np.where(mirrored[:, None], other, values), mirrored


def _of_sorted(values: np.ndarray, function: Statistic, seed: int) -> np.ndarray:
    """`row_intervals` of sorted rows."""
    value = _value(values, function)
    ends = np.full((2, len(values)), np.nan)
    if values.shape[1] >= FEWEST:
        usable = ~np.isnan(value) if function is np.median else np.isfinite(values).all(axis=-1)
        bounds = EXACT.get(function, partial(_resampled, function=function, seed=seed))
        ends[:, usable] = bounds(values[usable])
        equal = values[:, 0] == values[:, -1]
        ends[:, equal] = value[equal]
    return np.vstack([value, ends])


def _order_statistics(values: np.ndarray) -> np.ndarray:
    """(2, G) the two order statistics that hold the median of each sorted row of (G, n)."""
    n = values.shape[1]
    below = special.bdtr(np.arange(n + 1), n, 0.5)  # that so many or fewer lie below the median
    k = int(np.searchsorted(below, (1 - CONFIDENCE) / 2))
    return np.stack([values[:, k - 1], values[:, n - k]])


EXACT = {np.median: _order_statistics, np.mean: mean.ends}  # of what nothing is resampled


def _resampled(values: np.ndarray, function: Statistic, seed: int) -> np.ndarray:
    """(2, G) bootstrap bounds of each row of (G, n): the same resamples for every row."""
    rows = max(1, CHUNK // (RESAMPLES * values.shape[1]))
    chunks = [values[i : i + rows] for i in range(0, len(values), rows)]
    bounds = [_percentiles(chunk, function, seed) for chunk in chunks]
    return np.hstack([np.empty((2, 0)), *bounds])


def _percentiles(values: np.ndarray, function: Statistic, seed: int) -> np.ndarray:
    """(2, ...) expanded percentiles of the statistic of resamples along the last axis.

    scipy's bootstrap(method="percentile"), which takes longer to import than all of this.
    """
    n = values.shape[-1]
    drawn = _drawn(n, seed)
    batches = np.array_split(drawn, math.ceil(drawn.size / CHUNK))
    # Sums of other layouts run in another order: the last bit would tell of the neighbours.
    found = [function(np.ascontiguousarray(values[..., some]), axis=-1) for some in batches]
    outside = (1 - expanded(n)) / 2
    return _quantiles(np.concatenate(found, axis=-1), np.array([outside, 1 - outside]))


@lru_cache(maxsize=4)
def _drawn(n: int, seed: int) -> np.ndarray:
    """(RESAMPLES, n) which of n values each resample holds."""
    return stream(seed, "bootstrap").integers(0, n, (RESAMPLES, n))


def _quantiles(values: np.ndarray, p: np.ndarray) -> np.ndarray:
    """(len(p), ...) quantiles along the last axis, linear between the order statistics."""
    n = values.shape[-1]
    rank = p * n + (1 - p)  # from 1 on
    below = np.clip(rank.astype(int) - 1, 0, n - 1)
    above = np.clip(below + 1, 0, n - 1)
    share = rank % 1
    ordered = np.sort(values, axis=-1)
    return np.moveaxis((1 - share) * ordered[..., below] + share * ordered[..., above], -1, 0)


def expanded(n: int) -> float:
    """The level at which a percentile interval of n values has the width of Student's."""
    t = special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)
    return float(1 - 2 * special.ndtr(-np.sqrt(n / (n - 1)) * t))


def _pairs(
    treated: pd.DataFrame, control: pd.DataFrame, keys: list[str], value: str
) -> pd.DataFrame:
    """keys..., difference: one row per pair of runs with the same keys."""
    for side in (treated, control):
        if side.duplicated(keys).any():
            twice = side.loc[side.duplicated(keys), keys].iloc[0].to_dict()
            raise ValueError(f"two runs of one treatment have the same keys: {twice}")
    both = treated[[*keys, value]].merge(
        control[[*keys, value]], on=keys, how="outer", suffixes=("", " of control"), indicator=True
    )
    alone = both[both["_merge"] != "both"]
    if len(alone):
        example = alone[keys].iloc[0].to_dict()
        raise ValueError(f"{len(alone)} runs have no partner, such as the one with {example}")
    minuend, subtrahend = both[value].astype(float), both[f"{value} of control"].astype(float)
    return both[keys].assign(difference=minuend - subtrahend)


def _columns(by: str | Sequence[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def _groups(frame: pd.DataFrame, by: str | Sequence[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """The keys of the groups, sorted, and for each row of the frame the number of its group."""
    by = _columns(by)
    taken = {"value", "low", "high", "n"} & set(by)
    if taken:
        raise ValueError(f"a group cannot be named {', '.join(sorted(taken))}: rename the column")
    if not by:
        return frame[[]].iloc[:1].reset_index(drop=True), np.zeros(len(frame), dtype=int)
    group = frame.groupby(by, sort=True, dropna=False, observed=True).ngroup()
    keys = frame.loc[~group.duplicated().to_numpy(), by]
    order = np.argsort(group[~group.duplicated()].to_numpy())
    return keys.iloc[order].reset_index(drop=True), group.to_numpy()
