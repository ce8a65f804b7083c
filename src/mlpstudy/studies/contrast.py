"""A treated side against its control: at what suits each best, and both at what suits the control."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlpstudy.statistics.intervals import Interval, interval

Compare = Callable[[pd.DataFrame, pd.DataFrame], Interval]  # (treated, control) -> the contrast


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """What was measured under one condition.

    value: each side at the settings chosen for it. common: both sides at the control's, where the
    treated one was trained there. runs: behind the value, both sides (or what was measured, a row
    for each). treated: those of the treated side, one of which is named to be run again. edge: where
    a choice is the smallest or the largest of its grid, one of finding.EDGES. learned: whether the
    control learns its task. decides: False for a condition that the claim's verdict leaves out.
    """

    condition: str
    value: Interval
    runs: pd.DataFrame
    treated: pd.DataFrame | None = None
    common: Interval | None = None
    edge: str = ""
    learned: bool = True
    decides: bool = True


def contrast(
    condition: str,
    treated: pd.DataFrame,
    control: pd.DataFrame,
    compare: Compare,
    chosen: str = "chosen",
    settings: Sequence[str] = ("eta",),
    learned: bool | None = None,
    decides: bool = True,
    alone: Sequence[str] = (),
) -> Contrast:
    """The contrast of two cells, each with its runs at every setting.

    chosen: the column that marks the runs at the settings chosen for their cell (see
    outcomes.with_chosen). alone: settings that the treated side alone has (pretraining_eta): they
    stay as chosen where both sides are compared at the control's. learned: whether the control learns its task; None: by `learns`, where
    the frame has what that needs.
    """
    best = treated[treated[chosen]], control[control[chosen]]
    here = best[1][list(settings)].drop_duplicates()
    same = treated.merge(here, on=list(settings))
    if alone:
        same = same.merge(best[0][list(alone)].drop_duplicates(), on=list(alone))
    complete = set(best[1]["seed"]) <= set(same["seed"])
    if learned is None:
        learned = learns(best[1]) if set(control.columns) >= GUESSED else True
    return Contrast(
        condition=condition,
        value=compare(*best),
        runs=pd.concat(best, ignore_index=True),
        treated=best[0],
        common=compare(same, best[1]) if complete and len(same) else None,
        edge=joined(edge(treated, chosen, [*settings, *alone]), edge(control, chosen, settings)),
        learned=learned,
        decides=decides,
    )


def edge(cell: pd.DataFrame, chosen: str = "chosen", settings: Sequence[str] = ("eta",)) -> str:
    """Where the chosen value of a numeric setting is the smallest or largest of several tried."""
    found = ""
    for setting in settings:
        grid = np.unique(cell[setting]) if cell[setting].dtype.kind in "iuf" else np.empty(0)
        picked = cell.loc[cell[chosen], setting]
        if len(grid) < 2 or picked.empty:
            continue
        at_end = {"lower": (picked == grid[0]).any(), "upper": (picked == grid[-1]).any()}
        found = joined(found, *(name for name, there in at_end.items() if there))
    return found


def joined(*edges: str) -> str:
    """One of finding.EDGES for several of them."""
    ends = set(edges) - {""}
    return ends.pop() if len(ends) == 1 else "both" if ends else ""


GUESSED = {"test_error", "guess_error", "at_best_loss", "guess_loss"}


def learns(control: pd.DataFrame) -> bool:
    """Whether networks learn their task: better than guessing, their interval over the seeds says.

    control: one row per seed, with GUESSED (see outcomes.outcomes). Their test error after the last
    pass is compared with that of the commonest label, their test loss after the pass that is best
    on validation with that of equal shares (where the cost is a likelihood). Too few seeds for an
    interval: by the means.
    """
    pairs = [("test_error", "guess_error"), ("at_best_loss", "guess_loss")]
    return all(_below(control[ours] - control[guess]) for ours, guess in pairs)


def _below(difference: pd.Series) -> bool:
    known = difference.dropna()
    if known.empty:
        return True  # there is nothing to compare with
    value, _, high = interval(known)
    return bool((value if np.isnan(high) else high) < 0)
