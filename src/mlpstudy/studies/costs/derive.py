"""Which costs are squared and which are cross-entropy, whatever their outputs."""

import pandas as pd

from mlpstudy.studies.view import View

COLUMNS = {"runs": ["kind"], "shapes": ["kind", "a", "loss", "delta"]}
KIND = {
    "mse": "squared",
    "mse_sigmoid": "squared",
    "nll": "cross-entropy",
    "binary_nll": "cross-entropy",
}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """The runs, with the kind of their cost; and the shapes, whose cost is no field of a run."""
    runs = view.runs.assign(kind=view.runs["cost"].map(KIND))
    return {"runs": runs, "shapes": view.measured["shapes"].rename(columns={"cost": "loss"})}
