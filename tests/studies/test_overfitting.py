"""Overfitting: gap, rise and what favours them, worked by hand."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.design.study import load
from mlpstudy.figures import overfitting as drawing
from mlpstudy.studies import overfitting
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/overfitting.yaml"
HOME = {"width": 8, "depth": 1, "train_size": 40, "label_noise": 0.25}
# By what is changed: training error, test error; test losses of the passes 0 to 2.
CELLS = {
    ("width", 2): (0.25, 0.5, (2.0, 1.0, 1.0)),
    ("width", 8): (0.0, 0.375, (2.0, 1.0, 1.5)),
    ("width", 32): (0.0, 0.4375, (2.0, 1.0, 1.75)),
    ("depth", 4): (0.0, 0.5, (2.0, 1.5, 1.5)),
    ("depth", 8): (0.125, 0.25, (2.0, 1.5, 1.5)),  # does not fit its training set
    ("train_size", 20): (0.0, 0.5, (2.0, 1.5, 1.75)),
    ("label_noise", 0.0): (0.0, 0.125, (2.0, 0.5, 0.625)),
}
BLOCKS = {
    "width": [("width", 2), ("width", 8), ("width", 32)],
    "depth": [("width", 8), ("depth", 4), ("depth", 8)],
    "train_size": [("width", 8), ("train_size", 20)],
    "label_noise": [("width", 8), ("label_noise", 0.0)],
}


def view(lost: str = "") -> View:
    """Six seeds; ("width", 8) is the network that all blocks share. `lost` diverged in pass 1."""
    runs, curves = [], []
    for (what, value), (train, test, losses) in CELLS.items():
        for seed in range(6):
            name = f"{what}-{value}-{seed}"
            status = "diverged" if name == lost else "finished"
            fixed = {"dataset": "digits", "epochs": 2, "eta": 0.1, "status": status}
            runs.append({"run_id": name, **HOME, what: value, "seed": seed, **fixed})
            for epoch, loss in enumerate(losses[: 1 if name == lost else 3]):
                for part, error in {"train": train, "validation": test, "test": test}.items():
                    row = {"run_id": name, "epoch": epoch, "split": part, "loss": loss}
                    curves.append(row | {"accuracy": 1 - error})
    blocks = {
        name: [f"{what}-{value}-{seed}" for what, value in cells for seed in range(6)]
        for name, cells in BLOCKS.items()
    }
    claims = [
        {"id": "C23", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in overfitting.STATISTICS
    ]
    study = {"name": "overfitting", "options": {}, "claims": claims}
    return View(study, blocks, pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames():
    return overfitting.summary(view())


@pytest.mark.parametrize(
    ("statistic", "condition", "value", "networks"),
    [
        ("gap_with_width", "width 32 against width 2", 0.4375 - 0.25, 12),
        ("gap_with_depth", "25% of labels wrong, depth 4 against 1", 0.5 - 0.375, 12),
        ("error_added_by_depth", "25% of labels wrong, depth 4 against 1", 0.5 - 0.375, 12),
        ("gap_with_fewer_examples", "20 examples against 40 examples", 0.5 - 0.375, 12),
        ("rise_with_noise", "25% of labels wrong against 0% of labels wrong", 0.5 - 0.125, 12),
        ("error_saved_by_width", "width 2 against width 32", 0.5 - 0.4375, 12),
        ("error_saved_beyond_fit", "width 8 against width 32", 0.375 - 0.4375, 12),
        ("rise", "width 32", 0.75, 6),
    ],
)
def test_each_statistic_is_its_definition(frames, statistic, condition, value, networks):
    [found] = [f for f in overfitting.findings(view(), frames) if f.statistic == statistic]
    assert (found.value, found.low, found.high) == (value, value, value)
    assert (found.n, found.networks) == (6, networks)
    assert found.condition == f"digits, {condition}"


def test_depths_without_equal_fit_decide_nothing():
    """Neither depth is at a training error of 0 or below that."""
    seen = view()
    seen.study["options"]["fits"] = -1.0
    for claim in seen.study["claims"]:
        claim["decides"] = True
    found = overfitting.findings(seen, overfitting.summary(seen))
    for statistic, value in (("gap_with_depth", 0.125 - 0.375), ("error_added_by_depth", -0.125)):
        [depth] = [f for f in found if f.statistic == statistic]
        assert depth.condition.endswith("depth 8 against 1, not at equal fit")
        assert (depth.value, depth.decides) == (value, False)
    assert not [f for f in found if f.statistic == "error_saved_beyond_fit"]


def test_a_depth_stands_at_the_best_eta_of_those_at_which_it_fits():
    """Eight layers fit at a smaller eta, where they err more: that one is compared."""
    rows, curves = view(), []
    deep = rows.runs[rows.runs["run_id"].str.startswith("depth-8")]
    fits = deep.assign(eta=0.01, run_id=deep["run_id"] + "-fits")
    for run in fits["run_id"]:
        for split, error in {"train": 0.0, "validation": 0.75, "test": 0.75}.items():
            row = {"run_id": run, "epoch": 2, "split": split, "loss": 1.0}
            curves.append(row | {"accuracy": 1 - error})
    blocks = rows.blocks | {"depth": [*rows.blocks["depth"], *fits["run_id"]]}
    tables = pd.concat([rows.runs, fits]), pd.concat([rows.curves, pd.DataFrame(curves)])
    seen = View(rows.study, blocks, *tables, pd.DataFrame())
    frames = overfitting.summary(seen)
    [found] = [f for f in overfitting.findings(seen, frames) if f.statistic == "gap_with_depth"]
    assert found.condition.endswith("depth 8 against 1")
    # At the control's eta eight layers do not fit: nothing to compare.
    assert (found.value, found.common, found.edge) == (0.75 - 0.375, None, "lower")
    fitting = frames["fitting"].query("block == 'depth' and depth == 8").set_index("measure")
    assert (fitting["value"]["train_error"], fitting["value"]["gap"]) == (0, 0.75)


def test_curves_stand_at_one_eta_for_all_their_cells():
    """The narrowest network alone does best at another eta: that makes no step in the curve."""
    seen = view()
    larger = seen.runs[seen.runs["run_id"].isin(seen.blocks["width"])].assign(eta=1.0)
    names = {name: f"{name}-larger" for name in larger["run_id"]}
    curves = seen.curves[seen.curves["run_id"].isin(names)]
    error = curves["run_id"].str.startswith("width-2-").map({True: 0.375, False: 0.75})
    curves = curves.assign(accuracy=1 - error, run_id=curves["run_id"].map(names))
    larger = larger.assign(run_id=larger["run_id"].map(names))
    blocks = seen.blocks | {"width": [*seen.blocks["width"], *names.values()]}
    tables = pd.concat([seen.runs, larger]), pd.concat([seen.curves, curves])
    frames = overfitting.summary(View(seen.study, blocks, *tables, pd.DataFrame()))
    width = frames["by_run"].query("block == 'width'")
    assert set(width.loc[width["chosen"], "eta"]) == {0.1, 1.0}
    assert set(width.loc[width["shared"], "eta"]) == {0.1}
    errors = frames["cells"].query("block == 'width' and measure == 'test_error'")
    assert dict(zip(errors["width"], errors["value"])) == {2: 0.5, 8: 0.375, 32: 0.4375}


def test_bumps_tell_where_the_error_grows_with_width(frames):
    table = frames["bumps"].set_index("width")
    assert table["value"].to_dict() == {8: -0.125, 32: 0.0625}
    assert table["by_heart"].to_dict() == {8: True, 32: True}


def test_a_run_of_two_blocks_counts_in_both(frames):
    shared = frames["by_run"][frames["by_run"]["run_id"] == "width-8-0"]
    assert sorted(shared["block"]) == sorted(BLOCKS)


def test_a_run_that_diverged_is_counted():
    frames = overfitting.summary(view(lost="width-2-0"))
    cell = frames["cells"].query("block == 'width' and width == 2 and measure == 'test_error'")
    assert (cell["value"].item(), cell["diverged"].item()) == (pytest.approx((5 * 0.5 + 1) / 6), 1)


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": {}})
    assert [d.name for d in drawn] == ["width", "causes"]
    assert [d.n for d in drawn] == [18, 42]
    assert "falls in 1 of 2 steps and rises in 1" in drawn[0].title["en"]
    assert (
        "grows with width in 1, with depth in 1, with fewer examples in 1, with wrong labels in 1 of 1 datasets"
        in drawn[1].title["en"]
    )
    for table in overfitting.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_each_block_changes_what_it_is_named_after(size):
    for name, runs in load(FILE, size).blocks.items():
        for dataset in {run.dataset for run in runs}:
            here = [run for run in runs if run.dataset == dataset]
            for field in overfitting.SWEPT:
                swept = len({getattr(run, field) for run in here}) > 1
                assert swept == (field == name.removesuffix("_clean"))
