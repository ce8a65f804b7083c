"""A run with more passes: what it has learned is learned again, to the same bits, and then it goes on.

Nothing but the run is kept for that: no state of an optimizer and none of a stream of random numbers,
which would have to fit the code that reads them. The price is the passes that are trained twice.
"""

import pandas as pd

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.runs.known import KnownRun

CURVES = ["split", "epoch", "loss", "accuracy"]


def longer(known: KnownRun, epochs: int) -> Run:
    """The same run with so many passes in all.

    Raises Mistake where its first passes would not be those that it has, or where there is nothing to
    go on with.
    """
    run = known.run
    if why := _ends(known):
        raise Mistake(f"does not go on: {why}", file="command line", key="run", value=known.id)
    if epochs <= run.epochs:
        raise Mistake(
            "are not more passes than it has",
            file="command line",
            key="--epochs",
            value=epochs,
            allowed=f"{run.epochs + 1} or more",
        )
    return run.model_copy(update={"epochs": epochs})


def _ends(known: KnownRun) -> str:
    run = known.run
    if known.row["status"] != "finished":
        return f"it is {known.row['status']}"
    if run.schedule != "constant":
        return f"the steps of schedule: {run.schedule} hang on the number of passes"
    if run.steps:
        return "its length is in steps; give more of them to mlpstudy run"
    if run.patience is not None:
        return "it stops by its patience; without patience it is another run"
    return ""


def goes_on(before: KnownRun, after: KnownRun) -> bool:
    """Whether the curves of a run begin with all of another one's, bit for bit."""
    old, new = (_curves(known, before.run.epochs) for known in (before, after))
    return old.equals(new)


def _curves(known: KnownRun, epochs: int) -> pd.DataFrame:
    curves = known.tables["curves"]
    first = curves.loc[curves["epoch"] <= epochs, CURVES]
    return first.sort_values(CURVES[:2]).reset_index(drop=True)
