"""Sums of cells: against a plain loop over the resamples, and how often the intervals hold."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlpstudy.statistics import estimates
from mlpstudy.statistics.estimates import Estimate, estimate, following, own, shared, summed
from mlpstudy.statistics.grids import Grid
from mlpstudy.statistics.intervals import Interval, expanded, interval
from mlpstudy.statistics.tuning import choose

N = 8


def grid(first: int, S: int, best: int, n: int = N) -> Grid:
    """S settings times n seeds, in rows that follow each other."""
    rows = first + np.arange(S * n).reshape(S, n)
    return Grid(tuple((float(i),) for i in range(S)), np.arange(n), rows, best)


def drawn(rng, S: int, n: int = N) -> pd.DataFrame:
    """A measure and what to choose by, of settings that are nearly as good; some runs diverged."""
    index = pd.MultiIndex.from_product([range(S), range(n)], names=["eta", "seed"])
    frame = index.to_frame(index=False)
    frame["measure"] = rng.normal(size=len(frame))
    frame["error"] = rng.integers(0, 8, len(frame)) / 8 + frame["measure"].round() / 10
    frame["loss"] = np.where(rng.random(len(frame)) < 0.05, np.inf, rng.normal(size=len(frame)))
    return frame


def best_of(frame: pd.DataFrame) -> int:
    chosen = choose(frame, [], ["eta"], ["loss", "error"])
    return int(chosen.loc[chosen["chosen"], "eta"].iloc[0])


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_each_resample_chooses_again(statistic):
    """25 of the resamples, each a frame of its own whose settings are chosen as any frame's."""
    rng = np.random.default_rng(1)
    sides = [drawn(rng, 3), drawn(rng, 2)]
    frame = pd.concat(sides, ignore_index=True)
    terms = [own(1.0, grid(0, 3, best_of(sides[0]))), own(-1.0, grid(3 * N, 2, best_of(sides[1])))]
    values, scores = frame["measure"].to_numpy(), [frame[m].to_numpy() for m in ("loss", "error")]
    made = estimates._resampled(terms, np.arange(N), values, scores, statistic)
    for draw, one in list(zip(estimates._draws(N), made))[:25]:
        again = [
            pd.concat([side[side["seed"] == seed].assign(seed=k) for k, seed in enumerate(draw)])
            for side in sides
        ]
        picked = [side[side["eta"] == best_of(side)].set_index("seed")["measure"] for side in again]
        assert one == pytest.approx(getattr(picked[0] - picked[1], statistic)())
    whole = estimate(terms, values, scores, statistic)
    tail = 50 * (1 - expanded(N))
    plain = interval(summed(terms, values), statistic)
    assert whole.interval.value == plain.value
    ends = np.percentile(made, [tail, 100 - tail])
    assert whole.interval.low == pytest.approx(min(ends[0], plain.low), abs=0.05)
    assert whole.interval.high == pytest.approx(max(ends[1], plain.high), abs=0.05)
    assert whole.error >= made.std() * np.sqrt(N / (N - 1))


@pytest.mark.parametrize("statistic", ["mean", "median"])
@pytest.mark.parametrize("seed", range(5))
def test_both_sides_negated_the_interval_is_mirrored(statistic, seed):
    """To the last bit, though each resample chooses again; and so it is with the sides exchanged."""
    rng = np.random.default_rng(seed)
    sides = [drawn(rng, 3), drawn(rng, 2)]
    frame = pd.concat(sides, ignore_index=True)
    values, scores = np.exp(frame["measure"].to_numpy()), [frame["loss"].to_numpy()]
    grids = grid(0, 3, best_of(sides[0])), grid(3 * N, 2, best_of(sides[1]))
    terms = [own(1.0, grids[0]), own(-1.0, grids[1])]
    value, low, high = estimate(terms, values, scores, statistic).interval
    assert estimate(terms, -values, scores, statistic).interval == (-value, -high, -low)
    other = [own(1.0, grids[1]), own(-1.0, grids[0])]
    assert estimate(other, values, scores, statistic).interval == (-value, -high, -low)


def test_the_value_is_at_the_choice_on_all_seeds():
    values = np.r_[np.arange(8.0), np.arange(8.0) + 5]
    made = estimate([own(1.0, grid(0, 2, 1))], values, [-values])
    assert made.interval.value == 8.5 and list(made.seeds) == list(range(8))
    assert made.interval == interval(np.arange(8.0) + 5)  # 5 is far: no resample takes the other


def test_one_setting_is_a_plain_interval():
    values = np.random.default_rng(0).normal(size=16)
    terms = [own(1.0, grid(0, 1, 0)), own(-1.0, grid(8, 1, 0))]
    made = estimate(terms, values, [])
    assert made.interval == interval(values[:8] - values[8:])
    for end in made.interval[1:]:
        assert made.p(end) == pytest.approx(0.05)


def test_settings_with_fewer_seeds_are_not_chosen_again():
    some = grid(0, 2, 0)
    some.rows[1, 3] = -1
    values = np.random.default_rng(0).normal(size=16)
    assert estimate([own(1.0, some)], values, [values]).interval == interval(values[:8])


def test_seeds_that_all_have():
    few = Grid(((),), np.array([1, 3, 9]), np.array([[0, 1, 2]]), 0)
    assert list(shared([own(1, few), own(1, grid(3, 1, 0))])) == [1, 3]
    none = Grid(((),), np.array([20]), np.array([[0]]), 0)
    made = estimate([own(1, none), own(-1, grid(1, 1, 0))], np.zeros(9), [])
    assert np.isnan(made.interval).all() and made.p(0) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [([np.inf] + [1.0] * 7, np.inf), ([np.nan] + [1.0] * 7, np.nan)],
)
def test_what_is_not_finite_has_no_interval(values, message):
    made = estimate(
        [own(1.0, grid(0, 2, 0))], np.r_[values, np.ones(8)], [np.r_[np.zeros(8), np.ones(8)]]
    )
    np.testing.assert_equal(made.interval, (message, np.nan, np.nan))
    assert made.p(0) is None


def test_a_cell_that_follows_its_control():
    """Settings 0, 1, 2 of the control, whose choice is 1; of the treated: 1, 2, 5."""
    control = grid(0, 3, 1)
    treated = Grid(((1.0,), (2.0,), (5.0,)), np.arange(N), 24 + np.arange(24).reshape(3, N), 2)
    term = following(1.0, treated, control)
    assert term.grid.settings == term.by.settings == ((1.0,), (2.0,))
    assert term.grid.rows[term.grid.best].tolist() == list(range(24, 32))
    assert following(1.0, treated, grid(0, 3, 0)) is None  # 0 was not tried
    # Both move together in each resample: the difference of what is the same is 0.
    values = np.random.default_rng(0).normal(size=48)
    values[24:40] = values[8:24]
    made = estimate([term, own(-1.0, term.by)], values, [values])
    assert made.interval == (0, 0, 0) and made.p(0) == 1


@pytest.mark.parametrize(
    ("means", "n"),
    [
        (([0.3] * 4, [0.4] * 4), 8),  # all equally good: chance chooses
        (([0.30, 0.31, 0.33, 0.40], [0.40, 0.42, 0.45, 0.50]), 6),
        (([0.3, 0.5, 0.7, 0.9], [0.4, 0.6, 0.9, 0.9]), 16),  # one is surely best
    ],
)
def test_intervals_hold_as_often_as_they_say(means, n):
    """Test errors and validation errors of the settings of two sides; how often the difference of
    the best means is within. 95 % of 200, give or take three standard deviations: 90.4 %."""
    rng = np.random.default_rng(n)
    truth, held = min(means[0]) - min(means[1]), 0
    for _ in range(200):
        shape = (2, 4, n)
        test = (
            np.array(means)[:, :, None] + rng.normal(0, 0.1, (2, 1, n)) + rng.normal(0, 0.05, shape)
        )
        score = test + rng.normal(0, 0.05, shape)
        best = score.mean(axis=2).argmin(axis=1)
        terms = [own(1.0, grid(0, 4, best[0], n)), own(-1.0, grid(4 * n, 4, best[1], n))]
        made = estimate(terms, test.ravel(), [score.ravel()]).interval
        held += made.low <= truth <= made.high
    assert held >= 0.904 * 200


def test_p_of_an_estimate():
    made = Estimate(Interval(1.0, 0, 2), np.arange(9), 0.5)
    assert made.p(0.0) == pytest.approx(2 * stats.t.sf(2, 8))
    assert made.p(1.0) == 1
    assert Estimate(Interval(1.0, 1, 1), np.arange(9), 0.0).p(0.0) == 0
    assert Estimate(Interval(np.inf, 1, 1), np.arange(9), 0.5).p(0.0) is None


def test_what_an_estimate_sees():
    """Cohen (1988): so many seeds see 3 standard errors; what is exact sees everything."""
    assert Estimate(Interval(1.0, 0, 2), np.arange(16), 0.5).sees == pytest.approx(1.5, abs=0.01)
    assert Estimate(Interval(1.0, 1, 1), np.arange(9), 0.0).sees == 0
    assert Estimate(Interval(1.0, 1, 1), np.arange(9), np.nan).sees is None
