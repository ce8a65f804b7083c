"""Cells of figures, against `summarise` and by hand."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.claims import Tune
from mlpstudy.statistics.cells import cells
from mlpstudy.statistics.grids import NotOneRowPerSeed
from mlpstudy.statistics.intervals import interval, rate, summarise, wilson_bounds

TUNE = {"eta": Tune()}
ENDS = ["value", "low", "high"]


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two datasets, three depths, three etas, eight seeds; 0.1 errs least on validation."""
    rng = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product(
        [["digits", "wine"], [1, 2, 4], [0.01, 0.1, 1.0], range(8)],
        names=["dataset", "depth", "eta", "seed"],
    ).to_frame(index=False)
    grid["validation_error"] = np.abs(np.log10(grid["eta"]) + 1) + rng.uniform(0, 0.1, len(grid))
    grid["validation_loss"] = 1.0
    grid["test_error"] = rng.normal(size=len(grid))
    grid["right"] = rng.uniform(size=len(grid)) < 0.5
    grid["diverged"] = grid["eta"] == 1.0
    return grid.assign(run_id=[f"r{i}" for i in range(len(grid))])


@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
def test_where_nothing_is_chosen_it_is_the_summary(frame, statistic):
    keys = ["dataset", "depth", "eta"]
    made = cells(frame.sample(frac=1, random_state=0), keys, "test_error", statistic=statistic)
    expected = summarise(frame, keys, "test_error", statistic)
    pd.testing.assert_frame_equal(made[expected.columns], expected, check_dtype=False)
    assert set(made["networks"]) == {8} and made.loc[made["eta"] == 1.0, "diverged"].eq(8).all()


def test_each_cell_is_shown_at_its_choice(frame):
    made = cells(frame, ["dataset", "depth"], "test_error", TUNE)
    best = frame[frame["eta"] == 0.1]
    expected = summarise(best, ["dataset", "depth"], "test_error")
    assert made["value"].tolist() == pytest.approx(expected["value"].tolist())
    # No resample chooses another eta: the interval is but for the percentiles' last place the same.
    assert made["low"].tolist() == pytest.approx(expected["low"].tolist(), abs=0.1)
    assert set(made["eta"]) == {0.1} and set(made["diverged"]) == {0} and set(made["n"]) == {8}
    assert list(made) == ["dataset", "depth", "eta", *ENDS, "n", "networks", "diverged", "run"]
    assert set(made["run"]) <= set(best["run_id"]) and made["run"].is_unique


def test_what_is_averaged(frame):
    frame.loc[(frame["depth"] == 4) & (frame["eta"] == 1.0), "validation_error"] = 0
    made = cells(frame, ["dataset"], "test_error", TUNE, over=["depth"])
    chosen = frame[np.where(frame["depth"] == 4, frame["eta"] == 1.0, frame["eta"] == 0.1)]
    by_seed = chosen.groupby(["dataset", "seed"])["test_error"].mean()
    assert made["value"].tolist() == pytest.approx(by_seed.groupby("dataset").mean().tolist())
    assert made["eta"].isna().all() and set(made["networks"]) == {24} and set(made["n"]) == {8}
    assert set(made["diverged"]) == {8}
    plain = cells(frame[frame["eta"] == 0.1], ["dataset"], "test_error", over=["depth"])
    means = frame[frame["eta"] == 0.1].groupby(["dataset", "seed"])["test_error"].mean()
    assert plain.loc[0, ENDS].tolist() == pytest.approx(interval(means["digits"]))


def test_flags_are_shares(frame):
    keys = ["dataset", "depth", "eta"]
    made, expected = cells(frame, keys, "right"), rate(frame, keys, "right")
    np.testing.assert_allclose(made[ENDS].astype(float), expected[ENDS])
    # Three depths of a seed count as one.
    frame = frame[frame["eta"] == 0.1]
    made = cells(frame, ["dataset"], "right", over=["depth"], statistic="share").iloc[0]
    p = frame.loc[frame["dataset"] == "digits", "right"].mean()
    assert made[ENDS].tolist() == pytest.approx([p, *map(float, wilson_bounds(p, 8))])


def test_no_keys_and_no_seeds():
    frame = pd.DataFrame({"m": [1.0, 5.0], "k": ["a", "b"]})
    assert cells(frame, ["k"], "m")[ENDS].to_numpy().tolist() == [[1] * 3, [5] * 3]
    made = cells(frame, [], "m", statistic="max").iloc[0]
    assert (made["value"], made["n"], made["networks"]) == (5, 2, 0)
    assert cells(frame, [], "m", statistic="min", over=["k"])["value"].tolist() == [1]
    empty = cells(frame[:0], ["k"], "m")
    assert empty.empty and set(empty.dtypes[["n", "networks", "diverged"]]) == {np.dtype(int)}
    assert list(empty) == ["k", *ENDS, "n", "networks", "diverged"]


def test_two_rows_of_a_seed(frame):
    with pytest.raises(NotOneRowPerSeed, match="3 rows .* differ in depth") as raised:
        cells(frame[frame["eta"] == 0.1], ["dataset"], "test_error")
    assert raised.value.columns == ["depth"]
