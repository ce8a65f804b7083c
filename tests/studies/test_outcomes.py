"""How runs end and which settings are chosen, on a few runs whose ends are written down."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.studies.outcomes import levels, outcomes, with_chosen, with_least, with_lost_starts
from mlpstudy.studies.view import View


def view(ends: dict[str, list[tuple[float, float]]], diverged: tuple[str, ...] = ()) -> View:
    """Runs by name with (validation loss, accuracy) after each pass; test loss is 10 higher."""
    rows = []
    for run_id, passes in ends.items():
        for epoch, (loss, accuracy) in enumerate(passes):
            for split, more in (("train", 0), ("validation", 0), ("test", 10)):
                rows.append((run_id, epoch, split, loss + more, accuracy))
    curves = pd.DataFrame(rows, columns=["run_id", "epoch", "split", "loss", "accuracy"])
    status = ["diverged" if name in diverged else "finished" for name in ends]
    runs = pd.DataFrame({"run_id": list(ends), "status": status})
    return View({"options": {}}, {}, runs, curves, pd.DataFrame())


def test_a_run_ends_after_its_last_pass_and_is_best_at_its_least_validation_loss():
    seen = view({"a": [(3, 0.25), (1, 0.75), (2, 0.5)]})
    row = outcomes(seen, seen.runs, ["status"]).iloc[0]
    assert (row["test_loss"], row["test_accuracy"], row["test_error"]) == (12, 0.5, 0.5)
    assert (row["at_best_loss"], row["at_best_error"]) == (11, 0.25)


def test_a_run_that_diverged_ends_as_badly_as_can_be():
    seen = view({"a": [(1, 0.75)], "lost": [(1, 0.75)], "at once": []}, ("lost", "at once"))
    ends = outcomes(seen, seen.runs, ["status"]).set_index("run_id")
    for name in ("lost", "at once"):
        assert ends.loc[name, "validation_loss"] == np.inf
        assert ends.loc[name, ["validation_accuracy", "validation_error"]].tolist() == [0, 1]
    assert ends.loc["a", "validation_error"] == 0.25


def test_what_diverged_at_once_has_a_first_row():
    seen = view({"a": [(1, 0.75)], "at once": []}, ("at once",))
    added = with_lost_starts(seen).set_index("run_id").loc["at once"]
    assert (added["epoch"], added["split"], added["accuracy"]) == (0, "validation", 0)
    whole = view({"a": [(1, 0.75)]})
    assert with_lost_starts(whole) is whole.curves


def cells(*rows) -> pd.DataFrame:
    columns = ["depth", "eta", "validation_error", "validation_loss"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("rows", "eta"),
    [
        # The median of 0.1, 0.2, 0.9 is lower than that of three times 0.3; their mean is not.
        ([(0.1, 0.1, 1), (0.1, 0.2, 1), (0.1, 0.9, 1)] + [(0.5, 0.3, 1)] * 3, 0.5),
        ([(0.1, 0.2, 5), (0.5, 0.2, 4)], 0.5),  # equal errors: the lower loss
        ([(0.5, 0.2, 4), (0.1, 0.2, 4)], 0.1),  # all equal: the smaller eta
        ([(0.1, 1.0, np.inf), (0.5, 0.9, 8)], 0.5),  # a diverged run is not chosen
    ],
)
def test_the_chosen_eta(rows, eta):
    frame = with_chosen(cells(*((2, *row) for row in rows)), ["depth"])
    assert set(frame.loc[frame["chosen"], "eta"]) == {eta}
    assert frame["chosen"].equals(frame["eta"].eq(eta))


def test_every_cell_chooses_for_itself():
    frame = cells((1, 0.1, 0.2, 1), (1, 0.5, 0.3, 1), (8, 0.1, 0.9, 1), (8, 0.5, 0.4, 1))
    assert with_chosen(frame, ["depth"])["chosen"].tolist() == [True, False, False, True]
    by_loss = with_least(frame.assign(validation_loss=[2, 1, 1, 2]), ["depth"], ["validation_loss"])
    assert by_loss["chosen"].tolist() == [False, True, True, False]


def test_settings_may_be_more_than_eta():
    frame = cells((1, 0.1, 0.2, 1), (1, 0.1, 0.1, 1)).assign(cell_id=["a", "b"])
    assert with_chosen(frame, ["depth"], ("eta", "cell_id"))["chosen"].tolist() == [False, True]


def test_levels_are_read_from_words():
    assert levels(["digits 0.8", "wine 0.95"]) == {"digits": 0.8, "wine": 0.95}


@pytest.mark.parametrize(
    ("rows", "eta"),
    [
        ([(0.1, 0.1, 3), (0.5, 0.4, 2)], 0.5),  # by the loss, whatever the errors
        ([(0.1, 0.4, 2), (0.5, 0.1, 2)], 0.5),  # equal losses: the lower error
        # One run in two that diverged is worse than none, however low the other's loss.
        ([(0.1, 0.1, 0.1), (0.1, 0.1, np.inf), (0.5, 0.9, 8), (0.5, 0.9, 8)], 0.5),
        ([(0.1, 0.1, 3), (0.1, 0.1, np.inf), (0.5, 0.1, 2), (0.5, 0.1, np.inf)], 0.5),
        ([(0.1, 1, np.inf), (0.1, 1, np.inf), (0.5, 0.9, 9), (0.5, 1, np.inf)], 0.5),
    ],
)
def test_the_eta_chosen_by_the_loss(rows, eta):
    frame = with_chosen(cells(*((2, *row) for row in rows)), ["depth"], family="loss", name="best")
    assert set(frame.loc[frame["best"], "eta"]) == {eta}


def test_a_missing_key_is_a_cell_like_others():
    frame = cells((2, 0.1, 0.2, 1), (2, 0.5, 0.1, 1)).assign(
        train_size=pd.array([None, None], "Int64")
    )
    frame = with_chosen(frame, ["depth", "train_size"])
    assert frame.loc[frame["chosen"], "eta"].tolist() == [0.5]


def test_what_guessing_would_give():
    seen = view({"a": [(1, 0.5)], "b": [(1, 0.5)], "c": [(1, 0.5)]})
    more = {
        "classes": [4, 2, 0],
        "majority": [0.25, 0.6, np.nan],
        "cost": ["nll", "mse_raw", "mse_raw"],
    }
    ends = outcomes(seen, seen.runs.assign(**more), ["status"]).set_index("run_id")
    assert ends["guess_error"].tolist()[:2] == [0.75, 0.4] and np.isnan(ends["guess_error"]["c"])
    assert ends["guess_loss"]["a"] == np.log(4) and ends["guess_loss"].isna()[["b", "c"]].all()
