"""The folder of one run says which weights it holds and what they score."""

import json

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score

from mlpstudy.archive import load_arrays
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings
from mlpstudy.drawing import style
from mlpstudy.drawing.single import pictures
from mlpstudy.runs import confusion, single
from mlpstudy.stages.prepare import dataset_from
from mlpstudy.tables.files import read_table
from mlpstudy.tables.record import Recorder
from mlpstudy.tables.schema import tables_of

OVERFITTING = Run(dataset="iris", train_size=9, depth=0, eta=1.0, label_noise=0.3, epochs=12)
REGRESSION = Run(dataset="diabetes", depth=0, cost="mse_raw", eta=0.005, epochs=2)
WILD = Run(dataset="iris", depth=0, cost="mse_raw", eta=1e3, epochs=12, momentum=0.0, batch_size=None)  # fmt: skip


@pytest.fixture
def folder_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dataset = dataset_from(Project(Settings()))
    return lambda run, keep: single.run(run, dataset, tmp_path / "run", "cpu", "torch", 1, keep)


def read(folder) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("keep", ["last", "best"])
@pytest.mark.parametrize("run", [OVERFITTING, WILD], ids=["finished", "diverged"])
def test_the_scores_in_run_json_are_those_of_the_weights(folder_of, run, keep):
    folder = folder_of(run, keep)
    told, curves = read(folder), read_table(folder, "curves")
    validation = curves[curves["split"] == "validation"].set_index("epoch")["loss"]
    best = validation.idxmin()
    assert best < validation.index.max()
    assert told["weights_after"] == (best if keep == "best" else validation.index.max())
    assert told["last_pass"]["pass"] == validation.index.max()
    assert told["last_pass"]["validation"]["loss"] == validation.iloc[-1]
    weights, test = load_arrays(folder / "weights.npz"), split(DATASETS["iris"](), run).test
    guess = (test.x @ weights["W1"] + weights["b1"]).argmax(1)
    scores = told["final"]["test"]
    assert scores["accuracy"] == pytest.approx((guess == test.y).mean())
    if told["status"] == "diverged":
        assert set(scores) == {"loss", "accuracy"} and confusion.read(folder) is None
        return
    assert scores["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(test.y, guess))
    assert scores["f1"] == pytest.approx(f1_score(test.y, guess, average="macro"))
    counts = confusion.read(folder).counts[told["weights_after"], "test"]
    np.testing.assert_array_equal(counts, confusion_matrix(test.y, guess))


def test_a_regression_has_an_r2_and_no_accuracy(folder_of):
    folder = folder_of(REGRESSION, "last")
    weights, parts = load_arrays(folder / "weights.npz"), split(DATASETS["diabetes"](), REGRESSION)
    for name in ("train", "validation", "test"):
        part = getattr(parts, name)
        left = np.square(part.x @ weights["W1"] + weights["b1"] - part.target).sum()
        there = np.square(part.target - part.target.mean()).sum()
        scores = read(folder)["final"][name]
        assert set(scores) == {"loss", "r2"}
        assert scores["r2"] == pytest.approx(1 - left / there, abs=1e-5)


def test_a_run_that_is_not_finite_at_the_start_has_no_scores(folder_of):
    told = read(folder_of(WILD.model_copy(update={"init_gain": 1e30}), "best"))
    assert (told["status"], told["weights_after"]) == ("diverged", 0)
    assert told["final"] == told["last_pass"] == {}


@pytest.mark.parametrize(("run", "score"), [(OVERFITTING, "accuracy"), (REGRESSION, "R2")])
def test_the_picture_of_the_curves_names_the_score(run, score):
    tables = tables_of(record for s in Recorder(lambda name: DATASETS[name]()).record([run]) for record in s)  # fmt: skip
    with style.context():
        name, curves = next(pictures(tables))
    assert name == "curves"
    assert [ax.get_title(loc="left") for ax in curves.axes] == ["loss", score]
