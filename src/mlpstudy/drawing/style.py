"""One style for every figure: what a reader sees stays the same from study to study.

A category is told apart three times: by a colour of the Okabe-Ito palette (safe for colour-blind
readers), by its marker and by its line. The last two suffice on a grey print. Ordered levels
(depth, width) take a ramp of falling lightness instead. Figures are made without pyplot, so that
nothing stays open and nothing leaks from one figure to the next.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mlpstudy.drawing import vector
from mlpstudy.drawing.colours import COLOURS
from mlpstudy.files import write_atomically

mpl.use("Agg")

WIDTH = 5.6  # inches: a phone shows two thirds of it, and still has letters of nine pixels
DPI = 160
TEXT, SMALL, TITLE = 10.6, 10.2, 11.2  # points
INK, FAINT, GRID = "#222222", "#666666", "#e4e4e4"
SEQUENTIAL, DIVERGING = "viridis", "PuOr_r"  # of images: both safe for colour-blind readers

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
LINES = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.5, 1.2, 1.5)))

TIE = {"arrowstyle": "-", "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4, "relpos": (0, 0.5)}

RC: dict[str, Any] = {
    **mpl.style.library["seaborn-v0_8-whitegrid"],  # seaborn's own, without waiting for it
    "patch.force_edgecolor": True,
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": DPI,
    "savefig.facecolor": "white",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib: the same bytes everywhere
    "font.size": TEXT,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "figure.titlesize": TITLE + 1,
    "figure.titleweight": "bold",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "grid.linestyle": "-",
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.bottom": True,
    "ytick.left": False,
    "xtick.major.size": 3,
    "ytick.major.size": 3.5,  # invisible, yet its labels keep that distance
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 1.6,
    "lines.markersize": 5.5,
    "lines.markeredgewidth": 0.7,
    "lines.solid_capstyle": "round",
    "lines.dash_capstyle": "butt",
    "lines.scale_dashes": True,
    "patch.edgecolor": "white",
    "errorbar.capsize": 0,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "legend.title_fontsize": SMALL,
    "legend.handlelength": 2.6,
    "image.cmap": SEQUENTIAL,
    "hatch.color": INK,
    "path.simplify_threshold": 0.3,  # pixels
}


class Look(NamedTuple):
    """How one category is drawn, everywhere."""

    color: str
    marker: str
    linestyle: Any

    def line(self) -> dict[str, Any]:
        """Keyword arguments of Axes.plot: a line, and markers that a white edge sets off."""
        return {**self._asdict(), "markeredgecolor": "white"}


def apply() -> None:
    """Make this the style of all figures drawn from now on."""
    mpl.rcParams.update(RC)


def context() -> contextlib.AbstractContextManager:
    """`with style.context():` figures drawn inside have this style; outside nothing changes."""
    return mpl.rc_context(RC)


def looks(names: Iterable) -> dict[Any, Look]:
    """A look for each category, by its place: give the full list, so that a name keeps its look.

    At most len(COLOURS) * len(LINES) = 32 names; the first eight differ in colour and marker, and
    their lines alternate. Raises ValueError for more, or for a name that comes twice.
    """
    names = list(names)
    if len(set(names)) != len(names):
        raise ValueError("a category comes twice")
    if len(names) > len(COLOURS) * len(LINES):
        raise ValueError(f"{len(names)} categories: no more than {len(COLOURS) * len(LINES)}")
    return {name: _look(place) for place, name in enumerate(names)}


def _look(place: int) -> Look:
    lap, step = divmod(place, len(COLOURS))
    return Look(COLOURS[step], MARKERS[step], LINES[(step + lap) % len(LINES)])


def ramp(levels: Iterable) -> dict[Any, Look]:
    """A look for each level of something ordered, light to dark: lightness says which is more.

    Lines are solid, for lightness keeps the order on a grey print too; markers repeat after eight.
    Raises ValueError for a level given twice.
    """
    levels = list(levels)
    if len(set(levels)) != len(levels):
        raise ValueError("a level comes twice")
    shades = mpl.colormaps[SEQUENTIAL](np.linspace(0.8, 0.02, max(len(levels), 2)))
    return {
        level: Look(colors.to_hex(shades[i]), MARKERS[i % len(MARKERS)], "-")
        for i, level in enumerate(levels)
    }


def readable(color: str) -> str:
    """The colour, darkened until text in it has a contrast of 4.5 to white (WCAG AA)."""
    rgb = np.array(colors.to_rgb(color))
    while contrast(colors.to_hex(rgb)) < 4.5:  # of the colour as it is written
        rgb = rgb * 0.97
    return colors.to_hex(rgb)


def contrast(color) -> float:
    """Contrast to white by WCAG 2: 1 (none) to 21 (black)."""
    c = np.array(colors.to_rgb(color))
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(1.05 / (linear @ (0.2126, 0.7152, 0.0722) + 0.05))


def panels(
    rows: int = 1, columns: int = 1, height: float = 3.6, width: float = WIDTH, **subplots
) -> tuple[Figure, np.ndarray]:
    """A figure and its axes (rows, columns), in this style, which is in force from then on.

    height: of one row, in inches; subplots: what Figure.subplots takes (sharex, width_ratios, ...).
    """
    apply()  # titles and labels read the style when they are written, after this function
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **subplots)


def label_lines(ax: Axes, gap: float = 1.25) -> None:
    """Write every line's label at its right end, in its colour, none over another.

    Call it last, when limits and scales stand. gap: between labels, in heights of the type. A
    label that had to move away is tied to its line's end by a thin line. Lines whose label starts
    with an underscore, as matplotlib has it, and lines without a finite point have none.
    """
    ends = [(line, *end) for line in ax.get_lines() if (end := _end(line)) is not None]
    if not ends:
        return
    ax.figure.draw_without_rendering()  # the layout decides how large the axes are
    box, points = ax.get_window_extent(), ax.figure.dpi / 72
    to_axes = (ax.transData - ax.transAxes).transform
    at = np.clip(to_axes([(x, y) for _, x, y in ends]), 0, 1)
    left = max(at[:, 0].max() + 10 * points / box.width, 1 + 3 * points / box.width)
    places = _spread(at[:, 1], gap * SMALL * points / box.height)
    for (line, *_), end, place in zip(ends, at, places):
        color = readable(line.get_color())
        ax.annotate(
            line.get_label(),
            xy=end,
            xytext=(left, place),
            xycoords="axes fraction",
            va="center",
            color=color,
            fontsize=SMALL,
            arrowprops={**TIE, "color": color},
            annotation_clip=False,
        )


def _end(line) -> tuple[float, float] | None:
    """The last finite point of a line that has a label."""
    if line.get_label().startswith("_") or not line.get_visible():
        return None
    points = np.column_stack([line.get_xdata(orig=False), line.get_ydata(orig=False)]).astype(float)
    points = points[np.isfinite(points).all(axis=1)]
    return tuple(points[-1]) if len(points) else None


def _spread(at: np.ndarray, height: float) -> np.ndarray:
    """Places at least a height apart, in the same order, and nearest to `at` in squares.

    Least squares under y_(i+1) - y_i >= height is the isotonic regression of at_i - i height;
    clipping that keeps them between 0 and 1 (from 0 upwards where there are too many).
    """
    from scipy.optimize import isotonic_regression  # slow to import, and seldom needed

    order = np.argsort(at, kind="stable")
    steps = np.arange(len(at)) * height
    free = isotonic_regression(at[order] - steps).x
    places = np.clip(free, 0, max(1 - steps[-1], 0)) + steps
    result = np.empty_like(places)
    result[order] = places
    return result


def leave_free(figure: Figure, share: float) -> None:
    """The layout leaves a share of the height free, above."""
    if (engine := figure.get_layout_engine()) is not None:
        engine.set(rect=(0, 0, 1, 1 - share))


def save(figure: Figure, path: str | os.PathLike) -> tuple[Path, Path]:
    """Write a figure as path.png, of 160 dpi, and path.svg, the same bytes each time.

    path: without suffix; its folder is made. Each file is renamed into place when it is whole.
    """
    path, dots = Path(path), io.BytesIO()
    with context():
        figure.set_dpi(DPI)
        FigureCanvasAgg(figure).print_png(dots, metadata={"Software": None})
        files = path.with_name(f"{path.name}.png"), path.with_name(f"{path.name}.svg")
        write_atomically(files[0], dots.getvalue())
        write_atomically(files[1], vector.svg(figure).encode())
    if pyplot := sys.modules.get("matplotlib.pyplot"):  # no reason to import it
        pyplot.close(figure)
    return files
