"""A study as it would stand after the first half of its passes.

With a constant step nothing of a pass depends on how many follow: a run of E passes holds the run of
E / 2 bit for bit, in its curves. So whether twice the passes change a verdict is known without
training anything: the contrast is computed again from the first half, the choice of eta included.
"""

from dataclasses import replace

import pandas as pd

from mlpstudy.design.measures import CLASS_ENDS
from mlpstudy.statistics.kinds import GRANTED
from mlpstudy.studies.view import View


def halved(view: View) -> View | None:
    """The view after half of the passes of each run (rounded down); None where no run has any.

    Runs with another schedule than a constant one are left out, and so are single passes, which
    have no half; what was never trained stays. What was measured on trained networks is not there,
    nor are scores of classes, which no curve holds.
    """
    runs = view.runs
    there = runs["schedule"].eq("constant") & runs["epochs"].ne(1)
    runs = runs[there].drop(columns=list(CLASS_ENDS), errors="ignore").reset_index(drop=True)
    if not runs["epochs"].gt(0).any():
        return None
    budget = runs["epochs"] // 2
    later = runs["diverged_at"] > budget
    runs = runs.assign(
        epochs=budget,
        status=runs["status"].mask(later, "finished"),
        diverged_at=runs["diverged_at"].mask(later, -1),
    )
    kept = {name: _until(getattr(view, name), runs) for name in ("curves", "layers")}
    return replace(view, runs=runs, measured={}, **kept)


def _until(frame: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The rows of the passes that the runs have."""
    place = pd.Index(runs["run_id"]).get_indexer(frame["run_id"])
    last = runs["epochs"].to_numpy()[place]
    return frame[(place >= 0) & (frame["epoch"].to_numpy() <= last)]


def in_full(frame: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """A table of half of the passes with the `epochs` of the whole runs, which tell cells apart, and
    the passes that each run was granted."""
    if not {"run_id", "epochs"} <= set(frame.columns) or GRANTED in frame:
        return frame
    epochs = frame["run_id"].map(whole.set_index("run_id")["epochs"])
    return frame.assign(**{GRANTED: frame["epochs"], "epochs": epochs})
