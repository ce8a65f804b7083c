"""Why not a threshold? Slopes by their formulas, twins bit for bit, and what is derived by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.studies.threshold.derive import derive
from mlpstudy.studies.threshold.figures import shapes
from mlpstudy.studies.threshold.measure import LECTURE, measure, slopes
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder
from mlpstudy.words import Words

FILE = Path(__file__).resolve().parents[2] / "config/studies/threshold.yaml"


@pytest.mark.parametrize("name", LECTURE)
def test_the_slopes_of_the_lecture(name):
    a = np.linspace(-3, 3, 61)
    g = {"sigmoid": 1 / (1 + np.exp(-a)), "tanh": np.tanh(a)}[name]
    told = slopes(name, a, 1e-5)
    expected = g * (1 - g) if name == "sigmoid" else 1 - g**2
    np.testing.assert_allclose(told["slope"], expected, atol=1e-15)
    assert told["off_autograd"].max() < 1e-14 and told["off_differences"].max() < 1e-9


def test_a_wrong_slope_is_found(monkeypatch):
    wrong = ACTIVATIONS["tanh"]._replace(dg=lambda a, z, out=None: 1 - z)
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    assert slopes("tanh", np.linspace(-3, 3, 61), 1e-5)["off_autograd"].max() > 0.1


@pytest.fixture(scope="module")
def measured():
    study = load(FILE, "smoke")
    same = [run for run in study.blocks["same"] if run.seed == 0 and run.dataset == "spirals"]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"same": same}
    )
    return measure(study.asked, networks)


def test_thresholds_keep_their_first_layers_and_sigmoids_do_not(measured):
    apart = measured["apart"].set_index("activation")["apart"]
    assert apart["threshold"] == 0 < apart["sigmoid"]


def test_every_shape_has_its_curve(measured):
    curves = measured["curves"]
    assert set(curves["activation"]) == set(ACTIVATIONS)
    assert not curves[["z", "slope"]].isna().any().any()
    step = curves[curves["activation"] == "threshold"]
    assert set(step["z"]) == {0.0, 1.0} and set(step["slope"]) == {0.0}


def test_a_threshold_passes_no_delta_down(measured):
    runs = pd.DataFrame(
        {
            "run_id": ["t0", "t1", "s0"], "activation": ["threshold", "threshold", "sigmoid"],
            "trained": "all", "dataset": "digits", "seed": [0, 0, 0], "depth": 1,
        }
    )  # fmt: skip
    layers = pd.DataFrame(
        {"run_id": ["t0", "t0", "t1", "s0"], "layer": [1, 2, 1, 1], "delta_rms": [0, 9, 0.5, 0.3]}
    )
    ids = list(runs["run_id"])
    view = View({}, {"shapes": ids}, runs, pd.DataFrame(), layers, measured)
    made = derive(view)
    # Of two etas of a seed the larger delta; the output layer, here layer 2, is not below itself.
    assert made["deltas"].to_dict("records") == [{"dataset": "digits", "seed": 0, "delta": 0.5}]
    assert made["largest"]["off_largest_slope"].max() < 1e-14
    shapes = made["shapes"].set_index("activation")
    assert shapes.loc["sigmoid", "largest_delta"] == 0.3
    assert shapes.loc["threshold", "mean_square_slope"] == 0 < shapes.loc["relu", "largest_slope"]


def test_the_picture_has_a_panel_for_each_shape(measured):
    figure = shapes({"curves": measured["curves"]}, {}, Words("fr"))
    titles = [ax.get_title(loc="left") for ax in figure.axes if ax.get_visible()]
    assert titles[0] == "seuil" and len(titles) == len(ACTIVATIONS)


@pytest.mark.parametrize("size", SIZES)
def test_the_study_loads_at_each_size(size):
    assert load(FILE, size).runs


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "grid: {dataset: [circles], ", "grid: {dataset: [circles], momentum: [0.0, 0.9], ", 1
    )
    path = tmp_path / "threshold.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        expand(load(path))
