"""Share of the starts that solve XOR, by width."""

import altair as alt
import pandas as pd

from mlpstudy.report.explore.pieces import (
    PLAIN,
    against,
    at_stop,
    choice,
    colour,
    first_of,
    first_runs,
    linear,
    slider,
    stands_at,
)
from mlpstudy.said import Said


def solved(shares: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["activation", "cost", "width"]
    rows = shares.merge(first_runs(by_run[by_run["usual"]], cell), on=cell, how="left")
    rows = rows[[*cell, "value", "low", "high", "n", "run"]]
    widths = sorted(rows["width"].unique())

    def chart(words):
        parameters = [
            choice("activation", first_of("sigmoid", rows["activation"].unique()), words),
            slider("widest", widths, words, "up to width"),
        ]
        axis = alt.Axis(title=words("hidden units"), values=[int(width) for width in widths])
        return against(
            words,
            alt.X("width:Q", axis=axis, scale=alt.Scale(zero=False, nice=False, padding=20)),
            linear("share solved", words),
            colour("cost", rows["cost"].unique(), words),
            cell,
            parameters,
            [
                "datum.activation == activation",
                f"datum.width <= {at_stop('widest', widths)}",
            ],
            PLAIN,
            heading=stands_at(words, "width", at_stop("widest", widths), " \u2264"),
        )

    return (
        Said(en="Starts that solve XOR", fr="Départs qui résolvent le XOR"),
        Said(
            en="Share of random starts that end with all four corners right; bars: Wilson's 95 % "
            "intervals.",
            fr="Part des départs au hasard qui finissent avec les quatre coins justes ; barres : "
            "intervalles de Wilson à 95 %.",
        ),
        rows,
        chart,
    )
