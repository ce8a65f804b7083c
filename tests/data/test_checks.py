"""Examples as people bring them: what is read right, and what is one line that names the place."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import Dataset, _classification, _regression
from mlpstudy.data.split import split
from mlpstudy.data.store import load, save
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run

X = np.arange(60, dtype=np.float64).reshape(30, 2)
ONE_TO_THREE = np.arange(30) % 3 + 1


def classification(x=X, y=ONE_TO_THREE) -> Dataset:
    return _classification("own", x, y, "", "")


def regression(x=X, y=X[:, 0]) -> Dataset:
    return _regression("own", x, y, "", "")


def line(make, *given) -> str:
    with pytest.raises(Mistake) as error:
        make(*given)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([1, 2, 3], ("1", "2", "3")),
        ([0, 7, 1000], ("0", "7", "1000")),
        ([-1, 1], ("-1", "1")),
        ([-1.0, 1.0], ("-1", "1")),
        ([0.125, 30000.25], ("0.125", "30000.25")),
        ([False, True], ("False", "True")),
        (["hêtre", "épicéa"], ("hêtre", "épicéa")),
        (np.array(["a", "b"], object), ("a", "b")),
        (pd.Series(["x", "y"], dtype="category"), ("x", "y")),
    ],
    ids=str,
)
def test_labels_of_any_kind_become_classes_in_their_order(labels, names):
    labels = np.asarray(labels)
    places = np.arange(30) % len(labels)
    data = classification(y=labels[places])
    assert data.classes == len(labels)
    assert data.y.dtype == np.int64
    assert data.y.tolist() == places.tolist()
    assert data.labels == names


def test_labels_1_to_3_are_divided_and_leave_no_phantom_class():
    parts = split(classification(np.repeat(X, 4, 0), np.repeat(ONE_TO_THREE, 4)), Run())
    assert [len(p.x) for p in (parts.train, parts.validation, parts.test)] == [72, 24, 24]
    assert parts.train.target.shape == (72, 3)


def test_the_names_of_columns_and_labels_are_stored(tmp_path):
    data = classification(pd.DataFrame(X, columns=["hauteur", "âge"]), np.repeat(["a", "b"], 15))
    save(data, tmp_path / "own.npz")
    again = load(tmp_path / "own.npz")
    assert again.columns == ("hauteur", "âge") and again.labels == ("a", "b") and again.divided


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("make", [classification, regression])
def test_a_missing_or_infinite_value_names_its_column_and_row(make, value):
    x = X.copy()
    x[[3, 17], 1] = value
    rest = "2 values are missing or not finite, in rows 4 and 18 of 30; leave these rows out or fill them in"
    assert line(make, x) == f"dataset own: column 2: {rest}"
    named = pd.DataFrame(x, columns=["u", "v"])
    assert line(make, named) == f"dataset own: column v: {rest}"


def test_many_rows_are_counted_and_all_columns_named():
    x = X.copy()
    x[:9, 0], x[0, 1] = np.nan, np.nan
    told = line(classification, x)
    assert "column 1 and column 2: 10 values" in told
    assert "rows 1, 2, 3, 4, 5 and 4 more of 30" in told


def test_a_missing_target_is_named():
    y = X[:, 0].copy()
    y[4] = np.nan
    assert line(regression, X, y).startswith(
        "dataset own: target: 1 value is missing or not finite"
    )


@pytest.mark.parametrize("label", [None, np.nan, pd.NA, ""])
def test_a_missing_label_names_its_row(label):
    y = np.array(["a", "b"] * 15, object)
    y[6] = label
    told = line(classification, X, y)
    assert told == "dataset own: has no label in row 7 of 30; leave these rows out or fill them in"


def test_a_text_among_the_inputs_names_its_column_row_and_value():
    x = pd.DataFrame({"u": X[:, 0], "species": ["oak"] * 30})
    told = "dataset own: column species: 'oak' is not a number (row 1 of 30); give each text a number, or leave it out"
    assert line(classification, x) == told


def test_a_decimal_comma_is_recognised():
    x = pd.DataFrame({"u": ["0.5", "-0,707"] * 15})
    told = "dataset own: column u: '-0,707' is not a number (row 2 of 30); read it with decimal=','"
    assert line(classification, x) == told


def test_numbers_that_came_as_texts_are_read_and_their_gaps_found():
    assert np.array_equal(classification(X.astype(str)).x, X)
    gaps = pd.DataFrame({"u": pd.Series(["1.5", None] * 15, dtype=object)})
    assert "column u: 15 values are missing" in line(classification, gaps)


@pytest.mark.parametrize(
    ("make", "y", "told"),
    [
        (classification, ["a"] * 30, "has one class only, 'a'; two or more, to be told apart"),
        (classification, [0] * 30, "has one class only, '0'; two or more, to be told apart"),
        (regression, [2.5] * 30, "target: is the same in all rows: there is nothing to learn"),
        (classification, [0, 1], "has 30 examples and 2 targets"),
        (regression, np.ones((30, 2)), "has targets of shape (30, 2); one for each example"),
    ],
)
def test_targets_that_cannot_be_learned_are_one_line(make, y, told):
    assert line(make, X, np.array(y)) == f"dataset own: {told}"


@pytest.mark.parametrize("x", [np.arange(30.0), np.empty((0, 2)), np.empty((30, 0))])
def test_inputs_of_another_shape_are_one_line(x):
    assert line(classification, x).startswith("dataset own: has inputs of shape (")


TREES = ";hauteur;âge;espèce\n" + "".join(
    f"{i};{i // 4},{25 * (i % 4):02};{-i};{('épicéa', 'hêtre')[i % 2]}\n" for i in range(20)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_table_of_another_country_is_read_as_the_guide_says(tmp_path, encoding):
    (tmp_path / "own.csv").write_text(TREES, encoding=encoding)
    reading = encoding if encoding == "latin-1" else "utf-8-sig"
    table = pd.read_csv(tmp_path / "own.csv", sep=";", decimal=",", encoding=reading)
    data = classification(table[["hauteur", "âge"]], table["espèce"])
    assert data.x[5].tolist() == [1.25, -5]
    assert data.columns == ("hauteur", "âge") and data.labels == ("hêtre", "épicéa")
