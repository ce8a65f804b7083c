"""The style keeps its promises: legible without colour, labels apart, the same bytes."""

import os

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from mlpstudy.drawing import style

FRAME = pd.DataFrame({"depth": [1, 2, 3], "value": [1.0, 0.9, 0.5]})


@pytest.fixture(autouse=True)
def untouched():
    with mpl.rc_context():
        yield
    assert not plt.get_fignums()


def figure_of(values, names=None, **limits):
    figure, axes = style.panels()
    names = names or [f"line {i}" for i in range(len(values))]
    for name, look, value in zip(names, style.looks(names).values(), values):
        axes[0, 0].plot(FRAME["depth"], FRAME["value"] + value, label=name, **look.line())
    axes[0, 0].set(**limits)
    return figure, axes[0, 0]


def test_looks_are_told_apart_without_colour():
    looks = style.looks(map(str, range(32)))
    assert len({(look.marker, look.linestyle) for look in looks.values()}) == 32
    assert len({look.color for look in list(looks.values())[:8]}) == 8
    neighbours = zip(style.COLOURS, style.COLOURS[1:])
    assert all(abs(lightness(a) - lightness(b)) > 6 for a, b in neighbours)


def lightness(color):
    """CIE L*, 0 to 100: how light the colour is on a grey print."""
    return 116 * (1.05 / style.contrast(color) - 0.05) ** (1 / 3) - 16


def test_a_name_s_look_depends_on_its_place_only():
    assert style.looks("abc")["b"] == style.looks("xbz")["b"]
    with pytest.raises(ValueError, match="33 categories: no more than 32"):
        style.looks(map(str, range(33)))
    for several in (style.looks, style.ramp):
        with pytest.raises(ValueError, match="twice"):
            several(["a", "a"])


@pytest.mark.parametrize("n", [1, 2, 8, 20])
def test_ramp_falls_in_lightness(n):
    shades = [lightness(look.color) for look in style.ramp(range(n)).values()]
    assert (np.diff(shades) < 0).all() and max(shades) < 80


@pytest.mark.parametrize("color", [*style.COLOURS, "#ffff00", "white"])
def test_text_is_readable(color):
    assert style.contrast(style.readable(color)) >= 4.5


def test_contrast_of_known_colours():
    assert style.contrast("white") == pytest.approx(1)
    assert style.contrast("black") == pytest.approx(21)
    assert style.contrast("#767676") == pytest.approx(4.54, abs=0.005)  # the grey of WCAG


def test_spread_is_least_squares():
    at, height = np.array([0.5, 0.1, 0.52, 0.95, 0.97, 0.51]), 0.08
    order = np.argsort(at)
    apart = {"type": "ineq", "fun": lambda p: np.diff(p[order]) - height}
    oracle = minimize(lambda p: np.sum((p - at) ** 2), at, constraints=[apart], bounds=[(0, 1)] * 6)
    assert_allclose(style._spread(at, height), oracle.x, atol=1e-4)


def test_labels_do_not_overlap_and_keep_their_order():
    figure, ax = figure_of([0, 0.001, 0.002, 0.003, 0.5, 0.501, -0.4], ylim=(0, 1.05))
    style.label_lines(ax)
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts]  # without their ties
    assert len(boxes) == 7
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.x0 > ax.get_window_extent().x1 for box in boxes)
    assert max(box.x1 for box in boxes) <= figure.bbox.x1  # nothing is cut off
    height = {text.get_text(): box.y0 for text, box in zip(ax.texts, boxes)}
    assert height["line 0"] < height["line 1"] < height["line 3"] < height["line 4"]


def test_lines_without_a_name_or_a_point_have_no_label():
    figure, ax = figure_of([0, np.nan], names=["named", "empty"])
    ax.axhline(0.5)
    style.label_lines(ax)
    assert [text.get_text() for text in ax.texts] == ["named"]
    bare = style.panels()[1][0, 0]
    style.label_lines(bare)
    assert not bare.texts


def test_saved_again_the_bytes_are_the_same(tmp_path):
    contents = []
    for folder in ("one", "two"):
        figure, ax = figure_of([0, 0.2])
        style.label_lines(ax)
        paths = style.save(figure, tmp_path / folder / "fig.one")
        assert [path.name for path in paths] == ["fig.one.png", "fig.one.svg"]
        assert sorted(os.listdir(tmp_path / folder)) == ["fig.one.png", "fig.one.svg"]
        contents.append([path.read_bytes() for path in paths])
    assert contents[0] == contents[1]
    png, svg = contents[0]
    assert png.startswith(b"\x89PNG") and b"Software" not in png
    assert int.from_bytes(png[16:20]) == round(style.WIDTH * style.DPI)
    assert b"<svg" in svg and b"dc:date" not in svg


def test_a_failed_save_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        style.save(style.panels()[0], tmp_path / "figure")
    assert not os.listdir(tmp_path)


def test_context_gives_back_what_was_there():
    before = mpl.rcParams["axes.titlelocation"]
    with style.context():
        assert mpl.rcParams["axes.titlelocation"] == "left"
    assert mpl.rcParams["axes.titlelocation"] == before
    style.apply()
    assert mpl.rcParams["axes.titlelocation"] == "left"


def test_save_closes_a_figure_of_pyplot(tmp_path):
    figure, _ = plt.subplots()
    style.save(figure, tmp_path / "figure")
    assert not plt.get_fignums()
