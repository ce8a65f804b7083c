"""Error surfaces as contour maps and as reliefs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure

from mlpstudy.drawing import style
from mlpstudy.drawing.axes import numbers
from mlpstudy.drawing.texts import wrapped
from mlpstudy.drawing.vector import FIXED
from mlpstudy.words import Words

GREEN, ORANGE = "#009e73", "#e69f00"
LEVELS = 16
LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.85}


def one_one_one(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """The whole surface of a network of two weights, as contour and as relief, for each cost."""
    surface, paths = tables["surface"], tables["paths"]
    costs = surface.groupby("cost", sort=False)
    figure, axes = style.panels(2, costs.ngroups, height=2.6)
    for (above, below), (cost, rows) in zip(axes.T, costs, strict=True):
        w, v, loss, flat = _square(rows, "w", "v", "loss", "flat")
        top = np.quantile(loss, 0.97)
        _contours(above, w, v, loss, loss.min() + (top - loss.min()) * _rising())
        flats = above.contourf(w, v, flat, levels=[0.5, 1.5], colors="none", hatches=["...."])
        flats.set_rasterized(True)
        for _, path in paths[paths["cost"] == cost].groupby("start"):
            _path(above, path["w"].to_numpy(), path["v"].to_numpy())
        above.set(title=words.value("cost", cost), xlabel="w", ylabel="v")
        _numbered(above, words)
        _relief(figure, below, w, v, loss, (None, top), words, ("w", "v"))
    return figure


def xor(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """The 2-2-1 surface in a plane through a solution, its twin and a failure."""
    x, y, loss = _square(tables["plane"], "across", "up", "loss")
    figure, axes = style.panels(1, 1, height=4.6)
    ax = axes[0, 0]
    levels = np.linspace(loss.min(), np.quantile(loss, 0.98), LEVELS)
    _contours(ax, x, y, loss, levels)
    ends = {"solved": words.gettext("solved"), "failed": words.gettext("stuck")}
    ends["twin"] = words.gettext("its twin")
    for name, path in tables["plane_paths"].groupby("path"):
        across, up = path["across"].to_numpy(), path["up"].to_numpy()
        _path(ax, across, up, ORANGE if name == "failed" else GREEN)
        height = words.gettext("loss {loss}", loss=words.number(path["loss"].iloc[-1], 2))
        _mark(ax, across[-1], up[-1], f"{ends[name]}\n{height}")
    distance = words.gettext("distance in weight space")
    ax.set(xlabel=distance, ylabel=distance)
    ax.locator_params(nbins=5, integer=True)
    _numbered(ax, words)
    return figure


def slices(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """Filter-normalised slices of larger networks."""
    surface, cell = tables["slices"], ["depth", "residual"]
    bent = tables["bent"].groupby(cell)["share"].mean()
    networks = surface.groupby(cell, sort=False)
    figure, axes = style.panels(1, networks.ngroups, height=2.5)
    low = max(surface["loss"].min(), 1e-3)
    levels = np.geomspace(low, max(np.quantile(surface["loss"], 0.9), 2 * low), LEVELS)
    for above, (network, rows) in zip(axes[0], networks, strict=True):
        x, y, loss = _square(rows, "across", "up", "loss")
        loss = np.clip(loss, low, None)
        _contours(above, x, y, loss, levels)
        above.plot([0], [0], "o", color="white", ms=5, mec="black", mew=0.7, gid=FIXED)
        named = words.condition(dict(zip(cell, network, strict=True)))
        above.set_title(wrapped(named, 1.7, style.TEXT, bold=True), fontsize=style.TEXT)
        share = words.gettext("{share} bent down", share=words.percent(bent[network], 2))
        above.set(xticks=[], yticks=[])
        above.set_xlabel(share, fontsize=style.SMALL)
    return figure


def _square(frame: pd.DataFrame, *columns: str) -> list[np.ndarray]:
    """Columns of a square grid, row by row, as matrices."""
    side = int(round(np.sqrt(len(frame))))
    return [frame[column].to_numpy(float).reshape(side, side) for column in columns]


def _rising() -> np.ndarray:
    """Shares of the height, closer together where the surface is low."""
    return np.linspace(0.05, 1, LEVELS) ** 2


def _contours(ax: Axes, x, y, z, levels: np.ndarray) -> None:
    """A colour step at every level: as much ink for the low ground as for the high."""
    norm = BoundaryNorm(levels, 256, extend="both")
    steps = ax.contourf(x, y, z, levels=levels, cmap=style.SEQUENTIAL, norm=norm, extend="both")
    lines = ax.contour(x, y, z, levels=levels, colors="white", linewidths=0.35, alpha=0.6)
    for drawn in (steps, lines):
        drawn.set_rasterized(True)
    ax.grid(visible=False)
    ax.set(aspect="equal", xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))


def _numbered(ax: Axes, words: Words) -> None:
    """Numbers at the ticks as the language writes them."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(numbers(words))


def _path(ax: Axes, x: np.ndarray, y: np.ndarray, color: str = "white") -> None:
    """A descent: a ring where it starts, a dot where it ends; a place alone is a dot."""
    lines = [
        *ax.plot(x, y, color="black", lw=2.6, alpha=0.55, zorder=3),
        *ax.plot(x, y, color=color, lw=1.3, zorder=4),
        *ax.plot(x[:-1][:1], y[:-1][:1], "o", mfc="none", mec=color, ms=6, mew=1.4, zorder=5),
        *ax.plot(x[-1:], y[-1:], "o", color=color, ms=6, mec="black", mew=0.7, zorder=6),
    ]
    for line in lines:  # over a map, which is the same on dark paper
        line.set_gid(FIXED)


def _mark(ax: Axes, x: float, y: float, text: str) -> None:
    offset = {"xytext": (0, 9), "textcoords": "offset points", "ha": "center"}
    ax.annotate(text, (x, y), **offset, fontsize=style.SMALL, bbox=LABEL, zorder=7)


def _relief(
    figure: Figure, ax: Axes, x, y, z, ends: Sequence, words: Words, labels: Sequence = ("", "")
) -> None:
    """Replaces an axis by a relief of the same surface between two heights; None: the lowest."""
    place = ax.get_subplotspec()
    ax.remove()
    relief = figure.add_subplot(place, projection="3d")
    low, high = ends
    counts = {"rcount": 60, "ccount": 60, "linewidth": 0, "antialiased": True}
    surface = relief.plot_surface(
        x, y, np.minimum(z, high), cmap=style.SEQUENTIAL, vmin=low, vmax=high, **counts
    )
    surface.set_rasterized(True)
    if low is not None:
        relief.set_zlim(low, high)
    relief.view_init(elev=38, azim=-122)
    relief.set_box_aspect((1, 1, 0.55), zoom=1.12)
    relief.set_xlabel(labels[0], labelpad=-8)
    relief.set_ylabel(labels[1], labelpad=-8)
    relief.tick_params(pad=-4, labelsize=style.SMALL)
    relief.locator_params(nbins=4)
    for axis in (relief.xaxis, relief.yaxis, relief.zaxis):
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color(style.FAINT)
        axis.set_major_formatter(numbers(words))
