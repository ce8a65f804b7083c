"""Test error at equal numbers of parameters."""

import altair as alt
import pandas as pd

from mlpstudy.report.explore.pieces import (
    PLAIN,
    against,
    choice,
    colour,
    first_of,
    first_runs,
    scale_choice,
)
from mlpstudy.said import Said


def errors(errors: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["dataset", "activation", "depth", "budget"]
    rows = errors.merge(first_runs(by_run[by_run["chosen"]], cell), on=cell, how="left")
    rows = rows[[*cell, "width", "n_parameters", "value", "low", "high", "n", "run"]]
    rows["depth"] = rows["depth"].astype(str)

    def chart(words):
        parameters = [
            choice("dataset", sorted(rows["dataset"].unique()), words),
            choice("activation", first_of("relu", rows["activation"].unique()), words),
            scale_choice(words),
        ]
        label = "format(scale == 'log' ? pow(10, datum.value) : datum.value, ',.2~r')"
        x = alt.X(
            "size:Q",
            axis=alt.Axis(title=words("number of parameters"), labelExpr=label, tickCount=5),
            scale=alt.Scale(zero=False, nice=False, padding=15),
        )
        axis = alt.Axis(title=words("test error"))
        return against(
            words,
            x,
            lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(zero=True)),
            colour("depth", rows["depth"].unique(), words),
            ["dataset", "activation", "depth", "width", "n_parameters"],
            parameters,
            ["datum.dataset == dataset && datum.activation == activation"],
            {
                **PLAIN,
                "size": "scale == 'log' ? log(datum.n_parameters) / LN10 : datum.n_parameters",
            },
            lines=False,
        )

    return (
        Said(en="Wide or deep", fr="Large ou profond"),
        Said(
            en="Test error of networks with equally many parameters, by depth, at the eta chosen by the "
            "mean validation error; bars: 95 % intervals.",
            fr="Erreur en test de réseaux au même nombre de paramètres, selon la profondeur, à l'eta "
            "choisi par l'erreur moyenne en validation ; barres : intervalles à 95 %.",
        ),
        rows,
        chart,
    )
