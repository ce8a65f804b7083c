"""The map: what delta and dW do in every combination of depth, width, activation, initialization."""

import pandas as pd

from mlpstudy.statistics.tuning import ERROR, choose

CELL = ["dataset", "depth", "width", "activation", "initialization"]
MAP = [*CELL, "delta_decades", "dW_decades", "delta_decades_trained", "chi_decades", "run"]
LAYERS = [*CELL, "layer", "delta", "dW"]


def chosen(runs: pd.DataFrame) -> pd.DataFrame:
    """Of the runs of the map those at the eta chosen for their cell on validation."""
    made = choose(runs, CELL, ["eta"], ERROR)
    return made[made["chosen"]].drop(columns="chosen")


def cells(rates: pd.DataFrame) -> pd.DataFrame:
    """MAP, decades per layer, medians over the seeds: before training, after the last pass that was
    looked at (missing where there is none), and by theory. run: the one with the median of
    delta_decades, the lower of two.

    rates: CELL, run_id, seed, epoch, decades, gradient_decades, predicted, one row per run and pass.
    """
    start = rates[rates["epoch"] == 0].sort_values([*CELL, "decades", "seed"])
    later = rates[rates["epoch"] > 0]
    later = later[later["epoch"] == later.groupby("run_id")["epoch"].transform("max")]
    groups = start.groupby(CELL, as_index=False, observed=True)
    table = groups.agg(
        delta_decades=("decades", "median"), dW_decades=("gradient_decades", "median"),
        chi_decades=("predicted", "mean"), run=("run_id", _middle),
    )  # fmt: skip
    trained = later.groupby(CELL, observed=True)["decades"].median().rename("delta_decades_trained")
    return table.merge(trained.reset_index(), on=CELL, how="left")[MAP]


def _middle(ordered: pd.Series) -> str:
    return ordered.iloc[(len(ordered) - 1) // 2]


def layers(hidden: pd.DataFrame) -> pd.DataFrame:
    """LAYERS: log10 of the rms of delta and of one example's dW before training, medians over the
    seeds. hidden: CELL, epoch, layer, log10_delta, log10_gradient."""
    start = hidden[hidden["epoch"] == 0].groupby([*CELL, "layer"], as_index=False, observed=True)
    table = start[["log10_delta", "log10_gradient"]].median()
    return table.rename(columns={"log10_delta": "delta", "log10_gradient": "dW"})[LAYERS]
