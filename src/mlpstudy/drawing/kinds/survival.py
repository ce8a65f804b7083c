"""The share of networks that are not there yet, pass by pass: steps, with a pointwise band."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import axes, facets
from mlpstudy.words import Words

X = "passes"


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A curve for each level of hue and style, a panel for each of col and row.

    frame: the columns that the description names, `passes`, `share`, `low`, `high`: a share holds
    until the next row.
    """
    picture = facets.picture(spec, frame, words)
    bands = len(picture.channels["hue"]) * len(picture.channels["style"]) < facets.FEW
    for ax, panel in picture.panels():
        for series in picture.series(panel):
            _curve(ax, series, bands)
    for ax in picture.axes.flat:
        ax.set_ylim(-0.04, 1.04)
        ax.yaxis.set_major_formatter(axes.numbers(words))
        _scale(ax, frame, spec, words)
    return picture.finish(words.gettext("passes"), words.gettext("share not there yet"))


def _curve(ax, series: facets.Series, band: bool) -> None:
    rows = series.rows.sort_values(X)
    line = {**series.look.line(), "marker": "none", "drawstyle": "steps-post"}
    ax.plot(rows[X], rows["share"], zorder=3, **line)
    if band:
        ends, color = (rows["low"], rows["high"]), series.look.color
        ax.fill_between(rows[X], *ends, color=color, alpha=0.15, linewidth=0, step="post")


def _scale(ax, frame: pd.DataFrame, spec: Any, words: Words) -> None:
    """From the first pass to the last; logarithmic from 1 on."""
    last = frame[X].max()
    if "x" in spec.log:
        axes.set_scale(ax, "x", [1, last], True)
        ax.set_xlim(1, last)
    else:
        ax.set_xlim(0, last)
    ax.xaxis.set_major_formatter(axes.numbers(words))
