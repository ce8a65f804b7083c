"""Values over a number or over names: lines, points, profiles and survival curves."""

from typing import Any

import altair as alt
import pandas as pd

from mlpstudy.drawing.channels import MEASURE
from mlpstudy.drawing.channels import across as column
from mlpstudy.drawing.charts.encoding import (
    HIT,
    SHAPES_APART,
    Across,
    Parts,
    called,
    domain,
    framed,
    level_line,
    value_axis,
)
from mlpstudy.words import Words

MANY = 15  # points along a line: more are small, and their intervals a band


def interactive(spec: Any, frame: pd.DataFrame, words: Words) -> tuple[Any, pd.DataFrame]:
    """The chart and its rows; frame: as for the picture."""
    parts = Parts.of(spec, frame, words)
    across = Across(column(spec), parts, "x" in spec.log, spec.kind == "point")
    if spec.kind == "survival":
        across.title = words.gettext("passes")
    rows = parts.rows(*filter(None, [spec.theory]))
    rows["x"] = across.column(parts.frame)
    value = "share" if spec.kind == "survival" else "value"
    layers = _layers(parts, across, value)
    return framed(layers, parts, resolve=SHAPES_APART), rows


def _layers(parts: Parts, across: Across, value: str) -> list[Any]:
    spec, base, look = parts.spec, parts.base(), parts.look()
    if not across.numeric:
        base = base.transform_calculate(x_said=called(across.texts(), "datum.x"))
    x, y = across.encode(alt.X, "x"), _y(parts, value)
    beside = {"xOffset": alt.XOffset("hue:O")} if spec.kind == "point" and "color" in look else {}
    layers = level_line(spec.reference)
    if "low" in parts.frame:
        layers.append(_spread(base, x, parts, look, beside))
    if spec.theory:
        thin = {key: each for key, each in look.items() if key != "strokeDash"}
        mark = base.mark_line(strokeWidth=1, strokeDash=[5, 3])
        if spec.kind == "point":
            mark = base.mark_tick(orient="horizontal", size=16, thickness=2)
        layers.append(
            mark.encode(x=x, y=alt.Y(f"{spec.theory}:Q"), **thin, **beside, **parts.apart())
        )
    elif spec.kind != "point":
        step = {"interpolate": "step-after"} if spec.kind == "survival" else {}
        layers.append(
            base.mark_line(strokeWidth=1.6, **step).encode(x=x, y=y, **look, **parts.apart())
        )
    points = base.mark_point(filled=True, size=30 if _many(parts) else 75, cursor="copy", **HIT)
    tips = parts.tooltip(
        across.tooltip("x"), alt.Tooltip(f"{value}:Q", title=_label(parts), format=".3~g")
    )
    marks = {key: each for key, each in look.items() if key != "strokeDash"}
    shown = points.encode(x=x, y=y, tooltip=tips, **marks, **beside, **parts.shape())
    return [*layers, shown.add_params(*parts.picked())]


def _spread(base: Any, x: Any, parts: Parts, look: dict, beside: dict) -> Any:
    """Intervals: bars, or a band along many points."""
    ends = {"y": alt.Y("low:Q"), "y2": alt.Y2("high:Q")}
    plain = {key: each for key, each in look.items() if key == "color"}
    if _many(parts) or parts.spec.kind == "survival":
        step = {"interpolate": "step-after"} if parts.spec.kind == "survival" else {}
        return base.mark_area(opacity=0.15, **step).encode(x=x, **ends, **plain, **parts.apart())
    seen = {key: each for key, each in look.items() if key != "strokeDash"}
    return base.mark_rule().encode(x=x, **ends, **seen, **beside)


def _many(parts: Parts) -> bool:
    lines = [name for name in parts.channels if parts.channels[name].fields]
    if not lines:
        return len(parts.frame) > MANY
    return int(parts.rows().groupby(lines).size().max()) > MANY


def _label(parts: Parts) -> str:
    if parts.spec.kind == "survival":
        return parts.words.gettext("share not there yet")
    if len(parts.spec.y) == 1:
        return parts.words.label(parts.spec.y[0])
    return parts.words.gettext("value")


def _y(parts: Parts, value: str) -> alt.Y:
    """The axis of values: one scale for all that one measure shows."""
    columns = [value, "low", "high", *filter(None, [parts.spec.theory])]
    scale = alt.Scale(**domain(parts, columns, "y" in parts.spec.log, MEASURE))
    measures = [name for name in parts.chosen if MEASURE in parts.channels[name].fields]
    return alt.Y(f"{value}:Q", axis=value_axis(None if measures else _label(parts)), scale=scale)
