"""Networks at equal fit: trained to the same training loss, and around the width that just fits."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlpstudy.statistics.equal_fit import at_equal_loss
from mlpstudy.studies.view import View

OPTIONS = {"fits": "number", "fits_right": "number", "fits_wrong": "number"}
COLUMNS = {
    "runs": ["lowest_loss"],
    "equal": [
        "run_id", "seed", "dataset", "train_size", "label_noise", "depth", "width", "eta", "epochs",
        "fits", "spent", "train_loss", "train_error", "validation_loss", "validation_error",
        "test_loss", "test_error", "at_best_loss", "guess_loss", "guess_error", "diverged",
    ],
    "regimes": [
        "run_id", "seed", "dataset", "train_size", "label_noise", "depth", "width", "eta", "epochs",
        "regime", "train_loss", "train_error", "validation_loss", "validation_error", "test_loss",
        "test_error", "lowest_loss", "at_best_loss", "guess_loss", "guess_error", "diverged",
    ],
}  # fmt: skip
FACTORS = {"regimes": ["regime"]}
DEPTHS = ("depth", "depth_mnist_5k")  # blocks
FITS = 0.01  # mean training error up to which a network has learned its examples by heart
RIGHT, WRONG = 0.03, 0.1  # training losses at which networks are compared, by their labels
LESS, JUST, WIDER, WIDEST = "fits less", "just fits", "wider", "widest"


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with lowest_loss, the least test loss of all passes. equal: the networks of the block
    depth... after the first pass at whose end the training loss is at the level, spent, and fits,
    whether those of all seeds come there. regimes: the networks of the block width, each beside the
    narrowest that fits at its eta."""
    test = view.curves[view.curves["split"] == "test"]
    lowest = test.groupby("run_id", observed=True)["loss"].min()
    runs = view.runs.assign(lowest_loss=view.runs["run_id"].map(lowest))
    deep, wide = (_of_blocks(runs, view, names) for names in (DEPTHS, ("width",)))
    right, wrong = view.option("fits_right", RIGHT), view.option("fits_wrong", WRONG)
    level = deep["label_noise"].gt(0).map({False: right, True: wrong})
    return {
        "runs": runs,
        "equal": at_equal_loss(deep, view.curves, level)[COLUMNS["equal"]],
        "regimes": _regimes(wide, view.option("fits", FITS))[COLUMNS["regimes"]],
    }


def _of_blocks(runs: pd.DataFrame, view: View, names: Sequence[str]) -> pd.DataFrame:
    ids = {run_id for name in names for run_id in view.blocks.get(name, [])}
    return runs[runs["run_id"].isin(ids)]


def _regimes(runs: pd.DataFrame, fits: float) -> pd.DataFrame:
    """With regime: of the widths of a dataset at an eta, the narrowest whose networks have a mean
    training error of at most `fits` just fits. Etas at which none does are left out."""
    task = [runs["dataset"], runs["eta"]]
    error = runs.groupby([*task, runs["width"]])["train_error"].transform("mean")
    just = runs["width"].where(error <= fits).groupby(task).transform("min")
    widest = runs["width"].groupby(task).transform("max")
    width = runs["width"]
    regime = np.select([width < just, width == just, width == widest], [LESS, JUST, WIDEST], WIDER)
    return runs.assign(regime=regime.astype(object))[just.notna()]
