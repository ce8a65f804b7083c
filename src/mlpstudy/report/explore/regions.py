"""Decision regions along training: a picture is a row, whose cells are unfolded when it is shown."""

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.drawing.colours import COLOURS
from mlpstudy.report.explore.pieces import (
    COMMAND,
    HEIGHT,
    at_stop,
    choice,
    first_runs,
    framed,
    slider,
    stands_at,
    values,
)
from mlpstudy.said import Said

EXAMPLES = 80  # of a dataset, as dots
SURENESS = 50  # steps of a colour between the border and certainty


def passes(passes: pd.DataFrame, points: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["dataset", "depth", "width"]
    runs = first_runs(by_run, cell)
    pictures = []
    for key, picture in passes.groupby([*cell, "epoch"], sort=True):
        named = dict(zip([*cell, "epoch"], key, strict=True))
        x1, x2 = (np.unique(picture[axis]) for axis in ("x1", "x2"))
        steps = np.round(SURENESS * np.tanh(np.clip(picture["a"], -30, 30) / 4)).astype(int)
        box = {"left": x1[0], "bottom": x2[0], "dx": x1[1] - x1[0], "dy": x2[1] - x2[0]}
        pictures.append({**named, "side": len(x1), **box, "cells": steps.tolist()})
    rows = pd.DataFrame(pictures).merge(runs, on=cell, how="left")
    rows["network"] = [_network(depth, width) for depth, width in zip(rows["depth"], rows["width"])]
    dots = points.groupby("dataset").head(EXAMPLES)
    rows["dots"] = rows["dataset"].map(
        {name: values(here[["x1", "x2", "y"]]) for name, here in dots.groupby("dataset")}
    )
    networks = list(dict.fromkeys(rows.sort_values(["depth", "width"])["network"]))
    stops = sorted(rows["epoch"].unique())

    def chart(words):
        parameters = [
            choice("dataset", sorted(rows["dataset"].unique()), words),
            choice("network", networks[::-1], words),
            slider("pass", stops, words, "pass"),
        ]
        wanted = (
            "datum.dataset == dataset && datum.network == network"
            f" && datum.epoch == {at_stop('pass', stops)}"
        )
        base = alt.Chart(alt.NamedData("rows")).transform_filter(wanted)
        cells = (
            base.transform_calculate(command=COMMAND)
            .transform_flatten(["cells"])
            .transform_window(place="row_number()")
            .transform_calculate(
                west="datum.left + ((datum.place - 1) % datum.side - 0.5) * datum.dx",
                south="datum.bottom + (floor((datum.place - 1) / datum.side) - 0.5) * datum.dy",
            )
            .transform_calculate(
                east="datum.west + 1.06 * datum.dx", north="datum.south + 1.06 * datum.dy"
            )
        )
        blank = alt.Axis(title=None, labels=False, ticks=False, grid=False, domain=False)
        scale = alt.Scale(zero=False, nice=False)
        diverging = alt.Scale(
            domain=[-SURENESS, 0, SURENESS], range=["#7fb8d8", "#fff", "#f2cf80"], interpolate="rgb"
        )
        tooltip = [
            alt.Tooltip("dataset:N", title=words("dataset")),
            alt.Tooltip("network:N", title=words("network")),
            alt.Tooltip("epoch:Q", title=words("pass")),
            alt.Tooltip("command:N", title=words("run again")),
        ]
        picture = cells.mark_rect(cursor="copy", strokeWidth=0).encode(
            x=alt.X("west:Q", axis=blank, scale=scale),
            x2="east",
            y=alt.Y("south:Q", axis=blank, scale=scale),
            y2="north",
            color=alt.Color("cells:Q", scale=diverging, legend=None),
            tooltip=tooltip,
        )
        examples = (
            base.transform_flatten(["dots"])
            .transform_calculate(u="datum.dots[0]", v="datum.dots[1]", y="datum.dots[2]")
            .mark_point(filled=True, size=34, stroke="white", strokeWidth=0.6, opacity=1)
            .encode(
                x="u:Q",
                y="v:Q",
                fill=alt.Fill("y:N", scale=alt.Scale(range=list(COLOURS[:2])), legend=None),
                shape=alt.Shape("y:N", scale=alt.Scale(range=["circle", "square"]), legend=None),
            )
        )
        layers = [picture.properties(name="layer_0"), examples.properties(name="layer_1")]
        heading = stands_at(words, "pass", at_stop("pass", stops))
        return framed(alt.layer(*layers).add_params(*parameters), heading).properties(width=HEIGHT)

    shown = ", ".join(str(each) for each in stops)
    return (
        Said(en="Decision regions along training", fr="Les régions de décision au fil de l'entraînement"),
        Said(
            en=f"What one network says of every place in the plane, after the passes {shown}; pale "
            "where it is unsure. Dots and squares: training examples.",
            fr=f"Ce que dit un réseau en chaque point du plan, après les passes {shown} ; pâle là où il "
            "hésite. Ronds et carrés : exemples d'apprentissage.",
        ),
        rows.drop(columns=["depth", "width"]),
        chart,
    )  # fmt: skip


def _network(depth: int, width: int) -> str:
    if not depth:
        return "linear model"
    return f"{depth} layer{'s' if depth > 1 else ''} of {width}"
