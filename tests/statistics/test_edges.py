"""Where the best of a grid lies at its end, and where that says nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlpstudy.design.claims import Tune
from mlpstudy.statistics.contrasts import measured
from mlpstudy.statistics.edges import friedman

ETAS = (0.001, 0.003, 0.01, 0.03, 0.1)
N = 8


def edge(claim, validation, test=None, etas=ETAS, guess=None) -> str:
    """Of one cell, from its validation error and its test error: (etas, seeds). guess: the error of
    the commonest label, where the table says it."""
    test = validation if test is None else test
    frame = pd.DataFrame(
        {"eta": eta, "seed": seed, "validation_error": validation[i, seed],
         "validation_loss": 1.0, "test_error": test[i, seed], "run_id": f"{eta}-{seed}"}
        for i, eta in enumerate(etas) for seed in range(N)
    )  # fmt: skip
    if guess is not None:
        frame = frame.assign(guess_error=guess, at_best_loss=0.5, guess_loss=1.0)
    (made,) = measured(claim({"measure": "test_error"}), frame, {"eta": Tune()})
    return made.edge


def noise(seed: int, size: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, (len(ETAS), N))


RISING = np.linspace(0.1, 0.5, len(ETAS))[:, None]


def test_the_best_at_an_end(claim):
    assert edge(claim, RISING + noise(0)) == "lower"
    assert edge(claim, RISING[::-1] + noise(0)) == "upper"
    assert edge(claim, np.abs(RISING - 0.3) + noise(0)) == ""


def test_a_choice_among_equals_is_none(claim):
    """Nothing trains at any eta: errors are those of guesses. At 5 %, chance finds a difference."""
    ends = {edge(claim, 0.9 + noise(seed)) for seed in range(8)}
    picked = {(0.9 + noise(seed)).mean(axis=1).argmin() for seed in range(8)}
    assert ends == {""} and picked & {0, len(ETAS) - 1}


def test_where_all_is_the_same_beside_it_is_none(claim):
    """By validation there is a choice; the test error is that of a guess at either of the two."""
    test = np.where(np.arange(len(ETAS))[:, None] < 2, 0.9, 0.95) + np.zeros((1, N))
    assert edge(claim, RISING + noise(0), test) == ""
    test[1, 3] = 0.2  # one seed trains
    assert edge(claim, RISING + noise(0), test) == "lower"


def test_where_all_guess_there_is_none(claim):
    """The larger eta, the worse than a guess: the smallest is the best of those that learn nothing."""
    worse = 0.6 + RISING / 5 + noise(0)
    assert edge(claim, worse) == edge(claim, worse, guess=0.95) == "lower"
    assert edge(claim, worse, guess=0.6) == ""
    assert edge(claim, worse[:3], etas=ETAS[:3], guess=0.6) == "lower"  # too narrow to say so
    worse[-1] = 0.1  # one setting trains, and it is the best
    assert edge(claim, worse, guess=0.6) == "upper"


def test_a_narrow_grid_always_has_edges(claim):
    """Of networks that fail at both of two etas it is not known whether they train at a third."""
    few = np.full((2, N), 0.9)
    assert edge(claim, few, etas=(0.03, 0.1)) == "lower"
    assert edge(claim, np.full((len(ETAS), N), 0.9)) == ""


@pytest.mark.parametrize("seed", range(5))
def test_friedman_is_scipys(seed):
    scores = np.random.default_rng(seed).integers(0, 4, (4, 9)).astype(float)  # with ties
    assert friedman(scores) == pytest.approx(stats.friedmanchisquare(*scores).pvalue)
    worst = np.where(scores == 3, np.inf, scores)
    assert friedman(worst) == friedman(scores) == friedman(np.where(scores == 3, np.nan, scores))


def test_friedman_of_what_is_all_alike():
    assert friedman(np.full((3, 5), np.inf)) == 1
