"""The regions that networks give to two classes in the plane, the border, and the examples."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import facets, plane, style
from mlpstudy.words import Words

SHOWN = 120  # examples of a panel
DENSE = 120  # of them to a square inch
SIZE = 6.0  # of one, in square points; smaller in small panels


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A picture of the plane for each level of col and row.

    frame: x and y (a square grid, row by row), `value`: the second class's a less the first's. Rows
    without a value are examples, of the class in `label`.
    """
    columns = max(1, len(facets.channels(spec, frame)["col"]))
    side = (style.WIDTH - 0.7) / min(columns, facets.MOST_COLUMNS if not spec.row else columns)
    picture = facets.picture(spec, frame, words, side, sharex=False, sharey=False)
    for ax, panel in picture.panels():
        panel = panel.rename(columns={spec.x: "x1", spec.y[0]: "x2", "value": "a"})
        examples = panel[panel["a"].isna()]
        plane.regions(ax, panel[panel["a"].notna()])
        if len(examples):
            few = examples.iloc[: min(SHOWN, int(DENSE * side**2))]
            shown = few.assign(y=few["label"].astype(int))
            plane.examples(ax, shown, min(SIZE, SIZE * side / 1.6))
        plane.bare(ax)
    return picture.finish("", "")
