"""Whether a network learns its training examples by heart, and how low its test loss ever is."""

import pandas as pd

from mlpstudy.studies.view import View

OPTIONS = {"fits": "number"}
COLUMNS = {"runs": ["fits", "lowest_loss"]}
FITS = 0.01  # mean training error up to which a network has learned its examples by heart


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with fits, whether the networks of all seeds at this eta have a mean training error of
    at most the option `fits`; lowest_loss, the least test loss of all passes."""
    test = view.curves[view.curves["split"] == "test"]
    lowest = test.groupby("run_id", observed=True)["loss"].min()
    error = view.runs.groupby("cell_id")["train_error"].transform("mean")
    fits = error <= view.option("fits", FITS)
    return {"runs": view.runs.assign(fits=fits, lowest_loss=view.runs["run_id"].map(lowest))}
