"""Thresholds and slopes: findings worked by hand, slopes against numbers, two real networks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.design.study import load
from mlpstudy.figures import threshold as drawing
from mlpstudy.studies import threshold
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/threshold.yaml"
SEEDS = range(6)
# (block, depth, activation, width, trained) -> accuracy on test
ACCURACY = {
    ("shapes", 1, "threshold", 4, "all"): 0.5,
    ("shapes", 1, "threshold", 4, "last"): 0.5,
    ("shapes", 1, "sigmoid", 4, "all"): 0.875,
    ("shapes", 1, "sigmoid", 4, "last"): 0.625,
    ("shapes", 1, "relu", 4, "all"): 0.75,
    ("shapes", 1, "relu", 4, "last"): 0.75,
    ("widths", 1, "threshold", 8, "last"): 0.75,
    ("widths", 1, "tanh", 8, "all"): 0.9375,
    ("linear", 0, "sigmoid", 4, "all"): 0.625,
}
STATISTICS = (
    "delta_below", "weights_apart", "gained_over_wide_threshold", "random_over_linear",
    "off_autograd", "off_differences", "off_largest_slope", "gained_by_all",
    "gained_over_threshold",
)  # fmt: skip


@pytest.fixture(scope="module")
def view() -> View:
    runs, curves, layers, blocks = [], [], [], {"same": []}
    for (block, *model), accuracy in ACCURACY.items():
        depth, activation, width, trained = model
        for eta, validation in ((0.1, 0.9), (1.0, 0.1)):  # the second one is never chosen
            for seed in SEEDS:
                name = f"{block}-{model}-{eta}-{seed}"
                blocks.setdefault(block, []).append(name)
                key = {"depth": depth, "activation": activation, "width": width}
                rest = {"trained": trained, "eta": eta, "seed": seed, "epochs": 3}
                runs.append({"run_id": name, "dataset": "moons", **key, **rest, "train_size": 9,
                             "status": "finished"})  # fmt: skip
                test = accuracy if eta == 0.1 else 0.0
                for split, value in (("train", 1.0), ("validation", validation), ("test", test)):
                    curve = {"run_id": name, "epoch": 3, "split": split, "loss": 0.1}
                    curves.append({**curve, "accuracy": value})
                for layer in range(1, depth + 2):  # the output's delta is no hidden layer's
                    delta = 7.0 if layer > depth else 0.0 if activation == "threshold" else 0.5
                    layers.append({"run_id": name, "epoch": 0, "layer": layer, "delta_rms": delta})
    a = np.linspace(-8, 8, 161)
    measured = {
        "curves": pd.concat([threshold._curve(name, a) for name in ACTIVATIONS]),
        "slopes": pd.concat([threshold.slopes(name, a, 1e-5) for name in threshold.LECTURE]),
        "apart": pd.DataFrame(
            [{"dataset": "moons", "activation": shape, "seed": seed, "apart": apart}
             for shape, apart in (("threshold", 0.0), ("sigmoid", 0.25)) for seed in SEEDS]
        ),
    }  # fmt: skip
    claims = [
        {"id": "C03", "says": "", "unit": "", "direction": "above", "threshold": 0, "statistic": s}
        for s in STATISTICS
    ]
    study = {"name": "threshold", "options": {}, "claims": claims}
    tables = map(pd.DataFrame, (runs, curves, layers))
    return View(study, blocks, *tables, measured=measured)


@pytest.fixture(scope="module")
def frames(view):
    return threshold.summary(view)


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in threshold.findings(view, frames)}
    values = {key: f.value for key, f in found.items() if not key[0].startswith("off")}
    assert values == {
        ("delta_below", "moons"): 0.0,
        ("weights_apart", "moons"): 0.0,
        ("gained_over_wide_threshold", "moons, width 8"): 0.9375 - 0.75,
        ("random_over_linear", "moons, width 8"): 0.75 - 0.625,
        ("gained_by_all", "moons, sigmoid"): 0.875 - 0.625,
        ("gained_over_threshold", "moons, sigmoid"): 0.875 - 0.5,
    }
    assert found["gained_by_all", "moons, sigmoid"].n == 12
    assert found["delta_below", "moons"].n == 12  # of both etas
    for shape in threshold.LECTURE:
        assert 0 <= found["off_autograd", shape].value < 1e-15
        assert 1e-14 < found["off_differences", shape].value < 1e-9
        assert found["off_largest_slope", shape].value == 0


def test_a_wrong_slope_is_found_out(monkeypatch):
    right = ACTIVATIONS["tanh"]
    wrong = right._replace(dg=lambda a, z, out=None: 1 - z)
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    table = threshold.slopes("tanh", np.array([0.0, 1.0]), 1e-5)
    z = np.tanh(1)
    assert table["off_autograd"].tolist() == pytest.approx([0, z - z**2])
    assert table["off_differences"].tolist() == pytest.approx([0, z - z**2], abs=1e-9)


def test_the_shapes_come_with_their_slopes(frames):
    table = frames["shapes"].set_index("activation")
    assert list(table.index[:4]) == list(threshold.SLIDE)
    assert set(table.index) == set(ACTIVATIONS)
    assert table.loc["threshold", ["largest_slope", "mean_square_slope"]].tolist() == [0, 0]
    assert table.loc["gaussian", "largest_slope"] == pytest.approx(np.exp(-0.5), abs=1e-4)
    assert table.loc["relu", "mean_square_slope"] == pytest.approx(0.5, abs=1e-6)
    assert table.loc["sigmoid", "largest_delta"] == 0.5 and table.loc["threshold"].iloc[-1] == 0


def test_threshold_networks_end_with_the_same_weights_and_others_do_not():
    base = {"dataset": "moons", "train_size": 40, "width": 4, "depth": 2, "epochs": 2}
    runs = [
        Run(**base, activation=shape, trained=trained)
        for shape in ("threshold", "sigmoid")
        for trained in ("all", "last")
    ]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"same": runs}
    )
    apart = threshold._apart(networks).set_index("activation")["apart"]
    assert apart["threshold"] == 0 < apart["sigmoid"]


def test_figures_and_tables(view, frames):
    drawn = drawing.figures(frames, view.study)
    assert [(d.name, d.n) for d in drawn] == [("shapes", None), ("accuracy", 36), ("widths", 12)]
    assert "beat it in 1 of 1 cases" in drawn[1].title["en"]
    assert (
        drawn[2].title["en"].startswith("8 thresholds drawn at random beat the linear model on 1")
    )
    assert [len(table["frame"]) for table in threshold.shown(frames)] == [len(ACTIVATIONS), 2 + 3]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_every_run_has_its_partner(size):
    study = load(FILE, size)
    assert {claim.statistic for claim in study.claims} == set(STATISTICS)
    for block in ("shapes", "same"):
        runs = set(study.blocks[block])
        other = {"all": "last", "last": "all"}
        assert {r.model_copy(update={"trained": other[r.trained]}) for r in runs} == runs
    linear = {(r.dataset, r.seed, r.eta) for r in study.blocks["linear"]}
    for block in ("shapes", "widths"):
        assert {(r.dataset, r.seed, r.eta) for r in study.blocks[block]} <= linear
