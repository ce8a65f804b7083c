"""Pairs of equally large networks: each block of the sweep is one, or one of hidden layers."""

import numpy as np
import pandas as pd

from mlpstudy.statistics.equal_fit import at_equal_loss
from mlpstudy.studies.view import View

OPTIONS = {"fits": "number", "fits_mnist_1d": "number"}
COLUMNS = {
    "runs": ["pair", "budget", "network"],
    "equal": [
        "run_id", "seed", "dataset", "train_size", "activation", "depth", "width", "kernel", "stride",
        "padding", "permuted", "eta", "pretraining_eta", "epochs", "pair", "budget", "network", "fits", "spent", "train_loss",
        "train_error", "validation_loss", "validation_error", "test_loss", "test_error",
        "at_best_loss", "guess_loss", "guess_error", "diverged",
    ],
}  # fmt: skip
FITS, FITS_MNIST_1D = 0.1, 1.2  # training losses at which the networks of a pair are compared


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with pair, the block; budget, its mean number of parameters, to the hundred; network,
    whether it is a convolution or dense, and whether its inputs are permuted. equal: those of a
    convolution and a dense network when their training loss is at the level."""
    runs = view.runs
    pair = runs["run_id"].map(view.block_of())
    budget = runs["n_parameters"].groupby(pair).transform("mean").round(-2).astype(int)
    kind = np.where(runs["kernel"] > 0, "convolution", "dense")
    order = np.where(runs["permuted"], "_permuted", "")
    runs = runs.assign(pair=pair, budget=budget, network=kind + order.astype(object))
    level = np.where(
        runs["dataset"] == "mnist_1d",
        view.option("fits_mnist_1d", FITS_MNIST_1D),
        view.option("fits", FITS),
    )
    equal = at_equal_loss(runs, view.curves, pd.Series(level, index=runs.index))
    return {"runs": runs, "equal": equal.loc[equal["activation"] == "relu", COLUMNS["equal"]]}
