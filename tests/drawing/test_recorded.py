"""A figure drawn once and replayed looks as if it had been drawn by Matplotlib itself."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mlpstudy.drawing import style
from mlpstudy.drawing.recorded import Recorded


def _line(ax):
    ax.plot([1, 2, 3], [2, 1, 3], "o--", label="a line")
    ax.legend()


def _tiles(ax):
    ax.pcolormesh(np.arange(6).reshape(2, 3), edgecolor="white", linewidth=1)


def _image(ax):
    ax.imshow(np.linspace(0, 1, 12).reshape(3, 4), interpolation="bilinear")


def _clipped(ax):
    ax.fill_between([0, 1, 2], [0, 1, 0], [1, 2, 3], alpha=0.3)
    ax.scatter([0, 1], [1, 2], s=[9, 90], c=["C0", "C1"])
    ax.set(xlim=(0.2, 1.2))
    ax.collections[0].set_clip_path(ax.patch)


def _turned(ax):
    ax.text(0.5, 0.5, "turned", rotation=30)
    ax.axvspan(0.1, 0.3, hatch="//", fill=False)
    ax.set_ylabel("above\nbelow")


WHAT = pytest.mark.parametrize("draw", [_line, _tiles, _image, _clipped, _turned])


def laid_out(draw):
    with style.context():
        figure, axes = style.panels()
        draw(axes[0, 0])
        figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    return figure


def dots_of(figure, dpi):
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@WHAT
def test_at_its_own_size_every_dot_is_matplotlibs(draw):
    figure = laid_out(draw)
    figure.set_dpi(90)
    assert np.array_equal(Recorded(figure).dots(90), dots_of(figure, 90))


@WHAT
def test_larger_it_is_the_same_picture(draw):
    """Edges and letters may lie elsewhere by a part of a dot."""
    figure = laid_out(draw)
    figure.set_dpi(90)
    larger, expected = Recorded(figure).dots(180), dots_of(figure, 180)
    assert larger.shape == expected.shape
    assert np.abs(larger.astype(int) - expected).mean() < 1.5
    assert (np.abs(larger.mean((0, 2)) - expected.mean((0, 2))) < 30).all()


def test_svg_has_the_size_of_the_figure_and_no_date():
    figure = laid_out(_line)
    text = Recorded(figure).svg()
    width, height = figure.get_size_inches() * 72
    assert f'viewBox="0 0 {width:g} {height:g}"' in text
    assert "<path" in text and "dc:date" not in text
