"""What is chosen: by hand, and as the studies that are modules choose."""

import numpy as np
import pandas as pd
import pytest
from plain import with_chosen

from mlpstudy.statistics.tuning import (
    BALANCED,
    ERROR,
    LOSS,
    choose,
    edge,
    edges,
    family,
    joined,
    names_of,
)

INF = np.inf


def cells(*rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["depth", "eta", "validation_error", "validation_loss"])


@pytest.mark.parametrize(
    ("by", "rows", "eta"),
    [
        # The median of 0.1, 0.2, 0.9 is lower than that of three times 0.3; their mean is not.
        (ERROR, [(0.1, 0.1, 1), (0.1, 0.2, 1), (0.1, 0.9, 1)] + [(0.5, 0.3, 1)] * 3, 0.5),
        (ERROR, [(0.1, 0.2, 5), (0.5, 0.2, 4)], 0.5),  # equal errors: the lower loss
        (ERROR, [(0.5, 0.2, 4), (0.1, 0.2, 4)], 0.1),  # all equal: the smaller eta
        (ERROR, [(0.1, 1.0, INF), (0.5, 0.9, 8)], 0.5),  # a diverged run is not chosen
        (LOSS, [(0.1, 0.1, 3), (0.5, 0.4, 2)], 0.5),  # by the loss, whatever the errors
        (LOSS, [(0.1, 0.4, 2), (0.5, 0.1, 2)], 0.5),  # equal losses: the lower error
        # One run in two that diverged is worse than none, however low the other's loss.
        (LOSS, [(0.1, 0.1, 0.1), (0.1, 0.1, INF), (0.5, 0.9, 8), (0.5, 0.9, 8)], 0.5),
        (LOSS, [(0.1, 0.1, 3), (0.1, 0.1, INF), (0.5, 0.1, 2), (0.5, 0.1, INF)], 0.5),
        (LOSS, [(0.1, 1, INF), (0.1, 1, INF), (0.5, 0.9, 9), (0.5, 1, INF)], 0.5),
    ],
)
def test_the_chosen_eta(by, rows, eta):
    frame = choose(cells(*((2, *row) for row in rows)), ["depth"], ["eta"], by)
    assert set(frame.loc[frame["chosen"], "eta"]) == {eta}
    assert frame["chosen"].equals(frame["eta"].eq(eta))


def test_every_cell_chooses_for_itself_and_a_missing_key_is_a_cell():
    frame = cells((1, 0.1, 0.2, 1), (1, 0.5, 0.3, 1), (8, 0.1, 0.9, 1), (8, 0.5, 0.4, 1))
    assert choose(frame, ["depth"], ["eta"], ERROR)["chosen"].tolist() == [True, False, False, True]
    frame["depth"] = pd.array([None, None, 8, 8], "Int64")
    assert choose(frame, ["depth"], ["eta"], ERROR)["chosen"].tolist() == [True, False, False, True]
    assert choose(frame, [], ["eta"], ERROR)["chosen"].tolist() == [False, True, False, True]
    assert choose(frame, ["depth"], [], ERROR)["chosen"].all()


@pytest.mark.parametrize("seed", range(5))
def test_as_plain_pandas_chooses(seed):
    """Random errors of twentieths, so that many means tie, some runs diverged, rows in any order."""
    rng = np.random.default_rng(seed)
    grid = [("dataset", 3), ("depth", 2), ("eta", 5), ("dropout", 3), ("seed", 6)]
    index = pd.MultiIndex.from_product(
        [range(n) for _, n in grid], names=[name for name, _ in grid]
    )
    frame = index.to_frame(index=False).sample(frac=0.9, random_state=seed, ignore_index=True)
    frame["validation_error"] = rng.integers(0, 3, len(frame)) / 20
    frame["validation_loss"] = np.where(
        rng.random(len(frame)) < 0.1, INF, rng.integers(1, 3, len(frame))
    )
    for by, kind in ((ERROR, "error"), (LOSS, "loss")):
        made = choose(frame, ["dataset", "depth"], ["eta", "dropout"], by)
        expected = with_chosen(frame, ["dataset", "depth"], ["eta", "dropout"], kind)
        pd.testing.assert_frame_equal(made, expected)


@pytest.mark.parametrize(
    ("measure", "names", "by"),
    [
        ("test_loss", {"test_loss"}, LOSS),
        ("loss", {"loss"}, LOSS),
        ("gap", {"test_loss", "train_loss"}, LOSS),
        ("relative", {"test_loss", "train_loss", "depth"}, LOSS),
        ("1 - test_error", {"test_error"}, ERROR),
        ("trained", {"validation_accuracy"}, ERROR),
        ("delta_rms", {"delta_rms"}, ERROR),
        ("test_balanced_accuracy - test_error", {"test_balanced_accuracy", "test_error"}, BALANCED),
        ("at_best_f1", {"at_best_f1"}, BALANCED),
    ],
)
def test_the_family_of_what_is_compared(measure, names, by):
    measures = {
        "gap": "test_loss - train_loss",
        "trained": "validation_accuracy >= 0.8",
        "relative": "gap / depth",
    }
    assert names_of(measure, measures) == names
    assert family(measure, measures) == by


@pytest.mark.parametrize(
    ("picked", "tried", "where"),
    [
        ([0.1], [0.1], ""),  # nothing to choose from
        ([0.1], [0.01, 0.1, 1.0], ""),
        ([0.01], [0.01, 0.1, 1.0], "lower"),
        ([1.0], [0.01, 0.1, 1.0], "upper"),
        ([0.01, 1.0], [0.01, 0.1, 1.0], "both"),
        (["sgd"], ["adam", "sgd"], ""),  # no number has no end
        ([], [0.01, 0.1], ""),
    ],
)
def test_edge(picked, tried, where):
    assert edge(picked, tried) == where


def test_edges_of_a_cell():
    frame = cells((2, 0.1, 0, 0), (2, 0.5, 0, 0)).assign(chosen=[True, False], momentum=[0.9, 0.5])
    assert edges(frame, ["eta"]) == "lower" and edges(frame, ["eta", "momentum"]) == "both"
    assert edges(frame, ["depth"]) == ""


@pytest.mark.parametrize(
    ("edges_", "together"),
    [
        ([], ""),
        (["", ""], ""),
        (["", "lower"], "lower"),
        (["upper", "lower"], "both"),
        (["both", ""], "both"),
    ],
)
def test_joined(edges_, together):
    assert joined(*edges_) == together
