"""What a rule for stopping costs, and how far from the best pass it ends."""

import altair as alt
import pandas as pd

from mlpstudy.report.explore.pieces import (
    PLAIN,
    against,
    choice,
    colour,
    first_runs,
    scale_choice,
)
from mlpstudy.said import Said

NAMES = {"sgd": "SGD", "rprop": "RPROP", "adam": "Adam", "nll": "NLL", "mse": "squared error"}
LINEAR_BELOW = 10  # percent


def rules(rules: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["optimizer", "cost", "noisy", "rule"]
    rows = rules.merge(first_runs(by_run, cell), on=cell, how="left")
    rows["setting"] = [_told(*setting) for setting in zip(*(rows[name] for name in cell[:3]))]
    rows = rows[["setting", "family", "rule", "spent", "value", "low", "high", "n", "run"]]
    settings = sorted(rows["setting"].unique(), reverse=True)

    def chart(words):
        label = "format(scale == 'log' ? pow(10, datum.value) : datum.value, '.2~p')"
        x = alt.X(
            "place:Q",
            axis=alt.Axis(title=words("passes spent, of all"), labelExpr=label, tickCount=6),
            scale=alt.Scale(zero=False, nice=False, padding=15),
        )
        y_axis = alt.Axis(title=words("test loss above the lowest") + " (%)")
        y_scale = alt.Scale(type="symlog", constant=LINEAR_BELOW, zero=True)
        return against(
            words,
            x,
            lambda column: alt.Y(f"{column}:Q", axis=y_axis, scale=y_scale),
            colour("family", rows["family"].unique(), words),
            ["setting", "rule"],
            [choice("setting", settings, words), scale_choice(words)],
            ["datum.setting == setting"],
            {**PLAIN, "place": "scale == 'log' ? log(datum.spent) / LN10 : datum.spent"},
        )

    return (
        Said(en="When to stop, rule by rule", fr="Quand s'arrêter, règle par règle"),
        Said(
            en="Test loss at the weights of a rule above the lowest of the same curve, in percent, "
            "against the mean share of the passes that the rule spends; bars: 95 % intervals. Low and "
            "left is good.",
            fr="Coût en test aux poids d'une règle au-dessus du plus bas de la même courbe, en pour "
            "cent, selon la part moyenne des passes que la règle dépense ; barres : intervalles à 95 %. En "
            "bas à gauche, c'est bon.",
        ),
        rows,
        chart,
    )


def _told(optimizer: str, cost: str, noisy: bool) -> str:
    names = f"{NAMES.get(optimizer, optimizer)}, {NAMES.get(cost, cost)}"
    return f"{names}; {'noisy' if noisy else 'clean'} labels"
