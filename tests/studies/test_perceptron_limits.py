"""The limits of one neuron: gains, mistakes and labellings on hand-made tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis.separability import cover
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.rng import stream
from mlpstudy.studies.perceptron_limits.derive import EXAMPLES, derive, shown
from mlpstudy.studies.perceptron_limits.measure import HIDDEN, margin_points, model_of
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/perceptron_limits.yaml"
FIELDS = {"perceptron": (0, "perceptron"), "logistic": (0, "nll"), HIDDEN: (1, "nll")}
ACCURACIES = {"perceptron": (0.5, 0.7), "logistic": (0.6, 0.6), HIDDEN: (0.9, 0.9)}  # by seed


def rule() -> pd.DataFrame:
    """Two orders on examples that can be separated, and on others."""
    rows = []
    for seed in (0, 1):
        easy = {"examples": "iris 0/1", "separable": True, "bound": 20.0, "mistakes": 5 + seed}
        hard = {"examples": "xor 0/1", "separable": False, "bound": np.inf, "mistakes": 8}
        rows += [{**easy, "seed": seed, "converged": True, "in_last_pass": 0.0}]
        rows += [{**hard, "seed": seed, "converged": False, "in_last_pass": 0.4}]
    return pd.DataFrame(rows).assign(kind="pair", n_examples=10)


def passes() -> pd.DataFrame:
    """On the first examples one order ends after two passes, the other after three."""
    counted = {("iris 0/1", 0): [5, 0], ("iris 0/1", 1): [4, 2, 0], ("xor 0/1", 0): [4, 4]}
    rows = [
        {"examples": examples, "seed": seed, "pass": i, "mistakes": mistakes}
        for (examples, seed), each in counted.items()
        for i, mistakes in enumerate(each, 1)
    ]
    return pd.DataFrame([*rows, {"examples": "drawn", "seed": 0, "pass": 1, "mistakes": 3}])


@pytest.fixture
def made() -> dict[str, pd.DataFrame]:
    runs = [
        {"run_id": f"{model}-{seed}", "seed": seed, "dataset": "moons", "diverged": False}
        | {"depth": depth, "cost": cost, "eta": 0.1, "validation_error": 0.1}
        | {"validation_loss": 1.0, "test_accuracy": ACCURACIES[model][seed]}
        for model, (depth, cost) in FIELDS.items()
        for seed in (0, 1)
    ]
    worse = {"eta": 0.3, "validation_error": 0.2, "test_accuracy": 1.0}  # is chosen by none
    runs += [{**run, **worse, "run_id": f"worse {run['run_id']}"} for run in runs]
    labellings = {"seed": 0, "weights": 3, "per_weight": [1.0, 3.0], "points": [3, 9], "drawn": 4}
    labellings = pd.DataFrame({**labellings, "separable": [4, 1], "cover": [1.0, cover(9, 3)]})
    key = {"dataset": "moons", "model": HIDDEN, "x1": 0.0, "x2": 0.0}
    points = pd.DataFrame({**key, "y": [0, 1] * 100, "right": True})
    measured = {
        "rule": rule(), "passes": passes(), "labellings": labellings, "points": points,
        "planes": pd.DataFrame({**key, "a": [-1.0, 1.0]}),
    }  # fmt: skip
    return derive(View({}, {}, pd.DataFrame(runs), pd.DataFrame(), pd.DataFrame(), measured))


def test_the_hidden_layer_is_compared_with_the_better_straight_border_of_each_seed(made):
    gains = made["ends"].query("model == @HIDDEN").set_index("seed")["gain"]
    assert gains.to_dict() == {0: pytest.approx(0.9 - 0.6), 1: pytest.approx(0.9 - 0.7)}


def test_an_order_that_has_ended_makes_no_more_mistakes(made):
    mistakes = made["mistakes"].pivot(
        index=["examples", "seed"], columns="epoch", values="mistaken"
    )
    assert mistakes.loc[("iris 0/1", 0)].tolist() == [0.5, 0, 0]
    assert mistakes.loc[("iris 0/1", 1)].tolist() == [0.4, 0.2, 0]
    assert set(made["mistakes"]["examples"]) == {"iris 0/1", "xor 0/1"}
    assert made["mistakes"].groupby("examples")["separable"].first().tolist() == [True, False]


def test_each_labelling_is_a_trial(made):
    trials = made["trials"].groupby("per_weight")["separated"]
    assert trials.size().tolist() == [4, 4] and trials.sum().tolist() == [4, 1]
    assert "seed" not in made["trials"]


def test_a_picture_has_its_plane_and_its_examples(made):
    pictures = made["pictures"]
    assert pictures["a"].notna().sum() == 2 and pictures["label"].notna().sum() == EXAMPLES


def test_the_table_of_the_rule_has_a_row_for_each_set(made):
    [table] = shown(made)
    frame = table["frame"].set_index("examples")
    assert frame.loc["iris 0/1", ["mistakes", "most", "converged"]].tolist() == [5.5, 6, 1]
    assert frame.loc["xor 0/1", ["in_last_pass", "n"]].tolist() == [0.4, 2]


def test_points_of_a_margin():
    x, s = margin_points(50, 0.2, stream(0, "study"))
    assert x.shape == (50, 5) and np.abs(x[:, 0]).min() >= 0.2
    assert np.linalg.norm(x, axis=1).max() <= 1 and (s == np.sign(x[:, 0])).all()


@pytest.mark.parametrize("size", SIZES)
def test_each_size_has_all_models_and_what_is_pictured(size):
    study = load(FILE, size)
    models = {model_of(run.depth, run.cost) for run in study.blocks["models"]}
    assert models == set(FIELDS)
    assert set(study.options["pictures"]) <= {run.dataset for run in study.runs}
    assert study.options["shown"] in {run.eta for run in study.blocks["models"]}


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "    for_each: [weights]\n    over: [per_weight]\n", "    for_each: [weights]\n", 1
    )
    path = tmp_path / "perceptron_limits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="per_weight varies here and is named nowhere"):
        expand(load(path))
