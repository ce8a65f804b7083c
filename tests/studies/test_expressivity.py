"""Width, depth and pieces: what is derived worked by hand, and two real measurements."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.studies.expressivity import figures
from mlpstudy.studies.expressivity.derive import derive, shown
from mlpstudy.studies.expressivity.measure import between, constructed, learned, random
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder
from mlpstudy.words import Words

FILE = Path(__file__).resolve().parents[2] / "config/studies/expressivity.yaml"
SEEDS = range(2)
# block, activation, depth, width, parameters, eta -> loss on validation
RUNS = [
    ("width", "relu", 1, 8, 25, 0.1, 0.5), ("width", "tanh", 1, 8, 25, 0.1, 0.5),
    ("sine_100", "relu", 1, 33, 100, 0.1, 0.2), ("sine_100", "relu", 1, 33, 100, 0.3, 0.1),
    ("sine_100", "relu", 2, 8, 97, 0.1, 0.3),
]  # fmt: skip


def measured():
    drawn = [
        {"seed": s, "inputs": i, "width": w, "depth": d, "equal": e, "number": k, "counted": c + k,
         "expected": 10.0}
        for s in SEEDS for k in (0, 1)
        for i, w, d, e, c in ((1, 12, 1, True, 10), (1, 6, 2, True, 20), (2, 8, 1, False, 37))
    ]  # fmt: skip
    made = {"inputs": [1, 1, 2], "width": 8, "depth": [1, 2, 2], "counted": [8.0, 64.0, np.nan]}
    made |= {"most": [9.0, 81.0, 1369.0], "shallow": [9.0, 17.0, 137.0]}
    slices = [
        {"dataset": "digits", "depth": 1, "width": 36, "seed": s, "epochs": e, "slice": k,
         "counted": (100 if e else 50) + 10 * k}
        for s in SEEDS for e in (0, 20) for k in (0, 2)
    ]  # fmt: skip
    fits = {"dataset": "sine", "depth": 1, "width": 33, "eta": [0.1, 0.1, 0.3, 0.3]}
    tiles = {"network": "1 layer of 36", "kind": "random", "tile": 0, "value": 1.0}
    return {
        "random": pd.DataFrame(drawn),
        "constructed": pd.DataFrame(made).assign(montufar=[9.0, 72.0, 592.0]),
        "learned": pd.DataFrame(slices),
        "bounds": pd.DataFrame({"dataset": "sine", "units": [8, 33], "constructed": [0.1, 0.02]}),
        "fits": pd.DataFrame({**fits, "x": [-1.0, 1.0] * 2, "y": [0.0, 1.0, 2.0, 3.0]}),
        "targets": pd.DataFrame({"x": [-1.0, 1.0], "y": [0.0, 1.0]}),
        "tiles": pd.DataFrame({**tiles, "x1": [0.0, 1.0, 0.0], "x2": [0.0, 0.0, 1.0]}),
    }


@pytest.fixture(scope="module")
def tables():
    names = ["block", "activation", "depth", "width", "n_parameters", "eta", "validation_loss"]
    runs = pd.DataFrame(RUNS, columns=names).assign(dataset="sine")
    runs["run_id"] = [f"run-{i}" for i in range(len(runs))]
    blocks = runs.groupby("block")["run_id"].apply(list).to_dict()
    found = measured()
    view = View({}, blocks, runs.drop(columns="block"), pd.DataFrame(), pd.DataFrame(), found)
    return found | derive(view)


def test_runs_know_their_budget_and_the_constructed_layer(tables):
    runs = tables["runs"]
    assert runs["budget"].tolist() == [25, 25, 100, 100, 100]
    assert runs["constructed"].tolist() == pytest.approx(
        [0.1, np.nan, 0.02, 0.02, np.nan], nan_ok=True
    )
    assert tables["steps"]["units"].tolist() == [8]  # as wide as those that get wider


def test_pieces_are_counted_for_each_seed(tables):
    pieces = tables["pieces"].query("seed == 0").set_index(["inputs", "depth"])["counted"]
    assert pieces.to_dict() == {(1, 1): 10.5, (1, 2): 20.5, (2, 1): 37.5}
    assert tables["folded"]["times_shallow"].tolist() == pytest.approx([64 / 17])
    assert tables["slices"]["counted"].tolist() == [60, 60, 110, 110]
    assert shown(tables)[0]["frame"]["counted"].tolist() == [60, 110]


def test_a_network_above_the_bound_is_counted(tables):
    drawn = tables["drawn"]
    assert "seed" not in drawn  # each is drawn for itself
    assert drawn[drawn["inputs"] == 2]["above"].tolist() == [False, True] * 2  # 37 are allowed


def test_bounds_stand_beside_what_is_counted(tables):
    counts = tables["counts"].query("inputs == 1 and depth == 2").set_index("which")["counted"]
    assert counts.to_dict() == {"constructed": 64, "most": 81, "shallow": 17, "montufar": 72}


@pytest.mark.parametrize(("name", "titles"), [("fits", 1), ("tiles", 2)])
def test_pictures(tables, name, titles):
    figure = getattr(figures, name)(tables, {}, Words("fr"))
    assert len(figure.axes) == titles
    if name == "fits":  # of the eta that is best on validation
        assert figure.axes[0].get_lines()[1].get_ydata().tolist() == [2.0, 3.0]
    else:
        assert figure.axes[0].get_xlabel() == "1 région"


def test_random_and_constructed_networks_are_counted():
    options = load(FILE, "smoke").options | {"planes": 1, "lines": 2}
    drawn = random(options, [0, 1])
    kinds = len(options["line_depths"]) + len(options["equal_depths"])
    assert drawn["inputs"].eq(1).sum() == 2 * 2 * kinds and drawn["counted"].min() >= 1
    assert drawn.equals(random(options, [0, 1]))
    made = constructed(options)
    assert (made["counted"].fillna(0) <= made["most"]).all()
    line = made[made["inputs"] == 1]
    assert line["counted"].tolist() == (8.0 ** line["depth"]).tolist()


def test_slices_of_a_trained_network():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["slices"] if r.seed == 0 and r.depth == 1]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"slices": runs}
    )
    found, tiles = learned(networks, study.options)
    assert found["epochs"].unique().tolist() == [0, 5]
    drawn = tiles.groupby("kind")["tile"].nunique()
    first = found[found["slice"] == 0].set_index("epochs")["counted"]
    assert drawn.tolist() == [first[5], first[0]]  # after learning, at the start


def test_patterns_between_two_examples():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["lines"] if r.seed == 0]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"lines": runs}
    )
    found = between(networks, 3)
    assert found["units"].tolist() == [12] * 4
    at_start = found[found["epochs"] == 0]
    assert at_start["expected"].nunique() == 1  # the same examples, whatever the layers
    # A unit of the one layer, that has no bias, bends no more than once.
    assert (at_start["counted"] <= 13).all() and (found["counted"] >= 1).all()


@pytest.mark.parametrize("size", SIZES)
def test_sizes(size):
    study = load(FILE, size)
    assert study.options["shown"] in study.blocks
    for name, runs in study.blocks.items():
        if name.endswith(("_100", "_400")):
            budget = int(name.split("_")[1])
            inputs = len(DATASETS[runs[0].dataset]().x[0])
            for r in runs:
                later = (r.depth - 1) * (r.width**2 + r.width) + r.width + 1
                assert abs((inputs + 1) * r.width + later - budget) <= 0.12 * budget


@pytest.mark.parametrize("size", ["default", "full"])
def test_five_etas_a_factor_of_three_apart(size):
    for name, runs in load(FILE, size).blocks.items():
        if not name.endswith("slices") and not name.startswith("lines"):
            grid = sorted({run.eta for run in runs})
            assert len(grid) >= 5 and max(b / a for a, b in pairwise(grid)) < 3.5, name


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "eta: [0.003, 0.01, 0.03, 0.1, 0.3]", "eta: [0.1]\n      momentum: [0.0, 0.9]", 1
    )
    path = tmp_path / "expressivity.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        expand(load(path))
