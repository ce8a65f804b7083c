"""Kaplan and Meier by hand, and against scipy."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from mlpstudy.rng import stream
from mlpstudy.statistics.intervals import wilson
from mlpstudy.statistics.survival import (
    median_passes,
    passes_to_threshold,
    quantile_passes,
    survival,
)


def curves_of(curves: dict, split="validation") -> pd.DataFrame:
    rows = [(name, t, split, v) for name, curve in curves.items() for t, v in enumerate(curve)]
    return pd.DataFrame(rows, columns=["run_id", "epoch", "split", "accuracy"])


CURVES = curves_of(
    {
        "lost-again": [0.1, 0.9, 0.5, 0.5],
        "at-once": [0.95, 0.2, 0.2, 0.2],
        "late": [0.1, 0.2, 0.3, 0.9],
        "never": [0.1, 0.2, 0.3, 0.4],
        "diverged": [0.1, np.nan],
    }
)
RUNS = pd.DataFrame({"run_id": CURVES["run_id"].unique(), "epochs": 3})


def test_first_pass_at_the_level():
    table = passes_to_threshold(CURVES, "validation", "accuracy", 0.9, "above", runs=RUNS)
    assert list(table.columns) == ["run_id", "passes", "reached"]
    found = {row.run_id: (row.passes, row.reached) for row in table.itertuples()}
    assert found == {
        "lost-again": (1, True),
        "at-once": (0, True),
        "late": (3, True),
        "never": (3, False),
        "diverged": (3, False),  # its budget, not the pass it broke off at
    }


def test_without_runs_a_curve_s_end_is_its_budget():
    table = passes_to_threshold(CURVES, "validation", "accuracy", 0.9, "above")
    assert dict(zip(table["run_id"], table["passes"]))["diverged"] == 1


def test_levels_per_run_and_downwards():
    level = pd.Series({"never": 0.4, "late": 0.3, "at-once": 1.0, "lost-again": 1, "diverged": 1})
    table = passes_to_threshold(CURVES, "validation", "accuracy", level, "above").set_index(
        "run_id"
    )
    assert list(table.loc[["never", "late", "at-once"], "passes"]) == [3, 2, 3]
    assert list(table.loc[["never", "late", "at-once"], "reached"]) == [True, True, False]
    down = passes_to_threshold(CURVES, "validation", "accuracy", 0.2, "below").set_index("run_id")
    assert list(down.loc[["at-once", "never"], "passes"]) == [1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"direction": "up"}, "unknown direction 'up': known are above, below"),
        ({"split": "train"}, "no curve of the split 'train'"),
        ({"runs": RUNS[1:]}, "1 runs are in one table only, such as lost-again"),
        ({"level": pd.Series({"late": 1.0})}, "no level for run lost-again"),
    ],
)
def test_mistakes_are_named(change, message):
    asked = {"split": "validation", "column": "accuracy", "level": 0.9, "direction": "above"}
    with pytest.raises(ValueError, match=message):
        passes_to_threshold(CURVES, **(asked | change))


def runs_of(passes, reached, **by) -> pd.DataFrame:
    return pd.DataFrame({"passes": passes, "reached": np.asarray(reached, dtype=bool), **by})


def test_kaplan_meier_by_hand():
    # At 2: one of five. At 3: one of four, and one lost, who was still at risk. At 5: one of two.
    steps = survival(runs_of([2, 3, 3, 5, 6], [1, 1, 0, 1, 0]), [])
    assert list(steps["passes"]) == [0, 2, 3, 5, 6]
    assert_allclose(steps["share"], [1, 4 / 5, 4 / 5 * 3 / 4, 3 / 5 * 1 / 2, 3 / 10])
    assert list(steps["n"]) == [5] * 5


def test_band_without_censoring_is_wilsons():
    steps = survival(runs_of([1, 1, 4, 7, 9, 9, 9, 9], [1, 1, 1, 1, 0, 0, 0, 0]), [])
    assert list(steps["passes"]) == [0, 1, 4, 7, 9]
    for row, k in zip(steps.itertuples(), [8, 6, 5, 4, 4]):
        assert (row.share, row.low, row.high) == pytest.approx(wilson(k, 8), rel=1e-12)


def test_band_counts_the_runs_that_were_left():
    # One is lost at 1: with four before anything happens, of three from then on.
    steps = survival(runs_of([1, 2, 3, 4], [0, 1, 1, 1]), [])
    assert list(steps["passes"]) == [0, 1, 2, 3, 4]
    expected = [wilson(4, 4), wilson(4, 4), wilson(2, 3), wilson(1, 3), wilson(0, 3)]
    assert_allclose(steps[["share", "low", "high"]], expected, rtol=1e-12)


def test_shares_are_scipys_and_the_band_has_greenwoods_variance():
    rng = stream(0, "study")
    time, budget = rng.geometric(0.02, 200), rng.integers(20, 80, 200)
    reached, passes = time <= budget, np.minimum(time, budget)
    steps = survival(runs_of(passes, reached), [])
    oracle = stats.ecdf(stats.CensoredData(uncensored=passes[reached], right=passes[~reached])).sf
    assert_allclose(steps["share"][1:], oracle.probabilities)
    # So many runs that Wilson's interval is nearly the symmetric one of Greenwood's variance.
    bounds = oracle.confidence_interval(0.95, method="linear")
    found = (steps["high"] - steps["low"])[20:60]
    assert_allclose(found, (bounds.high.probabilities - bounds.low.probabilities)[19:59], rtol=0.05)
    assert (steps["low"] <= steps["share"]).all() and (steps["share"] <= steps["high"]).all()
    assert steps[["low", "high"]].stack().between(0, 1).all()


TWO = pd.concat(
    [
        runs_of([1, 2, 3, 4], [1, 1, 1, 1], depth=1),
        runs_of([3, 10, 10, 10], [1, 0, 0, 0], depth=8),
    ]
)


def test_groups_stay_apart_and_a_finished_one_goes_on_at_zero():
    steps = survival(TWO, ["depth"])
    assert list(steps.columns) == ["depth", "passes", "share", "low", "high", "n"]
    assert list(steps[steps.depth == 1]["passes"]) == [0, 1, 2, 3, 4, 10]
    assert_allclose(steps[steps.depth == 1]["share"], [1, 0.75, 0.5, 0.25, 0, 0])
    assert list(steps[steps.depth == 8]["passes"]) == [0, 3, 10]
    assert list(steps[steps.depth == 8]["share"]) == [1, 0.75, 0.75]


def test_median_is_infinite_where_the_budget_ends_first():
    table = median_passes(TWO, "depth")
    assert list(table.columns) == ["depth", "value", "low", "high", "n", "reached"]
    assert_array_equal(table["value"], [2, np.inf])
    assert_array_equal(table["high"], [4, np.inf])
    assert list(table["n"]) == [4, 4] and list(table["reached"]) == [1, 0.25]


def test_quantiles_are_those_of_the_passes_where_all_get_there():
    passes = np.sort(stream(3, "study").permutation(100)[:40] + 1)
    frame = runs_of(passes, [True] * 40)
    for q in (0.1, 0.5, 0.9):
        row = quantile_passes(frame, [], q).iloc[0]
        assert row["value"] == np.quantile(passes, q, method="inverted_cdf")
        assert row["low"] <= row["value"] <= row["high"]


def test_interval_of_the_median_is_about_that_of_the_order_statistics():
    passes = np.arange(1, 102)
    row = median_passes(runs_of(passes, [True] * 101), []).iloc[0]
    exact = stats.quantile_test(passes, p=0.5).confidence_interval(0.95)
    assert_allclose(
        row[["low", "value", "high"]].astype(float), [exact.low, 51, exact.high], atol=1
    )
