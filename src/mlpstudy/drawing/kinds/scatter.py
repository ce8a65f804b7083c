"""One thing against another, a point for each cell, and the line on which both are equal."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import axes, facets
from mlpstudy.drawing.kinds import line
from mlpstudy.words import Words

SQUARE = 2.7  # inches: the height of panels in which both axes are of one thing
MANY = 200  # points of a panel: more are smaller and can be seen through


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A point for each row.

    frame: a column for x and one for y (by its name, or `value`); `x_low`, `x_high`, `low`, `high`
    where they have intervals; a column `theory` is a thin dashed line.
    """
    y = spec.y[0] if spec.y[0] in frame else "value"
    square = SQUARE if spec.reference == "identity" else 0.0
    picture = facets.picture(spec, frame, words, square)
    for ax, panel in picture.panels():
        line.reference(ax, spec.reference)
        for series in picture.series(panel):
            _points(ax, series, spec.x, y)
            _theory(ax, series, spec)
    for ax in picture.axes.flat:
        for which, column in (("x", spec.x), ("y", y)):
            axes.set_scale(ax, which, line.finite(frame[column]), which in spec.log)
            getattr(ax, f"{which}axis").set_major_formatter(axes.numbers(words))
    entries = line.theory_entry(picture) if spec.theory else []
    return picture.finish(
        words.label(spec.x), line.values_label(spec, words), entries, joined=False
    )


def _points(ax, series: facets.Series, x: str, y: str) -> None:
    rows = series.rows
    many = len(rows) > MANY
    shown = {**series.look.line(), "linestyle": "none", "zorder": 3}
    if many:
        shown |= {"markersize": 2.5, "markeredgewidth": 0, "alpha": 0.6}
    faint = {"color": facets.shade(series.look.color, line.FAINTEST), "lw": 1.0, "zorder": 2}
    if "low" in rows and not many:
        ax.vlines(rows[x], rows["low"], rows["high"], **faint)
    if "x_low" in rows and not many:
        ax.hlines(rows[y], rows["x_low"], rows["x_high"], **faint)
    ax.plot(rows[x], rows[y], **shown)


def _theory(ax, series: facets.Series, spec: Any) -> None:
    if spec.theory and series.rows[spec.theory].notna().any():
        rows = series.rows.sort_values(spec.x)
        ax.plot(rows[spec.x], rows[spec.theory], "--", color=series.look.color, lw=1.0, zorder=1)
