"""A saved network answers as it did when it was trained, from the weights and the scaler alone."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax

from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.scaler import scaler
from mlpstudy.data.split import split
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.sources import Source
from mlpstudy.runs.known import known_run
from mlpstudy.runs.predict import SCALER, predict, probabilities

IRIS = {"dataset": "iris", "depth": 2, "width": 5, "epochs": 8, "activation": "tanh", "eta": 0.05}


def written(path, dataset, columns=None):
    """The examples of a dataset as a CSV; the file and their frame."""
    frame = pd.DataFrame(dataset.x, columns=columns or list(dataset.columns) or None)
    frame.columns = [str(name) for name in frame.columns]
    frame.to_csv(path, index=False)
    return path, frame


@pytest.mark.parametrize(
    "fields",
    [
        IRIS,
        {**IRIS, "permuted": True, "train_size": 40},
        {**IRIS, "residual": "scaled", "dropout": 0.2, "input_noise": 0.1, "cost": "mse"},
        {"dataset": "breast_cancer", "cost": "binary_nll", "depth": 1, "width": 4, "epochs": 3},
        {"dataset": "digits", "kernel": 3, "depth": 1, "width": 3, "epochs": 1, "train_size": 200},
    ],
    ids=["dense", "permuted", "residual", "one output", "convolution"],
)  # fmt: skip
def test_the_share_of_right_answers_is_the_test_accuracy(project, trained, tmp_path, fields):
    known = known_run(project, str(trained(**fields)))
    dataset = DATASETS[fields["dataset"]]()
    test = split(dataset, known.run).test
    rows = np.array([np.flatnonzero((scaled == x).all(1))[0] for scaled in [scaler(dataset, known.run).inputs(dataset.x)] for x in test.x])  # fmt: skip
    file, _ = written(tmp_path / "x.csv", dataset)
    answers = predict(known, file)
    labels = list(dataset.labels) or [str(i) for i in range(dataset.classes)]
    right = answers["class"].map(labels.index).to_numpy()[rows] == test.y
    told = json.loads((known.folder / "run.json").read_text(encoding="utf-8"))
    assert right.mean() == pytest.approx(told["final"]["test"]["accuracy"])
    assert len(answers) == len(dataset.x)
    np.testing.assert_allclose(answers.filter(like="P(").sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("fields", [IRIS, {**IRIS, "permuted": True}, {**IRIS, "train_size": 30}])
def test_the_scaler_does_as_split_does(fields):
    run, dataset = Run(**fields), DATASETS["iris"]()
    mine = {row.tobytes() for row in scaler(dataset, run).inputs(dataset.x)}
    parts = split(dataset, run)
    assert {x.tobytes() for part in (parts.train, parts.test) for x in part.x} <= mine


def test_a_regression_answers_in_the_data_s_units(project, trained, tmp_path):
    fields = {"dataset": "diabetes", "cost": "mse_raw", "depth": 0, "epochs": 30, "eta": 0.01}
    known = known_run(project, str(trained(**fields)))
    dataset = DATASETS["diabetes"]()
    answers = predict(known, written(tmp_path / "x.csv", dataset)[0])["value"].to_numpy()
    squares = np.linalg.lstsq(np.column_stack([dataset.x, np.ones(len(dataset.x))]), dataset.y[:, 0], rcond=None)[0]  # fmt: skip
    best = np.column_stack([dataset.x, np.ones(len(dataset.x))]) @ squares
    assert np.corrcoef(answers, best)[0, 1] > 0.95
    assert abs(answers.mean() - dataset.y.mean()) < 0.2 * dataset.y.std()


def test_the_folder_is_enough(project, trained, tmp_path):
    folder = trained(**IRIS)
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    shutil.rmtree(tmp_path / "results")
    file, frame = written(tmp_path / "x.csv", DATASETS["iris"]())
    assert len(predict(known_run(project, str(moved)), file)) == len(frame)


def test_columns_are_taken_by_their_names(project, trained, tmp_path):
    known = known_run(project, str(trained(**IRIS)))
    file, frame = written(tmp_path / "x.csv", DATASETS["iris"](), list("abcd"))
    saved = known.folder / SCALER
    from mlpstudy.data.scaler import Scaler

    Scaler.load(saved)._replace(columns=np.array(list("abcd"))).save(saved)
    straight = predict(known, file)
    frame[["d", "b", "a", "c"]].assign(more="text").to_csv(tmp_path / "y.csv", index=False)
    pd.testing.assert_frame_equal(predict(known, tmp_path / "y.csv"), straight)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "has 2 columns; the 4 inputs"),
        ("a,b,c,d\n1,2,x,4\n", "is no number, in row 1"),
        ("a,b,c,d\n1,2\n", "line 2 has 2 cells"),
        ("a,b,c,d\n", "has no rows"),
    ],
)
def test_a_wrong_table_is_one_line(project, trained, tmp_path, text, says):
    known = known_run(project, str(trained(**IRIS)))
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as mistake:
        predict(known, tmp_path / "x.csv")
    assert says in str(mistake.value) and "\n" not in str(mistake.value)


def test_a_file_that_is_none_is_one_line(project, trained, tmp_path):
    known = known_run(project, str(trained(**IRIS)))
    for name in ("x.csv", "x.txt.gz", "x"):
        with pytest.raises(Mistake):
            predict(known, tmp_path / name)


def test_a_decimal_comma_is_read_as_the_dataset_s_source_says(project, trained, tmp_path):
    known = known_run(project, str(trained(**IRIS)))
    x = DATASETS["iris"]().x[:5]
    pd.DataFrame(x).to_csv(tmp_path / "x.csv", index=False)
    pd.DataFrame(x).to_csv(tmp_path / "y.csv", index=False, sep=";", decimal=",")
    source = Source(file="x.csv", target=("-",), separator=";", decimal=",")
    straight = predict(known, tmp_path / "x.csv")
    pd.testing.assert_frame_equal(predict(known, tmp_path / "y.csv", source), straight)


@pytest.mark.parametrize("cost", ["nll", "kl", "mse", "binary_nll", "mse_sigmoid"])
def test_probabilities_are_those_of_scipy(cost):
    one = cost in ("binary_nll", "mse_sigmoid")
    a = np.random.default_rng(0).normal(0, 20, (50, 1 if one else 3))
    p = probabilities(a, cost, 2 if one else 3)
    expected = np.column_stack([expit(-a), expit(a)]) if one else softmax(a, axis=1)
    np.testing.assert_allclose(p, expected, atol=1e-12)
