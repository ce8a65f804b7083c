"""The greatest depth at which half of the networks train, beside that of mean-field theory."""

from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.design.claims import Tune
from mlpstudy.statistics.cells import cells
from mlpstudy.studies.view import View

RECIPE = ["activation", "initialization"]
REACH = ["dataset", "recipe", "largest_depth", "depth_of_theory", "six_xi"]
COLUMNS = {"reach": ["dataset", "recipe", "largest_depth", "depth_of_theory", "six_xi"]}
FACTORS = {"reach": ["dataset", "recipe"]}
HALF = 0.5  # of the networks


def derive(view: View) -> dict[str, pd.DataFrame]:
    """reach: one row for each dataset and recipe, without residual layers, with which signals do
    not decay exponentially."""
    plain = view.runs[view.runs["residual"] == "none"]
    shares = cells(plain, ["dataset", *RECIPE, "depth", "width"], "reached", {"eta": Tune()})
    rows = [_reach(part) for _, part in shares.groupby(["dataset", *RECIPE], sort=False)]
    return {"reach": pd.DataFrame(rows, columns=REACH)}


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
    how = theory.INITIALIZERS[initialization]
    weights = width * np.square(how.deviation(width, width))
    return theory.phase(activation, float(weights), how.bias(width, width) ** 2).depth_scale
