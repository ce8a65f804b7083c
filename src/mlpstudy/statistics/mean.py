"""The mean of a few numbers that may be skewed: Student's interval, longer towards the tail.

Where one run in five fails, or errors are lognormal, a mean of 16 lies far more often beyond the
end on the side of the tail than Student's distribution says. Hall (1992, On the removal of skewness
by transformation) makes T = (mean - mu) / error symmetric again by the cubic

    h(T) = T + c T^2 / 3 + c^2 T^3 / 27 + c / 6,    c = skewness / sqrt(n),

which grows with T everywhere and has an inverse in one line. Three things are added, for a skewness
that is estimated from so few numbers is too small where there is one (no sample of n has more than
sqrt(n)) and of either sign where there is none: it counts MORE times, an end is never nearer than
Student's, and never more than FURTHEST times as far. Nothing is resampled: the interval of -x is
that of x, mirrored. docs/intervals.md has how often it holds, beside others.
"""

import numpy as np
from scipy import special

CONFIDENCE = 0.95
MORE = 1.25  # than the sample's skewness: by simulation, see docs/intervals.md
FURTHEST = 2.0  # times as far as Student's end
STRAIGHT = 1e-6  # of c: below it h(T) is T to nine digits, and its inverse would lose them


def spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The standard error of the mean of each row, and c: (..., n) -> two of (...); n >= 3."""
    n = values.shape[-1]
    off = values - values.mean(axis=-1, keepdims=True)
    square = np.mean(off * off, axis=-1)
    with np.errstate(all="ignore"):
        skewness = np.mean(off * off * off, axis=-1) / (square * np.sqrt(square))
        skewness = np.where(square > 0, skewness, 0.0) * np.sqrt(n * (n - 1)) / (n - 2)
    return np.sqrt(square / (n - 1)), MORE * skewness / np.sqrt(n)


def ends(values: np.ndarray) -> np.ndarray:
    """(2, ...) the ends of the interval of the mean of each row of (..., n)."""
    n = values.shape[-1]
    mean, (error, c) = values.mean(axis=-1), spread(values)
    t = special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)
    return np.stack([mean - _reach(t, -c) * error, mean + _reach(t, c) * error])


def _reach(t: float, c: np.ndarray) -> np.ndarray:
    """How many standard errors the end is away that lies on the side of the tail where c > 0."""
    steep = np.where(np.abs(c) < STRAIGHT, STRAIGHT, c)
    hall = 3 / steep * (1 - special.cbrt(1 - steep * (t + steep / 6)))
    return np.clip(np.where(np.abs(c) < STRAIGHT, t, hall), t, FURTHEST * t)


def student(T: float, c: float) -> float:
    """Which t has an end at T standard errors from the mean: h(T), within what is said above.

    T > 0 is an end below the mean. p = 2 P(t > student(T, c)) is the test whose interval is `ends`.
    """
    h = T + c * T**2 / 3 + c**2 * T**3 / 27 + c / 6
    return float(np.clip(np.sign(T) * h, abs(T) / FURTHEST, abs(T)))
