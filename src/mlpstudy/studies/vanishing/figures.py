"""How much of the error arrives at each layer, on its way down."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from mlpstudy.drawing import style
from mlpstudy.drawing.axes import SUPERSCRIPT
from mlpstudy.words import Words

SEEN = {  # cells that have a colour and a name; the others are grey
    ("sigmoid", "old_uniform"): style.COLOURS[5],
    ("sigmoid", "glorot_normal"): style.COLOURS[1],
    ("tanh", "old_uniform"): style.COLOURS[6],
    ("relu", "old_uniform"): style.COLOURS[4],
    ("relu", "he_normal"): style.COLOURS[3],
    ("tanh", "orthogonal"): style.COLOURS[0],
}
HEIGHT = 3.6  # inches
STEP = 4  # powers of ten between two ticks


def fading(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """Delta over the layers, as a share of what it is at the last hidden one; a line for each
    activation and initialization."""
    lines = tables["figure_profiles"].groupby(["activation", "initialization"], sort=False)
    figure, axes = style.panels(1, 1, height=HEIGHT)
    ax, ends = axes[0, 0], {}
    for cell, rows in lines:
        rows = rows.sort_values("layer")
        color = SEEN.get(cell, style.GRID)
        look = {"lw": 2.2, "zorder": 3} if cell in SEEN else {"lw": 1.2, "zorder": 1}
        ax.plot(rows["layer"], rows["value"], color=color, **look)
        if cell in SEEN:
            ends[cell] = float(rows["value"].iloc[0])
    ax.grid(axis="x", visible=False)
    ax.yaxis.tick_right()
    ax.spines[["left", "right"]].set_visible(False)
    low = STEP * np.ceil(min(ends.values(), default=-STEP) / STEP)
    ax.set_yticks(np.arange(low, 1, STEP))
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=2))
    ax.set_xlim(left=1)
    ax.yaxis.set_major_formatter(FuncFormatter(_share))
    ax.set_xlabel(words.label("layer"))
    _name(ax, ends, words)
    figure.text(0.008, 1, words.gettext("share of the last layer's delta that arrives"), va="top",
                fontsize=style.TEXT)  # fmt: skip
    style.leave_free(figure, 0.08)
    return figure


def _share(power: float, _: int) -> str:
    """A power of ten, at a tick."""
    return "1" if power == 0 else f"10{str(round(power)).translate(SUPERSCRIPT)}"


def _name(ax: Axes, ends: Mapping[tuple[str, str], float], words: Words) -> None:
    """The names of lines, left of where they end, none over another."""
    low, high = ax.get_ylim()
    apart = 1.3 * style.SMALL / 72 / HEIGHT * (high - low)
    cells = sorted(ends, key=lambda cell: -ends[cell])
    steps = apart * np.arange(len(cells))
    places = np.minimum.accumulate([ends[cell] for cell in cells] + steps) - steps
    for cell, place in zip(cells, places, strict=True):
        named = words.condition(dict(zip(("activation", "initialization"), cell, strict=True)))
        look = {"ha": "right", "va": "center", "fontsize": style.SMALL}
        color = style.readable(SEEN[cell])
        ax.annotate(named, (1, place), (-6, 0), textcoords="offset points", color=color, **look)
