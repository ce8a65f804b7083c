"""Which networks train: chosen etas, shares, reach and findings of hand-made curves."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.study import load
from mlpstudy.figures import trainability as drawing
from mlpstudy.studies import trainability
from mlpstudy.studies.outcomes import levels
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/trainability.yaml"
SEEDS = range(6)
SIGMOID = ("sigmoid", "glorot_uniform", "none")
SCALED = ("sigmoid", "glorot_uniform", "scaled")
RELU = ("relu", "he_normal", "none")
# (recipe, depth, eta) -> accuracy after the last pass; None: diverged at once
ENDS = {
    (SIGMOID, 1, 0.1): 0.9, (SIGMOID, 1, 0.01): 0.7,
    (SIGMOID, 8, 0.1): 0.1, (SIGMOID, 8, 0.01): 0.2,
    (SCALED, 1, 0.1): 0.9, (SCALED, 1, 0.01): 0.7,
    (SCALED, 8, 0.1): 0.86, (SCALED, 8, 0.01): 0.2,
    (RELU, 1, 0.1): None, (RELU, 1, 0.01): 0.95,
    (RELU, 8, 0.1): 0.1, (RELU, 8, 0.01): 0.92,
}  # fmt: skip


@pytest.fixture(scope="module")
def view():
    runs, curves = [], []
    for ((activation, initialization, residual), depth, eta), accuracy in ENDS.items():
        for seed in SEEDS:
            name = f"{activation}-{residual}-{depth}-{eta}-{seed}"
            runs.append({
                "run_id": name, "dataset": "digits", "activation": activation, "init_gain": 1.0,
                "residual": residual,
                "initialization": initialization, "depth": depth, "width": 32, "eta": eta,
                "seed": seed, "status": "diverged" if accuracy is None else "finished",
                "epochs": 10, "n_inputs": 64, "input_mean_square": 1.0,
            })  # fmt: skip
            if accuracy is None:
                continue
            for epoch, now in ((0, 0.1), (3 + seed % 2, accuracy), (10, accuracy)):
                for split in ("train", "validation", "test"):
                    curves.append({"run_id": name, "epoch": epoch, "split": split,
                                   "loss": 1 - now, "accuracy": now})  # fmt: skip
    study = load(FILE)
    told = {"name": "trainability", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    return View(told, {}, pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames(view):
    return trainability.summary(view)


def test_eta_is_chosen_on_validation_and_what_diverges_is_not(frames):
    chosen = frames["chosen"].set_index(["activation", "residual", "depth"])["eta"].to_dict()
    assert chosen == {
        ("sigmoid", "none", 1): 0.1, ("sigmoid", "none", 8): 0.01,
        ("sigmoid", "scaled", 1): 0.1, ("sigmoid", "scaled", 8): 0.1,
        ("relu", "none", 1): 0.01, ("relu", "none", 8): 0.01,
    }  # fmt: skip


def test_shares_and_passes(frames):
    shares = frames["shares"].set_index(["activation", "residual", "depth"])["value"].to_dict()
    assert shares == {
        ("sigmoid", "none", 1): 1, ("sigmoid", "none", 8): 0,
        ("sigmoid", "scaled", 1): 1, ("sigmoid", "scaled", 8): 1,
        ("relu", "none", 1): 1, ("relu", "none", 8): 1,
    }  # fmt: skip
    medians = frames["medians"].set_index(["activation", "residual", "depth"])["value"]
    assert medians["relu", "none", 8] == 3 and np.isinf(medians["sigmoid", "none", 8])
    steps = frames["passes"].query("activation == 'relu' and depth == 8").set_index("passes")
    assert steps["share"].to_dict() == {0: 1.0, 3: 0.5, 4: 0.0, 10: 0.0}


def test_reach_stands_beside_six_depth_scales(frames):
    reach = frames["reach"].set_index("activation")
    assert reach["largest_depth"].to_dict() == {"relu": 8, "sigmoid": 1}
    assert np.isinf(reach.loc["relu", "six_xi"])  # He: chi = 1
    assert reach.loc["sigmoid", "six_xi"] == pytest.approx(6 * abs(reach.loc["sigmoid", "xi"]))
    assert 1 < reach.loc["sigmoid", "six_xi"] < 8


def test_a_dataset_may_have_a_level_of_its_own(view):
    options = {"accuracy": 0.9, "levels": ["digits 0.85"]}
    told = dataclasses.replace(view, study={**view.study, "options": options})
    by_run = trainability.summary(told)["by_run"]
    assert set(by_run["level"]) == {0.85}
    assert by_run["reached"].equals(by_run["validation_accuracy"] >= 0.85)
    usual = dataclasses.replace(view, study={**view.study, "options": {"accuracy": 0.9}})
    by_run = trainability.summary(usual)["by_run"]
    assert by_run["reached"].equals(by_run["validation_accuracy"] >= 0.9)


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in trainability.findings(view, frames)}
    lost = found["share_lost_with_depth", "digits, sigmoid glorot_uniform, depth 1 against 8"]
    assert (lost.value, lost.n, lost.verdict) == (1, 6, "supported")
    kept = found["share_lost_with_depth", "digits, relu he_normal, depth 1 against 8"]
    assert (kept.value, kept.verdict) == (0, "undecided")
    told = "digits, depth 8, relu he_normal against sigmoid glorot_uniform"
    assert found["share_gained_by_activation", told].verdict == "supported"
    told = "digits, depth 8, sigmoid glorot_uniform, residual scaled against sigmoid glorot_uniform"
    gained = found["share_gained_by_residual", told]
    assert (gained.claim, gained.value, gained.verdict) == ("C31", 1, "supported")


def findings_with(view, **options):
    """The findings of the view with other options, by condition."""
    other = dataclasses.replace(view, study={**view.study, "options": options})
    return {f.condition: f for f in trainability.findings(other, trainability.summary(other))}


def test_the_usual_recipes_decide_what_depth_does(view, frames):
    """sigmoid + Glorot is one of them, ReLU + He and residual layers are not."""
    lost = [f for f in trainability.findings(view, frames) if f.claim == "C21"]
    recipe = {f.condition.split(", depth")[0]: f.decides for f in lost}
    assert recipe == {
        "digits, sigmoid glorot_uniform": True,
        "digits, sigmoid glorot_uniform, residual scaled": False,
        "digits, relu he_normal": False,
    }
    assert all(f.decides for f in findings_with(view).values())  # none is named: all of them


@pytest.mark.parametrize(
    ("treated", "control", "decides"),
    [
        (RELU, SIGMOID, True),  # none of the sigmoid networks trains at depth 8
        (SCALED, RELU, False),  # all of the ReLU networks do
    ],
)
def test_a_gain_decides_where_the_control_fails(view, treated, control, decides):
    pair = f"{'+'.join(treated)} > {'+'.join(control)}"
    found = findings_with(view, activation_pairs=[pair])
    [gained] = [f for f in found.values() if f.statistic == "share_gained_by_activation"]
    assert gained.decides == decides


def test_shares_are_compared_at_the_controls_eta_too(view, frames):
    """The control chooses .01, at which no residual network trains; they choose .1."""
    found = {f.condition: f for f in trainability.findings(view, frames)}
    sides = (
        "digits, depth 8, sigmoid glorot_uniform, residual scaled against sigmoid glorot_uniform"
    )
    gained = found[sides]
    assert (gained.value, gained.common[0], gained.edge) == (1, 0, "both")
    assert all("scaled" in run for run in gained.runs) and "scaled" in gained.rerun


def test_what_no_shallow_network_learns_is_not_learned(view):
    found = findings_with(view, accuracy=0.93, levels=[])
    verdicts = {c: f.verdict for c, f in found.items() if f.statistic == "share_lost_with_depth"}
    assert verdicts == {
        "digits, sigmoid glorot_uniform, depth 1 against 8": "not_learned",  # 0.9 at depth 1
        "digits, sigmoid glorot_uniform, residual scaled, depth 1 against 8": "not_learned",
        "digits, relu he_normal, depth 1 against 8": "supported",  # 0.95, and 0.92 at depth 8
    }


def test_figures(view, frames):
    drawn = drawing.figures(frames, view.study)
    assert [d.name for d in drawn] == ["shares", "accuracy", "survival", "reach"]
    assert drawn[-1].n == 36
    assert "digits" not in drawn[0].caption["en"]  # one level for all
    assert "85% validation accuracy" in drawn[0].caption["en"]


def lines(ax) -> dict:
    """The points of each line of a panel, by its label."""
    return {c.get_label(): c.lines[0].get_xydata() for c in ax.containers}


def test_recipes_stand_side_by_side_and_no_line_crosses_a_depth_that_was_not_tried(view):
    """ReLU at the depths 1 and 8, the others at 4 too: ReLU's line is broken there."""
    other = view.runs[(view.runs["depth"] == 8) & (view.runs["activation"] == "sigmoid")]
    more = other.assign(depth=4, run_id=other["run_id"] + "-4")
    curves = view.curves[view.curves["run_id"].isin(other["run_id"])]
    curves = curves.assign(run_id=curves["run_id"] + "-4")
    three = dataclasses.replace(
        view, runs=pd.concat([view.runs, more]), curves=pd.concat([view.curves, curves])
    )
    shares, accuracy, *_ = drawing.figures(trainability.summary(three), three.study)
    relu, sigmoid = (lines(ax) for ax in shares.figure.axes)
    [points] = relu.values()
    assert points[:, 0].tolist() == [0, 1, 2] and np.isnan(points[1, 1])
    at = np.array([points[:, 0] for points in sigmoid.values()])
    assert (at[1] - at[0] > 0.1).all() and at.mean(axis=0) == pytest.approx([0, 1, 2])
    # sigmoid falls from 1 to 0; it and ReLU, but not the residual one, err more at depth 8
    assert shares.title["en"].endswith("than at the smallest in 1 of 3 cases")
    assert accuracy.title["en"].endswith("than at the smallest in 3 of 3 cases")


def test_several_widths_of_another_recipe_are_told_apart_and_drawn(view):
    """The study that README shows: one recipe, three widths."""
    tanh = view.runs[view.runs["activation"] == "sigmoid"].assign(activation="tanh")
    tanh = tanh[tanh["residual"] == "none"]
    runs = [tanh.assign(width=width, run_id=tanh["run_id"] + f"-{width}") for width in (4, 16, 64)]
    curves = [
        view.curves.assign(run_id=view.curves["run_id"] + f"-{width}") for width in (4, 16, 64)
    ]
    wide = dataclasses.replace(
        view,
        runs=pd.concat(runs, ignore_index=True),
        curves=pd.concat(curves).query(
            "run_id in @kept", local_dict={"kept": list(pd.concat(runs)["run_id"])}
        ),
    )
    frames = trainability.summary(wide)
    drawn = drawing.figures(frames, wide.study)
    assert [each.name for each in drawn] == ["shares", "accuracy", "survival", "reach"]
    assert "6 seeds" in drawn[0].caption["en"]
    labels = [text.get_text() for text in drawn[0].figure.legends[0].get_texts()]
    assert labels == [f"glorot_uniform, width {width}" for width in (4, 16, 64)]
    found = [f for f in trainability.findings(wide, frames) if f.claim == "C21"]
    told = "digits, tanh glorot_uniform, width {}, depth 1 against 8"
    assert [(f.condition, f.n) for f in found] == [(told.format(w), 6) for w in (4, 16, 64)]


def test_with_residual_layers_alone_theory_has_no_reach(view):
    scaled = view.runs[view.runs["residual"] == "scaled"]
    curves = view.curves[view.curves["run_id"].isin(scaled["run_id"])]
    alone = dataclasses.replace(view, runs=scaled, curves=curves)
    frames = trainability.summary(alone)
    assert frames["reach"].empty
    assert [d.name for d in drawing.figures(frames, alone.study)] == [
        "shares",
        "accuracy",
        "survival",
    ]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    recipes = {f"{run.activation}+{run.initialization}+{run.residual}" for run in study.runs}
    kinds = ("activation", "initialization", "residual")
    pairs = [pair for kind in kinds for pair in study.options[f"{kind}_pairs"]]
    named = {name.strip() for pair in pairs for name in pair.split(">")}
    assert {"+".join([*name.split("+"), "none"][:3]) for name in named} <= recipes
    assert {run.dataset for run in study.runs} <= set(levels(study.options["levels"]))


@pytest.fixture(scope="module")
def with_momentum(view):
    """The sigmoid networks twice: as they are, and with a momentum by which all of them train."""
    plain = view.runs[view.runs["activation"] == "sigmoid"].query("residual == 'none'")
    runs = [plain.assign(momentum=m, run_id=plain["run_id"] + f"-{m}") for m in (0.0, 0.9)]
    curves = view.curves[view.curves["run_id"].isin(plain["run_id"])]
    curves = [curves.assign(run_id=curves["run_id"] + f"-{m}") for m in (0.0, 0.9)]
    end = curves[1]["epoch"] > 0
    curves[1] = curves[1].assign(accuracy=curves[1]["accuracy"].where(~end, 0.99))
    claim = {**view.study["claims"][0], "id": "M", "statistic": "gain_in_trained"}
    return dataclasses.replace(
        view,
        study={**view.study, "claims": [*view.study["claims"], claim]},
        runs=pd.concat(runs, ignore_index=True),
        curves=pd.concat(curves, ignore_index=True),
    )


def test_a_field_that_is_swept_beside_the_usual_ones_has_a_row_for_each_value(with_momentum):
    assert trainability.cell_of(with_momentum.runs) == [*trainability.CELL, "momentum"]
    frames = trainability.summary(with_momentum)
    shares = frames["shares"].set_index(["depth", "momentum"])
    assert shares["value"].to_dict() == {(1, 0.0): 1, (1, 0.9): 1, (8, 0.0): 0, (8, 0.9): 1}
    assert set(shares["n"]) == {6}
    drawn = drawing.figures(frames, with_momentum.study)
    labels = [text.get_text() for text in drawn[0].figure.legends[0].get_texts()]
    assert labels == ["glorot_uniform, momentum 0", "glorot_uniform, momentum 0.9"]


def test_what_it_gains_is_told_at_each_depth(with_momentum):
    frames = trainability.summary(with_momentum)
    found = {f.condition: f for f in trainability.findings(with_momentum, frames) if f.claim == "M"}
    told = "digits, sigmoid glorot_uniform, depth {}, momentum 0.9 against 0"
    assert {condition: (f.value, f.n) for condition, f in found.items()} == {
        told.format(1): (0, 6),
        told.format(8): (1, 6),
    }


def test_of_names_the_last_is_compared_with_the_first_as_the_study_has_them(with_momentum):
    runs = with_momentum.runs.assign(
        optimizer=np.where(with_momentum.runs["momentum"] > 0, "adam", "sgd"), momentum=0.9
    )
    blocks = {"all": list(runs.sort_values("optimizer", ascending=False)["run_id"])}
    view = dataclasses.replace(with_momentum, runs=runs, blocks=blocks)
    found = trainability.findings(view, trainability.summary(view))
    gains = {f.condition: f.value for f in found if f.claim == "M"}
    told = "digits, sigmoid glorot_uniform, depth {}, optimizer adam against sgd"
    assert gains == {told.format(1): 0, told.format(8): 1}


def test_a_field_of_the_cell_is_compared_where_the_study_names_it(with_momentum):
    study = {**with_momentum.study, "options": {"gained_by": ["depth"]}}
    view = dataclasses.replace(with_momentum, study=study)
    found = trainability.findings(view, trainability.summary(view))
    gains = {f.condition: f.value for f in found if f.claim == "M"}
    told = "digits, sigmoid glorot_uniform, momentum {}, depth 8 against 1"
    assert gains == {told.format("0"): -1, told.format("0.9"): 0}


def test_a_field_that_goes_with_another_one_is_no_cell_of_its_own(view):
    runs = view.runs.assign(train_size=view.runs["depth"] * 10, epochs=view.runs["depth"])
    assert trainability.cell_of(runs) == trainability.CELL


def test_more_lines_than_a_panel_holds_are_parted_into_rows(view):
    base = view.runs[(view.runs["activation"] == "relu") & (view.runs["eta"] == 0.01)]
    names = ["lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform", "he_normal"]
    cells = [(name, width) for name in names for width in (2, 4, 8, 16, 32, 64)]
    runs, curves = [], []
    for name, width in cells:
        id = f"-{name}-{width}"
        runs.append(base.assign(initialization=name, width=width, run_id=base["run_id"] + id))
        own = view.curves[view.curves["run_id"].isin(base["run_id"])]
        curves.append(own.assign(run_id=own["run_id"] + id))
    many = dataclasses.replace(
        view, runs=pd.concat(runs, ignore_index=True), curves=pd.concat(curves, ignore_index=True)
    )
    drawn = drawing.figures(trainability.summary(many), many.study)
    rows = [ax.get_ylabel() for ax in drawn[0].figure.axes]
    assert rows == [f"digits\nwidth {width}" for width in (2, 4, 8, 16, 32, 64)]
    labels = [text.get_text() for text in drawn[0].figure.legends[0].get_texts()]
    assert sorted(labels) == sorted(names)
