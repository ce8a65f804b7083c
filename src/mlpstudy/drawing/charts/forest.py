"""The findings of claims: a row for each condition."""

from typing import Any

import altair as alt
import pandas as pd

from mlpstudy.drawing.channels import MEASURE
from mlpstudy.drawing.charts.encoding import HIT, Parts, called, domain, framed, value_axis
from mlpstudy.drawing.colours import COLOURS
from mlpstudy.drawing.findings import NAME, VERDICTS, panelled, rows_of
from mlpstudy.words import Words

STEP = 22  # pixels: the height of a row
COLOUR = {
    "supported": COLOURS[0], "contradicted": COLOURS[5], "negligible": "#808080",
    "undecided": "#808080", "not_learned": "#b5b5b5",
}  # fmt: skip
SHAPE = {
    "supported": "circle", "contradicted": "square", "negligible": "diamond",
    "undecided": "triangle-up", "not_learned": "cross",
}  # fmt: skip


def interactive(spec: Any, frame: pd.DataFrame, words: Words) -> tuple[Any, pd.DataFrame]:
    """The chart and its rows; frame: as for the picture."""
    parts = Parts.of(panelled(spec, frame), frame, words)
    found = rows_of(parts.spec, parts.frame, words)
    kept = [name for name in ("threshold", "matters", "common_value", "edge") if name in frame]
    rows = parts.rows(*kept)
    rows["y"], verdicts = (
        found.at(parts.frame).astype(int),
        [v for v in VERDICTS if v in set(frame["verdict"])],
    )
    rows["verdict"] = frame["verdict"].map(verdicts.index).to_numpy()
    texts = [words.gettext(VERDICTS[verdict]) for verdict in verdicts]
    base = parts.base().transform_calculate(
        verdict_said=called(texts, "datum.verdict"), y_said=called(_labels(found), "datum.y")
    )
    layers = _layers(parts, base, found, verdicts, texts)
    return framed(layers, parts, height=STEP * len(found.labels)), rows


def _labels(found: Any) -> list[str]:
    """Each row with its heading."""
    heading, labels = "", []
    for level, label in zip(found.levels, found.labels, strict=True):
        heading = label if level is None else heading
        labels.append(label if level is None or not heading else f"{heading}, {label}")
    return labels


def _layers(
    parts: Parts, base: Any, found: Any, verdicts: list[str], texts: list[str]
) -> list[Any]:
    """The thresholds, the intervals, the values at the control's settings, the values."""
    axis = alt.Axis(title=None, labelExpr=called(_labels(found), "datum.value"), labelLimit=320)
    at: dict[str, Any] = {"y": alt.Y("y:O", axis=axis)}
    if parts.channels["hue"].fields:
        at["yOffset"] = alt.YOffset("hue:O")
    color, columns = _color(parts, verdicts, texts), ("value", "low", "high", "threshold")
    scale = alt.Scale(**domain(parts, columns, "x" in parts.spec.log, NAME))
    x = alt.X("value:Q", axis=value_axis(_unit(parts.frame, parts.words)), scale=scale)
    marks = alt.Scale(domain=list(range(len(verdicts))), range=[SHAPE[v] for v in verdicts])
    shape = alt.Shape("verdict:N", scale=marks, legend=_legend(texts))
    bars = base.mark_rule(strokeWidth=2, opacity=0.6)
    points = base.mark_point(filled=True, size=70, opacity=1, cursor="copy", **HIT)
    points = points.encode(x=x, color=color, shape=shape, tooltip=_tooltip(parts), **at)
    threshold = base.mark_rule(color="#222", clip=True).encode(x=alt.X("threshold:Q"))
    return [
        threshold,
        bars.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), color=color, **at),
        *_common(base, parts, at),
        points.add_params(*parts.picked()),
    ]


def _common(base: Any, parts: Parts, at: dict[str, Any]) -> list[Any]:
    """The same at the control's settings, as a tick."""
    if "common_value" not in parts.frame or parts.frame["common_value"].isna().all():
        return []
    ticks = base.mark_tick(color="#222", thickness=1.2, size=9, clip=True)
    return [ticks.encode(x=alt.X("common_value:Q"), **at)]


def _tooltip(parts: Parts) -> list[alt.Tooltip]:
    words = parts.words
    return parts.tooltip(
        alt.Tooltip("y_said:N", title=words.gettext("condition")),
        alt.Tooltip("verdict_said:N", title=words.gettext("verdict")),
        alt.Tooltip("value:Q", title=words.gettext("value"), format=".3~g"),
    )


def _color(parts: Parts, verdicts: list[str], texts: list[str]) -> Any:
    if parts.channels["hue"].fields:
        return parts.look()["color"]
    scale = alt.Scale(domain=list(range(len(verdicts))), range=[COLOUR[v] for v in verdicts])
    return alt.Color("verdict:N", scale=scale, legend=_legend(texts))


def _legend(texts: list[str]) -> alt.Legend:
    return alt.Legend(title=None, orient="top", labelExpr=called(texts, "datum.value"))


def _unit(frame: pd.DataFrame, words: Words) -> str | None:
    if MEASURE in frame and frame[MEASURE].nunique() == 1:
        return words.label(frame[MEASURE].iloc[0])
    return None
