"""A value over a number or over ordered names: lines, with bands or bars for the intervals."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mlpstudy.drawing import facets, style
from mlpstudy.drawing.axes import Along
from mlpstudy.words import Words

FAINTEST = 0.45  # of bars beside the points that they belong to
ASIDE = 0.25  # of the way to the next place: what lines beside each other may take of it


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A line for each level of hue and style, a panel for each of col and row.

    frame: the columns that the description names, `measure` where there are several y, `value`,
    `low`, `high`; a column `theory` is drawn as a thin dashed line.
    """
    picture = facets.picture(spec, frame, words)
    along = picture.along_x()
    entries = draw(picture, along)
    for ax in picture.axes.flat:
        along.put(ax, "x", words, picture.inches)
    picture.scale_values()
    return picture.finish(words.label(spec.x), values_label(spec, words), entries)


def values_label(spec: Any, words: Words) -> str:
    """The name of the axis of values; "" where each row of panels has its own."""
    return words.label(spec.y[0]) if len(spec.y) == 1 else ""


def draw(picture: facets.Picture, along: Along, joined: bool = True) -> list:
    """All lines of all panels. Returns what the legend says beside hue and style."""
    spec = picture.spec
    for ax, panel in picture.panels():
        reference(ax, spec.reference)
        on_a_line = bool(spec.theory) and not along.places  # beside it a point would be off
        meet = panel[along.name].duplicated().any() and not on_a_line
        room = min(facets.WIDE, 72 * picture.inches * along.nearest() * ASIDE)
        for series in picture.series(panel):
            series = series._replace(room=room) if meet else _centred(series)
            _series(ax, series, along, joined, spec.theory)
        ax.set_xmargin(0.05 + facets.WIDE / 2 / 72 / picture.inches)
        ax.autoscale_view()
    return theory_entry(picture, "_" if along.places else "") if spec.theory else []


def _series(ax: Axes, series: facets.Series, along: Along, joined: bool, theory: str) -> None:
    rows = series.rows.assign(_at=along.at(series.rows[along.name])).sort_values("_at")
    if theory and rows[theory].notna().any():
        line = bar("_") if along.places else {"ls": "--", "color": series.look.color, "lw": 1.0}
        across = facets.beside(series, ax, 4.0)  # as the points that it is compared with
        ax.plot(rows["_at"], rows[theory], zorder=2, transform=across, **line)
        ax.update_datalim(rows.loc[rows[theory].notna(), ["_at", theory]].to_numpy(float))
        joined = False
    bands = along.numeric and joined and (series.lines <= facets.FEW or len(rows) > facets.POINTS)
    (_band if bands else _bars)(ax, series, rows, joined)


def _centred(series: facets.Series) -> facets.Series:
    """Where no two lines have a point at one place, or theory is a line, each stands at its own."""
    return series._replace(place=(series.of - 1) / 2)


def _band(ax: Axes, series: facets.Series, rows: pd.DataFrame, joined: bool) -> None:
    line = series.look.line()
    if len(rows) > facets.POINTS:
        line["marker"] = "none"
    ax.plot(rows["_at"], rows["value"], zorder=3, **line)
    if "low" in rows:
        color, ends = series.look.color, (rows["low"], rows["high"])
        ax.fill_between(rows["_at"], *ends, color=color, alpha=0.18, linewidth=0)


def _bars(ax: Axes, series: facets.Series, rows: pd.DataFrame, joined: bool) -> None:
    """Points beside those of the other lines, each with its interval."""
    line = {**series.look.line(), "linewidth": 1.2, "zorder": 3}
    if not joined:
        line["linestyle"] = "none"
    across = facets.beside(series, ax, 4.0)
    ax.plot(rows["_at"], rows["value"], transform=across, **line)
    if "low" in rows:
        color = facets.shade(series.look.color, FAINTEST)
        ends = (rows["low"], rows["high"])
        ax.vlines(rows["_at"], *ends, color=color, lw=1.2, transform=across, zorder=2.5)
    _make_room(ax, rows)


def _make_room(ax: Axes, rows: pd.DataFrame) -> None:
    """Let the limits know of what a shifted transformation hides from them."""
    for name in facets.VALUES:
        if name in rows:
            points = rows[["_at", name]].to_numpy(float)
            ax.update_datalim(points[np.isfinite(points).all(axis=1)])


def reference(ax: Axes, at: float | str | None) -> None:
    """A thin line at a value, or where both axes are equal."""
    if at == "identity":
        ax.axline((0, 0), slope=1, color=style.INK, lw=0.8, zorder=1)
    elif at is not None:
        ax.axhline(float(at), color=style.FAINT, lw=0.9, zorder=1)


def bar(marker: str) -> dict[str, Any]:
    """How theory stands beside points that nothing joins: "_" or, where values go to the right, "|"."""
    return {"ls": "none", "marker": marker, "ms": 11, "mew": 2, "mec": style.FAINT}


def theory_entry(picture: facets.Picture, marker: str = "") -> list:
    """What the legend says of the thin dashed lines, or of the bars of a marker."""
    shown = facets.handle(style.Look(style.FAINT, "none", "--"), linewidth=1.0)
    if marker:
        shown = Line2D([], [], **bar(marker))
    words, column = picture.words, picture.spec.theory
    return [(shown, words.label(column) if column in words.own else words.gettext("theory"))]


def finite(values: pd.Series) -> np.ndarray:
    """The values that are numbers."""
    values = values.to_numpy(float)
    return values[np.isfinite(values)]
