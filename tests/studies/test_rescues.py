"""Ways to train a deep network side by side: early stopping, pretraining's passes, growth of delta."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis import theory
from mlpstudy.core.pretrain_cost import passes_spent
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.study_file import load
from mlpstudy.studies.rescues import derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/rescues.yaml"
FIXED = {"dataset": "iris", "depth": 3, "width": 4, "activation": "sigmoid", "epochs": 4}
PRETRAINED = {"pretraining": "autoencoder", "pretraining_epochs": 2}
# By block: fields, validation losses of the passes 0 to 11, the pass that reaches the level
BLOCKS = {
    "sigmoid": (
        {"epochs": 11},
        [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 0],
        11,
    ),  # UP_2: stopped in pass 10
    "autoencoder": (PRETRAINED, [1] * 12, 2),
}


@pytest.fixture(scope="module")
def view() -> View:
    """Two seeds each; of the untrained networks too, with plain residual layers and without."""
    rows, curves, layers, blocks = [], [], [], {}
    for name, (fields, losses, reached) in BLOCKS.items():
        for seed in range(2):
            run = Run(**{**FIXED, **fields, "seed": seed})
            blocks.setdefault(name, []).append(run_id(run))
            rows.append(_row(run, passes=reached, reached=True))
            curves += [
                {"run_id": run_id(run), "epoch": epoch, "split": split, "loss": float(loss)}
                for epoch, loss in enumerate(losses)
                for split in ("train", "validation")
            ]
    for residual, second in {"none": 0.01, "plain": 10.0}.items():
        for seed in range(2):
            run = Run(**{**FIXED, "depth": 4, "epochs": 0, "residual": residual, "seed": seed})
            blocks.setdefault("growth", []).append(run_id(run))
            rows.append(_row(run, passes=0, reached=False))
            for layer, rms in enumerate((1.0, second, 5.0, 1.0), start=1):
                layers.append({"run_id": run_id(run), "epoch": 0, "layer": layer, "delta_rms": rms})
    curves = pd.DataFrame(curves).assign(accuracy=0.5)
    return View({}, blocks, pd.DataFrame(rows), curves, pd.DataFrame(layers))


def _row(run: Run, **more) -> dict:
    return (
        {"run_id": run_id(run), "n_inputs": 4, "input_mean_square": 1.0} | run.model_dump() | more
    )


@pytest.fixture(scope="module")
def tables(view):
    return derive.derive(view)


def test_early_stopping_is_the_control_once_more_without_what_comes_later(tables):
    ways = tables["ways"].set_index("way")
    control, stopped = ways.loc["sigmoid"], ways.loc["early_stopping"]
    assert control["run_id"].tolist() == stopped["run_id"].tolist()
    assert control["reached"].all() and not stopped["reached"].any()
    assert set(stopped["passes"]) == {11}  # its budget


def test_passes_of_pretraining_count(tables):
    pretrained = tables["ways"].query("way == 'autoencoder'")
    # iris, 3 layers of 4: machines cost 2 x 5 x 48 + 32, a pass of all 3 x (48 + 12) - 16
    assert pretrained["spent"].to_numpy() == pytest.approx((480 + 32) / 164)
    assert set(pretrained["passes"]) == {round(2 + 512 / 164)}


def test_the_growth_of_delta_is_in_decades(tables):
    growth = tables["growth"].groupby("residual")[["decades", "per_layer", "predicted"]].mean()
    assert growth["decades"].to_dict() == pytest.approx({"none": -2, "plain": 1})
    assert growth["per_layer"].to_dict() == pytest.approx({"none": 1, "plain": 0.5})
    assert np.isfinite(growth["predicted"]).all()


def test_theory_says_nothing_where_means_add_up(view):
    """ReLU has E[g] and E[g'']; the sigmoid's g'' is odd, tanh's g too."""
    known = {name: theory.coherent(name) for name in ("relu", "sigmoid", "tanh", "identity")}
    assert known == {"relu": True, "sigmoid": False, "tanh": False, "identity": False}
    runs = view.runs.query("epochs == 0 and residual == 'plain'")
    assert np.isnan(derive._predicted(runs.assign(activation="relu")))
    assert np.isfinite(derive._predicted(runs.assign(activation="relu", residual="none")))


def test_the_columns_are_there_that_the_study_may_name(tables):
    ends = {
        "test_accuracy",
        "test_error",
        "test_loss",
        "validation_error",
        "diverged",
    }  # of all runs
    assert set(derive.COLUMNS["ways"]) - ends <= set(tables["ways"])
    assert set(derive.COLUMNS["growth"]) <= set(tables["growth"])


def test_theory_of_residual_layers_by_hand():
    """Identity layers of variance 1: e doubles its square at each plain layer, and delta is e."""
    network = ("identity", "lecun_normal", 1.0, 5, 16, 16, 1.0)
    expected = np.log10(2) / 2 * np.array([4, 3, 2, 1, 0])
    assert theory.residual_delta(*network, 1.0) == pytest.approx(expected)
    half = np.log10(1.25) / 2 * np.array([4, 3, 2, 1, 0])
    half[0] -= np.log10(0.5)  # the first layer's delta is not scaled
    assert theory.residual_delta(*network, 0.5) == pytest.approx(half)


def test_the_critical_gain_of_the_study_is_that_of_theory():
    """Square layers, Glorot: the variance of a weight times the width is the gain's square."""
    for run in load(FILE, "default").blocks["critical_gain"]:
        assert run.init_gain**2 == pytest.approx(theory.critical_variance("sigmoid"), rel=2e-3)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_budgets_are_equal_but_for_the_longer_one(size):
    blocks = load(FILE, size).blocks
    spent = {
        name: {round(run.epochs + passes_spent(run), 1) for run in runs}
        for name, runs in blocks.items()
        if name not in ("growth", "ten_times_longer")
    }
    control = max(spent["sigmoid"])
    for name, passes in spent.items():
        assert all(abs(p - control) < 1 for p in passes), name  # passes are whole


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_each_way_has_a_name(size):
    study = load(FILE, size)
    assert {f"way={name}" for name in study.blocks if name != "growth"} <= set(study.labels)
    assert derive.CONTROL in study.blocks


@pytest.mark.parametrize("size", ["default", "full"])
def test_all_remedies_of_the_lecture_are_there_and_choose_from_one_grid_of_eta(size):
    study = load(FILE, size)
    (claim,) = (claim for claim in study.claims if claim.statistic == "share_with_remedy")
    assert set(claim.where["way"]) == {"convolution", "rbm", "early_stopping", "input_noise"}
    blocks = {**study.blocks, "early_stopping": study.blocks["sigmoid"]}
    grids = {name: {run.eta for run in blocks[name]} for name in claim.where["way"]}
    assert set(map(frozenset, grids.values())) == {frozenset(grids["rbm"])}
    assert len(grids["rbm"]) >= 4
    assert all(run.kernel >= 3 and run.activation == "sigmoid" for run in blocks["convolution"])


@pytest.mark.parametrize("size", ["default", "full"])
def test_the_convolution_is_tried_on_two_datasets_with_neighbours_as_the_control_is(size):
    blocks = load(FILE, size).blocks
    tasks = {
        name: {(run.dataset, run.train_size) for run in blocks[name]}
        for name in ("sigmoid", "convolution")
    }
    assert {"digits", "mnist_1d"} <= {dataset for dataset, _ in tasks["convolution"]}
    assert tasks["convolution"] <= tasks["sigmoid"]
    etas = {(run.dataset, run.eta) for run in blocks["convolution"]}
    assert len({frozenset(e for d, e in etas if d == data) for data, _ in etas}) == 1


def test_a_dataset_without_a_level_is_refused(tmp_path):
    file = tmp_path / FILE.name
    text = FILE.read_text(encoding="utf-8").replace("breast_cancer: 0.8, ", "", 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="is missing for breast_cancer"):
        _ = load(file).runs
