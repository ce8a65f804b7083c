"""A value along the layers of a network, and what theory says of it, as thin dashed lines."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import facets
from mlpstudy.drawing.kinds import line
from mlpstudy.words import Words


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """Over the layers, 1 the first; frame: as for lines. Where theory has a value points are not
    joined: the line is theory's."""
    picture = facets.picture(spec, frame, words)
    along = picture.along_x()
    entries = line.draw(picture, along)
    for ax in picture.axes.flat:
        along.put(ax, "x", words, picture.inches)
    picture.scale_values()
    return picture.finish(words.label(along.name), line.values_label(spec, words), entries)
