"""How each kind of contrast is measured, from the chosen rows of its cells: see KINDS."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from mlpstudy.statistics.estimates import Estimate, Term, estimate
from mlpstudy.statistics.intervals import Interval, distance, newcombe, wilson_bounds
from mlpstudy.statistics.power import of_difference, of_share
from mlpstudy.statistics.selection import Selection
from mlpstudy.statistics.survival import median_passes

GRANTED = "granted"  # passes of a run where they are fewer than its `epochs`: see studies/halves


class Result(NamedTuple):
    """An interval, the number of units (seeds) behind it, p(threshold), None: no test, and
    sees(threshold), the smallest distance from it that so many can see, see `power`."""

    interval: Interval
    n: int
    p: Callable[[float], float | None]
    sees: Callable[[float], float | None]

    @classmethod
    def of(cls, made: Estimate) -> "Result":
        return cls(made.interval, len(made.seeds), made.p, lambda threshold: made.sees)


def far_from(made: Result, place: float) -> Result:
    """How far a result is from a place. p: the larger of those on either side, as an interval that
    lies wholly on one side of a distance does on both sides of the place."""

    def p(threshold: float) -> float | None:
        above, below = made.p(place + threshold), made.p(place - threshold)
        return None if above is None or below is None else max(above, below)

    return Result(distance(made.interval, place), made.n, p, made.sees)


def _none(threshold: float) -> None:
    return None


def level(at: Selection, terms: Sequence[Term], statistic: str) -> Result:
    """The weighted sum of the cells: a level, a contrast, an interaction, a slope."""
    return Result.of(_estimated(at, terms, at.values.astype(float), statistic))


def _estimated(
    at: Selection, terms: Sequence[Term], values: np.ndarray, statistic: str
) -> Estimate:
    """The weighted sum of the cells; of one row without a seed, where nothing was drawn, exact."""
    made = estimate(terms, values, at.scores, statistic)
    if len(made.seeds) == 1 and "seed" not in at.frame:
        made = made._replace(interval=Interval(*[made.interval.value] * 3))
    return made


def ratio(at: Selection, terms: Sequence[Term], statistic: str) -> Result:
    """Treated over control: exp of the mean (or median, ...) log ratio."""
    with np.errstate(all="ignore"):
        logs = np.log(at.values.astype(float))
    made = _estimated(at, terms, logs, statistic)

    def p(threshold: float) -> float | None:
        return made.p(float(np.log(threshold))) if threshold > 0 else None

    def sees(threshold: float) -> float | None:
        return None if made.sees is None else threshold * float(np.expm1(made.sees))

    return Result(Interval(*np.exp(made.interval).tolist()), len(made.seeds), p, sees)


def share(at: Selection, terms: Sequence[Term], statistic: str) -> Result:
    """Share of the rows where a flag is true, with Wilson's interval; less that of the control,
    with Newcombe's.

    Rows of one seed count as one: they share their luck. The choice of a setting is not in these
    intervals: they are at the chosen one. Simulated (8 and 16 seeds, the flag what is chosen by),
    those of a difference hold in 95 % or more all the same, those of a share in 93 % where settings
    differ and, at worst, in 79 % where four are equally good: the best of equals looks better than
    it is, and no resampling undoes that.
    """
    sides = [[t for t in terms if t.weight > 0], [t for t in terms if t.weight < 0]]
    (p, n), *others = [_share(at, side) for side in sides if side]
    if not others:
        low, high = wilson_bounds(p, n)
        interval = Interval(p, float(low), float(high))
        return Result(interval, n, partial(share_p, p, n), partial(of_share, n))
    q, m = others[0]
    test, sees = partial(difference_p, p, n, q, m), partial(of_difference, n, m, q)
    return Result(newcombe(p, n, q, m), min(n, m), test, sees)


def _share(at: Selection, side: Sequence[Term]) -> tuple[float, int]:
    """The mean share of some cells, and the units behind it."""
    shares = [at.values[term.grid.chosen].mean() for term in side]
    rows = np.concatenate([term.grid.chosen for term in side])
    return float(np.mean(shares)), at.units(rows)


def share_p(p: float, n: int, threshold: float) -> float:
    """Two-sided, of the score test whose interval is Wilson's."""
    spread = threshold * (1 - threshold) / n
    if p == threshold or spread <= 0:
        return float(p == threshold)
    return float(2 * ndtr(-abs(p - threshold) / np.sqrt(spread)))


FAR = 38.0  # standard deviations: beyond, a normal tail is 0 in double precision


def difference_p(p: float, n: int, q: float, m: int, threshold: float) -> float:
    """Two-sided: the level at which an end of Newcombe's interval is at the threshold."""
    from scipy.optimize import brentq  # slow to import

    off = p - q - threshold
    if off == 0:
        return 1.0

    def beyond(z: float) -> float:
        made = newcombe(p, n, q, m, z)
        return made.low - threshold if off > 0 else threshold - made.high

    if beyond(FAR) > 0:
        return 0.0
    return float(2 * ndtr(-brentq(beyond, 1e-9, FAR)))


def passes(at: Selection, terms: Sequence[Term], statistic: str) -> Result:
    """Passes to the level: those of the treated less the control's, up to the shorter budget; of
    one side alone, the median of Kaplan and Meier's estimate, infinite where the budget ends first.
    """
    rows = np.concatenate([term.grid.chosen for term in terms])
    if any(term.weight < 0 for term in terms):
        budget = at.frame[GRANTED if GRANTED in at.frame else "epochs"].to_numpy()[rows].min()
        kept = np.minimum(at.values.astype(float), budget)
        return Result.of(estimate(terms, kept, at.scores, statistic))
    runs = at.frame[["reached"]].iloc[rows].assign(passes=at.values[rows])
    median = median_passes(runs, []).iloc[0]
    interval = Interval(*(float(median[end]) for end in Interval._fields))
    return Result(interval, at.units(rows), _none, _none)


KINDS: dict[str, Callable[[Selection, Sequence[Term], str], Result]] = {
    "level": level,
    "contrast": level,
    "interaction": level,
    "slope": level,
    "ratio": ratio,
    "share": share,
    "passes": passes,
}


def kind_of(spec_kind: str, is_flag: bool) -> str:
    """A level of a flag is a share, and so is a difference of its levels."""
    return "share" if is_flag and spec_kind in ("level", "contrast") else spec_kind
