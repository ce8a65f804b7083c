"""Shapes of decision regions: pictures worked by hand, and one real measurement."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.studies.declared import Declared
from mlpstudy.studies.regions.derive import EXAMPLES, derive
from mlpstudy.studies.regions.measure import measure
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/regions.yaml"
CORNERS = {"x1": [-1.0, 1.0, -1.0, 1.0], "x2": [-1.0, -1.0, 1.0, 1.0]}
NETWORKS = [(0, 1), (1, 8), (2, 4), (2, 8)]  # depth, width


@pytest.fixture
def view() -> View:
    """Two seeds of each network; planes and passes have the four corners, there are 200 points."""
    keys = [{"dataset": "moons", "depth": depth, "width": width} for depth, width in NETWORKS]
    shapes = [
        {**k, "seed": s, "leaving": k["depth"] / 4, "parts": 2.0} for s in (1, 0) for k in keys
    ]
    runs = [
        {**k, "seed": s, "run_id": f"{k['depth']}-{k['width']}-{s}"} for k in keys for s in (0, 1)
    ]
    planes = pd.concat([pd.DataFrame({**k, **CORNERS, "a": [-1, 1, -1, 1.0]}) for k in keys])
    passes = pd.concat([planes.assign(epoch=epoch) for epoch in (0, 5)])
    points = pd.DataFrame({"dataset": "moons", "x1": 0.5, "x2": 0.0, "y": [0, 1] * 100})
    measured = {
        "shapes": pd.DataFrame(shapes), "planes": planes, "passes": passes, "points": points,
    }  # fmt: skip
    study = load(FILE).resolved()
    study["figures"] = [each for each in study["figures"] if each["name"] == "pictures"]
    return View(study, {}, pd.DataFrame(runs), pd.DataFrame(), pd.DataFrame(), measured=measured)


def test_each_run_has_the_shapes_of_its_seed(view):
    runs = derive(view)["runs"].set_index("run_id")
    assert runs["leaving"].to_dict() == {
        f"{depth}-{width}-{seed}": depth / 4 for depth, width in NETWORKS for seed in (0, 1)
    }


def test_a_picture_has_its_plane_its_examples_and_its_run(view):
    pictures = derive(view)["pictures"]
    assert set(pictures["network"]) == {"0 × 1", "1 × 8", "2 × 4", "2 × 8"}
    one = pictures[pictures["network"] == "2 × 8"]
    assert set(one["run"]) == {"2-8-0"}
    assert one["a"].notna().sum() == len(CORNERS["x1"]) and one["label"].notna().sum() == EXAMPLES
    assert (one["a"].isna() == one["label"].notna()).all()


def test_the_largest_network_is_shown_along_its_training(view):
    training = derive(view)["training"]
    assert set(training["network"]) == {"2 × 8"}
    assert training.groupby("epoch").size().to_dict() == dict.fromkeys((0, 5), 4 + EXAMPLES)


def test_a_figure_of_regions_has_values_and_labels(view):
    declared = Declared(view, {"pictures": derive(view)["pictures"]})
    frame = declared.drawn()["figure_pictures"]
    assert list(frame) == ["x1", "network", "dataset", "x2", "value", "label", "run"]
    assert frame["value"].notna().sum() == len(NETWORKS) * 4


def test_a_linear_model_is_measured_to_have_convex_regions():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["straight"] if r.dataset == "moons" and r.seed < 2]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"straight": runs}
    )
    measured = measure(study.asked, networks)
    assert measured["shapes"]["leaving"].tolist() == [0, 0]
    assert measured["shapes"]["parts"].tolist() == [2, 2]
    side = int(study.options["side"])
    assert len(measured["planes"]) == side**2 and len(measured["points"]) == 600
    along = measured["passes"].groupby("epoch").size()
    coarse = int(study.options["coarse_side"]) ** 2
    assert along.to_dict() == dict.fromkeys(study.options["passes"], coarse)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_shown_is_trained_at_each_size(size):
    study = load(FILE, size)
    cells = {(run.depth, run.width) for run in study.runs}
    assert {tuple(network) for network in study.options["shown"]} <= cells


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / "regions.yaml"
    path.write_text(
        text.replace("depth: [1, 2, 4]\n", "depth: [1, 2, 4]\n      momentum: [0.0, 0.9]\n", 1),
        encoding="utf-8",
    )
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        expand(load(path))
