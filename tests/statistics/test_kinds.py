"""Tests of shares, which say what their intervals say."""

import numpy as np
import pytest
from scipy import stats

from mlpstudy.statistics.intervals import newcombe, share_difference, wilson
from mlpstudy.statistics.kinds import difference_p, kind_of, share_p


@pytest.mark.parametrize(("successes", "n"), [(0, 8), (3, 8), (12, 16), (24, 24)])
@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
def test_a_share_s_test_is_its_interval_s(successes, n, threshold):
    p = share_p(successes / n, n, threshold)
    made = wilson(successes, n)
    assert (p < 0.05) == (not made.low <= threshold <= made.high)
    # The score test is the chi-squared test of one sample.
    seen = [successes, n - successes]
    expected = stats.chisquare(seen, [n * threshold, n - n * threshold]).pvalue
    assert p == pytest.approx(expected)


def test_a_share_at_the_ends():
    assert share_p(0.0, 8, 0.0) == 1 and share_p(0.5, 8, 0.0) == 0 and share_p(0.5, 8, 0.5) == 1


@pytest.mark.parametrize("threshold", [-0.2, 0.0, 0.3])
@pytest.mark.parametrize("shares", [(1.0, 0.0), (0.5, 0.25), (0.25, 0.375), (0.0, 1.0), (0.0, 0.0)])
def test_the_test_of_a_difference_is_its_interval_s(shares, threshold):
    p, q = shares
    made = newcombe(p, 8, q, 8)
    assert made == share_difference([1] * round(8 * p) + [0] * round(8 - 8 * p),
                                    [1] * round(8 * q) + [0] * round(8 - 8 * q))  # fmt: skip
    p_value = difference_p(p, 8, q, 8, threshold)
    assert (p_value < 0.05) == (not made.low <= threshold <= made.high)
    if 0 < p_value < 1:  # the interval of that level ends at the threshold
        at = newcombe(p, 8, q, 8, stats.norm.isf(p_value / 2))
        assert np.isclose([at.low, at.high], threshold).any()


def test_a_level_of_a_flag_is_a_share():
    assert kind_of("level", True) == kind_of("contrast", True) == "share"
    assert kind_of("contrast", False) == "contrast" and kind_of("slope", True) == "slope"
