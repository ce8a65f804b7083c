"""A value for each pair of levels: tiles, each with its number."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpstudy.drawing import axes, facets, style
from mlpstudy.drawing.channels import Layout
from mlpstudy.drawing.texts import width_of
from mlpstudy.drawing.tiles import pivot, ranked
from mlpstudy.drawing.vector import FIXED
from mlpstudy.words import Words

TILE = 0.34  # inches: the height of a tile
MISSING = "#e6e6e6"
BESIDE = 0.04  # inches of a tile beside its number


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """x across, y down, the colour and the number of a tile its value.

    frame: columns for x and y, `value`; panels by col and row. Names are ordered by their mean,
    numbers by themselves. What has no row has a pale tile; a level without any value is not shown.
    """
    y = spec.y[0]
    frame = valued(frame, spec)
    sides = {name: ranked(frame, name) for name in (spec.x, y)}
    height = TILE * len(sides[y])
    layout = Layout.of(spec)._replace(y=(y,), hue=None, style=None)
    picture = facets.picture(layout, frame, words, height, sharex=True, sharey=True)
    scale = norm(frame["value"], spec.reference)
    map_ = style.DIVERGING if isinstance(scale, colors.CenteredNorm) else style.SEQUENTIAL
    places = decimals(frame["value"])
    numbered = _fit(frame["value"], places, picture.inches / len(sides[spec.x]), words)
    for ax, panel in picture.panels():
        tiles = pivot(panel, spec.x, y, sides)
        shown = ax.pcolormesh(tiles, gid=FIXED, cmap=map_, norm=scale)
        _part(ax, tiles)
        if numbered:
            _number(ax, tiles, places, shown, words)
        _name(ax, spec.x, y, sides, words, picture.inches)
    if not numbered:
        _bar(picture, shown, frame["value"], words)
    return picture.finish(words.label(spec.x), words.label(spec.value))


def _fit(values: pd.Series, places: int, inches: float, words: Words) -> bool:
    """Whether all numbers are narrower than a tile."""
    seen = values[np.isfinite(values.astype(float))]
    widest = max((width_of(words.exact(value, places)) for value in seen), default=0.0)
    return widest / 72 + BESIDE <= inches


def valued(frame: pd.DataFrame, spec: Any) -> pd.DataFrame:
    """The rows of levels that have a value somewhere."""
    seen = frame[np.isfinite(frame["value"].astype(float))]
    for name in (spec.x, spec.y[0]):
        frame = frame[frame[name].isin(seen[name])]
    return frame


def _bar(picture: facets.Picture, shown: Any, values: pd.Series, words: Words) -> None:
    """What the colours say, where no number does."""
    beyond = {"extend": "both"} if _beyond(values, shown.norm) else {}
    axes_ = list(picture.axes.flat)
    bar = picture.figure.colorbar(shown, ax=axes_, aspect=30, pad=0.02, **beyond)
    bar.solids.set(gid=FIXED, edgecolor="face", rasterized=True)
    bar.ax.yaxis.set_major_formatter(axes.numbers(words))


def norm(values: pd.Series, reference: float | None) -> colors.Normalize:
    """From the least to the most; on both sides of the reference, or of 0, as far to both.

    A few values that lie far out have the colour of the end, which then is a point.
    """
    seen = values.to_numpy(float)
    seen = seen[np.isfinite(seen)]
    centre = 0.0 if reference is None else float(reference)
    if reference is not None or (seen.min(initial=0) < 0 < seen.max(initial=0)):
        away = np.abs(seen - centre)
        usual = np.quantile(away, 0.9) if len(away) else 1.0
        most = away.max(initial=0) or 1.0
        return colors.CenteredNorm(centre, usual if 0 < usual < most / 1.5 else most)
    return colors.Normalize(min(seen, default=0), max(seen, default=1))


def _beyond(values: pd.Series, scale: colors.Normalize) -> bool:
    return bool((values < scale.vmin).any() or (values > scale.vmax).any())


def decimals(values: pd.Series) -> int:
    """As many for all numbers: three digits of the largest."""
    most = np.abs(values.to_numpy(float)[np.isfinite(values)]).max(initial=0)
    return max(0, 2 - math.floor(math.log10(most))) if most else 0


def _number(ax: Axes, tiles: np.ndarray, places: int, shown: Any, words: Words) -> None:
    """The number of each tile, black or white as its colour asks."""
    rgba = shown.cmap(shown.norm(tiles))
    for (i, j), value in np.ndenumerate(tiles):
        if np.isfinite(value):
            ink = "white" if style.contrast(rgba[i, j, :3]) > 4.0 else style.INK
            text = words.exact(value, places)
            at = {"ha": "center", "va": "center", "fontsize": style.SMALL, "gid": FIXED}
            ax.text(j + 0.5, i + 0.5, text, color=ink, **at)


def _part(ax: Axes, tiles: np.ndarray) -> None:
    """Paper between the tiles."""
    rows, columns = tiles.shape
    look = {"color": "white", "lw": 1.5, "zorder": 2}
    ax.hlines(range(1, rows), 0, columns, **look)
    ax.vlines(range(1, columns), 0, rows, **look)


def _name(ax: Axes, x: str, y: str, sides: dict, words: Words, inches: float) -> None:
    ax.set_facecolor(MISSING)
    ax.grid(False)
    ax.tick_params(left=False, bottom=False)
    for which, name in (("x", x), ("y", y)):
        labels = [axes.tick(name, level, words) for level in sides[name]]
        axis = getattr(ax, f"{which}axis")
        axis.set_ticks(np.arange(len(labels)) + 0.5, labels)
        axes.turn(axis, labels, inches)
    ax.set_ylim(len(sides[y]), 0)
