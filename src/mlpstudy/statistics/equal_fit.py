"""Networks that fit their training examples equally well: at a level of the training loss."""

import numpy as np
import pandas as pd

SPLITS = ("train", "validation", "test")


def at_equal_loss(runs: pd.DataFrame, curves: pd.DataFrame, level: pd.Series) -> pd.DataFrame:
    """The runs as they are after the first pass with a training loss of at most the level.

    runs: run_id, cell_id and others. curves: of these runs at least. level: the training loss of
    each run, with the index of `runs`. The result has the rows of `runs`, with spent, the passes
    until then; {train,validation,test}_{loss,error} as they are then; and fits, whether all runs of
    the cell come there. One that never does is as bad as can be: infinite losses, all wrong.
    """
    asked = pd.Series(level.to_numpy(), index=runs["run_id"])
    train = curves[curves["split"] == "train"]
    there = train[train["loss"] <= train["run_id"].map(asked)]
    first = there.groupby("run_id", observed=True)["epoch"].min()
    at = curves[curves["epoch"] == curves["run_id"].map(first)]
    ends = {"spent": runs["run_id"].map(first)}
    for split in SPLITS:
        rows = at[at["split"] == split].set_index("run_id")
        loss, accuracy = (runs["run_id"].map(rows[n]).astype(float) for n in ("loss", "accuracy"))
        ends |= {f"{split}_loss": loss.fillna(np.inf), f"{split}_error": 1 - accuracy.fillna(0)}
    fits = ends["spent"].notna().groupby(runs["cell_id"]).transform("all")
    return runs.assign(**ends, fits=fits)
