"""How far the training loss wanders at the end, and when it comes near the lowest."""

import numpy as np
import pandas as pd

from mlpstudy.statistics.survival import passes_to_threshold
from mlpstudy.studies.view import View

COLUMNS = {"runs": ["spread", "first_loss", "reached", "passes"]}
OPTIONS = {"last": "whole", "near": "number"}
ALIKE = ["dataset", "label_noise", "depth", "seed"]  # runs that can come to the same loss


def derive(view: View) -> dict[str, pd.DataFrame]:
    """The runs, with spread (of the training loss over the last passes, see `spread`), first_loss
    (before training), and reached and passes: to the training loss at which a share `near` of the
    way is left, from a run's first loss to the lowest final one of all runs of its depth
    on its examples.
    """
    train = view.curves[view.curves["split"] == "train"]
    first = train[train["epoch"] == 0].set_index("run_id")["loss"]
    runs = view.runs.assign(first_loss=view.runs["run_id"].map(first))
    done = train.merge(runs.loc[~runs["diverged"], ["run_id", "epochs"]], on="run_id")
    done["epoch"] += view.option("last", 10) - done["epochs"]  # the last ones are 1, 2, ...
    last = done[done["epoch"] > 0]
    runs["spread"] = runs["run_id"].map(spread(last))
    lowest = runs.groupby(ALIKE)["train_loss"].transform("min")
    near = lowest + view.option("near", 0.1) * (runs["first_loss"] - lowest)
    level = near.set_axis(runs["run_id"])
    passes = passes_to_threshold(view.curves, "train", "loss", level, "below", view.runs)
    return {"runs": runs.merge(passes, on="run_id")}


def spread(curves: pd.DataFrame) -> pd.Series:
    """By run_id, the rms distance of some passes' losses from their own straight line.

    From the line and not from the mean: a loss that falls evenly does not wander.
    """
    loss = curves.pivot(index="run_id", columns="epoch", values="loss")
    y = loss.to_numpy()
    x = np.arange(y.shape[1]) - (y.shape[1] - 1) / 2
    y = y - y.mean(axis=1, keepdims=True)
    rest = y - np.outer(y @ x / (x @ x), x)
    return pd.Series(np.sqrt((rest**2).mean(axis=1)), index=loss.index)
