"""Which networks train: the greatest depth that does, beside that of theory, and what is declared."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load
from mlpstudy.studies.trainability import derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/trainability.yaml"
SIGMOID, RELU = ("sigmoid", "glorot_uniform"), ("relu", "he_normal")
# (recipe, depth, eta) -> validation error, share of the eight networks that train; of the sigmoid's
# deep ones none does at eta 0.1, whose error is the smaller one
ENDS = {
    (SIGMOID, 2, 0.1): (0.1, 1), (SIGMOID, 2, 0.01): (0.3, 0),
    (SIGMOID, 8, 0.1): (0.7, 0), (SIGMOID, 8, 0.01): (0.8, 0.25),  # eta 0.01 is chosen
    (RELU, 2, 0.1): (0.1, 1), (RELU, 8, 0.1): (0.2, 0.5),
}  # fmt: skip


@pytest.fixture
def view() -> View:
    rows = [
        {"run_id": f"{recipe}-{depth}-{eta}-{seed}", "dataset": "digits", "activation": recipe[0],
         "initialization": recipe[1], "residual": "none", "depth": depth, "width": 32, "eta": eta,
         "seed": seed, "validation_error": error, "validation_loss": error, "passes": 10,
         "reached": seed < 8 * share, "diverged": False}
        for ((recipe, depth, eta), (error, share)), seed in product(ENDS.items(), range(8))
    ]  # fmt: skip
    runs = pd.DataFrame(rows)
    scaled = runs.assign(residual="scaled", reached=True, run_id=runs["run_id"] + "-scaled")
    nothing, every = pd.DataFrame(), pd.concat([runs, scaled], ignore_index=True)
    return View({}, {"depth": list(every["run_id"])}, every, nothing, nothing)


def test_the_greatest_depth_at_which_half_of_the_networks_train(view):
    reach = derive.derive(view)["reach"].set_index("recipe")
    assert reach["largest_depth"].to_dict() == {"sigmoid+glorot_uniform": 2, "relu+he_normal": 8}
    assert np.isinf(reach.loc["relu+he_normal", "six_xi"])  # He: chi = 1
    assert reach.loc["relu+he_normal", "depth_of_theory"] == 8
    assert 1 < reach.loc["sigmoid+glorot_uniform", "depth_of_theory"] < 8
    assert list(derive.derive(view)["reach"]) == derive.COLUMNS["reach"]


def test_where_none_trains_it_is_none(view):
    view.runs["reached"] = False
    assert set(derive.derive(view)["reach"]["largest_depth"]) == {0}


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_each_dataset_has_a_level_and_each_recipe_a_name(size):
    study = load(FILE, size)
    runs = [run for run in study.blocks[derive.DEPTH] if run.residual == "none"]
    assert {run.dataset for run in study.runs} <= set(study.reach.level)
    assert {f"recipe={run.activation}+{run.initialization}" for run in runs} <= set(study.labels)


def test_a_field_that_no_claim_names_is_refused(tmp_path):
    file = tmp_path / FILE.name
    text = FILE.read_text(encoding="utf-8")
    more = "depth: [1, 12]\n      momentum: [0.0, 0.9]"
    file.write_text(text.replace("depth: [1, 12]", more, 1), encoding="utf-8")
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        _ = load(file).runs


MAPPED = {"dataset": "digits", "depth": 2, "width": 8, "activation": "tanh",
          "initialization": "orthogonal"}  # fmt: skip


def _of_map(eta, seed, error, passes):
    return {**MAPPED, "run_id": f"{eta}-{seed}", "eta": eta, "seed": seed, "residual": "none",
            "validation_error": error, "validation_loss": error, "test_accuracy": 1 - error,
            "reached": passes < 20, "passes": passes, "diverged": False}  # fmt: skip


@pytest.fixture
def mapped(view) -> View:
    """Three seeds at two etas, the larger one better, of which one does not train."""
    errors = {(0.1, 0): (0.5, 4), (0.1, 1): (0.1, 2), (0.1, 2): (0.9, 20)}
    rows = [_of_map(*key, *value) for key, value in errors.items()]
    rows += [_of_map(0.01, seed, 0.6, 20) for seed in range(3)]
    curves = [
        {"run_id": row["run_id"], "epoch": epoch, "split": split, "loss": epoch, "accuracy": -epoch}
        for row in rows
        for epoch in range(24)
        for split in ("train", "validation")
    ]
    runs = pd.concat([view.runs, pd.DataFrame(rows)], ignore_index=True)
    blocks = view.blocks | {"map": [row["run_id"] for row in rows]}
    return View({}, blocks, runs, pd.DataFrame(curves), pd.DataFrame())


def test_a_cell_of_the_map_is_at_its_best_eta(mapped):
    tables = derive.derive(mapped)
    assert list(tables["map"]) == derive.COLUMNS["map"]
    [row] = tables["map"].to_dict("records")
    assert row == MAPPED | {
        "eta": 0.1, "n": 3, "reached": pytest.approx(2 / 3), "test_accuracy": pytest.approx(0.5),
        "passes": 4, "run": "0.1-0",
    }  # fmt: skip
    assert set(tables["reach"]["recipe"]) == {"sigmoid+glorot_uniform", "relu+he_normal"}


def test_a_curve_of_the_map_has_a_dozen_points_and_both_ends(mapped):
    curves = derive.derive(mapped)["map_curves"]
    assert list(curves) == derive.COLUMNS["map_curves"]
    passes = curves["passes"].tolist()
    assert len(passes) == derive.POINTS and passes[0] == 0 and passes[-1] == 23
    assert curves["training_loss"].tolist() == passes
    assert curves["validation_accuracy"].tolist() == [-x for x in passes]


def test_half_that_never_get_there_have_no_passes(mapped):
    mapped.runs.loc[mapped.runs["run_id"] == "0.1-0", "reached"] = False
    assert derive.derive(mapped)["map"]["passes"].isna().all()


def test_depth_is_measured_in_depth_scales():
    """Critical tanh has no scale; at half of its variance chi is 1/2, and six xi are 6 / ln 2."""
    fields = {"activation": "tanh", "initialization": "lecun_normal", "init_bias": 0.0, "width": 32}
    fields |= {"seed": 0, "eta": 0.1, "reached": True, "passes": 1, "diverged": False,
               "validation_error": 0.1, "validation_loss": 0.1}  # fmt: skip
    rows = [
        {**fields, "run_id": f"{gain}-{depth}", "init_gain": gain, "depth": depth}
        for gain in (1.0, np.sqrt(0.5))
        for depth in (8, 9)
    ]
    scale = derive._scale(pd.DataFrame(rows))
    assert list(scale) == derive.COLUMNS["scale"]
    assert scale["sw2"].tolist() == [1.0, 1.0, 0.5, 0.5]
    assert scale["share_of_reach"][:2].tolist() == [0, 0]
    assert scale["share_of_reach"][2:].tolist() == pytest.approx(
        [8 * np.log(2) / 6, 9 * np.log(2) / 6]
    )
    assert scale["beyond"].tolist() == [False, False, False, True]
