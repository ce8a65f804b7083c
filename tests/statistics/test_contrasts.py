"""Each kind of contrast on examples worked by hand."""

import numpy as np
import pandas as pd
import pytest
from plain import p_of_mean, with_chosen
from scipy import stats

from mlpstudy.design.claims import Tune
from mlpstudy.design.mistakes import Mistake
from mlpstudy.statistics.contrasts import compare, findings, measured
from mlpstudy.statistics.grids import NotOneRowPerSeed
from mlpstudy.statistics.intervals import Interval, interval, paired, share_difference, wilson
from mlpstudy.statistics.power import in_errors

NAN, INF = np.nan, np.inf
SEEDS = np.arange(6)
FIRST = np.array([1.0, 2, 4, 4, 5, 8])  # mean 4
SECOND = np.array([3.0, 3, 3, 9, 9, 9])  # mean 6
TUNE = {"eta": Tune()}


def only(made: list):
    (one,) = made
    return one


def test_a_level(claim, runs):
    frame = runs("dataset", {"digits": FIRST, "wine": SECOND})
    made = measured(claim({"measure": "m"}, for_each=["dataset"]), frame)
    assert [each.condition for each in made] == [{"dataset": "digits"}, {"dataset": "wine"}]
    assert [each.value for each in made] == [interval(FIRST), interval(SECOND)]
    assert [each.value.value for each in made] == [4, 6]
    assert (made[0].n, made[0].networks, made[0].common, made[0].edge) == (6, 6, None, "")
    assert made[0].runs == tuple(f"run-{i}" for i in range(5))  # of six, five are named
    assert made[0].p == pytest.approx(stats.ttest_1samp(FIRST, 0).pvalue)


def test_a_contrast_is_paired_by_seed(claim, runs):
    frame = runs("dropout", {0.0: FIRST, 0.5: SECOND})
    spec = {"measure": "m", "factor": "dropout", "of": 0.5, "against": 0.0}
    made = only(measured(claim(spec, threshold=1), frame.sample(frac=1, random_state=0)))
    assert made.value.value == pytest.approx(2)  # 6 - 4: of 2, 1, -1, 5, 4, 1
    sides = frame[frame["dropout"] == 0.5], frame[frame["dropout"] == 0.0]
    assert made.value == paired(*sides, "m") == interval(SECOND - FIRST)
    assert (made.condition, made.n, made.networks, made.common) == ({}, 6, 12, None)
    assert set(made.runs) <= set(sides[0]["run_id"])  # of the treated side
    assert made.p == pytest.approx(stats.ttest_rel(SECOND, FIRST + 1).pvalue)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("shift", "low"), [(0, 0), (7, 5)])
def test_a_distance_is_the_same_on_either_side(claim, runs, sign, shift, low):
    """Of 2, 1, -1, 5, 4, 1, which lie about 0; seven more are far from it."""
    off = sign * (SECOND - FIRST + shift)
    spec = {"measure": "m", "factor": "dropout", "of": 0.5, "against": 0.0, "distance_from": 0}
    frame = runs("dropout", {0.0: 0 * FIRST, 0.5: off})
    made = only(measured(claim(spec, threshold=3), frame))
    ends = sorted(map(abs, interval(off)[1:]))
    assert made.value == Interval(abs(interval(off).value), ends[0] if low else 0, ends[1])
    assert made.value.low >= low
    both = [p_of_mean(off, place) for place in (3, -3)]
    assert made.p == pytest.approx(max(both))


def test_a_ratio_of_what_was_not_drawn_is_exact(claim):
    frame = pd.DataFrame({"side": ["a", "b"], "m": [3.0, 2.0]})
    spec = {"kind": "ratio", "measure": "m", "of": {"side": "a"}, "against": {"side": "b"}}
    assert only(measured(claim(spec), frame)).value == pytest.approx((1.5, 1.5, 1.5))


def test_each_level_is_a_finding(claim, runs):
    frame = runs("dropout", {0.0: FIRST, 0.2: SECOND, 0.5: FIRST + 1})
    spec = {"measure": "m", "factor": "dropout", "against": 0.0}
    made = measured(claim(spec), frame)  # all others
    assert {each.condition["dropout"]: each.value.value for each in made} == {0.2: 2, 0.5: 1}
    made = measured(claim(spec | {"of": [0.5, 0.2]}), frame)
    assert [each.condition for each in made] == [{"dropout": 0.5}, {"dropout": 0.2}]
    assert only(measured(claim(spec | {"of": 0.5}), frame)).condition == {}
    assert measured(claim(spec | {"of": 0.9}), frame) == []  # no such level


def test_levels_of_several_fields(claim, runs):
    cells = {("relu", "he", 2): FIRST, ("relu", "he", 4): SECOND, ("tanh", "glorot", 2): FIRST - 1}
    frame = runs("activation initialization depth", cells)
    of = {"activation": "relu", "initialization": "he"}
    spec = {"measure": "m", "of": of, "against": {"activation": "tanh", "initialization": "glorot"}}
    made = compare(claim(spec, for_each=["depth"]), frame)
    assert only(made.measured).value == Interval(1, 1, 1)
    assert made.missing == [{"depth": 4}]  # relu has nothing to be compared with there


def test_a_finding_is_named_by_what_tells_its_level_from_the_others(claim, runs):
    frame = runs("activation depth", {("relu", 4): FIRST, ("selu", 4): FIRST, ("tanh", 4): SECOND})
    of = [{"activation": name, "depth": "largest"} for name in ("relu", "selu")]
    spec = {"measure": "m", "of": of, "against": {"activation": "tanh", "depth": "largest"}}
    made = measured(claim(spec), frame)
    assert [each.condition for each in made] == [{"activation": "relu"}, {"activation": "selu"}]


@pytest.mark.parametrize(
    ("of", "against", "value"),
    [
        ("largest", "smallest", 2),
        ("smallest", "largest", -2),
        ("smallest", 1, 0),
        (2, "largest", -2),
    ],
)
def test_the_smallest_and_the_largest_of_a_condition(claim, runs, of, against, value):
    frame = runs("depth", {1: FIRST, 2: FIRST, 8: SECOND})
    spec = {"measure": "m", "factor": "depth", "of": of, "against": against}
    made = measured(claim(spec), frame)
    assert [each.value.value for each in made] == ([value] if value else [])  # not with itself


def test_a_ratio_is_the_geometric_mean(claim, runs):
    frame = runs("depth", {1: [1.0, 2, 4, 8, 1, 1], 2: [4.0, 2, 1, 32, 4, 4]})
    spec = {"kind": "ratio", "measure": "m", "factor": "depth", "of": 2, "against": 1}
    made = only(measured(claim(spec, threshold=1), frame))
    logs = np.log([4, 1, 1 / 4, 4, 4, 4])  # their product is 64: a mean of 2
    assert made.value.value == pytest.approx(2)
    assert made.value == pytest.approx(np.exp(interval(logs)))
    assert made.p == pytest.approx(p_of_mean(logs, 0))


def test_shares(claim, runs):
    frame = runs("depth", {1: [1, 1, 1, 1, 0, 0], 2: [1, 0, 0, 0, 0, 0]}).astype({"m": bool})
    one = only(measured(claim({"kind": "share", "measure": "m"}, where={"depth": 1}), frame))
    assert one.value == pytest.approx(wilson(4, 6))
    spec = {"measure": "m", "factor": "depth", "of": 2, "against": 1}
    made = only(measured(claim(spec), frame))  # a contrast of a flag is one of shares
    assert made.value == pytest.approx(
        share_difference([True] + [False] * 5, [True] * 4 + [False] * 2)
    )
    assert made.value.value == pytest.approx(-0.5)
    assert 0.05 < made.p < 0.2 and made.value.high > 0  # one says what the other does


def test_an_interaction_is_a_difference_of_differences(claim, runs):
    cells = {(0.0, 4): FIRST, (0.5, 4): SECOND, (0.0, 64): SECOND, (0.5, 64): 3 * FIRST}
    frame = runs("dropout width", cells)
    spec = {"kind": "interaction", "measure": "m", "factor": "dropout", "of": 0.5, "against": 0.0}
    for across in ([4, 64], ["smallest", "largest"]):
        made = only(measured(claim(spec | {"across": {"width": across}}), frame))
        assert made.value.value == pytest.approx(4)  # (12 - 6) - (6 - 4)
        assert made.value == pytest.approx(interval(4 * FIRST - 2 * SECOND))
        assert made.networks == 24


def test_a_slope_along_a_field(claim, runs):
    """Least squares through (1, a), (2, b), (6, c): (-2 a - b + 3 c) / 14 for each seed."""
    cells = {1: FIRST, 2: SECOND, 6: 2 * FIRST}
    frame = runs("depth", cells)
    spec = {"kind": "slope", "measure": "m", "along": "depth"}
    made = only(measured(claim(spec), frame))
    slopes = [stats.linregress([1, 2, 6], [a, b, 2 * a]).slope for a, b in zip(FIRST, SECOND)]
    assert made.value.value == pytest.approx((-8 - 6 + 24) / 14)
    assert made.value == pytest.approx(interval(slopes))
    powers = frame.assign(depth=10.0 ** frame["depth"])
    assert only(measured(claim(spec | {"log": True}), powers)).value == pytest.approx(made.value)
    assert measured(claim(spec, where={"depth": 2}), frame) == []  # a point has no slope


def test_a_contrast_of_slopes(claim, runs):
    cells = {("relu", 1): FIRST, ("relu", 3): FIRST + 4, ("tanh", 1): SECOND, ("tanh", 3): SECOND}
    frame = runs("activation depth", cells)
    spec = {"kind": "slope", "measure": "m", "along": "depth", "factor": "activation"}
    spec |= {"of": "relu", "against": "tanh"}
    assert only(measured(claim(spec), frame)).value == pytest.approx((2, 2, 2))


def test_a_slope_along_the_layers_of_each_run(claim, runs):
    ends = runs("activation", {"relu": FIRST, "tanh": SECOND}, name="end")
    frame = pd.concat([ends.assign(layer=layer, m=layer * ends["end"]) for layer in (1, 2, 3)])
    spec = {"kind": "slope", "measure": "m", "along": "layer"}
    made = measured(claim(spec, for_each=["activation"]), frame)
    assert [each.value for each in made] == [pytest.approx(interval(s)) for s in (FIRST, SECOND)]
    assert made[0].networks == 6
    spec |= {"factor": "activation", "of": "tanh", "against": "relu"}
    assert only(measured(claim(spec), frame)).value == pytest.approx(interval(SECOND - FIRST))


def passes(runs) -> pd.DataFrame:
    """20 and 10 passes are granted; -1: never there."""
    cells = {("slow", 20): [20, 12, 15, -1, -1, -1], ("fast", 10): [5, 5, 2, 3, 4, -1]}
    frame = runs("optimizer epochs", cells, name="passes")
    reached = frame["passes"] >= 0
    return frame.assign(reached=reached, passes=frame["passes"].where(reached, frame["epochs"]))


def test_passes_up_to_the_shorter_budget(claim, runs):
    spec = {"kind": "passes", "measure": "passes", "factor": "optimizer"}
    spec |= {"of": "fast", "against": "slow"}
    made = only(measured(claim(spec), passes(runs)))
    off = [5 - 10, 5 - 10, 2 - 10, 3 - 10, 4 - 10, 10 - 10]
    assert made.value == interval(off)
    assert made.learned
    never = passes(runs).assign(reached=False)
    assert not only(measured(claim(spec), never)).learned


def test_passes_are_learned_where_a_side_is_there_and_not_where_another_level_is(claim, runs):
    levels = {("slow", 10): [10] * 6, ("fast", 10): [10] * 6, ("other", 10): [3] * 6}
    frame = runs("optimizer epochs", levels, name="passes").eval("reached = passes < 10")
    spec = {"kind": "passes", "measure": "passes", "factor": "optimizer", "against": "slow"}
    made = {m.condition["optimizer"]: m for m in measured(claim(spec), frame)}
    assert {name: m.learned for name, m in made.items()} == {"fast": False, "other": True}
    assert made["fast"].censored and made["other"].censored  # the control's are, in both
    may_fail = measured(claim(spec, control_may_fail=True), frame)
    assert [m.learned for m in may_fail] == [False, True]  # nothing was measured but the budget
    spec |= {"of": "fast", "against": "other"}
    assert only(measured(claim(spec), frame)).censored  # of the treated
    ratio = only(measured(claim(spec | {"kind": "ratio"}), frame))
    assert ratio.censored and ratio.learned


def test_the_median_of_times_that_all_are_longer_is_not_learned(claim, runs):
    frame = runs("epochs", {10: [10] * 6}, name="passes").assign(reached=False)
    made = only(findings(claim({"kind": "passes", "measure": "passes"}, threshold=5), frame))
    assert made.censored and made.verdict == "not_learned"  # though infinity is above 5
    assert not only(measured(claim({"measure": "passes"}), frame.assign(reached=True))).censored


def test_median_passes(claim, runs):
    spec = {"kind": "passes", "measure": "passes"}
    made = measured(claim(spec, for_each=["optimizer"]), passes(runs))
    assert [each.value.value for each in made] == [4, 20]  # half of six are there after these
    assert made[1].value.high == INF and all(each.p is None for each in made)


def test_datasets_without_a_level_are_left_out(claim, runs):
    frame = passes(runs).assign(dataset="wine")
    other = passes(runs).assign(dataset="xor", passes=pd.NA, reached=pd.NA)
    both = pd.concat([frame, other], ignore_index=True)
    both = both.astype({"passes": "Int64", "reached": "boolean"})
    spec = {"kind": "share", "measure": "reached"}
    made = only(measured(claim(spec, for_each=["dataset"], where={"optimizer": "slow"}), both))
    assert made.condition == {"dataset": "wine"} and made.value == pytest.approx(wilson(3, 6))


@pytest.mark.parametrize(("statistic", "value"), [("max", 8), ("min", 1)])
def test_an_extreme_is_what_was_measured(claim, statistic, value):
    frame = pd.DataFrame({"dataset": "digits", "m": FIRST})  # six things measured, without seeds
    made = only(measured(claim({"measure": "m", "statistic": statistic}), frame))
    assert made.value == Interval(value, value, value)
    assert (made.n, made.networks, made.runs, made.p) == (6, 0, (), None)


@pytest.mark.parametrize(("statistic", "value"), [("max", 9), ("min", 1)])
def test_an_extreme_over_a_field_averages_nothing(claim, runs, statistic, value):
    frame = runs("dataset", {"digits": FIRST, "wine": SECOND})
    spec = {"measure": "m", "statistic": statistic}
    made = only(measured(claim(spec, over=["dataset"]), frame))
    assert (made.value, made.n, made.networks) == (Interval(value, value, value), 6, 12)


def test_without_seeds_one_row_is_exact(claim):
    frame = pd.DataFrame({"mode": ["a", "b"], "m": [3.0, 5.0]})
    spec = {"measure": "m", "factor": "mode", "of": "b", "against": "a"}
    assert only(measured(claim(spec), frame)).value == Interval(2, 2, 2)
    with pytest.raises(NotOneRowPerSeed):
        measured(claim(spec), pd.concat([frame, frame + frame]).assign(mode=list("abab")))


def test_an_interval_that_a_table_holds(claim):
    frame = pd.DataFrame({"dataset": ["a", "b"], "v": [1.0, 2], "l": [0.5, 1], "h": [2, INF]})
    spec = {"measure": "v", "interval": ["l", "h"]}
    made = measured(claim(spec, for_each=["dataset"]), frame.assign(n=[7, 8]))
    assert [(m.condition["dataset"], m.value, m.n) for m in made] == [
        ("a", (1, 0.5, 2), 7), ("b", (2, 1, INF), 8),
    ]  # fmt: skip
    with pytest.raises(NotOneRowPerSeed):
        measured(claim(spec), frame)


def test_an_expression_may_be_the_measure(claim, runs):
    frame = runs("depth", {1: FIRST}).assign(k=2)
    assert only(measured(claim({"measure": "log10(10 ** m) * k"}), frame)).value.value == 8
    with pytest.raises(ValueError, match="no column 'mm': did you mean m"):
        measured(claim({"measure": "mm + 1"}), frame)


def test_what_is_averaged_is_averaged_within_each_seed(claim, runs):
    cells = {("a", 0.0): FIRST, ("a", 0.5): SECOND, ("b", 0.0): FIRST, ("b", 0.5): 3 * FIRST}
    frame = runs("dataset dropout", cells)
    spec = {"measure": "m", "factor": "dropout", "of": 0.5, "against": 0.0}
    made = only(measured(claim(spec, over=["dataset"]), frame))
    assert made.value == pytest.approx(interval((SECOND + FIRST) / 2))  # of (S - F, 2 F)
    assert (made.n, made.networks) == (6, 24)
    # A dataset that one side alone has is in neither.
    some = frame[(frame["dataset"] == "a") | (frame["dropout"] == 0)]
    alone = only(measured(claim(spec, over=["dataset"]), some))
    assert alone.value == interval(SECOND - FIRST)


def test_two_rows_of_a_seed(claim, runs):
    frame = runs("dataset width", {("a", 4): FIRST, ("a", 8): SECOND})
    message = r"2 rows where one per seed is needed: run-0, run-6: they differ in width"
    with pytest.raises(NotOneRowPerSeed, match=message) as raised:
        measured(claim({"measure": "m"}, for_each=["dataset"]), frame)
    assert raised.value.columns == ["width"]
    with pytest.raises(NotOneRowPerSeed, match="2 rows .* nothing differs"):
        twice = pd.concat([frame, frame]).drop(columns="run_id")
        measured(claim({"measure": "m"}, for_each=["width"]), twice)


def test_too_few_seeds_have_no_interval(claim, runs):
    made = only(measured(claim({"measure": "m"}), runs("depth", {1: FIRST[:5]})))
    assert made.value.value == pytest.approx(3.2) and np.isnan(made.value.low)
    assert made.p is None


def test_seeds_that_one_side_alone_has_do_not_count(claim, runs):
    frame = runs("depth", {1: FIRST, 2: [*SECOND, 100.0]})
    spec = {"measure": "m", "factor": "depth", "of": 2, "against": 1}
    assert only(measured(claim(spec), frame)).value == interval(SECOND - FIRST)


# What is tuned


def tuned(**more) -> pd.DataFrame:
    """Two sides, three etas, six seeds. By validation the control takes 0.1, the treated 0.01."""
    etas = {"control": {0.01: 0.5, 0.1: 0.3, 1.0: 0.9}, "treated": {0.01: 0.1, 0.1: 0.6, 1.0: 0.9}}
    rows = [
        {"side": side, "eta": eta, "seed": seed, "test_error": error + seed / 100,
         "validation_error": error, "validation_loss": 1.0, "run_id": f"{side}-{eta}-{seed}"}
        for side, grid in etas.items() for eta, error in grid.items() for seed in SEEDS
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**more)


SIDES = {"measure": "test_error", "factor": "side", "of": "treated", "against": "control"}


def test_each_at_its_best_and_both_at_the_controls(claim):
    made = only(measured(claim(SIDES), tuned(), TUNE))
    assert made.value == pytest.approx((-0.2, -0.2, -0.2))  # 0.1 - 0.3
    assert made.common == pytest.approx((0.3, 0.3, 0.3))  # 0.6 - 0.3
    assert made.edge == "lower"  # of the treated side
    assert set(made.runs) <= {f"treated-0.01-{seed}" for seed in SEEDS}
    assert (made.n, made.networks) == (6, 12)


def test_the_ends_of_a_grid_are_those_of_what_was_tried(claim):
    """Only etas with a flag are chosen from: the largest of them is not the largest there is."""
    frame = tuned()
    frame["fits"] = np.where(frame["side"] == "control", frame["eta"] < 1, frame["eta"] == 0.1)
    made = only(measured(claim(SIDES, where={"fits": True}), frame, TUNE))
    assert made.value == made.common == pytest.approx((0.3, 0.3, 0.3))  # 0.6 - 0.3, at 0.1
    assert made.edge == ""


def test_nothing_in_common_where_the_treated_was_not_tried(claim):
    frame = tuned()
    frame = frame[(frame["side"] == "control") | (frame["eta"] != 0.1)]
    made = only(measured(claim(SIDES), frame, TUNE))
    assert made.common is None and made.value.value == pytest.approx(-0.2)


def test_what_the_treated_side_alone_has_stays_as_chosen(claim):
    """Etas of pretraining: 2.0 is chosen, the larger of two; at 1.0 all would be worse."""
    frame = tuned(pretraining_eta=2.0)
    worse = frame[frame["side"] == "treated"].assign(pretraining_eta=1.0)
    worse[["validation_error", "test_error"]] += 0.4
    made = only(
        measured(claim(SIDES), pd.concat([frame, worse]), TUNE | {"pretraining_eta": Tune()})
    )
    assert made.value.value == pytest.approx(-0.2)
    assert made.common.value == pytest.approx(0.3)
    assert made.edge == "both"  # the smallest eta, the largest of pretraining


def test_losses_are_chosen_by_the_loss_and_what_least_says_wins(claim):
    frame = tuned(test_loss=lambda f: f["test_error"] + f["eta"])
    frame["validation_loss"] = np.abs(frame["eta"] - 1.0)  # 1.0 on both sides
    spec = SIDES | {"measure": "test_loss"}
    assert only(measured(claim(spec), frame, TUNE)).value.value == pytest.approx(0)
    by = {"eta": Tune(least=("validation_error",))}
    assert only(measured(claim(spec), frame, by)).value.value == pytest.approx(0.11 - 0.4)
    gap = {"gap": "test_loss - 0"}  # a measure that is made of a loss
    frame["gap"] = frame["test_loss"]
    made = measured(claim(SIDES | {"measure": "gap"}), frame, TUNE, gap)
    assert only(made).value.value == pytest.approx(0)


GUESSES = {"guess_error": 0.9, "guess_loss": np.log(10)}


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({}, True),  # error 0.3 to 0.35 where guessing gives 0.9
        ({"guess_error": 0.33}, False),  # hardly better
        ({"at_best_loss": 2.4}, False),  # errs less than a guess, and its loss is never below one's
        ({"at_best_loss": 2.4, "guess_loss": NAN}, True),  # a cost that is no likelihood
        ({"guess_error": NAN, "guess_loss": NAN}, True),  # a regression
    ],
)
def test_who_learns(claim, more, known):
    frame = tuned(at_best_loss=1.0, **GUESSES).assign(**more)
    made = only(findings(claim(SIDES), frame, TUNE))
    assert made.learned == known and (made.verdict == "not_learned") != known


@pytest.mark.parametrize(("balanced", "learned"), [(0.9, True), (0.5, False)])
def test_of_scores_of_classes_who_always_says_the_commonest_label_learns_nothing(
    claim, runs, balanced, learned
):
    """However small its error is: 0.1 is that of a guess, where nine of ten are of one class."""
    scores = {0.0: balanced + (FIRST - 4) / 100, 0.5: [0.95] * 6}
    frame = runs("dropout", scores, "test_balanced_accuracy").assign(
        guess_balanced_accuracy=0.5, classes=2, dataset="digits", epochs=5, diverged=False,
        test_error=0.1, at_best_loss=0.1, guess_error=0.1, guess_loss=np.log(2),
    )  # fmt: skip
    spec = {"measure": "test_balanced_accuracy", "factor": "dropout", "of": 0.5, "against": 0.0}
    made = only(findings(claim(spec), frame))
    assert made.learned == learned
    assert made.failed == (0, int((scores[0.0] <= 0.5).sum()))


def test_a_regression_has_no_scores_of_classes(claim, runs):
    frame = runs("dropout", {0.0: [NAN] * 6}, "test_f1").assign(dataset="mine", classes=0)
    line = "^measure: 'test_f1' mine is a regression, it has no classes$"
    with pytest.raises(Mistake, match=line):
        findings(claim({"measure": "test_f1"}), frame)


def test_a_control_that_may_fail_is_not_asked(claim):
    frame = tuned(at_best_loss=1.0, **GUESSES).assign(guess_error=0.33)
    may_fail = claim(SIDES).model_copy(update={"control_may_fail": True})
    assert not only(measured(claim(SIDES), frame, TUNE)).learned
    assert only(measured(may_fail, frame, TUNE)).learned


@pytest.mark.parametrize(("more", "nature"), [({}, "experiment"), ({"identity": True}, "identity")])
def test_an_identity_is_told_apart(claim, runs, more, nature):
    made = only(findings(claim({"measure": "m"}, **more), runs("dataset", {"digits": FIRST})))
    assert made.nature == nature


def test_a_control_of_which_one_run_diverged_may_learn_all_the_same(claim):
    """Its loss is infinite, and so is the mean."""
    six = tuned(at_best_loss=1.0, **GUESSES)
    frame = pd.concat([six.assign(seed=six["seed"] + more) for more in (0, 6, 12)])
    frame.loc[frame["seed"] == 2, ["test_error", "at_best_loss"]] = 1.0, INF
    assert only(measured(claim(SIDES), frame, TUNE)).learned


@pytest.mark.parametrize(
    ("measure", "failed"),
    [("test_error", (1, 2)), ("reached", (1, 3))],  # only times and shares ask for the level
)
def test_runs_that_fail_are_counted(claim, runs, measure, failed):
    """Of six: one that diverged; one that did and one no better than guessing, one never there."""
    more = {"epochs": 5, "diverged": False, "guess_error": 0.5, "reached": True, "passes": 3}
    frame = runs("dropout", {0.0: [0.1] * 6, 0.5: [0.1] * 6}, "test_error").assign(**more)
    frame.loc[[0, 6], ["diverged", "test_error"]] = True, 1.0
    frame.loc[1, "test_error"] = 0.5
    frame.loc[[0, 1, 2, 6], "reached"] = False
    spec = {"measure": measure, "factor": "dropout", "of": 0.5, "against": 0.0}
    made = only(findings(claim(spec), frame))
    assert made.failed == failed and made.seeds_few
    spec = {"measure": measure}
    assert only(measured(claim(spec, where={"dropout": [0.5]}), frame)).failed == (1, None)
    assert (
        only(measured(claim(spec, where={"dropout": [0.5]}), frame.assign(epochs=0))).failed is None
    )
    assert (
        only(measured(claim(spec, where={"dropout": [0.5]}), frame.drop(columns="epochs"))).failed
        is None
    )


def test_a_finding_knows_the_folds_of_its_runs(claim, runs):
    frame = runs("dropout", {0.0: [0.1] * 6, 0.5: [0.1] * 6}, "test_error")
    spec = {"measure": "test_error", "factor": "dropout", "of": 0.5, "against": 0.0}
    assert only(findings(claim(spec), frame)).folds == 0
    assert only(findings(claim(spec), frame.assign(folds=5))).folds == 5


def test_enough_seeds_are_not_few(claim, runs):
    frame = runs("dropout", {0.0: [0.1] * 16}, "test_error").assign(epochs=5, diverged=False)
    frame.loc[0, "diverged"] = True
    made = only(findings(claim({"measure": "test_error"}), frame))
    assert made.failed == (1, None) and not made.seeds_few
    made = only(findings(claim({"measure": "test_error"}), frame[1:]))
    assert made.failed == (0, None) and not made.seeds_few  # of 15, but none fails


def test_what_a_finding_sees(claim, runs):
    made = only(findings(claim({"measure": "m"}), runs("dataset", {"digits": FIRST})))
    assert made.sees == pytest.approx(in_errors(6) * stats.sem(FIRST))
    given = pd.DataFrame({"m": [4.0], "low": [3.0], "high": [5.0], "n": [6]})
    made = only(findings(claim({"measure": "m", "interval": ["low", "high"]}), given))
    assert made.sees == pytest.approx(in_errors(6) / stats.t.ppf(0.975, 5))


def test_of_other_measures_nobody_asks_who_learns(claim):
    frame = tuned(at_best_loss=2.4, dead=0.5, **GUESSES)
    assert only(measured(claim(SIDES | {"measure": "dead"}), frame, TUNE)).learned


def test_a_share_is_learned_where_any_is_there(claim, runs):
    nobody = runs("depth", {1: [0] * 6, 2: [0] * 6}, "reached").astype({"reached": bool})
    nobody["passes"] = 5
    spec = {"kind": "share", "measure": "reached", "factor": "depth", "of": 2, "against": 1}
    assert not only(measured(claim(spec), nobody)).learned
    shallow = nobody[:6].assign(depth=0, reached=True, run_id="shallow")
    assert only(measured(claim(spec), pd.concat([nobody, shallow]))).learned


@pytest.mark.parametrize(
    ("decides", "expected"),
    [
        (True, True), (False, False),
        ({"control_below": 0.35}, True), ({"control_below": 0.3}, False),
        ({"control_above": 0.3}, True), ({"control_above": 0.35}, False),
    ],
)  # fmt: skip
def test_where_it_decides(claim, decides, expected):
    """The control's level is 0.3 + (0 + ... + 5) / 600 = 0.325."""
    made = only(measured(claim(SIDES, decides=decides), tuned(), TUNE))
    assert made.decides is expected


def test_findings(claim):
    made = only(findings(claim(SIDES, unit="error", matters=0.05), tuned(), TUNE, "study"))
    assert (made.claim, made.study, made.statistic, made.unit) == ("C1", "study", "gain", "error")
    assert made.verdict == "contradicted" and made.hangs
    assert made.rerun == "mlpstudy replay treated-0.01-0" and made.matters == 0.05
    assert made.says == {"en": "So it is.", "fr": "Ainsi."}


def test_runs_that_fewest_conditions_have_are_named_first(claim):
    shared = tuned()[lambda f: f["eta"] == 0.1]
    frame = pd.concat([shared.assign(part=part) for part in "ab"])
    alone = frame["part"].eq("b") & (frame["seed"] == 5)
    frame.loc[alone, "run_id"] += "-alone"
    made = measured(claim(SIDES, for_each=["part"]), frame)
    assert made[0].runs[0] == "treated-0.1-5" and made[1].runs[0] == "treated-0.1-5-alone"


def test_the_order_of_the_rows_does_not_matter(claim):
    rng = np.random.default_rng(0)
    frame = pd.concat([tuned(dataset=name) for name in "abc"], ignore_index=True)
    for column in ("test_error", "validation_error"):
        frame[column] += rng.normal(0, 0.3, len(frame))
    for more in ({"for_each": ["dataset"]}, {"over": ["dataset"]}):
        made = measured(claim(SIDES, **more), frame, TUNE)
        for seed in range(3):
            assert (
                measured(claim(SIDES, **more), frame.sample(frac=1, random_state=seed), TUNE)
                == made
            )


@pytest.mark.parametrize(
    "spec",
    [
        {"measure": "test_error"},
        SIDES,
        SIDES | {"kind": "share"},
        {"kind": "passes", "measure": "passes"},
        {"kind": "slope", "measure": "test_error", "along": "eta"},
        {"kind": "interaction", "across": {"seed": ["smallest", "largest"]}, **SIDES},
        {"measure": "test_error", "interval": ["eta", "eta"]},
    ],
)
def test_a_frame_without_rows_has_no_findings(claim, spec):
    frame = tuned(passes=3, reached=True, dataset="digits")[:0]
    assert compare(claim(spec, for_each=["dataset"]), frame, TUNE) == ([], [])
    assert compare(claim(spec), frame, TUNE) == ([], [])


@pytest.mark.parametrize("seed", range(8))
def test_as_plain_pandas_compares(claim, seed):
    """Random runs, some of them diverged: each side at its best, and both at the control's eta."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [["control", "treated"], [0.01, 0.1, 1.0], range(7)], names=["side", "eta", "seed"]
    ).to_frame(index=False)
    n = len(grid)
    frame = grid.assign(
        run_id=[f"r{i}" for i in range(n)], test_error=rng.random(n),
        validation_error=rng.integers(0, 4, n) / 4 + (seed % 2) * grid["eta"].ne(0.1),
        validation_loss=np.where(rng.random(n) < 0.05, np.inf, 1), at_best_loss=rng.random(n),
        guess_error=0.75, guess_loss=0.75,
    )  # fmt: skip
    chosen = with_chosen(frame, ["side"]).set_index("seed")
    best = {side: cell[cell["chosen"]] for side, cell in chosen.groupby("side")}
    at = chosen["side"].eq("treated") & chosen["eta"].eq(best["control"]["eta"].iloc[0])
    made = only(measured(claim(SIDES), frame.sample(frac=1, random_state=seed), TUNE))
    for found, treated in ((made.value, best["treated"]), (made.common, chosen[at])):
        difference = treated["test_error"] - best["control"]["test_error"]  # seed by seed
        assert found.value == pytest.approx(difference.mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("column", "values"), [("edge", ["", "lower"]), ("learned", [True, False])]
)
def test_a_table_with_intervals_says_where_a_choice_lies_and_what_was_learned(
    claim, column, values
):
    frame = pd.DataFrame({"dataset": ["a", "b"], "m": [1.0, INF], "from": 0.0, "to": [2.0, INF]})
    spec = {"measure": "m", "interval": ["from", "to"]}
    made = measured(claim(spec, for_each=["dataset"]), frame.assign(**{column: values}))
    assert [getattr(each, column) for each in made] == values
    assert [each.value for each in made] == [Interval(1, 0, 2), Interval(INF, 0, INF)]
