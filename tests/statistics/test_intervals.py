"""Intervals and tests against scipy's own, against hand-worked numbers and against enumeration."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from mlpstudy.rng import stream
from mlpstudy.statistics import intervals as st

EIGHT = [0.91, 0.88, 0.95, 0.90, 0.93, 0.70, 0.94, 0.89]


def frame_of(groups: dict) -> pd.DataFrame:
    rows = [(name, seed, v) for name, values in groups.items() for seed, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["cell", "seed", "accuracy"])


def test_statistics_by_hand():
    assert st.interval([3, 1, 2]).value == 2
    assert st.interval([1, 2, 3, 100], "median").value == 2.5
    # Of eight values two fall at each end: the mean of 2, 3, 4, 5.
    assert st.interval([0, 1, 2, 3, 4, 5, 6, 1000], "iqm").value == 3.5
    assert st.interval([1, 2, 9], np.max).value == 9


@pytest.mark.parametrize(("n", "t"), [(6, 2.570582), (8, 2.364624), (24, 2.068658)])
def test_expanded_level_is_student_s_width_in_units_of_the_plain_standard_deviation(n, t):
    z = stats.norm.ppf((1 + st.expanded(n)) / 2)
    assert_allclose(z * np.sqrt((n - 1) / n), t, rtol=1e-6)


@pytest.mark.parametrize("name", st.STATISTICS)
@pytest.mark.parametrize("seed", range(20))
def test_the_interval_of_the_negative_is_the_mirrored_one(name, seed):
    """To the last bit, where numbers are skewed, tie, or lie about 0."""
    values = stream(seed, "study").lognormal(0, 1, 6 + seed) - seed % 3
    values = values.round(1) if seed % 2 else values
    value, low, high = st.interval(values, name)
    assert st.interval(-values, name) == (-value, -high, -low)
    assert low < value < high


def test_bootstrap_is_scipys_on_the_sorted_values():
    oracle = stats.bootstrap(
        (np.sort(EIGHT),),
        st.iqm,
        method="percentile",
        n_resamples=st.RESAMPLES,
        confidence_level=st.expanded(8),
        rng=stream(5, "bootstrap"),
    ).confidence_interval
    assert st.interval(EIGHT, "iqm", seed=5)[1:] == (oracle.low, oracle.high)
    assert st.interval(EIGHT, "iqm", seed=6)[1:] != (oracle.low, oracle.high)


@pytest.mark.parametrize("shape", [(7,), (3, 12), (2, 4001)])
def test_many_rows_are_resampled_as_scipy_does_it(shape):
    """To the last bit, in batches and in one."""
    values = np.sort(stream(sum(shape), "study").standard_normal(shape), axis=-1)
    oracle = stats.bootstrap(
        (values,),
        lambda resamples, axis: np.mean(np.ascontiguousarray(resamples), axis=axis),
        axis=-1,
        method="percentile",
        n_resamples=st.RESAMPLES,
        confidence_level=st.expanded(shape[-1]),
        rng=stream(3, "bootstrap"),
    ).confidence_interval
    assert_array_equal(st._percentiles(values, np.mean, 3), [oracle.low, oracle.high])


@pytest.mark.parametrize("sizes", [[2] * 8, [4] + [2] * 7], ids=["equal", "unequal"])
def test_clusters_are_resampled_whole(sizes):
    parts = [stream(c, "study").standard_normal(n) for c, n in enumerate(sizes)]
    ordered = sorted(map(np.sort, parts), key=np.mean)
    oracle = stats.bootstrap(
        (np.arange(8),),
        lambda chosen: np.median(np.concatenate([ordered[int(c)] for c in chosen])),
        vectorized=False,
        method="percentile",
        n_resamples=st.RESAMPLES,
        confidence_level=st.expanded(8),
        rng=stream(0, "bootstrap"),
    ).confidence_interval
    found = st.clustered(np.concatenate(parts), np.repeat(np.arange(8), sizes), np.median)
    assert found[1:] == (oracle.low, oracle.high)


@pytest.mark.parametrize("n", [6, 7, 8, 9, 20, 60])
def test_median_interval_is_scipys_and_exact(n):
    values = stream(n, "study").standard_normal(n)
    oracle = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    found = st.interval(values, "median")
    assert found == (np.median(values), oracle.low, oracle.high)


def test_fewest_is_the_first_number_whose_range_holds_the_median():
    assert 2.0 ** (1 - st.FEWEST) <= 1 - st.CONFIDENCE < 2.0 ** (2 - st.FEWEST)


@pytest.mark.parametrize("name", st.STATISTICS)
def test_degenerate_samples_have_the_stated_answer(name):
    assert_array_equal(st.interval([0.3], name), [0.3, np.nan, np.nan])
    assert_array_equal(st.interval([0.3] * 5, name), [0.3, np.nan, np.nan])
    assert st.interval([0.1] * 7, name) == (0.1, 0.1, 0.1)
    assert_array_equal(st.interval([*EIGHT, np.nan], name), [np.nan] * 3)
    with pytest.raises(ValueError, match="at least one value"):
        st.interval([], name)


def test_infinite_values_leave_the_median_its_interval():
    values = [1, 2, 3, 4, 5, 6, np.inf, np.inf]
    assert st.interval(values, "median") == (4.5, 1, np.inf)
    assert_array_equal(st.interval(values, "mean"), [np.inf, np.nan, np.nan])
    assert_array_equal(st.interval(values, "iqm"), [4.5, np.nan, np.nan])


def test_unknown_statistic_names_those_there_are():
    with pytest.raises(ValueError, match="unknown statistic 'mode': known are mean, median, iqm"):
        st.interval(EIGHT, "mode")


@pytest.mark.parametrize("name", st.STATISTICS)
def test_summarise_is_interval_group_by_group_in_any_order(name):
    groups = {"b": EIGHT, "a": [0.5] * 6, "c": EIGHT[:6], "d": [0.1, 0.2], "e": EIGHT[::-1]}
    frame = frame_of(groups)
    table = st.summarise(frame, "cell", "accuracy", name)
    assert list(table.columns) == ["cell", "value", "low", "high", "n"]
    assert list(table["cell"]) == list("abcde")
    assert list(table["n"]) == [6, 8, 6, 2, 8]
    for row in table.itertuples():
        assert_array_equal([row.value, row.low, row.high], st.interval(groups[row.cell], name))
    shuffled = frame.iloc[stream(0, "study").permutation(len(frame))]
    pd.testing.assert_frame_equal(st.summarise(shuffled, ["cell"], "accuracy", name), table)


def test_large_summaries_do_not_depend_on_how_they_are_cut(monkeypatch):
    frame = frame_of({cell: EIGHT[cell % 3 :] + EIGHT[: cell % 3] for cell in range(7)})
    whole = st.summarise(frame, "cell", "accuracy")
    monkeypatch.setattr(st, "CHUNK", 2 * st.RESAMPLES * 8)
    pd.testing.assert_frame_equal(st.summarise(frame, "cell", "accuracy"), whole)


def test_groups_keep_missing_keys_and_none_is_one_group():
    frame = pd.DataFrame({"train_size": [100, None, None], "depth": [1, 2, 2], "v": [1, 2, 4]})
    assert list(st.summarise(frame, ["train_size", "depth"], "v")["value"]) == [1, 3]
    assert st.summarise(frame, [], "v").to_dict("list")["n"] == [3]
    with pytest.raises(ValueError, match="cannot be named n"):
        st.summarise(frame.rename(columns={"depth": "n"}), "n", "v")


def test_clustered_with_one_value_each_is_interval_and_copies_add_nothing():
    once = st.interval(EIGHT)
    assert_allclose(st.clustered(EIGHT, range(8)), once, rtol=1e-12)
    # Ten copies of each seed's value are no more evidence than one.
    assert_allclose(st.clustered(np.repeat(EIGHT, 10), np.repeat(range(8), 10)), once, rtol=1e-12)
    assert st.interval(np.repeat(EIGHT, 10)).low > once.low


def test_clusters_of_unequal_sizes_weigh_by_their_values():
    values, clusters = [1, 2, 3, 4, 5, 6, 7, 9, 9], [0, 1, 2, 3, 4, 5, 5, 5, 5]
    found = st.clustered(values, clusters)
    assert_allclose(found.value, np.mean(values))
    assert 1 < found.low < found.value < found.high < 9
    assert_array_equal(st.clustered([1, 2, 3, 4], [0, 0, 1, 1]), [2.5, np.nan, np.nan])
    assert st.clustered([2] * 12, [*range(6)] * 2) == (2, 2, 2)


def two_treatments(effect):
    seeds = list(range(8))
    control = pd.DataFrame({"seed": seeds, "accuracy": EIGHT})
    treated = pd.DataFrame({"seed": seeds[::-1], "accuracy": EIGHT[::-1]})
    return treated.assign(accuracy=lambda f: f["accuracy"] + effect * (1 + f["seed"])), control


def test_paired_aligns_on_the_seed():
    treated, control = two_treatments(0.01)
    found = st.paired(treated, control, "accuracy")
    assert_allclose(found, st.interval(0.01 * np.arange(1, 9)), rtol=1e-9)
    # The spread between seeds is far larger than the effect: unpaired it would be lost.
    assert found.low > 0


def test_paired_within_datasets_resamples_seeds():
    treated, control = two_treatments(0.01)
    both = [f.assign(dataset=name) for name in "ab" for f in (treated, control)]
    found = st.paired(pd.concat(both[0::2]), pd.concat(both[1::2]), "accuracy", within=["dataset"])
    assert_allclose(found, st.paired(treated, control, "accuracy"), rtol=1e-9)


def test_runs_without_a_partner_are_an_error():
    treated, control = two_treatments(0.01)
    for left, right in ((treated[1:], control), (treated, control[:7])):
        with pytest.raises(ValueError, match=r"1 runs have no partner.*'seed': 7"):
            st.paired(left, right, "accuracy")
    with pytest.raises(ValueError, match=r"same keys: \{'seed': 0\}"):
        st.paired(treated, pd.concat([control, control[:1]]), "accuracy")


def test_differences_of_every_level_to_its_own_control():
    frame = pd.DataFrame(
        [
            (width, rate, seed, 10 * width + seed + 100 * rate)
            for width, rates in ((1, (0.0, 0.2, 0.5)), (2, (0.0, 0.5)))
            for rate, seed in product(rates, (0, 1))
        ],
        columns=["width", "dropout", "seed", "nll"],
    )
    table = st.differences(frame, "width", "dropout", 0.0, "nll")
    assert list(table.columns) == ["width", "dropout", "seed", "difference"]
    summary = st.summarise(table, ["width", "dropout"], "difference")
    assert list(summary["dropout"]) == [0.2, 0.5, 0.5]
    assert_allclose(summary["value"], [20, 50, 50])
    assert_allclose(st.differences(frame[:6], [], "dropout", 0.2, "nll")["difference"][:2], -20)
    with pytest.raises(ValueError, match="2 runs have no partner"):
        st.differences(frame.drop(index=[6, 7]), "width", "dropout", 0.0, "nll")
    with pytest.raises(ValueError, match="1 runs have no partner"):
        st.differences(frame.drop(index=[8]), "width", "dropout", 0.0, "nll")
    with pytest.raises(ValueError, match="no run has dropout = 0.9"):
        st.differences(frame, "width", "dropout", 0.9, "nll")
    with pytest.raises(ValueError, match="nothing to compare"):
        st.differences(frame[:2], "width", "dropout", 0.0, "nll")


@pytest.mark.parametrize(("k", "n"), [(0, 8), (8, 8), (1, 1), (3, 10), (57, 60), (250, 500)])
def test_wilson_is_scipys(k, n):
    oracle = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert_allclose(st.wilson(k, n), [k / n, oracle.low, oracle.high], rtol=1e-12, atol=1e-15)


def test_wilson_refuses_what_is_no_share():
    for k, n in ((1, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="successes among"):
            st.wilson(k, n)


def test_rate_counts_flags():
    frame = frame_of({"a": [1, 1, 0, 0], "b": [1, 1, 1]}).assign(solved=lambda f: f.accuracy == 1)
    table = st.rate(frame, "cell", "solved")
    assert list(table["n"]) == [4, 3]
    for row, (k, n) in zip(table.itertuples(), [(2, 4), (3, 3)]):
        assert (row.value, row.low, row.high) == pytest.approx(st.wilson(k, n), abs=1e-15)
    with pytest.raises(ValueError, match="neither true nor false in 1 rows"):
        st.rate(frame.assign(solved=[1, 0, 1, 0, 1, 1, None]), "cell", "solved")


@pytest.mark.parametrize("n", [1, 4, 8])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_sign_flip_is_enumeration(n, alternative):
    values = stream(n, "study").standard_normal(n) + 0.5
    means = np.array([np.mean(values * signs) for signs in product((1, -1), repeat=n)])
    more = np.mean(means >= values.mean() - 1e-12)
    less = np.mean(means <= values.mean() + 1e-12)
    p = {"greater": more, "less": less, "two-sided": min(2 * min(more, less), 1)}[alternative]
    assert st.sign_flip(values, alternative) == pytest.approx(p, abs=1e-12)


def test_sign_flip_by_hand_and_beyond_enumeration():
    assert st.sign_flip([1] * 8) == 2 / 2**8
    assert st.sign_flip([0] * 8) == 1
    assert np.isnan(st.sign_flip([1, np.nan]))
    values = stream(1, "study").standard_normal(40) + 0.4
    p = st.sign_flip(values, seed=3)
    assert p == st.sign_flip(values, seed=3)
    assert p == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.01)


def test_holm_by_hand():
    # Smallest first: 0.01 * 4, 0.02 * 3, 0.03 * 2 (not below the one before), 0.9.
    assert_allclose(st.holm([0.03, 0.01, 0.9, 0.02]), [0.06, 0.04, 0.9, 0.06])
    assert_allclose(st.holm([0.5, 0.6]), [1, 1])
    assert_allclose(st.holm([0.02, np.nan, 0.04]), [0.04, np.nan, 0.04])


def test_distance_from_a_place():
    assert st.distance(st.Interval(1.1, 0.9, 1.3), 1) == pytest.approx((0.1, 0, 0.3))
    assert st.distance(st.Interval(0.8, 0.7, 0.9), 1) == pytest.approx((0.2, 0.1, 0.3))
