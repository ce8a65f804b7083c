"""Rescues side by side: shares, chosen settings, what pretraining costs; worked by hand."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis import theory
from mlpstudy.core.pretrain import passes_spent
from mlpstudy.design.run import Run, cell_id, run_id
from mlpstudy.design.study import load
from mlpstudy.figures import rescues as drawing
from mlpstudy.studies import rescues
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/rescues.yaml"
FIXED = {"dataset": "iris", "depth": 3, "width": 4, "activation": "sigmoid", "epochs": 4}
OPTIONS = {
    "levels": ["iris 0.75"],
    "control": "sigmoid",
    "longer": ["ten_times_longer"],
    "remedies": ["early_stopping", "autoencoder"],
    "other_remedies": ["dropout"],
    "residual": ["residual"],
    "pretraining": ["autoencoder"],
    "stopped_by": "UP_2",
    "growth": "growth",
}
# By block: fields, and the validation accuracies of the passes 0 to 4 (and 5, for the longer one).
BLOCKS = {
    "sigmoid": [({"eta": 0.1}, [0.2, 0.2, 0.2, 0.2, 0.2]), ({"eta": 0.3}, [0.2, 0.2, 0.2, 0.3, 0.3])],
    "ten_times_longer": [({"epochs": 5}, [0.2, 0.2, 0.2, 0.2, 0.2, 0.8])],
    "dropout": [({"dropout": 0.5}, [0.2, 0.8, 0.8, 0.8, 0.2])],
    "residual": [({"residual": "plain"}, [0.2, 0.5, 0.75, 0.9, 0.9])],
    "autoencoder": [
        ({"pretraining": "autoencoder", "pretraining_epochs": 2}, [0.2, 0.2, 0.8, 0.8, 0.8])
    ],
}  # fmt: skip
STATISTICS = (
    "share_with_remedy", "share_with_more_passes", "share_gained_by_activation",
    "share_gained_by_residual", "share_gained_by_initialization", "share_gained_by_pretraining",
    "decades_per_residual_layer",
)  # fmt: skip


def view(lost: str = "") -> View:
    """Six seeds each. A run of the block `lost` and seed 0 diverges before its first pass ends."""
    rows, curves, layers, blocks = [], [], [], {}
    for block, cells in BLOCKS.items():
        for fields, accuracies in cells:
            for seed in range(6):
                run = Run(**{**FIXED, **fields, "seed": seed})
                ended = block == lost and seed == 0
                rows.append(_row(run, ended))
                blocks.setdefault(block, []).append(run_id(run))
                for epoch, accuracy in enumerate(accuracies[: 1 if ended else None]):
                    for split in ("train", "validation", "test"):
                        row = {"run_id": run_id(run), "epoch": epoch, "split": split}
                        curves.append(row | {"loss": 1 - accuracy, "accuracy": accuracy})
    for residual, lowest in {"none": 0.01, "plain": 10.0}.items():
        for seed in range(6):
            run = Run(**{**FIXED, "depth": 4, "epochs": 0, "residual": residual, "seed": seed})
            rows.append(_row(run, False))
            blocks.setdefault("growth", []).append(run_id(run))
            for layer, rms in enumerate((1.0, lowest, 5.0, 1.0), start=1):
                layers.append({"run_id": run_id(run), "epoch": 0, "layer": layer, "delta_rms": rms})
    claims = [
        {"id": "C27", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in STATISTICS
    ]
    study = {"name": "rescues", "options": OPTIONS, "claims": claims}
    return View(study, blocks, pd.DataFrame(rows), pd.DataFrame(curves), pd.DataFrame(layers))


def _row(run: Run, ended: bool) -> dict:
    how = (
        {"status": "diverged", "diverged_at": 1}
        if ended
        else {"status": "finished", "diverged_at": -1}
    )
    told = {"run_id": run_id(run), "cell_id": cell_id(run), "n_inputs": 4, "input_mean_square": 1.0}
    return {**told, **run.model_dump(), **how}


@pytest.fixture(scope="module")
def frames():
    return rescues.summary(view())


@pytest.mark.parametrize(
    ("statistic", "condition", "value", "networks"),
    [
        ("share_with_remedy", "iris, early stopping", 0.0, 6),
        ("share_with_remedy", "iris, dropout", 1.0, 6),
        ("share_with_more_passes", "iris, ten times longer", 1.0, 6),
        ("share_gained_by_residual", "iris, residual", 1.0, 12),  # both sides
        ("share_gained_by_pretraining", "iris, autoencoder", 1.0, 12),
        ("decades_per_residual_layer", "sigmoid, plain, depth 4, not trained", 0.5, 6),
    ],
)
def test_each_statistic_is_its_definition(frames, statistic, condition, value, networks):
    found = rescues.findings(view(), frames)
    [mine] = [f for f in found if (f.statistic, f.condition) == (statistic, condition)]
    assert (mine.value, mine.n, mine.networks) == (pytest.approx(value), 6, networks)


def found_in(view: View) -> dict:
    """The findings by statistic and condition, each of a claim that they decide."""
    claims = [claim | {"decides": True} for claim in view.study["claims"]]
    view = dataclasses.replace(view, study={**view.study, "claims": claims})
    found = rescues.findings(view, rescues.summary(view))
    return {(f.statistic, f.condition): f for f in found}


def test_the_lectures_own_remedies_decide():
    found = found_in(view())
    with_remedy = {c: f.decides for (s, c), f in found.items() if s == "share_with_remedy"}
    assert with_remedy == {
        "iris, early stopping": True,
        "iris, autoencoder": True,
        "iris, dropout": False,
    }


@pytest.mark.parametrize(("level", "decides"), [(0.75, True), (0.2, False)])
def test_a_gain_decides_where_the_control_fails(level, decides):
    """No network of the control passes 0.3."""
    other = view()
    other.study["options"] = {**OPTIONS, "levels": [f"iris {level}"]}
    assert found_in(other)["share_gained_by_residual", "iris, residual"].decides == decides


def test_what_no_deep_network_learns_is_not_learned():
    other = view()
    other.study["options"] = {**OPTIONS, "levels": ["iris 0.95"]}
    verdicts = {s: f.verdict for (s, _), f in found_in(other).items()}
    assert verdicts.pop("decades_per_residual_layer") == "supported"  # of networks not trained
    assert set(verdicts.values()) == {"not_learned"}


def test_the_treated_side_is_run_again():
    """And its settings but for eta stay as they were chosen where both have the control's eta."""
    other = view()
    more = [
        Run(**FIXED, eta=eta, dropout=dropout, seed=seed)
        for eta, dropout in ((0.1, 0.2), (0.3, 0.5), (0.3, 0.2))
        for seed in range(6)
    ]
    curves = [
        {"run_id": run_id(run), "epoch": epoch, "split": split, "loss": 0.5, "accuracy": accuracy}
        for run in more
        for epoch, accuracy in ((0, 0.2), (4, 0.9 if (run.eta, run.dropout) == (0.3, 0.2) else 0.1))
        for split in ("train", "validation", "test")
    ]
    other = dataclasses.replace(
        other,
        runs=pd.concat([other.runs, pd.DataFrame([_row(run, False) for run in more])]),
        curves=pd.concat([other.curves, pd.DataFrame(curves)]),
        blocks={**other.blocks, "dropout": [*other.blocks["dropout"], *map(run_id, more)]},
    )
    other.study["options"] = {**OPTIONS, "residual": ["dropout"]}
    gained = found_in(other)["share_gained_by_residual", "iris, dropout"]
    assert (gained.value, gained.common[0], gained.edge) == (1, 1, "upper")  # both at 0.3, its best
    assert set(gained.runs) <= {run_id(run) for run in more if run.eta == 0.3}
    assert gained.rerun == f"mlpstudy replay {min(map(run_id, more[12:]))}"


def test_early_stopping_is_the_control_once_more(frames):
    stopped = frames["by_run"].query("rescue == 'early_stopping'")
    control = frames["by_run"].query("rescue == 'sigmoid'")
    assert stopped["run_id"].tolist() == control["run_id"].tolist()
    assert not stopped["reached"].any()


def test_the_settings_with_the_best_validation_are_chosen(frames):
    control = frames["by_run"].query("rescue == 'sigmoid' and chosen")
    assert set(control["eta"]) == {0.3} and len(control) == 6


def test_a_pretrained_network_is_there_as_late_as_its_pretraining_makes_it(frames):
    pretrained = frames["by_run"].query("rescue == 'autoencoder'").iloc[0]
    run = Run(**FIXED, pretraining="autoencoder", pretraining_epochs=2)
    # iris, 3 layers of 4: machines cost 2 x 5 x 48 + 32, a pass of all 3 x (48 + 12) - 16
    assert passes_spent(run) == pytest.approx((480 + 32) / 164)
    assert (pretrained["passes"], pretrained["total"]) == (2, round(2 + 512 / 164))


def test_a_run_that_diverges_has_not_trained():
    frames = rescues.summary(view(lost="residual"))
    share = frames["shares"].query("rescue == 'residual'").iloc[0]
    assert (share["value"], share["diverged"], share["n"]) == (pytest.approx(5 / 6), 1, 6)


def test_theory_of_residual_layers_by_hand():
    """Identity layers of variance 1: e doubles its square at each plain layer, and delta is e."""
    network = ("identity", "lecun_normal", 1.0, 5, 16, 16, 1.0)
    expected = np.log10(2) / 2 * np.array([4, 3, 2, 1, 0])
    assert theory.residual_delta(*network, 1.0) == pytest.approx(expected)
    half = np.log10(1.25) / 2 * np.array([4, 3, 2, 1, 0])
    half[0] -= np.log10(0.5)  # the first layer's delta is not scaled
    assert theory.residual_delta(*network, 0.5) == pytest.approx(half)


def test_theory_says_nothing_where_means_add_up():
    """ReLU has E[g] and E[g'']; the sigmoid's g'' is odd, tanh's g too."""
    known = {name: theory.coherent(name) for name in ("relu", "sigmoid", "tanh", "identity")}
    assert known == {"relu": True, "sigmoid": False, "tanh": False, "identity": False}
    runs = view().runs.query("epochs == 0 and residual == 'plain'")
    assert np.isfinite(rescues._predicted(runs))
    assert np.isnan(rescues._predicted(runs.assign(activation="relu")))
    assert np.isfinite(rescues._predicted(runs.assign(activation="relu", residual="none")))


def test_the_critical_gain_of_the_study_is_that_of_theory():
    """Square layers, Glorot: the variance of a weight times the width is the gain's square."""
    for run in load(FILE, "default").blocks["critical_gain"]:
        assert run.init_gain**2 == pytest.approx(theory.critical_variance("sigmoid"), rel=2e-3)


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": OPTIONS})
    assert [d.name for d in drawn] == ["shares", "survival", "growth"]
    assert [d.n for d in drawn] == [36, 36, 12]
    for table in rescues.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_budgets_are_equal_but_for_the_longer_one(size):
    study = load(FILE, size)
    spent = {}
    for name, runs in study.blocks.items():
        if name not in ("growth", *study.resolved()["options"]["longer"]):
            spent[name] = {round(run.epochs + passes_spent(run), 1) for run in runs}
    control = max(spent["sigmoid"])
    for name, passes in spent.items():
        assert all(abs(p - control) < 1 for p in passes), name  # passes are whole


@pytest.mark.parametrize("size", ["default", "full"])
def test_all_remedies_of_the_lecture_are_there_and_choose_from_one_grid_of_eta(size):
    study = load(FILE, size)
    assert study.options["remedies"] == ["convolution", "rbm", "early_stopping", "input_noise"]
    blocks = {**study.blocks, "early_stopping": study.blocks["sigmoid"]}
    grids = {name: {run.eta for run in blocks[name]} for name in study.options["remedies"]}
    assert set(map(frozenset, grids.values())) == {frozenset(grids["rbm"])}
    assert len(grids["rbm"]) >= 4
    assert all(run.kernel == 3 and run.activation == "sigmoid" for run in blocks["convolution"])
    assert len({run.depth for name in grids for run in blocks[name]}) == 1
