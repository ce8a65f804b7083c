"""Shapes of decision regions: cells, gains and findings worked by hand, and one real measurement."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import regions as drawing
from mlpstudy.studies import regions
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/regions.yaml"
SEEDS = range(6)
# (depth, width) -> share that leaves, parts
CELLS = {(0, 1): (0.0, 2), (1, 4): (0.1, 2), (1, 8): (0.3, 3), (2, 4): (0.2, 2), (2, 8): (0.5, 4)}
STATISTICS = ("share_leaving", "share_leaving_straight", "parts", "gained_by_width")
CLAIMS = [
    {"id": "C14", "says": "So.", "unit": "", "direction": "above", "threshold": 0.2, "statistic": s}
    for s in (*STATISTICS, "gained_by_depth")
]


@pytest.fixture(scope="module")
def view() -> View:
    runs, shapes, curves = [], [], []
    for (depth, width), (left, parts) in CELLS.items():
        for seed in SEEDS:
            key = {"dataset": "moons", "depth": depth, "width": width, "seed": seed}
            name = f"{depth}-{width}-{seed}"
            runs.append({"run_id": name, **key, "status": "finished"})
            shapes.append({**key, "leaving": left, "parts": float(parts)})
            curve = {"run_id": name, "epoch": 1, "split": "test", "loss": 0.1, "accuracy": 0.9}
            curves.append(curve)
    corners = {"x1": [-1.0, 1.0, -1.0, 1.0], "x2": [-1.0, -1.0, 1.0, 1.0]}
    planes = [
        pd.DataFrame({"dataset": "moons", "depth": d, "width": w, **corners, "a": [-1, 1, -1, 1.0]})
        for d, w in ((0, 1), (2, 8))
    ]
    points = pd.DataFrame({"dataset": "moons", **corners, "y": [0, 1, 0, 1]})
    measured = {"shapes": pd.DataFrame(shapes), "planes": pd.concat(planes), "points": points}
    measured["passes"] = measured["planes"].assign(epoch=0)
    study = {"name": "regions", "options": {}, "claims": CLAIMS}
    frames = pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame()
    return View(study, {}, *frames, measured=measured)


@pytest.fixture(scope="module")
def frames(view):
    return regions.summary(view)


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in regions.findings(view, frames)}
    values = {key: f.value for key, f in found.items()}
    assert values == {
        ("share_leaving", "moons, 1 hidden layer of 8"): pytest.approx(0.3),
        ("share_leaving", "moons, 2 hidden layers of 8"): pytest.approx(0.5),
        ("parts", "moons, 1 hidden layer of 8"): 3,
        ("parts", "moons, 2 hidden layers of 8"): 4,
        ("share_leaving_straight", "moons"): 0,
        ("gained_by_width", "moons, width 8 against 4"): pytest.approx((0.2 + 0.3) / 2),
        ("gained_by_depth", "moons, depth 2 against 1"): pytest.approx((0.1 + 0.2) / 2),
    }
    assert found["share_leaving_straight", "moons"].verdict == "contradicted"  # 0 is not above 0.2
    wider = found["gained_by_width", "moons, width 8 against 4"]
    assert (wider.n, wider.networks) == (6, 24)


def test_figures_and_tables(view, frames):
    drawn = drawing.figures(frames, view.study)
    assert [(d.name, d.n) for d in drawn] == [("pictures", 2), ("leaving", 30), ("parts", 30)]
    assert drawn[1].title["en"].endswith("have learned, 0% at most those of a linear model")
    assert drawn[2].title["en"].endswith("on average: 4.0 on moons")
    [table] = regions.shown(frames)
    assert table["frame"]["parts"].tolist() == [2, 2, 3, 2, 4]
    assert table["frame"]["test_accuracy"].eq(0.9).all()


def test_a_linear_model_is_measured_to_have_convex_regions():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["straight"] if r.dataset == "moons" and r.seed < 2]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"straight": runs}
    )
    measured = regions.measure(study.asked, networks)
    assert measured["shapes"]["leaving"].tolist() == [0, 0]
    assert measured["shapes"]["parts"].tolist() == [2, 2]
    side = int(study.options["side"])
    assert len(measured["planes"]) == side**2 and len(measured["points"]) == 600
    along = measured["passes"].groupby("epoch").size()
    coarse = int(study.options["coarse_side"]) ** 2
    assert along.to_dict() == dict.fromkeys(study.options["passes"], coarse)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    cells = {(run.depth, run.width) for run in study.runs}
    assert {tuple(map(int, text.split())) for text in study.options["columns"]} <= cells
