"""How small an effect so many seeds can see: with 80 % power, two-sided at 5 %."""

from functools import cache

import numpy as np
from scipy import special

from mlpstudy.statistics.intervals import FEWEST, wilson_bounds

LEVEL, POWER = 0.05, 0.8
DIGITS = 4  # of a share: more would not be seen
HALVINGS = 24


@cache
def in_errors(n: int) -> float:
    """The smallest distance of a mean of n from the threshold, in standard errors.

    The noncentrality at which Student's test is significant with probability POWER; n >= 2.
    """
    t = special.stdtrit(n - 1, 1 - LEVEL / 2)
    return float(special.nctdtrinc(n - 1, 1 - POWER, t))


def of_interval(low: float, high: float, n: int) -> float | None:
    """The same of a mean of n whose interval is given: its width has the standard error."""
    if n < FEWEST or not np.isfinite([low, high]).all():
        return None
    t = special.stdtrit(n - 1, 1 - LEVEL / 2)
    return float((high - low) / (2 * t) * in_errors(n))


@cache
def of_share(n: int, threshold: float) -> float | None:
    """The smallest distance of a share from the threshold that Wilson's interval of n runs leaves.

    On whichever side it is smaller; None where neither of them has room for it.
    """
    low, high = wilson_bounds(np.arange(n + 1) / n, n)
    # So many successes lie above it, so many failures below; P(that many) = POWER at which share?
    needed = int(np.sum(low <= threshold)), int(np.sum(high >= threshold))
    sides = [side for side in zip(needed, (threshold, 1 - threshold)) if 0 < side[0] <= n]
    at = [special.betaincinv(k, n - k + 1, POWER) - place for k, place in sides]
    return round(float(min(at)), DIGITS) if at else None


@cache
def of_difference(n: int, m: int, q: float, threshold: float) -> float | None:
    """The smallest distance from the threshold of the share of n less the share q of m others, that
    Newcombe's interval leaves: on whichever side it is smaller, None where none has room for it."""
    above = _power(n, m, q, threshold, above=True)
    below = _power(n, m, q, threshold, above=False)
    at = [d for d in (_first(above, q + threshold, 1.0), _first(below, q + threshold, 0.0)) if d]
    return round(min(at), DIGITS) if at else None


def _power(n: int, m: int, q: float, threshold: float, above: bool):
    """share of the n -> probability that the interval lies above (or below) the threshold."""
    i, j = np.arange(n + 1)[:, None] / n, np.arange(m + 1)[None] / m
    (i_low, i_high), (j_low, j_high) = wilson_bounds(i, n), wilson_bounds(j, m)
    low = i - j - np.hypot(i - i_low, j_high - j)
    high = i - j + np.hypot(i_high - i, j - j_low)
    leaves = (low > threshold if above else high < threshold) @ _binomial(m, q)
    return lambda p: float(np.sum(leaves * _binomial(n, p)))


def _binomial(n: int, p: float) -> np.ndarray:
    """(n + 1,) the probability of each number of successes."""
    k = np.arange(n + 1)
    return special.binom(n, k) * p**k * (1 - p) ** (n - k)


def _first(power, start: float, end: float) -> float | None:
    """How far from the start, towards the end, the power is reached; it grows all the way."""
    if not 0 <= start <= 1 or power(end) < POWER:
        return None
    near, far = start, end
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if power(middle) >= POWER else (middle, far)
    return abs(far - start)
