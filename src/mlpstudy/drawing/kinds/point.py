"""A value for each of some names: points with their intervals, joined by nothing."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpstudy.drawing import axes, facets, style
from mlpstudy.drawing.axes import Along
from mlpstudy.drawing.channels import MEASURE
from mlpstudy.drawing.kinds import line
from mlpstudy.drawing.texts import wrapped
from mlpstudy.words import Words

BESIDE = 0.12  # inches of a row for each of several points
TURNED = 1.25  # panels: what names side by side may need before they stand below each other


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A point for each level of x, hue and style, a panel for each of col and row; frame: as for
    lines. Numbers too stand at equal distances. Long names stand below each other, and values go
    to the right.
    """
    picture = facets.picture(spec, frame, words)
    along = picture.along_x()
    along = Along(along.name, along.levels, places=True)
    names = [axes.tick(along.name, level, words) for level in along.levels]
    if axes.room(names) > TURNED * picture.inches:
        return _sideways(spec, frame, words, along, names)
    entries = line.draw(picture, along, joined=False)
    for ax in picture.axes.flat:
        along.put(ax, "x", words, picture.inches)
        ax.set_xlim(-0.6, len(along.levels) - 0.4)
    picture.scale_values()
    return picture.finish(
        words.label(spec.x), line.values_label(spec, words), entries, joined=False
    )


def _sideways(
    spec: Any, frame: pd.DataFrame, words: Words, along: Along, names: list[str]
) -> Figure:
    found = facets.channels(spec, frame)
    scale = next((name for name in ("row", "col") if MEASURE in found[name].fields), "all")
    series_of = len(found["hue"]) * len(found["style"])
    names, row = facets.rows_below(names)
    margin, height = facets.margin_of(names), max(row, BESIDE * series_of) * len(names) + 0.15
    most = facets.fit(margin)
    picture = facets.picture(spec, frame, words, height, most, sharey=True, sharex=scale)
    picture.margin = margin + 0.15
    for ax, panel in picture.panels():
        if isinstance(spec.reference, float):
            ax.axvline(spec.reference, color=style.FAINT, lw=0.9, zorder=1)
        for series in picture.series(panel):
            _row_points(ax, series, along, spec.theory)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_formatter(axes.numbers(words))
        if scale == "row":
            label = words.label(panel[MEASURE].iloc[0])
            ax.set_xlabel(wrapped(label, picture.inches, style.TEXT))
    entries = line.theory_entry(picture, "|") if spec.theory else []
    if scale == "row":
        picture.called = dict.fromkeys(picture.channels["row"].levels, " ")
    return picture.finish(
        line.values_label(spec, words) if scale == "all" else "", "", entries, joined=False
    )


def _row_points(ax: Axes, series: facets.Series, along: Along, theory: str | None) -> None:
    """The points of a series in their rows, beside those of the others; theory: bars upright."""
    rows, step = series.rows, min(0.24, 0.7 / max(series.of, 1))
    at = along.at(rows[along.name]) + step * (series.place - (series.of - 1) / 2)
    if "low" in rows:
        color = facets.shade(series.look.color, line.FAINTEST)
        ax.hlines(at, rows["low"], rows["high"], color=color, lw=1.6, zorder=2.5)
    if theory:
        ax.plot(rows[theory], at, zorder=2, **line.bar("|"))
    values = rows["value"].to_numpy(float)
    ax.plot(
        np.where(np.isfinite(values), values, np.nan),
        at,
        **{**series.look.line(), "linestyle": "none", "zorder": 3},
    )
