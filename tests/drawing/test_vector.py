"""A figure as SVG: its texts, its colours in light and dark, what it is cut to; and what it is not."""

import base64
import io
import re
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image

from mlpstudy.drawing import dark, letters, style, vector

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def untouched():
    with mpl.rc_context():
        yield


def figure_of(plot):
    figure, axes = style.panels(height=2)
    plot(axes[0, 0])
    return figure


def written(plot, **said):
    return vector.svg(figure_of(plot), vector.Texts(**said))


def elements(text, name):
    return list(ElementTree.fromstring(text).iter(f"{SVG}{name}"))


def test_a_picture_holds_its_texts_and_what_is_said_of_it_and_no_id_or_style():
    text = written(
        lambda ax: ax.set_title("a < b & c"), title="Less", note="n = 3", label='"L"', language="fr"
    )
    root = ElementTree.fromstring(text)
    assert (root.get("aria-label"), root.get("lang"), root.get("role")) == ('"L"', "fr", "img")
    assert {"a < b & c", "Less", "n = 3"} <= {each.text for each in elements(text, "text")}
    assert not re.search(r"\s(id|style)=", text)


def test_the_same_figure_has_the_same_bytes():
    assert written(lambda ax: ax.plot([1, 2])) == written(lambda ax: ax.plot([1, 2]))


def test_a_colour_is_exact_and_has_a_partner_for_dark_paper():
    text = written(lambda ax: ax.plot([1, 2], color="#0072b2"))
    (line,) = [each for each in elements(text, "path") if each.get("stroke") == "#0072b2"]
    assert line.get("fill") == "none"
    assert f'[stroke="#0072b2"]{{stroke:{dark.dark("#0072b2")}}}' in text


def test_the_colours_of_a_map_are_the_same_on_dark_paper():
    def tiles(ax):
        ax.pcolormesh([[0.0, 1.0]], cmap="viridis", gid=vector.FIXED, edgecolor="white")

    text = written(tiles)
    fills = {each.get("fill") for each in elements(text, "path")}
    assert {"rgb(68,1,84)", "rgb(253,231,37)"} <= fills
    assert not {"#440154", "#fde725"} & vector.colours([text])


def test_what_reaches_out_of_a_panel_is_cut_to_it():
    def beyond(ax):
        ax.plot([0, 1], [-50, 50], color="#d55e00")
        ax.set_ylim(0, 1)

    inner = [each for each in elements(written(beyond), "svg") if each.get("viewBox")][1:]
    (cut,) = [each for each in inner if each.find(f"{SVG}path[@stroke='#d55e00']") is not None]
    assert 0 < float(cut.get("height")) < 2 * vector.DPI


def test_dots_are_a_picture_inside_the_right_way_up():
    """A map of which the upper half is red."""
    map_ = np.zeros((2, 1, 3))
    map_[0] = (1.0, 0.0, 0.0)
    text = written(lambda ax: ax.imshow(map_, interpolation="none", aspect="auto"))
    (image,) = elements(text, "image")
    source = base64.b64decode(image.get("href").partition(",")[2])
    dots = np.asarray(Image.open(io.BytesIO(source)).convert("RGB"))
    assert dots[0, 0].tolist() == [255, 0, 0] and dots[-1, 0].tolist() == [0, 0, 0]


def test_a_page_has_the_picture_without_its_paper_and_title():
    text = written(lambda ax: ax.plot([1, 2]), title="Two lines of a title " * 5, note="n = 2")
    inner = vector.bare(text)
    root = ElementTree.fromstring(inner)
    whole = ElementTree.fromstring(text)
    assert root.get("viewBox") == f"0 0 {whole.get('width')} {2 * vector.DPI}"
    assert root.get("height") == f"{2 * vector.DPI}" and float(whole.get("height")) > 250
    assert "<style>" not in inner and "title" not in inner and "<rect" not in inner
    with pytest.raises(ValueError, match="no picture"):
        vector.bare("<svg>")


@pytest.mark.parametrize(
    ("codes", "outline"),
    [
        ([1, 2, 79], "M0 0L1.5 2z"),
        ([1, 3, 3], "M0 0Q1.5 2 3 -1"),
        ([1, 2, 1], "M0 0L1.5 2M3 -1"),
    ],
)
def test_a_path_in_the_words_of_svg(codes, outline):
    assert vector.outline(Path([(0, 0), (1.5, 2), (3, -1)], codes)) == outline


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-0.001, "0"), (1.239, "1.24"), (12.34, "12.3"), (30.0, "30")]
)
def test_numbers_are_short(value, text):
    assert vector.number(value) == text


def test_a_text_is_as_wide_as_in_helvetica():
    """Adobe's metrics: H 722, i 222, space 278; in bold 722, 278, 278."""
    assert letters.width_of("Hi ", 10) == pytest.approx(12.22)
    assert letters.width_of("Hi ", 10, bold=True) == pytest.approx(12.78)
    assert letters.lines_of("Hi Hi Hi", 25, 10) == ["Hi Hi", "Hi"]
    assert letters.lines_of("Hippopotamus", 5, 10) == ["Hippopotamus"]


@pytest.mark.parametrize("color", [*style.COLOURS, style.INK, style.FAINT])
def test_a_colour_stands_out_from_dark_paper_as_from_white(color):
    least = min(dark.contrast(color, "#ffffff"), dark.MOST)
    assert dark.contrast(dark.dark(color), dark.PAPER) >= least - 0.1


def test_greys_change_places():
    shown = [dark.contrast(dark.dark(f"#{level:02x}{level:02x}{level:02x}"), dark.PAPER)
             for level in (0, 60, 128, 200, 254)]  # fmt: skip
    assert shown == sorted(shown, reverse=True) and shown[0] > 14 and shown[-1] < 1.1
