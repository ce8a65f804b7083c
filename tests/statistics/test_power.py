"""What so many seeds see, against simulation and enumeration."""

import numpy as np
import pytest
from scipy import stats

from mlpstudy.statistics.intervals import newcombe, wilson
from mlpstudy.statistics.power import POWER, in_errors, of_difference, of_share


@pytest.mark.parametrize("n", [6, 8, 16, 24])
def test_a_mean_so_far_off_is_seen_in_four_of_five(n):
    rng = np.random.default_rng(n)
    values = rng.normal(in_errors(n) / np.sqrt(n), 1, (40_000, n))
    seen = stats.ttest_1samp(values, 0, axis=1).pvalue < 0.05
    assert np.mean(seen) == pytest.approx(POWER, abs=0.01)


@pytest.mark.parametrize(("n", "threshold"), [(8, 0.5), (16, 0.5), (16, 0.0), (24, 0.9)])
def test_a_share_so_far_off_is_seen_in_four_of_five(n, threshold):
    d = of_share(n, threshold)
    sides = []
    for p in (threshold + d, threshold - d):
        made = [wilson(k, n) for k in range(n + 1)]
        leaves = [i.low > threshold if p > threshold else i.high < threshold for i in made]
        sides.append(np.sum(stats.binom.pmf(range(n + 1), n, np.clip(p, 0, 1)) * leaves))
    assert max(sides) == pytest.approx(POWER, abs=1e-3)


@pytest.mark.parametrize(("n", "m", "q"), [(16, 16, 0.5), (16, 16, 0.0), (12, 16, 0.75)])
@pytest.mark.parametrize("threshold", [0.0, 0.1])
def test_a_difference_of_shares_is_seen_in_four_of_five(n, m, q, threshold):
    d = of_difference(n, m, q, threshold)
    sides = []
    for p in (q + threshold + d, q + threshold - d):
        if not -1e-3 <= p <= 1 + 1e-3:
            continue
        seen = 0.0
        for i, j in np.ndindex(n + 1, m + 1):
            made = newcombe(i / n, n, j / m, m)
            if made.low > threshold if p > q + threshold else made.high < threshold:
                seen += stats.binom.pmf(i, n, np.clip(p, 0, 1)) * stats.binom.pmf(j, m, q)
        sides.append(seen)
    assert max(sides) == pytest.approx(POWER, abs=1e-3)


def test_more_seeds_see_more():
    for seen in (in_errors, lambda n: of_share(n, 0.5), lambda n: of_difference(n, n, 0.25, 0.0)):
        found = [seen(n) for n in (8, 16, 32, 64)]
        assert found == sorted(found, reverse=True)


def test_where_there_is_no_room_nothing_is_seen():
    assert of_share(3, 0.5) is None  # not even three of three leave a half behind
    assert (
        of_difference(8, 8, 0.5, 0.0) is None
    )  # eight of eight against four: too often against five
    assert of_difference(8, 8, 0.5, 0.6) is None
