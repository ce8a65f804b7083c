"""Pairs of equally large networks: each block of the sweep is one, or one of hidden layers."""

import numpy as np
import pandas as pd

from mlpstudy.studies.view import View

COLUMNS = {"runs": ["pair", "budget", "network"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with pair, the block; budget, its mean number of parameters, to the hundred; network,
    whether it is a convolution or dense, and whether its inputs are permuted."""
    runs = view.runs
    pair = runs["run_id"].map(view.block_of())
    budget = runs["n_parameters"].groupby(pair).transform("mean").round(-2).astype(int)
    kind = np.where(runs["kernel"] > 0, "convolution", "dense")
    order = np.where(runs["permuted"], "_permuted", "")
    return {"runs": runs.assign(pair=pair, budget=budget, network=kind + order.astype(object))}
