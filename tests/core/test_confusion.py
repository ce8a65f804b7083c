"""Who is taken for whom: scikit-learn's scores, and both engines' counts."""

import warnings

import numpy as np
import pytest
from sklearn import metrics

from mlpstudy.core import confusion
from mlpstudy.core.engines import Task, load
from mlpstudy.core.measures import PARTS
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder

CASES = {
    "all occur": ([0, 0, 0, 1, 2], [0, 0, 1, 1, 0]),
    "a class is absent": ([0, 0, 1], [0, 1, 1]),
    "an absent class is named": ([0, 0, 1], [1, 2, 1]),
    "a class is never named": ([1, 0, 1], [1, 1, 1]),
    "nothing is right": ([0, 2], [2, 0]),
    "one class alone": ([2, 2], [2, 2]),
}


@pytest.mark.parametrize(("y", "named"), CASES.values(), ids=list(CASES))
def test_the_scores_are_scikit_learns(y, named):
    counts = confusion.counted(np.array(y), np.array(named), 3)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(y, named, labels=range(3)))
    with warnings.catch_warnings():  # of classes that y lacks
        warnings.simplefilter("ignore", UserWarning)
        balanced = metrics.balanced_accuracy_score(y, named)
    macro = metrics.f1_score(y, named, average="macro", zero_division=0)
    assert confusion.accuracy(counts) == pytest.approx(metrics.accuracy_score(y, named))
    assert confusion.balanced_accuracy(counts) == pytest.approx(balanced)
    assert confusion.f1(counts) == pytest.approx(macro)


def test_scores_go_along_the_last_two_axes():
    counts = np.random.default_rng(0).integers(0, 9, (2, 3, 4, 4))
    for score in (confusion.accuracy, confusion.balanced_accuracy, confusion.f1):
        each = [[score(matrix) for matrix in row] for row in counts]
        np.testing.assert_array_equal(score(counts), each)


def test_each_part_is_counted_apart():
    labels = [np.array([0, 1]), np.array([1]), np.array([], int)]
    counts = confusion.counted_by_part(labels, [np.array([0, 0, 1]), np.array([1, 1, 0])], 2)
    assert counts.dtype == np.int32 and counts.shape == (2, 3, 2, 2)
    assert counts[0].tolist() == [[[1, 0], [1, 0]], [[0, 0], [0, 1]], [[0, 0], [0, 0]]]
    assert counts[1].tolist() == [[[0, 1], [0, 1]], [[0, 0], [1, 0]], [[0, 0], [0, 0]]]
    assert confusion.counted_by_part(labels, [np.array([])] * 2, 0).shape == (2, 3, 0, 0)


def learned(engine: str, runs: list[Run], keep="nothing"):
    data = DATASETS[runs[0].dataset]()
    targets = 1 if data.classes else data.y.shape[1]
    splits = [split(data, run) for run in runs]
    task = Task(runs, data.shape, data.classes, targets, splits, list(range(len(runs))))
    return task, load(engine).learn(task, keep, lambda passes: None, "cpu")


RUNS = [
    {"dataset": "wine", "epochs": 4, "width": 7, "eta": 0.05, "class_weights": "balanced"},
    {"dataset": "breast_cancer", "epochs": 4, "cost": "hinge", "label_noise": 0.1, "eta": 0.01},
    {"dataset": "breast_cancer", "epochs": 4, "depth": 0, "eta": 3.0},
    {"dataset": "iris", "epochs": 0},
    {"dataset": "iris", "epochs": 30, "patience": 1, "eta": 0.3},
]


@pytest.mark.parametrize("engine", ["native", "torch"])
@pytest.mark.parametrize("fields", RUNS)
def test_an_engine_counts_what_its_accuracy_counts(engine, fields):
    runs = [Run(**fields, seed=seed) for seed in (1, 2, 3)]
    task, found = learned(engine, runs)
    for r, counts in enumerate(found.confusion):
        curve = found.curves[r, : found.stopped_at[r] + 1 or None]
        best = int(curve[:, PARTS.index("validation"), 0].argmin())
        expected = np.stack([curve[-1, :, 1], curve[best, :, 1]])
        np.testing.assert_array_equal(confusion.accuracy(counts), expected)
        for p, name in enumerate(PARTS):
            there = np.bincount(getattr(task.splits[r], name).y, minlength=task.classes)
            np.testing.assert_array_equal(counts[:, p].sum(-1), [there, there])


@pytest.mark.parametrize("fields", RUNS)
def test_both_engines_count_the_same(fields):
    runs = [Run(**fields, seed=seed) for seed in (1, 2, 3)]
    native, torch = (learned(engine, runs)[1].confusion for engine in ("native", "torch"))
    np.testing.assert_array_equal(native, torch)


@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_counts_are_those_of_the_kept_weights(keep):
    """An oracle of its own: the linear model by hand, scored by scikit-learn."""
    run = Run(dataset="wine", depth=0, epochs=12, eta=0.5)
    task, found = learned("native", [run], keep)
    for p, name in enumerate(PARTS):
        part = getattr(task.splits[0], name)
        named = (part.x @ found.weights[0]["W1"] + found.weights[0]["b1"]).argmax(1)
        expected = metrics.confusion_matrix(part.y, named, labels=range(3))
        np.testing.assert_array_equal(found.confusion[0, int(keep == "best"), p], expected)


@pytest.mark.parametrize("engine", ["native", "torch"])
def test_of_what_diverged_and_of_regressions_nothing_is_counted(engine):
    wild = Run(dataset="iris", cost="mse_raw", depth=3, eta=1e30, epochs=3, activation="relu")
    real = Run(dataset="diabetes", cost="mse_raw", epochs=1)
    recorder = Recorder(lambda name: DATASETS[name](), engine=lambda run: engine)
    records = [record for stack in recorder.record([wild, real]) for record in stack]
    assert sorted(record.status for record in records) == ["diverged", "finished"]
    assert [record.confusion.shape for record in records] == [(2, 3, 0, 0)] * 2
