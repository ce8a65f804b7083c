"""Where the highest and the first hidden layer are along training: by hand."""

import pandas as pd
import pytest

from mlpstudy.studies.plateau.derive import derive
from mlpstudy.studies.view import View


def test_the_outputs_of_the_highest_and_of_the_first_layer():
    means = {0: (0.5, 0.4, 0.5), 2: (0.45, 0.3, 0.1), 1: (0.48, 0.0, 0.2), 5: (0.47, 0.9, 0.35)}
    layers = pd.DataFrame(
        {"run_id": run, "epoch": epoch, "layer": layer, "activation_mean": mean}
        for run in ("a", "b")
        for epoch, by_layer in means.items()
        for layer, mean in enumerate((*by_layer, -3.0), 1)  # the last is the output
        if run == "a" or epoch == 0
    )
    runs = pd.DataFrame({"run_id": ["b", "a", "lost"], "depth": 3})
    made = derive(View({}, {}, runs, pd.DataFrame(), layers))["runs"].set_index("run_id")
    a = made.loc["a"]
    assert (a["top_start"], a["top_lowest"], a["top_end"]) == (0.5, 0.1, 0.35)
    assert a["bottom_lowest"] == 0.45 and a["top_recovered"] == pytest.approx(0.25)
    assert made.loc["b", "top_lowest"] == 0.5 and made.loc["b", "top_recovered"] == 0
    assert made.loc["lost"].drop("depth").isna().all()
