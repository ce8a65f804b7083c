"""Why not a threshold? Slopes by their formulas, twins bit for bit, and findings by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import threshold as drawing
from mlpstudy.studies import threshold
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/threshold.yaml"
SEEDS = range(6)


@pytest.mark.parametrize("name", threshold.LECTURE)
def test_the_slopes_of_the_lecture(name):
    a = np.linspace(-3, 3, 61)
    g = {"sigmoid": 1 / (1 + np.exp(-a)), "tanh": np.tanh(a)}[name]
    told = threshold.slopes(name, a, 1e-5)
    expected = g * (1 - g) if name == "sigmoid" else 1 - g**2
    np.testing.assert_allclose(told["slope"], expected, atol=1e-15)
    assert told["off_autograd"].max() < 1e-14 and told["off_differences"].max() < 1e-9


def test_a_wrong_slope_is_found(monkeypatch):
    wrong = ACTIVATIONS["tanh"]._replace(dg=lambda a, z, out=None: 1 - z)
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    assert threshold.slopes("tanh", np.linspace(-3, 3, 61), 1e-5)["off_autograd"].max() > 0.1


@pytest.fixture(scope="module")
def measured():
    study = load(FILE, "smoke")
    same = [run for run in study.blocks["same"] if run.seed == 0 and run.dataset == "spirals"]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"same": same}
    )
    return threshold.measure(study.asked, networks)


def test_thresholds_keep_their_first_layers_and_sigmoids_do_not(measured):
    apart = measured["apart"].set_index("activation")["apart"]
    assert apart["threshold"] == 0 < apart["sigmoid"]


def test_every_shape_has_its_curve(measured):
    curves = measured["curves"]
    assert set(curves["activation"]) == set(ACTIVATIONS)
    assert not curves[["z", "slope"]].isna().any().any()
    step = curves[curves["activation"] == "threshold"]
    assert set(step["z"]) == {0.0, 1.0} and set(step["slope"]) == {0.0}


# accuracy by activation and which layers learn, on digits at width 32
ACCURACY = {
    ("threshold", "all"): 0.7, ("threshold", "last"): 0.7, ("sigmoid", "all"): 0.9,
    ("sigmoid", "last"): 0.6, ("tanh", "all"): 0.95, ("tanh", "last"): 0.95,
}  # fmt: skip


@pytest.fixture(scope="module")
def view(measured):
    runs, curves, layers = [], [], []
    blocks = {"shapes": [], "widths": [], "linear": [], "same": []}

    def put(block, name, accuracy, seed, delta, **fields):
        told = {"dataset": "digits", "depth": 1, "width": 32, "trained": "all", "eta": 0.1,
                "epochs": 5, "train_size": 100, "status": "finished"}  # fmt: skip
        runs.append({"run_id": name, **told, "seed": seed, **fields})
        blocks[block].append(name)
        for split in ("train", "validation", "test"):
            curves.append({"run_id": name, "epoch": 5, "split": split, "loss": 1 - accuracy,
                           "accuracy": accuracy})  # fmt: skip
        for layer, size in ((1, delta), (2, 1.0)):
            layers.append({"run_id": name, "layer": layer, "delta_rms": size})

    for seed in SEEDS:
        for (shape, which), accuracy in ACCURACY.items():
            delta = 0.0 if shape == "threshold" else 0.25
            name = f"{shape}-{which}-{seed}"
            put("shapes", name, accuracy, seed, delta, activation=shape, trained=which)
        for shape, accuracy in (("threshold", 0.8), ("tanh", 0.85)):
            which = {"threshold": "last", "tanh": "all"}[shape]
            name = f"wide-{shape}-{seed}"
            put("widths", name, accuracy, seed, 0.1, activation=shape, trained=which, width=64)
        put("linear", f"linear-{seed}", 0.5, seed, 1.0, activation="sigmoid", depth=0)
    study = load(FILE)
    told = {"name": "threshold", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    frames = (pd.DataFrame(part) for part in (runs, curves, layers))
    return View(told, blocks, *frames, measured=measured)


def test_findings(view):
    found = threshold.findings(view, threshold.summary(view))
    told = {(f.statistic, f.condition): (round(f.value, 12), f.n, f.verdict) for f in found}
    assert told["delta_below", "digits"] == (0, 6, "supported")
    assert told["gained_over_wide_threshold", "digits, width 64"] == (0.05, 6, "supported")
    assert told["random_over_linear", "digits, width 64"] == (0.3, 6, "supported")
    assert told["gained_by_all", "digits, sigmoid"] == (0.3, 6, "supported")
    assert told["gained_by_all", "digits, tanh"] == (0, 6, "contradicted")
    assert told["gained_over_threshold", "digits, sigmoid"] == (0.2, 6, "supported")
    assert ("gained_over_threshold", "digits, tanh") not in told  # not one of the slide's four
    assert told["off_largest_slope", "sigmoid"][2] == "supported"


def test_shapes_are_told_by_their_slopes(view):
    shapes = threshold.summary(view)["shapes"].set_index("activation")
    assert list(shapes.index[:4]) == list(threshold.SLIDE)
    assert shapes.loc["threshold", "mean_square_slope"] == 0
    assert shapes.loc["identity", "mean_square_slope"] == pytest.approx(1)
    assert shapes.loc["relu", "mean_square_slope"] == pytest.approx(0.5)
    assert shapes.loc["sigmoid", "largest_delta"] == 0.25


def test_figures(view):
    drawn = drawing.figures(threshold.summary(view), view.study)
    assert [(d.name, d.n) for d in drawn] == [("shapes", None), ("accuracy", 36), ("widths", 12)]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert {run.trained for run in study.blocks["same"]} == {"all", "last"}
    swept = {run.activation for run in study.blocks["shapes"]}
    assert {"threshold", *threshold.LECTURE} <= swept <= set(ACTIVATIONS)
