"""Pretraining: shares and errors against the control of equal budget, worked by hand."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.core.pretrain import passes_spent
from mlpstudy.design.run import Run, cell_id, run_id
from mlpstudy.design.study import load
from mlpstudy.figures import pretraining as drawing
from mlpstudy.studies import pretraining
from mlpstudy.studies.view import View

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
    assert (found.value, found.n) == (pytest.approx(value), 12)
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


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_budgets_are_equal_but_for_the_larger_one(size):
    blocks = dict(load(FILE, size).blocks)
    more = blocks.pop("more")
    control = {run.epochs for run in blocks["control"]}.pop()
    for runs in blocks.values():
        for run in {cell_id(run): run for run in runs}.values():
            assert abs(run.epochs + passes_spent(run) - control) < 1.2, run_id(run)
    assert all(run.epochs == control for run in more)
