"""A value for each of some names: points with their intervals, joined by nothing."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import facets
from mlpstudy.drawing.axes import Along
from mlpstudy.drawing.kinds import line
from mlpstudy.words import Words


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A point for each level of x, hue and style, a panel for each of col and row; frame: as for
    lines. Numbers too stand side by side, at equal distances."""
    picture = facets.picture(spec, frame, words)
    along = picture.along_x()
    along = Along(along.name, along.levels, places=True)
    entries = line.draw(picture, along, joined=False)
    for ax in picture.axes.flat:
        along.put(ax, "x", words, picture.inches)
        ax.set_xlim(-0.6, len(along.levels) - 0.4)
    picture.scale_values()
    return picture.finish(
        words.label(spec.x), line.values_label(spec, words), entries, joined=False
    )
