"""The limits of one neuron: gains, mistakes and shares on hand-made tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis.separability import cover
from mlpstudy.design.study import load
from mlpstudy.figures import perceptron_limits as drawing
from mlpstudy.rng import stream
from mlpstudy.studies import perceptron_limits as limits
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/perceptron_limits.yaml"
SEEDS = range(6)
# (dataset, model) -> test accuracy of even and odd seeds
ENDS = {
    ("moons", "perceptron"): (0.5, 0.7),
    ("moons", "logistic"): (0.6, 0.6),
    ("moons", "hidden layer"): (0.9, 0.9),
    ("blobs", "perceptron"): (0.9, 0.9),
    ("blobs", "logistic"): (1.0, 1.0),
    ("blobs", "hidden layer"): (1.0, 1.0),
}
FIELDS = {"perceptron": (0, "perceptron"), "logistic": (0, "nll"), "hidden layer": (1, "nll")}
SIDES = {
    "gained_by_hidden_layer": ("above", 0.1),
    "gained_where_straight": ("below", 0.02),
    "mistakes_over_bound": ("below", 1),
    "mistakes_in_last_pass": ("above", 0),
    "cover_error": ("below", 0.2),
    "separable_at_three": ("below", 0.5),
}


@pytest.fixture(scope="module")
def view() -> View:
    runs, curves = [], []
    for (dataset, model), ends in ENDS.items():
        depth, cost = FIELDS[model]
        for seed in SEEDS:
            name = f"{dataset}-{model}-{seed}"
            fields = {"dataset": dataset, "depth": depth, "cost": cost, "seed": seed}
            runs.append({"run_id": name, **fields, "status": "finished"})
            for split in ("train", "test"):
                row = {"run_id": name, "epoch": 1, "split": split, "loss": 0.1}
                curves.append({**row, "accuracy": ends[seed % 2]})
    claims = [
        {"id": "C01", "says": "So.", "unit": "", "statistic": s, "direction": d, "threshold": t}
        for s, (d, t) in SIDES.items()
    ]
    options = {"straight": ["blobs"], "pictures": ["moons"]}
    study = {"name": "perceptron_limits", "options": options, "claims": claims}
    frames = pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame()
    return View(study, {}, *frames, measured=_measured())


def _measured() -> dict[str, pd.DataFrame]:
    easy = {"examples": "iris 0/1", "kind": "pair", "n_examples": 10, "separable": True}
    hard = {"examples": "xor 0/1", "kind": "pair", "n_examples": 10, "separable": False}
    drawn = {**easy, "examples": "margin 0.1", "kind": "drawn"}
    rule, passes = [], []
    for seed in SEEDS:
        end = {"seed": seed, "converged": True, "in_last_pass": 0.0}
        rule.append({**easy, "bound": 20.0, "mistakes": 5, **end})
        rule.append({**drawn, "bound": 100.0, "mistakes": 10, **end})
        stuck = {"seed": seed, "converged": False, "in_last_pass": 0.4}
        rule.append({**hard, "bound": np.inf, "mistakes": 8, **stuck})
        for examples, mistakes in (("iris 0/1", [5, 0]), ("xor 0/1", [4, 4])):
            counted = {"examples": examples, "seed": seed, "pass": [1, 2], "mistakes": mistakes}
            passes.append(pd.DataFrame(counted))
    # Of 20 labellings each: all of 3 points, and 2 (cover: 37/256) of 9 points, 3 weights.
    labellings = [
        {"seed": seed, "weights": 3, "per_weight": ratio, "points": n, "drawn": 20}
        | {"separable": done, "cover": cover(n, 3)}
        for seed in SEEDS
        for ratio, n, done in ((1.0, 3, 20), (3.0, 9, 2))
    ]
    corners = {"x1": [-1.0, 1.0, -1.0, 1.0], "x2": [-1.0, -1.0, 1.0, 1.0]}
    keys = [{"dataset": "moons", "model": model} for model in limits.MODELS]
    return {
        "planes": pd.concat(pd.DataFrame({**k, **corners, "a": [-1, 1, -1, 1.0]}) for k in keys),
        "points": pd.concat(
            pd.DataFrame({**k, **corners, "y": [0, 1, 0, 1], "right": True}) for k in keys
        ),
        "rule": pd.DataFrame(rule),
        "passes": pd.concat(passes),
        "labellings": pd.DataFrame(labellings),
    }


@pytest.fixture(scope="module")
def frames(view):
    return limits.summary(view)


def test_the_hidden_layer_is_compared_with_the_better_straight_border_of_each_seed(frames):
    gains = frames["gains"].set_index("dataset")["value"]
    # moons: .9 - max(.5, .6) and .9 - max(.7, .6); blobs: 1 - 1
    assert gains.to_dict() == {"blobs": 0, "moons": pytest.approx((0.3 + 0.2) / 2)}


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in limits.findings(view, frames)}
    assert found["gained_by_hidden_layer", "moons"].verdict == "supported"
    assert found["gained_where_straight", "blobs"].verdict == "supported"
    assert found["mistakes_over_bound", "iris 0/1"].value == pytest.approx(5 / 20)
    assert found["mistakes_over_bound", "iris 0/1"].n == 6
    assert found["mistakes_in_last_pass", "xor 0/1"].value == pytest.approx(0.4)
    error = found["cover_error", "3 weights"]
    assert error.value == pytest.approx((0 + abs(0.1 - 37 / 256)) / 2) and error.n == 6
    three = found["separable_at_three", "3 weights"]
    assert three.value == pytest.approx(0.1) and three.n == 120
    assert len(found) == 7


def test_covers_line_has_every_number_of_points(frames):
    assert frames["cover"]["per_weight"].tolist() == [n / 3 for n in range(3, 10)]


def test_points_of_a_margin():
    x, s = limits.margin_points(50, 0.2, stream(0, "study"))
    assert x.shape == (50, 5) and np.abs(x[:, 0]).min() >= 0.2
    assert np.linalg.norm(x, axis=1).max() <= 1 and (s == np.sign(x[:, 0])).all()


def test_figures_and_tables(view, frames):
    drawn = drawing.figures(frames, view.study)
    assert [d.name for d in drawn] == ["borders", "accuracy", "mistakes", "labellings"]
    assert [d.n for d in drawn] == [3, 36, 18, 240]
    assert (
        "at most 25% of the mistakes" in drawn[2].title["en"]
        and "25% (moons)" in drawn[1].title["en"]
    )
    # Every point of the pictures is right; 20 of 20 labellings of 3 points, 2 of 20 of 9.
    assert "hidden layer on 100% and more" in drawn[0].title["en"]
    assert "100% of the labellings of 1, 10% of the labellings of 3" in drawn[3].title["en"]
    for table in limits.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    models = {limits.model_of(run.depth, run.cost) for run in study.blocks["models"]}
    assert models == set(limits.MODELS)
    datasets = {run.dataset for run in study.runs}
    assert set(study.options["pictures"]) | set(study.options["straight"]) <= datasets
