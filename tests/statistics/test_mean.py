"""The interval of a mean: Student's where nothing is skewed, and how often it holds where runs fail."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from mlpstudy.statistics import mean

FAILED, FINE = 0.9, 0.1  # errors of a run that fails, and of one that does not


def failing(rng, shape, share=0.2):
    """Errors of runs of which one in five fails."""
    return np.where(rng.random(shape) < share, FAILED, rng.normal(FINE, 0.02, shape))


def lognormal(rng, shape):
    return rng.lognormal(0, 1, shape)


def normal(rng, shape):
    return rng.normal(0, 1, shape)


def difference(population, other):
    return lambda rng, shape: population(rng, shape) - other(rng, shape)


MEANS = {normal: 0, lognormal: np.exp(0.5), failing: FINE + 0.2 * (FAILED - FINE)}
POPULATIONS = [
    *MEANS.items(),
    (difference(failing, normal), MEANS[failing]),
    (difference(failing, failing), 0),
    (difference(lognormal, lognormal), 0),
    (lambda rng, shape: failing(rng, shape, 0.5), (FAILED + FINE) / 2),
]


@pytest.mark.parametrize(("population", "mu"), POPULATIONS)
def test_sixteen_hold_the_mean_in_93_percent(population, mu):
    low, high = mean.ends(population(np.random.default_rng(16), (10_000, 16)))
    assert np.mean((low <= mu) & (mu <= high)) >= 0.93


def test_student_alone_does_not():
    values = failing(np.random.default_rng(16), (10_000, 16))
    low, high = stats.t.interval(0.95, 15, values.mean(1), stats.sem(values, axis=1))
    assert np.mean((low <= MEANS[failing]) & (MEANS[failing] <= high)) < 0.93


@pytest.mark.parametrize("n", [6, 7, 16])
def test_it_is_student_s_where_nothing_is_skewed(n):
    values = stats.norm.ppf((np.arange(n) + 0.5) / n)
    expected = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    assert_allclose(mean.ends(values), expected, rtol=1e-12)


def test_an_end_on_the_side_of_the_tail_is_where_hall_s_cubic_is_student_s():
    values = np.r_[np.arange(15.0), 22]
    n, (error, c) = len(values), mean.spread(values)
    assert_allclose(error, stats.sem(values))
    assert_allclose(c, 1.25 * stats.skew(values, bias=False) / np.sqrt(n))
    t = stats.t.ppf(0.975, n - 1)
    T = optimize.brentq(lambda T: T + c * T**2 / 3 + c**2 * T**3 / 27 + c / 6 + t, -20, 0)
    low, high = mean.ends(values)
    assert 1 < -T / t < mean.FURTHEST
    assert_allclose(high, values.mean() - T * error, rtol=1e-9)
    assert_allclose(low, values.mean() - t * error)  # never nearer than Student's


def test_an_end_is_at_most_twice_as_far():
    values = np.r_[np.zeros(15), 1]
    low, high = mean.ends(values)
    assert_allclose(high - values.mean(), 2 * (values.mean() - low))


@pytest.mark.parametrize("c", [-2, -0.7, -0.1, -1e-9, 0, 0.2, 1.1])
@pytest.mark.parametrize("t", [0.2, 2.1, 4])
def test_the_test_is_that_of_the_interval(c, t):
    up, down = (float(mean._reach(t, np.array(side))) for side in (c, -c))
    assert mean.student(-up, c) == pytest.approx(t)
    assert mean.student(down, c) == pytest.approx(t)


def test_equal_numbers_have_no_spread():
    assert np.array_equal(mean.spread(np.full((2, 8), 0.3)), np.zeros((2, 2)))
