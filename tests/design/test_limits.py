"""What one figure cannot show is refused before anything is drawn."""

import subprocess
import sys

import pytest

from mlpstudy.design.limits import limits, with_measures
from tests.drawing.drawn import spec

MANY = {"activation": [f"g{i}" for i in range(33)], "depth": list(range(1, 41))}


@pytest.mark.parametrize(
    ("more", "levels", "problem"),
    [
        ({"hue": "activation"}, MANY, "33 levels of hue: at most 32 can be told apart"),
        ({"hue": "depth"}, {"depth": list(range(41))}, "41 levels of hue: at most 40"),
        ({"hue": "activation", "style": "cost"}, {"activation": list("abcdefghi"), "cost": ["a"]},
         "9 levels of hue: at most 8"),
        ({"style": "activation"}, {"activation": list("abcde")}, "5 levels of style: at most 4"),
        ({"y": list("abcde"), "y_as": "style"}, {}, "5 levels of style: at most 4"),
        ({"col": "depth"}, MANY, "40 panels: at most 30"),
        ({"kind": "heatmap", "x": "width", "y": "depth", "value": "test_error"},
         {"depth": list(range(41))}, "41 levels of depth: at most 40"),
    ],
)  # fmt: skip
def test_too_much_is_refused(more, levels, problem):
    assert limits(spec(**more), levels).startswith(problem)


@pytest.mark.parametrize(
    ("more", "levels"),
    [
        ({"hue": "activation"}, {"activation": MANY["activation"][:32]}),
        ({"hue": "depth"}, MANY),  # shades of one colour
        (
            {"hue": "activation", "style": "cost"},
            {"activation": list("abcdefgh"), "cost": [*"abcd"]},
        ),
        ({}, {}),
    ],
)
def test_what_can_be_told_apart_is_not(more, levels):
    assert limits(spec(**more), levels) == ""


@pytest.mark.parametrize("channel", ["row", "col", "hue", "style"])
def test_several_measures_are_one_more_column_of_a_channel(channel):
    columns = with_measures(spec(y=["test_loss", "test_error"], y_as=channel, hue="depth"))
    expected = {"hue": ("depth",), "style": (), "col": (), "row": ()}
    expected[channel] += ("measure",)
    assert columns == expected


def test_the_check_of_a_study_loads_nothing_that_draws():
    loaded = (
        "import sys, mlpstudy.design.limits; print({'matplotlib', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
