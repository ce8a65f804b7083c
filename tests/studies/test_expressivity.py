"""Width, depth and pieces: summaries and findings worked by hand, and two real measurements."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import expressivity as drawing
from mlpstudy.studies import expressivity
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/expressivity.yaml"
SEEDS = range(6)
STATISTICS = (
    "exponent_of_constructed", "exponent_of_width", "left_by_widest", "log_over_constructed",
    "log_gained_by_depth",
    "constructed_over_shallow", "share_above_bound", "off_expected", "random_deep_over_shallow",
    "learned_over_start",
)  # fmt: skip
CLAIMS = [
    {"id": "C20", "says": "So.", "unit": "", "direction": "below", "threshold": 1, "statistic": s}
    for s in STATISTICS
]
# block, depth, width, parameters, eta -> mean square error; the larger eta is the worse one
ERRORS = {
    ("width", 1, 8, 25, 0.01): 0.16,
    ("width", 1, 16, 49, 0.01): 0.04,
    ("width", 1, 16, 49, 0.03): 0.09,
    ("sine_100", 1, 33, 100, 0.01): 0.01,
    ("sine_100", 2, 8, 97, 0.01): 0.0001,
}


def _view() -> View:
    runs, curves, blocks = [], [], {"width": [], "sine_100": []}
    for (block, depth, width, parameters, eta), loss in ERRORS.items():
        for seed in SEEDS:
            name = f"{block}-{depth}-{width}-{eta}-{seed}"
            key = {"dataset": "sine", "activation": "relu", "depth": depth, "width": width}
            key |= {"eta": eta, "seed": seed, "n_parameters": parameters, "status": "finished"}
            runs.append({"run_id": name, **key})
            blocks[block].append(name)
            for split in ("validation", "test"):
                curves.append(
                    {"run_id": name, "epoch": 1, "split": split, "loss": loss, "accuracy": 0}
                )
    random = [
        {"seed": s, "inputs": i, "width": w, "depth": d, "equal": e, "number": k, "counted": c + k,
         "expected": 10.0}
        for s in SEEDS for k in (0, 1)
        for i, w, d, e, c in ((1, 8, 1, False, 8), (1, 12, 1, True, 10), (1, 6, 2, True, 20),
                              (2, 8, 1, False, 36), (2, 8, 2, False, 50))
    ]  # fmt: skip
    made = {"inputs": [1, 1, 2, 2], "width": 8, "depth": [1, 2, 1, 2]}
    made |= {"counted": [8.0, 64.0, 16.0, np.nan], "most": [9.0, 81.0, 37.0, 1369.0]}
    made |= {"shallow": [9.0, 17.0, 37.0, 137.0], "montufar": [9.0, 72.0, 37.0, 592.0]}
    learned = [
        {"dataset": "digits", "depth": 1, "width": 36, "seed": s, "epochs": e, "slice": k,
         "counted": (100 if e else 50) + 10 * k}
        for s in SEEDS for e in (0, 20) for k in (0, 2)
    ]  # fmt: skip
    fits = {"dataset": "sine", "depth": [1, 1, 2, 2], "width": [33, 33, 8, 8], "eta": 0.01}
    tiles = {"network": "1 layer of 3", "kind": "random", "tile": 0, "value": 1.0}
    measured = {
        "random": pd.DataFrame(random),
        "constructed": pd.DataFrame(made),
        "learned": pd.DataFrame(learned),
        "bounds": pd.DataFrame({"dataset": "sine", "units": [8, 16], "best": [0.05, 0.01],
                                "constructed": [0.1, 0.025]}),
        "fits": pd.DataFrame({**fits, "x": [-1.0, 1.0] * 2, "y": [0.0, 1.0] * 2}),
        "targets": pd.DataFrame({"x": [-1.0, 1.0], "y": [0.0, 1.0]}),
        "tiles": pd.DataFrame({**tiles, "x1": [0.0, 1.0, 0.0], "x2": [0.0, 0.0, 1.0]}),
    }  # fmt: skip
    study = {"name": "expressivity", "options": {"tiles": ["digits", 1]}, "claims": CLAIMS}
    frames = pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame()
    return View(study, blocks, *frames, measured=measured)


@pytest.fixture(scope="module")
def view() -> View:
    return _view()


@pytest.fixture(scope="module")
def frames(view):
    return expressivity.summary(view)


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in expressivity.findings(view, frames)}
    assert {key: f.value for key, f in found.items()} == {
        # 0.1 with 8 units, 0.025 with 16: a quarter of the error for twice the width
        ("exponent_of_constructed", "sine, constructed"): pytest.approx(-2),
        # 0.4 at 8 units, 0.2 at 16: half the error for twice the width
        ("exponent_of_width", "sine, relu"): pytest.approx(-1),
        ("left_by_widest", "sine, relu"): pytest.approx(0.04),
        # 0.4 / 0.1 and 0.2 / 0.025
        ("log_over_constructed", "sine, relu"): pytest.approx((2 + 3) / 2),
        # 0.1 / 0.01
        ("log_gained_by_depth", "sine, 98 parameters, 2 layers against 1"): pytest.approx(1),
        ("constructed_over_shallow", "on a line, 2 layers of 8"): pytest.approx(64 / 17),
        ("share_above_bound", "on a line"): 0,
        # 37 are allowed: 36 and 37 are no more
        ("share_above_bound", "in a plane"): 0,
        ("off_expected", "on a line, 1 layer of 8"): pytest.approx(0.15),
        ("off_expected", "on a line, 1 layer of 12"): pytest.approx(0.05),
        ("off_expected", "on a line, 2 layers of 6"): pytest.approx(1.05),
        ("off_expected", "in a plane, 1 layer of 8"): pytest.approx(2.65),
        ("off_expected", "in a plane, 2 layers of 8"): pytest.approx(4.05),
        ("random_deep_over_shallow", "on a line, 2 layers of 6 against 1"): pytest.approx(20.5 / 10.5),
        ("learned_over_start", "digits, 1 layer of 36"): pytest.approx(110 / 60),
    }  # fmt: skip
    assert found["share_above_bound", "in a plane"].n == 24
    assert found["off_expected", "on a line, 1 layer of 8"].n == 6  # seeds
    width = found["exponent_of_width", "sine, relu"]
    assert (width.n, width.networks, width.edge) == (6, 12, "lower")  # 0.01 of 0.01 and 0.03
    gained = found["log_gained_by_depth", "sine, 98 parameters, 2 layers against 1"]
    assert (gained.n, gained.networks, gained.common[0]) == (6, 12, pytest.approx(1))


def test_one_layer_that_does_no_better_than_the_mean_is_not_learned(view):
    curves = view.curves.assign(loss=view.curves["loss"].replace({0.04: 1.0, 0.09: 1.5}))
    seen = dataclasses.replace(view, curves=curves)
    found = expressivity.findings(seen, expressivity.summary(seen))
    (width,) = (f for f in found if f.statistic == "exponent_of_width")
    assert width.verdict == "not_learned"


def test_blocks_of_one_layer_that_gets_wider_are_one(view):
    blocks = {"width_tanh" if name == "width" else name: b for name, b in view.blocks.items()}
    by_run = expressivity._by_run(dataclasses.replace(view, blocks=blocks))
    assert set(by_run["block"]) == {"width", "sine_100"}


def test_a_network_above_the_bound_is_counted(view):
    random = view.measured["random"].replace({"counted": {37: 38}})
    per_seed = expressivity._per_seed(random)
    assert per_seed[per_seed["inputs"] == 2]["above"].sum() == len(SEEDS)


def test_figures_and_tables(view, frames):
    drawn = drawing.figures(frames, view.study)
    numbers = {d.name: d.n for d in drawn}
    assert numbers == {"fits": 2, "width": 12, "depth": 12, "pieces": 36, "tiles": 1}
    depth, pieces, learned = (table["frame"] for table in expressivity.shown(frames))
    assert depth["value"].tolist() == pytest.approx([0.1, 0.01])
    assert len(pieces) == 5 and learned["after"].tolist() == [110]


def test_random_and_constructed_networks_are_counted():
    options = load(FILE, "smoke").options | {"planes": 1, "lines": 2}
    random = expressivity._random(options, [0, 1])
    kinds = len(options["line_depths"]) + len(options["equal_depths"])
    assert random["inputs"].eq(1).sum() == 2 * 2 * kinds and random["counted"].min() >= 1
    assert random.equals(expressivity._random(options, [0, 1]))
    made = expressivity._constructed(options)
    assert (made["counted"].fillna(0) <= made["most"]).all()
    line = made[made["inputs"] == 1]
    assert line["counted"].tolist() == (8.0 ** line["depth"]).tolist()


def test_slices_of_a_trained_network():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["slices"] if r.seed == 0 and r.depth == 1]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"slices": runs}
    )
    learned, tiles = expressivity._learned(networks, study.options)
    assert learned["epochs"].unique().tolist() == [0, 5]
    drawn = tiles.groupby("kind")["tile"].nunique()
    first = learned[learned["slice"] == 0].set_index("epochs")["counted"]
    assert drawn.tolist() == [first[5], first[0]]  # after learning, at the start


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert study.options["shown"] in study.blocks
    assert {claim.statistic for claim in study.claims} == set(STATISTICS)
    for name, runs in study.blocks.items():
        if name.endswith(("_100", "_400")):
            budget = int(name.split("_")[1])
            inputs = len(DATASETS[runs[0].dataset]().x[0])
            for r in runs:
                later = (r.depth - 1) * (r.width**2 + r.width) + r.width + 1
                assert abs((inputs + 1) * r.width + later - budget) <= 0.12 * budget


@pytest.mark.parametrize("size", ["default", "full"])
def test_four_etas_a_factor_of_three_apart(size):
    for name, runs in load(FILE, size).blocks.items():
        if not name.endswith("slices"):
            grid = sorted({run.eta for run in runs})
            assert len(grid) >= 4 and max(b / a for a, b in pairwise(grid)) < 3.5, name
