"""Expressions against NumPy; how runs end, on a few whose ends are written down."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.expressions import FUNCTIONS as KNOWN
from mlpstudy.statistics.measures import FUNCTIONS, endings, evaluate

FRAME = pd.DataFrame(
    {
        "a": [1.0, -2.0, 0.0, np.nan, np.inf],
        "b": [2, 3, 0, 4, 5],
        "yes": [True, False, True, False, True],
        "size": pd.array([10, None, 30, 40, 50], dtype="Int64"),
        "dataset": list("vwxyz"),
    },
    index=[7, 3, 5, 9, 1],
)
a, b = FRAME["a"].to_numpy(), FRAME["b"].to_numpy(dtype=float)
yes, size = FRAME["yes"].to_numpy(), np.array([10, np.nan, 30, 40, 50])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a", a),
        ("a - b", a - b),
        ("-a + 2 * b ** -1", -a + 2 * np.array([1 / 2, 1 / 3, np.inf, 1 / 4, 1 / 5])),
        ("a / b", np.array([0.5, -2 / 3, np.nan, np.nan, np.inf])),
        ("log10(b)", np.array([np.log10(2), np.log10(3), -np.inf, np.log10(4), np.log10(5)])),
        ("log(a) + exp(b) + sqrt(b)", np.array([0, np.nan, -np.inf, np.nan, np.inf])
         + np.exp(b) + np.sqrt(b)),
        ("abs(a)", np.abs(a)),
        ("max(a, b, 3)", np.array([3, 3, 3, np.nan, np.inf])),
        ("min(a, b)", np.array([1, -2, 0, np.nan, 5])),
        ("yes + yes", np.array([2.0, 0, 2, 0, 2])),
        ("size", size),
        ("3", np.full(5, 3.0)),
    ],
)  # fmt: skip
def test_numbers(expression, value):
    made = evaluate(expression, FRAME)
    assert made.dtype == float and made.index.equals(FRAME.index)
    np.testing.assert_allclose(made, value, rtol=1e-15)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a >= 0", [True, False, True, False, True]),
        ("0 < a <= b - 1", [True, False, False, False, False]),
        ("a == a", [True, True, True, False, True]),  # what is not a number is not itself
        ("a != b", [True, True, False, True, True]),
        ("not yes", [False, True, False, True, False]),
        ("yes and a > 0 or b == 3", [True, True, False, False, True]),
        ("not (a and b)", [False, False, True, False, False]),
        ("yes", yes),
        ("True", [True] * 5),
    ],
)
def test_truths(expression, value):
    made = evaluate(expression, FRAME)
    assert made.dtype == bool and made.tolist() == list(value)


def test_all_functions_of_the_grammar_are_there():
    assert set(FUNCTIONS) == set(KNOWN)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("siz + 1", "no column 'siz': did you mean size?"),
        ("zzz", "no column 'zzz'"),
        ("dataset", "the column 'dataset' holds no numbers"),
        ("a.b", "'a.b' is not allowed"),
    ],
)
def test_what_is_no_measure(expression, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        evaluate(expression, FRAME)


PASSES = {  # (validation loss, accuracy) after each pass; the test loss is 10 higher
    "a": [(3, 0.25), (1, 0.75), (2, 0.5)],
    "b": [(3, 0.0), (2, 0.1), (1, 0.2)],
    "lost": [(1, 0.7)],
    "at once": [],
}
RUNS = pd.DataFrame(
    {
        "run_id": list(PASSES),
        "status": ["finished", "finished", "diverged", "diverged"],
        "dataset": ["digits", "wine", "digits", "digits"],
        "epochs": 2,
        "n_parameters": [10, 20, 30, 40],
        "classes": [4, 2, 0, 4],
        "majority": [0.25, 0.6, np.nan, 0.5],
        "cost": ["nll", "mse_raw", "mse_raw", "kl"],
    },
    index=[5, 3, 8, 1],
)
CURVES = pd.DataFrame(
    [
        (run_id, epoch, split, loss + 10 * (split == "test"), accuracy)
        for run_id, passes in PASSES.items()
        for epoch, (loss, accuracy) in enumerate(passes)
        for split in ("train", "validation", "test")
    ],
    columns=["run_id", "epoch", "split", "loss", "accuracy"],
)


def test_a_run_ends_after_its_last_pass_and_is_best_at_its_least_validation_loss():
    row = endings(RUNS, CURVES).iloc[0]
    assert (row["test_loss"], row["test_accuracy"], row["test_error"]) == (12, 0.5, 0.5)
    assert (row["train_loss"], row["validation_loss"]) == (2, 2)
    assert (row["at_best_loss"], row["at_best_accuracy"], row["at_best_error"]) == (11, 0.75, 0.25)
    assert (row["diverged"], row["parameters"]) == (False, 10)


def test_a_run_that_diverged_ends_as_badly_as_can_be():
    ends = endings(RUNS, CURVES).set_index("run_id")
    for name in ("lost", "at once"):
        assert ends.loc[name, ["validation_loss", "at_best_loss"]].tolist() == [np.inf] * 2
        assert ends.loc[name, ["test_accuracy", "test_error", "diverged"]].tolist() == [0, 1, True]


def test_what_guessing_would_give():
    ends = endings(RUNS, CURVES).set_index("run_id")
    np.testing.assert_array_equal(ends["guess_error"], [0.75, 0.4, np.nan, 0.5])
    np.testing.assert_array_equal(ends["guess_loss"], [np.log(4), np.nan, np.nan, np.log(4)])


def test_scores_of_classes_are_0_of_what_diverged_and_nothing_of_a_regression():
    scores = [0.5, 0.9, np.nan, np.nan]
    runs = RUNS.assign(validation_balanced_accuracy=scores, test_f1=scores)
    ends = endings(runs, CURVES).set_index("run_id")
    np.testing.assert_array_equal(ends["test_f1"], [0.5, 0.9, np.nan, 0])
    np.testing.assert_array_equal(ends["validation_balanced_error"], [0.5, 1 - 0.9, np.nan, 1])
    np.testing.assert_array_equal(ends["guess_balanced_accuracy"], [1 / 4, 1 / 2, np.nan, 1 / 4])
    assert "test_f1" not in endings(RUNS, CURVES)


@pytest.mark.parametrize(
    ("measure", "level", "reached", "passes"),
    [
        ("validation_accuracy", 0.7, [True, False, True, False], [1, 2, 0, 2]),
        ("validation_error", 0.3, [True, False, True, False], [1, 2, 0, 2]),
        ("validation_loss", 1, [True, True, True, False], [1, 2, 0, 2]),
        ("test_loss", 1, [False] * 4, [2] * 4),
        ("train_accuracy", {"digits": 0.2, "wine": 0.2}, [True, True, True, False], [0, 2, 0, 2]),
        ("train_accuracy", {"digits": 0.2}, [True, None, True, False], [0, None, 0, 2]),
    ],
)
def test_passes_to_a_level(measure, level, reached, passes):
    """Reached and lost again is reached; a run that diverged has its whole budget."""
    ends = endings(RUNS, CURVES, SimpleNamespace(measure=measure, level=level))
    assert ends["reached"].astype(object).where(ends["reached"].notna(), None).tolist() == reached
    assert ends["passes"].astype(object).where(ends["passes"].notna(), None).tolist() == passes


def test_curves_in_any_order_and_of_other_runs():
    shuffled = CURVES.sample(frac=1, random_state=0).reset_index(drop=True)
    pd.testing.assert_frame_equal(endings(RUNS, shuffled), endings(RUNS, CURVES))
    some = RUNS.iloc[[1, 2]]
    pd.testing.assert_frame_equal(endings(some, CURVES), endings(RUNS, CURVES).iloc[[1, 2]])
