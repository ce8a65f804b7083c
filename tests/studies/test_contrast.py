"""Contrasts at each side's best and at the control's eta, on a handful of runs."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.statistics.intervals import Interval, paired
from mlpstudy.studies.contrast import contrast, edge, joined, learns
from mlpstudy.studies.view import View

SEEDS = range(8)


def cell(name: str, errors: dict[float, float], chosen: float) -> pd.DataFrame:
    """Eight seeds at each eta, with the error of the eta plus a bit that depends on the seed."""
    rows = [
        {
            "run_id": f"{name}-{eta}-{seed}",
            "eta": eta,
            "seed": seed,
            "test_error": error + seed / 100,
        }
        for eta, error in errors.items()
        for seed in SEEDS
    ]
    return pd.DataFrame(rows).assign(chosen=lambda frame: frame["eta"] == chosen)


def gain(treated: pd.DataFrame, control: pd.DataFrame) -> Interval:
    return paired(control, treated, "test_error")


CONTROL = cell("control", {0.01: 0.5, 0.1: 0.3, 1.0: 0.9}, chosen=0.1)


def test_each_at_its_best_and_both_at_the_controls():
    treated = cell("treated", {0.01: 0.1, 0.1: 0.6, 1.0: 0.9}, chosen=0.01)
    made = contrast("digits", treated, CONTROL, gain)
    assert made.value == pytest.approx((0.2, 0.2, 0.2))  # 0.3 - 0.1
    assert made.common == pytest.approx((-0.3, -0.3, -0.3))  # 0.3 - 0.6
    assert made.edge == "lower"  # of the treated side
    assert set(made.treated["run_id"]) == {f"treated-0.01-{seed}" for seed in SEEDS}
    assert len(made.runs) == 16 and made.learned and made.decides


def test_nothing_in_common_where_the_treated_was_not_trained_there():
    made = contrast("digits", cell("treated", {0.03: 0.1}, chosen=0.03), CONTROL, gain)
    assert made.common is None and made.edge == ""


def test_what_the_treated_side_alone_has_stays_as_chosen():
    """The etas of pretraining: 2.0 is chosen, the larger of two; at 1.0 all would be worse."""
    better = cell("treated", {0.01: 0.1, 0.1: 0.2, 1.0: 0.9}, chosen=0.01)
    worse = cell("worse", {0.01: 0.5, 0.1: 0.6, 1.0: 0.9}, chosen=np.nan)
    treated = pd.concat([better.assign(pretraining_eta=2.0), worse.assign(pretraining_eta=1.0)])
    made = contrast("digits", treated, CONTROL, gain, alone=["pretraining_eta"])
    assert made.value == pytest.approx((0.2, 0.2, 0.2))  # 0.3 - 0.1
    assert made.common == pytest.approx((0.1, 0.1, 0.1))  # 0.3 - 0.2
    assert made.edge == "both"  # the smallest eta, the largest of pretraining


@pytest.mark.parametrize(
    ("etas", "chosen", "where"),
    [
        ([0.1], 0.1, ""),  # nothing to choose from
        ([0.01, 0.1, 1.0], 0.1, ""),
        ([0.01, 0.1, 1.0], 0.01, "lower"),
        ([0.01, 0.1, 1.0], 1.0, "upper"),
        ([0.01, 0.1, 1.0], 5.0, ""),  # nothing chosen
    ],
)
def test_edge(etas, chosen, where):
    assert edge(cell("x", dict.fromkeys(etas, 0.5), chosen)) == where


@pytest.mark.parametrize(
    ("edges", "together"),
    [
        ([], ""),
        (["", ""], ""),
        (["", "lower"], "lower"),
        (["upper", "lower"], "both"),
        (["both", ""], "both"),
    ],
)
def test_joined(edges, together):
    assert joined(*edges) == together


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({}, True),  # error 0.3 to 0.37 where guessing gives 0.9
        ({"guess_error": 0.34}, False),  # hardly better
        ({"at_best_loss": 2.4}, False),  # errs less than a guess, and its loss is never below one's
        ({"at_best_loss": 2.4, "guess_loss": np.nan}, True),  # a cost that is no likelihood
        ({"guess_error": np.nan, "guess_loss": np.nan}, True),  # a regression
    ],
)
def test_who_learns(more, known):
    best = CONTROL[CONTROL["chosen"]]
    best = best.assign(
        guess_error=0.9, at_best_loss=1.0 + best["seed"] / 100, guess_loss=np.log(10)
    )
    assert learns(best.assign(**more)) == known


def test_a_control_that_does_not_learn_is_no_support():
    numbers = {"guess_error": 0.2, "at_best_loss": 1.0, "guess_loss": 2.3}
    treated, control = (
        side.assign(**numbers) for side in (cell("treated", {0.1: 0.1}, 0.1), CONTROL)
    )
    claim = {
        "id": "C29",
        "statistic": "gain",
        "direction": "above",
        "threshold": 0,
        "unit": "",
        "says": "",
    }
    view = View(
        {"name": "s", "options": {}, "claims": [claim | {"decides": True}]}, {}, *[None] * 3
    )
    (finding,) = view.findings("gain", [contrast("digits", treated, control, gain)])
    assert finding.verdict == "not_learned" and finding.decides
    assert (finding.n, finding.networks) == (8, 16)
    assert finding.rerun == "mlpstudy replay treated-0.1-0"
