"""Pretraining: shares and errors against the control of equal budget, worked by hand."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.pretrain import passes_spent
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run, cell_id, run_id
from mlpstudy.design.study import load
from mlpstudy.figures import pretraining as drawing
from mlpstudy.studies import pretraining
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/pretraining.yaml"
FIXED = {"dataset": "iris", "width": 4, "activation": "sigmoid", "epochs": 2}
RBM = {"pretraining": "rbm", "pretraining_epochs": 1}
# By block: fields; validation accuracies of the passes 0 to 2; accuracy on test at the end.
BLOCKS = {
    "control": [({"depth": 1}, [0.2, 0.8, 0.8], 0.75), ({"depth": 3}, [0.2, 0.2, 0.2], 0.25)],
    "pretrained": [
        ({"depth": 1, **RBM}, [0.2, 0.8, 0.8], 0.75),
        ({"depth": 3, **RBM}, [0.2, 0.2, 0.8], 0.5),
    ],
    "more": [({"depth": 3, "pretraining": "rbm", "pretraining_epochs": 3}, [0.2, 0.8, 0.9], 0.875)],
}
STATISTICS = ("share_gained", "error_saved_deep", "error_saved_shallow", "share_gained_with_more")


def view() -> View:
    """Six seeds of each."""
    rows, curves, blocks = [], [], {}
    for block, cells in BLOCKS.items():
        for fields, accuracies, test in cells:
            for seed in range(6):
                run = Run(**FIXED, **fields, seed=seed)
                told = {"run_id": run_id(run), "cell_id": cell_id(run), "status": "finished"}
                rows.append({**told, **run.model_dump(), "diverged_at": -1})
                blocks.setdefault(block, []).append(run_id(run))
                for epoch, accuracy in enumerate(accuracies):
                    for split in ("train", "validation", "test"):
                        shown = test if split == "test" else accuracy
                        row = {"run_id": run_id(run), "epoch": epoch, "split": split}
                        curves.append(row | {"loss": 1 - shown, "accuracy": shown})
    claims = [
        {"id": "C28", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in STATISTICS
    ]
    options = {"levels": ["iris 0.75"], "control": "none"}
    study = {"name": "pretraining", "options": options, "claims": claims}
    return View(study, blocks, pd.DataFrame(rows), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames():
    return pretraining.summary(view())


@pytest.mark.parametrize(
    ("statistic", "depth", "value"),
    [
        ("share_gained", 3, 1.0),
        ("share_gained_with_more", 3, 1.0),
        ("error_saved_deep", 3, 0.75 - 0.5),
        ("error_saved_shallow", 1, 0.0),
    ],
)
def test_each_statistic_is_its_definition(frames, statistic, depth, value):
    [found] = [f for f in pretraining.findings(view(), frames) if f.statistic == statistic]
    assert (found.value, found.n, found.networks) == (pytest.approx(value), 6, 12)
    assert found.condition == f"iris, rbm, depth {depth}"


def test_what_goes_beyond_the_budget_is_told_apart(frames):
    deep = frames["compared"].query("depth == 3").set_index("more")["value"]
    assert deep.to_dict() == {False: 0.25, True: 0.625}


def test_figures_and_tables(frames):
    [drawn] = drawing.figures(frames, view().study)
    assert drawn.name == "shares" and drawn.n == 24
    assert drawn.title["en"].endswith("equal budget: RBM")
    for table in pretraining.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


def test_every_setting_is_chosen_and_its_edges_are_marked():
    """Three etas of pretraining: the largest is best, so it is the upper edge; eta has one value."""
    table = pretraining.summary(view())["by_run"]
    deep = table[(table["depth"] == 3) & ~table["more"]]
    rbm, control = deep[deep["kind"] == "rbm"], deep[deep["kind"] == "none"]
    tried = [rbm.assign(pretraining_eta=at, chosen=at == 0.3) for at in (0.03, 0.1, 0.3)]
    tried[0] = tried[0].assign(test_error=0.0)  # better on test, but not chosen
    made = pretraining._contrast("", pd.concat(tried), control, pretraining._error_saved)
    assert made.value.value == made.common.value == pytest.approx(0.75 - 0.5)
    assert made.edge == "upper"


@pytest.mark.parametrize(
    ("level", "verdict"), [("iris 0.75", "supported"), ("iris 0.95", "not_learned")]
)
def test_a_level_that_even_shallow_networks_miss_is_not_learned(level, verdict):
    seen = view()
    seen.study["options"]["levels"] = [level]
    found = pretraining.findings(seen, pretraining.summary(seen))
    assert {f.verdict for f in found if f.statistic == "error_saved_deep"} == {verdict}


@pytest.mark.parametrize(
    ("amounts", "condition"),
    [
        ([0.25, 0.25], "iris, denoising masking, depth 3"),
        ([0.25, 0.5], "iris, denoising masking, corruption 0.25, depth 3"),
    ],
)
def test_the_corruption_is_named_where_there_are_several(amounts, condition):
    table = pd.DataFrame({"kind": "denoising_masking", "corruption": amounts})
    key = ("iris", 3, "denoising_masking", 0.25, False)
    assert pretraining._condition(key, table) == condition


def test_denoising_autoencoders_do_denoise():
    """Networks of one seed end apart by their kind of pretraining, the study's own four."""
    runs = load(FILE, "default").blocks["pretrained_1"]
    short = {"pretraining_epochs": 1, "epochs": 1}
    kinds = {
        run.pretraining: run.model_copy(update=short)
        for run in runs
        if (run.dataset, run.seed, run.eta, run.pretraining_eta) == ("wine", 0, 0.1, 0.1)
    }
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    weights = [record.weights["W1"] for record in networks.train(list(kinds.values()))]
    assert len(kinds) == 4
    for one, other in combinations(weights, 2):
        assert np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_inputs_are_corrupted_where_an_autoencoder_denoises_and_nowhere_else(size):
    runs = [run for block in load(FILE, size).blocks.values() for run in block]
    for run in runs:
        assert (run.corruption > 0) == run.pretraining.startswith("denoising")


@pytest.mark.parametrize("size", ["default", "full"])
def test_four_values_a_factor_of_three_apart_and_the_same_for_both_sides(size):
    blocks = load(FILE, size).blocks
    for name in ("control", "pretrained"):
        for depth in (1, 6):
            runs = blocks[f"{name}_{depth}"]
            etas = sorted({run.eta for run in runs})
            assert etas == sorted({run.eta for run in blocks[f"control_{depth}"]})
            etas = etas, sorted({run.pretraining_eta for run in runs})
            for grid in etas if name == "pretrained" else etas[:1]:
                assert len(grid) >= 4 and max(b / a for a, b in pairwise(grid)) < 3.5


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_budgets_are_equal_but_for_the_larger_one(size):
    blocks = dict(load(FILE, size).blocks)
    more = blocks.pop("more")
    control = {run.epochs for run in blocks["control_1"]}.pop()
    for runs in blocks.values():
        for run in {cell_id(run): run for run in runs}.values():
            assert abs(run.epochs + passes_spent(run) - control) < 1.2, run_id(run)
    assert all(run.epochs == control for run in more)
