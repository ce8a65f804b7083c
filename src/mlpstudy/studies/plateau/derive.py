"""Where the units of the lowest and of the highest hidden layer are along training."""

import pandas as pd

from mlpstudy.studies.view import View

COLUMNS = {"runs": ["top_start", "top_lowest", "top_end", "bottom_lowest", "top_recovered"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with the mean activation of the highest hidden layer at the start, where it is lowest
    and at the end, what it has recovered by then, and that of the first layer where it is lowest:
    of the passes at which layers are looked at."""
    runs = view.runs.set_index("run_id")
    layers = view.layers.sort_values(["run_id", "epoch"])
    of_top = layers["layer"] == layers["run_id"].map(runs["depth"])
    top, bottom = (
        layers[each].groupby("run_id", observed=True)["activation_mean"]
        for each in (of_top, layers["layer"] == 1)
    )
    seen = pd.DataFrame(
        {
            "top_start": top.first(),
            "top_lowest": top.min(),
            "top_end": top.last(),
            "bottom_lowest": bottom.min(),
        }
    )
    seen["top_recovered"] = seen["top_end"] - seen["top_lowest"]
    return {"runs": view.runs.join(seen, on="run_id")}
