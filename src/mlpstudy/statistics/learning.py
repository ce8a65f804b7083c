"""Which runs fail, who learns the task, and whose times are longer than the budget."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlpstudy.design.measures import GUESS_BALANCED, NEED_REACH, is_of_classes
from mlpstudy.statistics.intervals import interval
from mlpstudy.statistics.selection import Selection

GUESSES = {"test_error": "guess_error", "at_best_loss": "guess_loss"}
BALANCED = "test_balanced_accuracy"
LEARNING = ("_loss", "_error", "_accuracy", "_f1", "reached", "passes")  # ends of what learning is
ENOUGH = 16  # seeds, where runs can fail: see docs/intervals.md


class Rows(NamedTuple):
    """The chosen rows behind a contrast: of the treated, of the control at each of its points, and
    of all cells of the condition."""

    treated: np.ndarray
    controls: Sequence[np.ndarray]
    condition: np.ndarray

    @property
    def control(self) -> np.ndarray:
        return np.concatenate([np.empty(0, dtype=int), *self.controls])


def folds_of(at: Selection, rows: np.ndarray) -> int:
    """The folds of some rows, the most; 0 where each seed draws its parts, or no run was trained."""
    return int(at.column("folds")[rows].max(initial=0)) if "folds" in at.frame else 0


def failed(at: Selection, rows: Rows) -> tuple[int, int | None] | None:
    """How many runs fail: of the treated, of the control (None where there is none).

    A run fails that diverges, that is no better on test than the commonest label after its last
    pass (in balanced accuracy than any one label, where scores of classes are compared), or, where what is compared is made of `reached` or `passes`, that never reaches the level.
    None where no run was trained, or the table does not say.
    """
    if not {"epochs", "diverged"} <= set(at.frame.columns):
        return None
    if not (at.column("epochs")[np.r_[rows.treated, rows.control]] > 0).any():
        return None
    return _failed(at, rows.treated), _failed(at, rows.control) if rows.controls else None


def _failed(at: Selection, rows: np.ndarray) -> int:
    lost = at.frame["diverged"].to_numpy(dtype=bool)[rows]
    if _is_of_classes(at):
        lost = lost | (at.column(BALANCED)[rows] <= at.column(GUESS_BALANCED)[rows])
    elif {"test_error", "guess_error"} <= set(at.frame.columns):
        lost = lost | (at.column("test_error")[rows] >= at.column("guess_error")[rows])
    if at.asked.names & set(NEED_REACH) and "reached" in at.frame:
        lost = lost | ~_reached(at, rows)
    lost = rows[lost & (at.column("epochs")[rows] > 0)]
    return len(at.runs(lost)) if "run_id" in at.frame else len(lost)


def are_few(failures: tuple[int, int | None] | None, n: int) -> bool:
    """Whether runs fail and there are too few seeds to say how often."""
    return failures is not None and any(failures) and n < ENOUGH


def censored(at: Selection, rows: Rows) -> bool:
    """Whether what is compared are times, and all those of a side are longer than the budget."""
    sides = filter(len, (rows.treated, rows.control))
    return _are_times(at) and not all(_reached(at, side).any() for side in sides)


def learned(at: Selection, rows: Rows, may_fail: bool) -> bool:
    """Whether the control learns its task, where that is what is compared.

    Of times: whether any run of either side gets there, for otherwise all that is compared is the
    budget, whatever may fail. Of a share: whether any network of the condition is there, at
    whatever level: what one learns can be learned. Of other measures of learning: whether the
    control is better than guessing, at some point of the contrast. may_fail: that the control does
    not learn is the point.
    """
    if _are_times(at):
        return bool(_reached(at, np.r_[rows.treated, rows.control]).any())
    if may_fail or not rows.controls or not _is_of_learning(at):
        return True
    if at.values.dtype == bool:
        return bool(at.values[rows.condition].any())
    return any(beats_guessing(at, control) for control in rows.controls)


def _is_of_learning(at: Selection) -> bool:
    return any(name.endswith(LEARNING) for name in at.asked.names)


def _is_of_classes(at: Selection) -> bool:
    """Whether scores are compared in which every class counts the same: who always says the commonest
    label is as bad there as who says another, however often it is right."""
    there = {BALANCED, GUESS_BALANCED} <= set(at.frame.columns)
    return there and any(map(is_of_classes, at.asked.names))


def _are_times(at: Selection) -> bool:
    times = "passes" in at.asked.names and at.values.dtype != bool
    return times and "reached" in at.frame


def _reached(at: Selection, rows: np.ndarray) -> np.ndarray:
    return at.frame["reached"].iloc[rows].to_numpy(dtype=bool, na_value=False)


def beats_guessing(at: Selection, control: np.ndarray) -> bool:
    """Whether some rows do better than guessing; true where the table does not say.

    Test error after the last pass below that of the commonest label, test loss after the pass
    that is best on validation below that of equal shares (where the cost is a likelihood): the
    whole interval over the seeds, or, with too few of them, the mean. The loss of a run that
    diverges is infinite: it counts as that of a guess, and its error as 1. Where scores of classes are
    compared: test balanced accuracy above that of any one label."""
    seeds = at.frame["seed"].to_numpy()[control]
    if _is_of_classes(at):
        off = at.column(GUESS_BALANCED)[control] - at.column(BALANCED)[control]
        return _is_below(pd.Series(off).groupby(seeds).mean().dropna())
    if not set(at.frame.columns) >= {*GUESSES, *GUESSES.values()}:
        return True
    for measure, guess in GUESSES.items():
        off = at.column(measure)[control] - at.column(guess)[control]
        off = pd.Series(np.where(np.isposinf(off), 0.0, off)).groupby(seeds).mean()
        if not _is_below(off.dropna()):
            return False
    return True


def _is_below(differences: pd.Series) -> bool:
    if differences.empty or differences.max() < 0:
        return True  # there is nothing to compare with, or nothing to resample
    if differences.mean() >= 0:
        return False
    value, _, high = interval(differences)
    return bool((value if np.isnan(high) else high) < 0)
