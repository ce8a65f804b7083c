"""Every shape of a neuron and its derivative."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import style
from mlpstudy.words import Words

SLIDE = ("threshold", "ramp", "gaussian", "sigmoid")  # the lecture's, in its order
ACROSS = 5
SEEN = 4.0  # of the pre-activations, on both sides
SHAPE = {"color": style.COLOURS[0], "lw": 2.0}
SLOPE = {"color": style.COLOURS[5], "lw": 1.4, "ls": (0, (4, 1.5))}


def shapes(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """A panel for each shape, the lecture's four first."""
    curves = tables["curves"]
    every = list(dict.fromkeys(curves["activation"]))
    names = [*SLIDE, *(name for name in every if name not in SLIDE)]
    rows = -(-len(names) // ACROSS)
    figure, axes = style.panels(rows, ACROSS, height=1.75, sharex=True, sharey=True)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    for ax, name in zip(axes.flat, names, strict=False):
        _panel(ax, curves[(curves["activation"] == name) & (curves["a"].abs() <= SEEN)])
        ax.set_title(words.level("activation", name), fontsize=style.TEXT)
    handles = [
        axes[0, 0].plot([], [], label="z = g(a)", **SHAPE)[0],
        axes[0, 0].plot([], [], label="g'(a)", **SLOPE)[0],
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    figure.supxlabel("a", fontsize=style.TEXT)
    return figure


def _panel(ax, curve: pd.DataFrame) -> None:
    ax.axhline(0, color=style.FAINT, lw=0.6, zorder=1)
    ax.axvline(0, color=style.FAINT, lw=0.6, zorder=1)
    ax.plot(curve["a"], _cut(curve["z"]), zorder=3, **SHAPE)
    ax.plot(curve["a"], _cut(curve["slope"]), zorder=4, **SLOPE)
    ax.set(xlim=(-SEEN, SEEN), ylim=(-1.35, 2.1), xticks=[-3, 0, 3], yticks=[-1, 0, 1, 2])
    ax.grid(visible=False)


def _cut(values: pd.Series) -> np.ndarray:
    """The values, with a gap where they jump: a step is no steep line."""
    cut = values.to_numpy(dtype=float).copy()
    cut[1:][np.abs(np.diff(cut)) > 0.4] = np.nan
    return cut
