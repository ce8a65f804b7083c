"""Which networks train: the greatest depth that does, beside that of theory, and what is declared."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study import load
from mlpstudy.studies.trainability import derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/trainability.yaml"
SIGMOID, RELU = ("sigmoid", "glorot_uniform"), ("relu", "he_normal")
# (recipe, depth, eta) -> validation error, share of the eight networks that train
ENDS = {
    (SIGMOID, 2, 0.1): (0.1, 1), (SIGMOID, 2, 0.01): (0.3, 0),
    (SIGMOID, 8, 0.1): (0.9, 0.75), (SIGMOID, 8, 0.01): (0.8, 0.25),  # eta 0.01 is chosen
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
    nothing = pd.DataFrame()
    return View({}, {}, pd.concat([runs, scaled], ignore_index=True), nothing, nothing)


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
    runs = [run for run in study.runs if run.residual == "none"]
    assert {run.dataset for run in runs} <= set(study.reach.level)
    assert {f"recipe={run.activation}+{run.initialization}" for run in runs} <= set(study.labels)


def test_a_field_that_no_claim_names_is_refused(tmp_path):
    file = tmp_path / FILE.name
    text = FILE.read_text(encoding="utf-8")
    more = "depth: [1, 2, 4, 8, 12]\n      momentum: [0.0, 0.9]"
    file.write_text(text.replace("depth: [1, 2, 4, 8, 12]", more, 1), encoding="utf-8")
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        _ = load(file).runs
