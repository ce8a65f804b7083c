"""Tables as people have brought them, whole: each is read right, or is one line before training."""

from pathlib import Path

import numpy as np
import pytest

from mlpstudy.data.split import examples_of, split
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.sources import Source
from mlpstudy.stages.read import learnable

CASES = Path(__file__).with_name("cases")
LINES = {
    "missing_values": "column v: 3 values are missing, in rows 4, 72 and 141 of 150; missing: drop leaves these rows out",
    "rare_class": "class '2' has 8 examples, 10 are needed for training, validation and test",
    "single_class": "has one class only, '0'; two or more, to be told apart",
    "semicolon_latin1": "is no utf-8 text (byte 9); set encoding: latin-1",
    "semicolon_comma_text": "column hauteur: '-0,707' is no number, in rows 1, 2, 3, 4, 5 and 85 more of 90; set decimal: ','",
}  # fmt: skip
RIGHT = {"labels_1_to_3", "plus_minus_one", "prices", "near_constant"}


def read(name: str, target: str = "class", **more):
    source = Source(file=str(CASES / f"{name}.csv"), target=target, **more)
    return learnable("mine", source).dataset


def parts(dataset, **fields):
    divided = split(dataset, Run(**fields))
    return divided.train, divided.validation, divided.test


def test_every_case_is_tested():
    assert {path.stem for path in CASES.iterdir()} == LINES.keys() | RIGHT


@pytest.mark.parametrize("name", LINES)
def test_what_cannot_be_read_is_one_line(name):
    target = "espèce" if name.startswith("semicolon") else "class"
    with pytest.raises(Mistake) as caught:
        read(name, target)
    assert LINES[name] in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "encoding"), [("semicolon_comma_text", "utf-8"), ("semicolon_latin1", "latin-1")]
)
def test_a_table_of_another_country_is_read_as_its_line_says(name, encoding):
    data = read(name, "espèce", decimal=",", encoding=encoding)
    assert data.columns == ("hauteur", "âge") and data.labels == ("hêtre", "tilleul", "épicéa")
    assert data.x[0].tolist() == [-0.707, 0.319] and data.y[:2].tolist() == [2, 0]


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_gaps_are_filled_or_left_out_on_request(missing):
    data = read("missing_values", missing=missing)
    assert len(data.y) == (147 if missing == "drop" else 150)
    assert all(np.isfinite(part.x).all() for part in parts(data))


def test_labels_1_to_3_are_three_outputs_and_three_parts():
    data = read("labels_1_to_3")
    train, validation, test = parts(data)
    assert [len(part.x) for part in (train, validation, test)] == [72, 24, 24]
    assert train.target.shape[1] == 3 and data.labels == ("1", "2", "3")


def test_signs_are_two_classes():
    data = read("plus_minus_one")
    assert data.labels == ("-1", "1") and set(data.y) == {0, 1}


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_a_column_that_is_constant_but_for_rounding_stays_small(seed):
    data = read("near_constant")
    tiny = data.columns.index("tiny")
    assert all(np.abs(part.x[:, tiny]).max() < 1 for part in parts(data, seed=seed))


def test_prices_ask_for_the_cost_of_a_regression():
    data = read("prices", "price")
    assert data.classes == 0 and data.y[0, 0] == 434155.32
    with pytest.raises(Mistake, match="it has no labels"):
        parts(data, label_noise=0.1)
    [(field, reason)] = misfits(Run(), examples_of(data))
    assert (field, reason) == ("cost", "digits is a regression: use mse_raw")
    assert not [*misfits(Run(cost="mse_raw"), examples_of(data))]
