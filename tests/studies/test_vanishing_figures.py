"""The picture of a vanishing gradient: a line for each cell, names where they are apart."""

import matplotlib as mpl
import pandas as pd
import pytest

from mlpstudy.studies.vanishing.figures import SEEN, fading
from mlpstudy.words import Words


@pytest.fixture(autouse=True)
def untouched():
    with mpl.rc_context():
        yield


def profiles(*cells):
    """A profile of four layers for each (activation, initialization, decades lost per layer)."""
    rows = [
        (activation, start, layer, -lost * (4 - layer))
        for activation, start, lost in cells
        for layer in range(1, 5)
    ]
    return pd.DataFrame(rows, columns=["activation", "initialization", "layer", "value"])


def test_a_line_for_each_cell_and_a_name_for_those_with_a_colour():
    table = profiles(
        ("sigmoid", "old_uniform", 2.0), ("relu", "he_normal", 0.0),
        ("tanh", "orthogonal", 0.0), ("selu", "he_normal", 0.1),
    )  # fmt: skip
    (ax,) = fading({"figure_profiles": table}, {}, Words("fr")).axes
    assert [line.get_ydata()[0] for line in ax.get_lines()] == [-6, 0, 0, pytest.approx(-0.3)]
    assert [line.get_color() for line in ax.get_lines()][0] == SEEN["sigmoid", "old_uniform"]
    names = {text.get_text(): text.xy[1] for text in ax.texts}
    assert set(names) == {"sigmoïde, ancienne uniforme", "ReLU, He", "tanh, orthogonale"}
    first, second = sorted((names["ReLU, He"], names["tanh, orthogonale"]))
    assert second - first > 0.2
    assert [label.get_text() for label in ax.get_yticklabels()] == ["10⁻⁴", "1"]
