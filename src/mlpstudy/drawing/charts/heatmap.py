"""A value for each pair of levels: tiles with their numbers."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.drawing.charts.encoding import Across, Parts, called, framed
from mlpstudy.drawing.tiles import ranked
from mlpstudy.words import Words

STEP = 26  # pixels: the height of a tile


def interactive(spec: Any, frame: pd.DataFrame, words: Words) -> tuple[Any, pd.DataFrame]:
    """The chart and its rows; frame: as for the picture."""
    parts = Parts.of(spec.model_copy(update={"hue": None, "style": None}), frame, words)
    sides = {"x": _side(spec.x, parts), "y": _side(spec.y[0], parts)}
    rows = parts.rows().assign(**{name: side.column(parts.frame) for name, side in sides.items()})
    said = {f"{name}_said": called(side.texts(), f"datum.{name}") for name, side in sides.items()}
    base = parts.base().transform_calculate(**said)
    at = {"x": sides["x"].encode(alt.X, "x"), "y": sides["y"].encode(alt.Y, "y")}
    tips = [
        *(
            alt.Tooltip(f"{name}_said:N", title=words.label(side.name))
            for name, side in sides.items()
        ),
        alt.Tooltip("value:Q", title=words.label(spec.value), format=".3~g"),
    ]
    color = alt.Color(
        "value:Q", scale=_scale(spec, frame), legend=alt.Legend(title=words.label(spec.value))
    )
    rect = base.mark_rect(cursor="copy", stroke="white").encode(
        **at, color=color, tooltip=parts.tooltip(*tips)
    )
    text = base.mark_text(fontSize=11).encode(**at, text=alt.Text("value:Q", format=".2~g"))
    height = STEP * len(sides["y"].levels)
    return framed([rect, text], parts, height=height), rows


def _side(name: str, parts: Parts) -> Across:
    side = Across(name, parts, side_by_side=True)
    side.levels = ranked(parts.frame, name)
    side.channel = type(side.channel)((name,), tuple((level,) for level in side.levels))
    return side


def _scale(spec: Any, frame: pd.DataFrame) -> alt.Scale:
    """Light to dark, pale enough for black numbers; on both sides of a reference or of 0."""
    seen = frame["value"].to_numpy(float)
    seen = seen[np.isfinite(seen)]
    if spec.reference is not None or seen.min(initial=0) < 0 < seen.max(initial=0):
        centre = float(spec.reference or 0)
        most = float(np.abs(seen - centre).max(initial=1e-12))
        domain = [centre - most, centre, centre + most]
        return alt.Scale(domain=domain, range=["#8073ac", "#f7f7f7", "#e08214"], interpolate="rgb")
    return alt.Scale(range=["#f7fcf5", "#41ae76"], zero=False)
