"""What favours overfitting: networks at equal fit, the width that just fits, and fair blocks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load
from mlpstudy.statistics.equal_fit import at_equal_loss
from mlpstudy.studies.overfitting.derive import COLUMNS, derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/overfitting.yaml"
SWEPT = ("width", "depth", "train_size", "label_noise")


def curves_of(losses: dict[str, list[float]]) -> pd.DataFrame:
    """The training loss of each run, a test loss 1 above it, and accuracies of 1 - loss / 10."""
    parts = [
        {
            "run_id": run,
            "epoch": epoch,
            "split": split,
            "loss": loss + more,
            "accuracy": 1 - loss / 10,
        }
        for run, each in losses.items()
        for epoch, loss in enumerate(each)
        for split, more in (("train", 0.0), ("validation", 0.5), ("test", 1.0))
    ]
    return pd.DataFrame(parts)


def test_networks_are_compared_after_the_first_pass_at_the_level():
    losses = {
        "a-0": [2.0, 0.5, 0.4],
        "a-1": [2.0, 1.0, 0.5],
        "b-0": [2.0, 0.5, 3.0],
        "b-1": [2.0] * 3,
    }
    runs = pd.DataFrame({"run_id": list(losses), "cell_id": list("aabb")})
    made = at_equal_loss(runs, curves_of(losses), pd.Series([0.5, 0.5, 0.5, 0.5]))
    assert made["fits"].tolist() == [True, True, False, False]  # all seeds, or none of the cell
    np.testing.assert_array_equal(made["spent"], [1, 2, 1, np.nan])
    assert made["test_loss"].tolist() == [1.5, 1.5, 1.5, np.inf]
    assert made["train_error"].tolist() == pytest.approx([0.05, 0.05, 0.05, 1.0])


def view(errors: dict[int, float], fits: float = 0.01) -> View:
    """Networks of some widths with one training error each, two seeds."""
    runs = pd.DataFrame(
        {"run_id": f"{width}-{seed}", "cell_id": str(width), "width": width, "train_error": error}
        for width, error in errors.items()
        for seed in range(2)
    )
    others = {name: 0.0 for names in COLUMNS.values() for name in names if name not in runs}
    runs = runs.assign(**others | {"dataset": "digits"})
    curves = curves_of({run: [2.0, 0.01, 1.5] for run in runs["run_id"]})
    return View(
        {"options": {"fits": fits}}, {"width": list(runs["run_id"])}, runs, curves, pd.DataFrame()
    )


def test_widths_lie_around_the_narrowest_that_fits():
    made = derive(view({1: 0.5, 2: 0.1, 4: 0.01, 8: 0.02, 16: 0.0}))["regimes"].drop_duplicates(
        "width"
    )
    assert dict(zip(made["width"], made["regime"])) == {
        1: "fits less", 2: "fits less", 4: "just fits", 8: "wider", 16: "widest"
    }  # fmt: skip


def test_where_no_width_fits_there_is_nothing_to_compare():
    assert derive(view({1: 0.5, 2: 0.1}))["regimes"].empty


def test_the_lowest_test_loss_is_that_of_all_passes():
    assert set(derive(view({1: 0.0}))["runs"]["lowest_loss"]) == {1.01}


def test_a_forgotten_factor_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace("[dataset, label_noise]", "[dataset]", 1)
    (tmp_path / FILE.name).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="label_noise varies here and is named nowhere"):
        load(tmp_path / FILE.name).resolved()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_each_block_changes_what_it_is_named_after(size):
    for name, runs in load(FILE, size).blocks.items():
        for dataset in {run.dataset for run in runs}:
            of_dataset = [run for run in runs if run.dataset == dataset]
            swept = {f for f in SWEPT if len({getattr(run, f) for run in of_dataset}) > 1}
            field = name.removesuffix("_mnist_5k")
            assert swept == {field} | ({"label_noise"} if field == "depth" else set())
