"""The regions that networks give to two classes: a row is a picture, unfolded when it is shown."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.drawing.charts.encoding import COMMAND, HEIGHT, Parts, framed
from mlpstudy.drawing.colours import COLOURS
from mlpstudy.words import Words

SIDE = 36  # tiles of a side of a picture, at most: a larger raster is thinned
STEPS = 50  # of a colour between the border and certainty
EXAMPLES = 80  # of a picture
PALE = ["#7fb8d8", "#fff", "#f2cf80"]


def interactive(spec: Any, frame: pd.DataFrame, words: Words) -> tuple[Any, pd.DataFrame]:
    """The chart and its rows, one for each panel; frame: as for the picture."""
    parts = Parts.of(spec, frame, words)
    columns = [name for name in ("row", "col") if parts.channels[name].fields]
    frame = parts.frame.assign(**{name: parts.rows()[name] for name in columns})
    groups = frame.groupby(columns, sort=True) if columns else [((), frame)]
    rows = pd.DataFrame(
        [dict(zip(columns, key, strict=True)) | _picture(spec, panel) for key, panel in groups]
    )
    return framed(_layers(parts), parts, width=HEIGHT), rows


def _picture(spec: Any, panel: pd.DataFrame) -> dict[str, Any]:
    """A panel as one row: the tiles row by row, where they stand, and the examples."""
    x, y = spec.x, spec.y[0]
    raster = panel[panel["value"].notna()]
    across, up = (_thinned(raster[name].to_numpy()) for name in (x, y))
    raster = raster[raster[x].isin(across) & raster[y].isin(up)].sort_values([y, x])
    sure = np.tanh(np.clip(raster["value"].to_numpy(float), -30, 30) / 4)
    dots = panel[panel["value"].isna()].head(EXAMPLES)
    picture = {
        "side": len(across), "left": across[0], "bottom": up[0],
        "dx": across[1] - across[0], "dy": up[1] - up[0],
        "cells": np.round(STEPS * sure).astype(int).tolist(), "dots": _dots(dots, x, y),
    }  # fmt: skip
    return picture | ({"run": panel["run"].iloc[0]} if "run" in panel else {})


def _thinned(values: np.ndarray) -> np.ndarray:
    places = np.unique(values)
    return places[:: -(-len(places) // SIDE)]


def _dots(dots: pd.DataFrame, x: str, y: str) -> list[list[float]]:
    if dots.empty:
        return []
    columns = (dots[x].round(3), dots[y].round(3), dots["label"].astype(int))
    return [list(dot) for dot in zip(*columns, strict=True)]


def _layers(parts: Parts) -> list[Any]:
    base = alt.Chart(alt.NamedData("rows"))
    for name in parts.chosen:
        base = base.transform_filter(f"datum.{name} == {name}")
    blank = alt.Axis(title=None, labels=False, ticks=False, grid=False, domain=False)
    axes: Mapping[str, Any] = {"axis": blank, "scale": alt.Scale(zero=False, nice=False)}
    scale = alt.Scale(domain=[-STEPS, 0, STEPS], range=PALE, interpolate="rgb")
    tiles = _tiles(base, parts).mark_rect(cursor="copy", strokeWidth=0)
    picture = tiles.encode(
        x=alt.X("west:Q", **axes),
        x2=alt.X2("east"),
        y=alt.Y("south:Q", **axes),
        y2=alt.Y2("north"),
        color=alt.Color("cells:Q", scale=scale, legend=None),
        **_tooltip(parts),
    )
    return [picture, _examples(base)]


def _tiles(base: Any, parts: Parts) -> Any:
    """A row for each tile: a little larger than its place, so that no line parts two."""
    command = {"command": COMMAND} if "run" in parts.frame else {}
    base = base.transform_calculate(**command) if command else base
    placed = base.transform_flatten(["cells"]).transform_window(place="row_number()")
    corner = placed.transform_calculate(
        west="datum.left + ((datum.place - 1) % datum.side - 0.5) * datum.dx",
        south="datum.bottom + (floor((datum.place - 1) / datum.side) - 0.5) * datum.dy",
    )
    return corner.transform_calculate(
        east="datum.west + 1.06 * datum.dx", north="datum.south + 1.06 * datum.dy"
    )


def _tooltip(parts: Parts) -> dict[str, Any]:
    if "run" not in parts.frame:
        return {}
    title = parts.words.gettext("run again")
    return {"tooltip": [alt.Tooltip("command:N", title=title)]}


def _examples(base: Any) -> Any:
    dots = base.transform_flatten(["dots"]).transform_calculate(
        u="datum.dots[0]", v="datum.dots[1]", label="datum.dots[2]"
    )
    shapes, fills = alt.Scale(range=["circle", "square"]), alt.Scale(range=list(COLOURS[:2]))
    return dots.mark_point(filled=True, size=34, stroke="white", strokeWidth=0.6, opacity=1).encode(
        x=alt.X("u:Q"),
        y=alt.Y("v:Q"),
        fill=alt.Fill("label:N", scale=fills, legend=None),
        shape=alt.Shape("label:N", scale=shapes, legend=None),
    )
