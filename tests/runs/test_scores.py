"""Scores of a saved network are scikit-learn's."""

import io

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn import metrics

from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.scaler import Scaler
from mlpstudy.data.split import split
from mlpstudy.design.mistakes import Mistake
from mlpstudy.runs.known import known_run
from mlpstudy.runs.scores import (
    of_classes,
    of_values,
    scored,
    shown,
)

IRIS = {"dataset": "iris", "depth": 1, "width": 5, "epochs": 3, "eta": 0.05}


@pytest.mark.parametrize(
    ("y", "guess"),
    [([0, 0, 0, 1, 2], [0, 0, 1, 1, 0]), ([0, 0, 1], [1, 2, 1]), ([1, 0, 1], [1, 1, 1]), ([0, 2], [2, 0])],
)  # fmt: skip
def test_scores_of_classes_are_scikit_learns(y, guess):
    found = of_classes(metrics.confusion_matrix(y, guess, labels=range(3)))
    recalls = [np.mean(np.array(guess)[np.array(y) == c] == c) for c in set(y)]
    assert found["examples"] == len(y)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, guess))
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert found["f1"] == pytest.approx(metrics.f1_score(y, guess, average="macro"))


@pytest.mark.parametrize("k", [1, 3])
def test_errors_of_values_are_scikit_learns(k):
    drawn = np.random.default_rng(k)
    t, z = 50 + 9 * drawn.standard_normal((2, 20, k))
    found = of_values(t, z)
    assert found["r2"] == pytest.approx(metrics.r2_score(t, z))
    assert found["mean_squared_error"] == pytest.approx(metrics.mean_squared_error(t, z))
    assert found["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(t, z))


@pytest.mark.parametrize("more", [{}, {"norm": "batch"}, {"norm": "layer", "label_noise": 0.2}])
def test_the_scores_are_those_of_the_last_pass(project, trained, more):
    known = known_run(project, str(trained(**IRIS, **more)))
    found = scored(known, DATASETS["iris"]())
    for part, (_, accuracy) in known.scores(IRIS["epochs"]).items():
        assert found.scores.loc[part, "accuracy"] == pytest.approx(accuracy)
        both = found.scores.loc[part, ["balanced_accuracy", "f1"]].tolist()
        assert both == list(known.class_scores(IRIS["epochs"])[part])
        counts = known.confusion.counts[IRIS["epochs"], part]
        np.testing.assert_array_equal(found.confusion[part], counts)
    table = pd.read_csv(known.folder / "confusion.csv")
    assert list(table.columns) == ["pass", "part", "label", "0", "1", "2"]
    last = table[table["pass"] == IRIS["epochs"]]
    assert len(last) == 9 and last.iloc[:, 3:].to_numpy().sum() == 150
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(shown(found))
    assert "balanced_accuracy" in console.export_text()


def test_errors_are_in_the_data_s_unit(project, trained):
    fields = {"dataset": "diabetes", "cost": "mse_raw", "depth": 0, "epochs": 20, "eta": 0.01}
    known = known_run(project, str(trained(**fields)))
    data = DATASETS["diabetes"]()
    found = scored(known, data).scores.loc["test"]
    assert found["r2"] == pytest.approx(known.scores(20)["test"][1], rel=1e-5)
    scale = Scaler.load(known.folder / "scaler.npz").target_deviation[0]
    loss = known.scores(20)["test"][0] * scale**2
    assert found["mean_squared_error"] == pytest.approx(loss, rel=1e-5)
    assert 20 < found["mean_absolute_error"] < 100
    assert len(split(data, known.run).test.y) == found["examples"]


def test_another_dataset_is_refused_in_one_line(project, trained):
    known = known_run(project, str(trained(**IRIS)))
    line = "dataset: 'iris' is not what it was when this run was trained; train it again$"
    with pytest.raises(Mistake, match=line):
        scored(known, DATASETS["wine"]())
