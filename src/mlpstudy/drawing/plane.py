"""Pictures of decision regions in the plane, shared by the studies that show them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from mlpstudy.drawing import style
from mlpstudy.drawing.vector import FIXED

CLASSES = (style.COLOURS[0], style.COLOURS[1])  # blue, orange
MARKS = ("o", "s")
PALE = 0.62  # share of white in the colour of a region at its surest


def regions(ax: Axes, plane: pd.DataFrame) -> None:
    """The regions of two classes, paler towards the border, and the border itself.

    plane: x1, x2 (a square grid, row by row) and a, the second class's a less the first's.
    """
    side = int(round(np.sqrt(len(plane))))
    x1, x2 = plane["x1"].to_numpy().reshape(side, side), plane["x2"].to_numpy().reshape(side, side)
    a = plane["a"].to_numpy(float).reshape(side, side)
    sure = np.abs(np.tanh(np.clip(a, -30, 30) / 4))[..., None]  # 2 P - 1 of half of a
    white = np.ones(3)
    colours = np.array([to_rgb(c) for c in CLASSES])[(a > 0).astype(int)]
    strongest = PALE * white + (1 - PALE) * colours
    weakest = 0.88 * white + 0.12 * colours
    picture = sure * strongest + (1 - sure) * weakest
    box = (x1[0, 0], x1[0, -1], x2[0, 0], x2[-1, 0])
    ax.imshow(picture, extent=box, origin="lower", interpolation="bilinear", aspect="equal")
    if a.min() < 0 < a.max():
        ax.contour(x1, x2, a, levels=[0], colors=style.INK, linewidths=1.1).set_gid(FIXED)
    ax.set(xlim=box[:2], ylim=box[2:])


def examples(ax: Axes, points: pd.DataFrame, size: float = 7) -> None:
    """The examples x1, x2 by class y: dots and squares."""
    for y, here in points.groupby("y"):
        ax.scatter(
            here["x1"],
            here["x2"],
            s=size,
            c=CLASSES[int(y)],
            marker=MARKS[int(y)],
            edgecolors="white",
            linewidths=0.35,
            zorder=3,
            gid=FIXED,
        )


def bare(ax: Axes) -> None:
    """A picture needs neither ticks nor grid."""
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
