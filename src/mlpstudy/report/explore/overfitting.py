"""Errors and losses against what a block of the study sweeps: width, depth, examples, wrong labels."""

import json

import altair as alt
import pandas as pd

from mlpstudy.analysis.terms import spaced
from mlpstudy.report.explore.pieces import (
    PLAIN,
    against,
    choice,
    colour,
    first_runs,
    scale_choice,
)
from mlpstudy.said import Said

SWEPT = {  # block: what it changes, in words
    "width": "width of the hidden layer",
    "depth": "depth",
    "train_size": "training examples",
    "label_noise": "share of wrong labels",
}
MEASURES = ["test_error", "train_error", "gap", "test_loss", "train_loss", "lowest_loss", "rise"]
LOG = "scale == 'log' && block != 'label_noise'"  # without wrong labels the logarithm is -infinity


def cells(cells: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["block", "dataset", *SWEPT]
    rows = cells[cells["measure"].isin(MEASURES) & cells["block"].isin(SWEPT)]
    at_its_eta = [*cell, "eta"]
    rows = rows.merge(first_runs(by_run, at_its_eta), on=at_its_eta, how="left")
    rows["swept"] = [float(row[row["block"]]) for row in rows.to_dict("records")]
    rows = rows[[*cell, "swept", "measure", "value", "low", "high", "n", "run"]]
    measures = [name for name in MEASURES if name in set(rows["measure"])]
    blocks = [name for name in SWEPT if name in set(rows["block"])]

    def chart(words):
        parameters = [
            choice("block", blocks, words, "swept", SWEPT.__getitem__),
            choice("measure", measures, words, "shown", spaced),
            scale_choice(words),
        ]
        told = json.dumps({block: words(SWEPT[block]) for block in blocks}, ensure_ascii=False)
        label = f"{LOG} ? format(pow(2, datum.value), '.3~r') : format(datum.value, '.3~r')"
        x = alt.X(
            "place:Q",
            axis=alt.Axis(title=None, labelExpr=label, tickCount=8),
            scale=alt.Scale(zero=False, nice=False, padding=15),
        )
        y_axis = alt.Axis(title=None)
        return against(
            words,
            x,
            lambda column: alt.Y(f"{column}:Q", axis=y_axis, scale=alt.Scale(zero=True)),
            colour("dataset", rows["dataset"].unique(), words),
            ["dataset", *SWEPT],
            parameters,
            ["datum.block == block && datum.measure == measure"],
            {**PLAIN, "place": f"{LOG} ? log(datum.swept) / LN2 : datum.swept"},
            heading=f"{json.dumps(words('against'))} + ' ' + {told}[block]",
        )

    return (
        Said(en="What favours overfitting", fr="Ce qui favorise le sur-apprentissage"),
        Said(
            en="Errors and losses after the last pass, against what is swept, one thing at a time; "
            "gap: test less training error; rise: test loss above the lowest of its curve; at the eta "
            "with the least mean validation error (errors, gap) or loss (losses, rise) over all that is "
            "swept; bars: 95 % "
            "intervals.",
            fr="Erreurs et coûts après la dernière passe, selon ce que l'on fait varier, une chose à la "
            "fois ; écart : erreur de test moins apprentissage ; remontée : coût en test au-dessus du "
            "minimum de sa courbe ; à l'eta de la plus petite erreur moyenne en validation "
            "(erreurs, écart) ou du plus petit coût (coûts, remontée) sur tout ce qui varie ; barres : "
            "intervalles à 95 %.",
        ),
        rows,
        chart,
    )
