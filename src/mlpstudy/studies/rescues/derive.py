"""The ways to train a deep network side by side, and how delta grows on its way down.

Every block of the sweep but that of untrained networks is a way, under its own name; early stopping
is the control's runs once more.
"""

import numpy as np
import pandas as pd

from mlpstudy.analysis import theory
from mlpstudy.core.pretrain_cost import passes_spent
from mlpstudy.design.run import Run
from mlpstudy.statistics.stopping import stops
from mlpstudy.studies.view import View

CONTROL, STOPPED = "sigmoid", "early_stopping"
CRITERION = "UP_2"  # Prechelt's: what stops the control
SETTINGS = ["eta", "input_noise", "pretraining_eta"]  # those of a way of which one is chosen
SPENDING = ["dataset", "depth", "width", "cost", "pretraining", "pretraining_epochs"]
NETWORK = ["activation", "residual", "depth"]  # of the untrained ones
COLUMNS = {
    "ways": [
        "dataset", "way", "eta", "input_noise", "pretraining_eta", "reached", "passes", "spent",
        "diverged", "validation_error", "test_accuracy", "test_error", "test_loss",
    ],
    "growth": ["activation", "residual", "depth", "decades", "per_layer", "predicted"],
}  # fmt: skip
FACTORS = {"ways": ["way"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """ways: a row for each run and way; its passes are those of pretraining, too, in passes of the
    whole network. growth: a row for each network that is not trained."""
    trained = view.runs[view.runs["epochs"] > 0]
    ways = _ways(view, trained.assign(spent=_spent(trained)))
    stopped = _stopped(view, ways[ways["way"] == CONTROL])
    ways = pd.concat([ways, stopped], ignore_index=True)
    passes = (ways["passes"] + ways["spent"]).round().astype(int)
    return {"ways": ways.assign(passes=passes), "growth": _growth(view)}


def _ways(view: View, trained: pd.DataFrame) -> pd.DataFrame:
    """way: the name of the block."""
    blocks = {name: pd.DataFrame({"run_id": runs}) for name, runs in view.blocks.items()}
    named = [frame.assign(way=name) for name, frame in blocks.items()]
    return pd.concat(named, ignore_index=True).merge(trained, on="run_id")


def _spent(runs: pd.DataFrame) -> pd.Series:
    """Passes of the whole network that pretraining costs, counted in multiply-adds."""
    kinds = runs[SPENDING].drop_duplicates()
    spent = [passes_spent(Run(**kind)) for kind in kinds.to_dict("records")]
    return (
        runs[SPENDING].merge(kinds.assign(spent=spent), on=SPENDING)["spent"].set_axis(runs.index)
    )


def _stopped(view: View, control: pd.DataFrame) -> pd.DataFrame:
    """The control's runs as early stopping leaves them: those that are there later are not."""
    stop = stops(view.curves[view.curves["run_id"].isin(control["run_id"])])
    stop = stop[stop["criterion"] == CRITERION].set_index("run_id")["epoch"]
    last = control["run_id"].map(stop).fillna(control["epochs"]).astype(int)
    in_time = control["reached"] & (control["passes"] <= last)
    passes = control["passes"].where(in_time, control["epochs"])
    return control.assign(way=STOPPED, reached=in_time, passes=passes)


def _growth(view: View) -> pd.DataFrame:
    """decades: log10 of rms delta at the second hidden layer over that at the last one; per_layer:
    its size, per layer; predicted: decades by theory."""
    runs = view.runs[view.runs["epochs"] == 0]
    start = view.layers[view.layers["epoch"] == 0]
    layers = start.set_index(["run_id", "layer"])["delta_rms"]
    second, last = (
        layers.reindex(pd.MultiIndex.from_arrays([runs["run_id"], layer])).to_numpy()
        for layer in (np.full(len(runs), 2), runs["depth"])
    )
    decades = np.log10(second / last)
    runs = runs.assign(decades=decades, per_layer=np.abs(decades) / (runs["depth"] - 2))
    predicted = {key: _predicted(part) for key, part in runs.groupby(NETWORK)}
    keys = runs[NETWORK].itertuples(index=False, name=None)
    return runs.assign(predicted=[predicted[key] for key in keys])


def _predicted(runs: pd.DataFrame) -> float:
    """Decades from the last layer to the second by mean-field theory; NaN where it does not hold."""
    first = runs.iloc[0]
    if first["residual"] != "none" and theory.coherent(first["activation"]):
        return np.nan
    fields = ("activation", "initialization", "init_gain", "depth", "width", "n_inputs")
    network = [first[name] for name in fields] + [float(runs["input_mean_square"].mean())]
    if first["residual"] == "none":
        return float(theory.profile(*network).log10_delta[1])
    scale = 1 / np.sqrt(first["depth"]) if first["residual"] == "scaled" else 1.0
    return float(theory.residual_delta(*[*network, scale])[1])
