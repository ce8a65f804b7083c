"""The greatest depth at which half of the networks train, beside that of mean-field theory; the
depth scale; and the map: what every combination of depth, width, activation and initialization
comes to."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.design.claims import Tune
from mlpstudy.statistics.cells import cells
from mlpstudy.statistics.tuning import ERROR, choose
from mlpstudy.studies.view import View

RECIPE = ["activation", "initialization"]
CELL = ["dataset", "depth", "width", "activation", "initialization"]  # of the map
DEPTH, SCALE, MAP = "depth", "scale", "map"  # blocks
POINTS = 12  # of a curve of the map, at most
IN_REACH = 6  # depth scales: to there training is expected to reach (Schoenholz et al. 2017)
COLUMNS = {
    "reach": ["dataset", "recipe", "largest_depth", "depth_of_theory", "six_xi"],
    "scale": [
        "run_id", "seed", "depth", "eta", "sw2", "share_of_reach", "beyond", "reached", "passes",
        "diverged", "validation_error", "validation_loss",
    ],
    "map": [
        "dataset", "depth", "width", "activation", "initialization", "eta", "n", "reached",
        "test_accuracy", "passes", "run",
    ],
    "map_curves": [
        "dataset", "depth", "width", "activation", "initialization", "passes", "training_loss",
        "validation_accuracy",
    ],
}  # fmt: skip
FACTORS = {
    "reach": ["dataset", "recipe"], "scale": ["sw2"], "map_curves": ["passes"],
}  # fmt: skip
HALF = 0.5  # of the networks


def derive(view: View) -> dict[str, pd.DataFrame]:
    """reach: one row for each dataset and recipe, without residual layers, with which signals do
    not decay exponentially. scale: the runs of the block of that name, with their depth over that
    to which training is expected to reach. map: one row for each cell of the block of that name, at
    the eta chosen for it. map_curves: the training of the run that stands for the cell."""
    runs = view.block(DEPTH)
    plain = runs[runs["residual"] == "none"].assign(
        trains=lambda runs: runs["reached"].astype(bool) & ~runs["diverged"],
        failed=lambda runs: 1 - runs["trains"].astype(float),
    )
    by, tune = ["dataset", *RECIPE, "depth", "width"], {"eta": Tune(least=("failed", *ERROR))}
    shares = cells(plain, by, "trains", tune)
    rows = [_reach(part) for _, part in shares.groupby(["dataset", *RECIPE], sort=False)]
    cell = _map(view.block(MAP)) if MAP in view.blocks else pd.DataFrame(columns=COLUMNS["map"])
    return {
        "reach": pd.DataFrame(rows, columns=COLUMNS["reach"]),
        "scale": _scale(view.block(SCALE)),
        "map": cell,
        "map_curves": _curves(cell, view.curves),
    }


_phase = cache(theory.phase_of)


def _scale(runs: pd.DataFrame) -> pd.DataFrame:
    """sw2: variance of the weights times the fan-in. share_of_reach: depth over IN_REACH depth
    scales; beyond: whether it is more than 1."""
    if runs.empty:
        return pd.DataFrame(columns=COLUMNS["scale"])
    how = runs[[*RECIPE, "init_gain", "init_bias", "width"]].itertuples(index=False, name=None)
    xi = np.array([abs(_phase(*network).depth_scale) for network in how])
    share, sw2 = runs["depth"] / (IN_REACH * xi), (runs["init_gain"] ** 2).round(3)
    table = runs.assign(sw2=sw2, share_of_reach=share, beyond=share > 1)
    return table[COLUMNS["scale"]].reset_index(drop=True)


def _reach(shares: pd.DataFrame) -> dict[str, Any]:
    """Of one recipe. six_xi: the depth to which training is expected to reach (Schoenholz et al.
    2017); depth_of_theory: the same, at most the greatest depth that was tried."""
    first = shares.iloc[0]
    there = shares.loc[shares["value"] >= HALF, "depth"]
    six_xi = 6 * abs(depth_scale(first["activation"], first["initialization"], first["width"]))
    return {
        "dataset": first["dataset"],
        "recipe": f"{first['activation']}+{first['initialization']}",
        "largest_depth": int(there.max()) if len(there) else 0,
        "depth_of_theory": min(six_xi, float(shares["depth"].max())),
        "six_xi": six_xi,
    }


def depth_scale(activation: str, initialization: str, width: int) -> float:
    """xi of square layers, in layers; infinite where signals do not decay."""
    return theory.phase_of(activation, initialization, 1.0, 0.0, width).depth_scale


# The map


def _map(runs: pd.DataFrame) -> pd.DataFrame:
    """reached: the share of the n seeds that train; test_accuracy: their mean; passes: the median
    until they do, missing where half of them do not; run: the one with the median test accuracy,
    the lower of two."""
    chosen = choose(runs, CELL, ["eta"], ERROR)
    chosen = chosen[chosen["chosen"]].sort_values([*CELL, "test_accuracy", "seed"])
    passes = chosen["passes"].astype(float).where(chosen["reached"].astype(bool), np.inf)
    chosen = chosen.assign(reached=chosen["reached"].astype(float), passes=passes)
    groups = chosen.groupby([*CELL, "eta"], as_index=False, observed=True)
    table = groups.agg(
        n=("seed", "nunique"), reached=("reached", "mean"), test_accuracy=("test_accuracy", "mean"),
        passes=("passes", "median"), run=("run_id", _middle),
    )  # fmt: skip
    passes = table["passes"].where(np.isfinite(table["passes"]))
    return table.assign(passes=passes)[COLUMNS["map"]]


def _middle(ordered: pd.Series) -> str:
    return ordered.iloc[(len(ordered) - 1) // 2]


def _curves(cells: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Cell, passes, training_loss, validation_accuracy: POINTS passes at most, the last among them."""
    if cells.empty:
        return pd.DataFrame(columns=COLUMNS["map_curves"])
    kept = cells[[*CELL, "run"]].merge(curves, left_on="run", right_on="run_id")
    train, validation = (kept[kept["split"] == split] for split in ("train", "validation"))
    train = train[[*CELL, "run", "epoch", "loss"]]
    both = train.merge(validation[["run", "epoch", "accuracy"]], on=["run", "epoch"])
    both = both[both.groupby("run")["epoch"].transform(_is_kept)]
    names = {"epoch": "passes", "loss": "training_loss", "accuracy": "validation_accuracy"}
    return both.rename(columns=names)[COLUMNS["map_curves"]].reset_index(drop=True)


def _is_kept(passes: pd.Series) -> np.ndarray:
    last = passes.max()
    wanted = np.unique(np.linspace(0, last, min(POINTS, last + 1)).round())
    return passes.isin(wanted).to_numpy()
