"""One thing against another: points, and the line on which both are equal."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.drawing.charts.encoding import (
    HIT,
    SHAPES_APART,
    Parts,
    extent,
    framed,
    level_line,
    stretched,
    value_axis,
)
from mlpstudy.words import Words


def interactive(spec: Any, frame: pd.DataFrame, words: Words) -> tuple[Any, pd.DataFrame]:
    """The chart and its rows; frame: as for the picture."""
    parts = Parts.of(spec, frame, words)
    y = spec.y[0] if spec.y[0] in frame else "value"
    rows = parts.rows(spec.x, y, *filter(None, [spec.theory]))
    rows = rows.rename(columns={spec.x: "x", y: "y"})
    label = words.label(spec.y[0]) if len(spec.y) == 1 else words.gettext("value")
    base, look = parts.base(), {k: v for k, v in parts.look().items() if k != "strokeDash"}
    tips = [
        alt.Tooltip("x:Q", title=words.label(spec.x), format=".3~g"),
        alt.Tooltip("y:Q", title=label, format=".3~g"),
    ]
    at = {
        "x": alt.X("x:Q", **_axis(spec, frame[[spec.x]], "x", words.label(spec.x))),
        "y": alt.Y("y:Q", **_axis(spec, frame[[y]], "y", label)),
    }
    points = base.mark_point(filled=True, size=60, cursor="copy", **HIT)
    points = points.encode(**at, tooltip=parts.tooltip(*tips), **look, **parts.shape())
    layers = [*_line(spec, frame, y), points.add_params(*parts.picked())]
    return framed(layers, parts, resolve=SHAPES_APART), rows


def _axis(spec: Any, column: pd.DataFrame, which: str, title: str) -> dict[str, Any]:
    log = which in spec.log
    low, high = extent(column, column.columns, log)
    scale = alt.Scale(domain=[low, high], nice=False, **stretched(log))
    return {"scale": scale, "axis": value_axis(title)}


def _line(spec: Any, frame: pd.DataFrame, y: str) -> list[Any]:
    """Where both are equal, or a level."""
    if spec.reference != "identity":
        return level_line(spec.reference)
    seen = frame[[spec.x, y]].replace([np.inf, -np.inf], np.nan).dropna().to_numpy()
    if not len(seen):
        return []
    ends = [{"x": float(end), "y": float(end)} for end in (seen.min(), seen.max())]
    return [
        alt.Chart(alt.Data(values=ends))
        .mark_line(clip=True, color="#222", strokeWidth=1)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    ]
