"""Cells of tables, by hand."""

import pytest

from mlpstudy.report.phrases import cell
from mlpstudy.report.words import chosen


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.25, "0.250", "0,250"),
        (12345, "12\u202f345", "12\u202f345"),
        ([0.1, 2], "0.100, 2", "0,100\u202f; 2"),
        (True, "true", "oui"),
        (None, "—", "—"),
        ("training loss", "training loss", "coût d'apprentissage"),
        ("label_noise", "label_noise", "bruit d'étiquettes"),  # a name of the code that has words
        ("mnist_1d", "mnist_1d", "mnist_1d"),
        ("1,954 parameters", "1,954 parameters", "1\u202f954 paramètres"),
        ("tensor([0.5, 1])", "tensor([0.5, 1])", "tensor([0.5, 1])"),  # a program's own words
        ("w = 0.5", "w = 0.5", "w = 0.5"),
    ],
)
def test_cell(value, english, french):
    assert (chosen(cell(value), "en"), chosen(cell(value), "fr")) == (english, french)
