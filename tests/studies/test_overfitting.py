"""What favours overfitting: learning by heart and the lowest loss by hand, and fair blocks."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study import load
from mlpstudy.studies.overfitting.derive import derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/overfitting.yaml"
SWEPT = ("width", "depth", "train_size", "label_noise")


@pytest.mark.parametrize(("most", "fitting"), [(0.0, "a"), (0.05, "ab")])
def test_networks_fit_where_the_mean_of_their_seeds_is_small(most, fitting):
    errors = {"a": (0.0, 0.0), "b": (0.1, 0.0), "c": (0.2, 0.0)}
    runs = pd.DataFrame(
        {"run_id": f"{cell}-{seed}", "cell_id": cell, "train_error": error}
        for cell, each in errors.items()
        for seed, error in enumerate(each)
    )
    curves = pd.DataFrame(
        {"run_id": run, "epoch": epoch, "split": split, "loss": loss}
        for run in runs["run_id"]
        for split, least in (("train", 0.0), ("test", 1.0))
        for epoch, loss in enumerate((2.0, least, 1.5))
    )
    view = View({"options": {"fits": most}}, {}, runs, curves, pd.DataFrame())
    made = derive(view)["runs"]
    assert set(made.loc[made["fits"], "cell_id"]) == set(fitting)
    assert made["lowest_loss"].tolist() == [1.0] * 6


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
            for field in SWEPT:
                swept = len({getattr(run, field) for run in of_dataset}) > 1
                assert swept == (field == name.removesuffix("_clean"))
