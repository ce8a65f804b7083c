"""delta by layer, before training and along it."""

import altair as alt
import pandas as pd

from mlpstudy.report.explore.pieces import (
    LOGARITHMIC,
    against,
    at_stop,
    choice,
    colour,
    first_of,
    first_runs,
    powers,
    scale_choice,
    slider,
    stands_at,
)
from mlpstudy.said import Said


def profiles(profiles: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["block", "dataset", "activation", "initialization", "depth"]
    rows = profiles[(profiles["measure"] == "delta") & (profiles["block"] == "start")]
    rows = rows.merge(first_runs(by_run[by_run["epoch"] == 0], cell), on=cell, how="left")
    kept = ["dataset", "activation", "initialization", "layer", "value", "low", "high", "n",
            "predicted_delta", "run"]  # fmt: skip
    rows = rows[kept].rename(columns={"predicted_delta": "predicted"})

    def chart(words):
        parameters = [
            choice("dataset", sorted(rows["dataset"].unique()), words),
            choice("activation", first_of("sigmoid", rows["activation"].unique()), words),
            scale_choice(words),
        ]
        return against(
            words,
            alt.X(
                "layer:Q",
                axis=alt.Axis(title=words("layer"), tickMinStep=1),
                scale=alt.Scale(padding=12, nice=False),
            ),
            powers("rms delta, relative to the last layer", words),
            colour("initialization", rows["initialization"].unique(), words),
            ["dataset", "activation", "initialization", "layer"],
            parameters,
            ["datum.dataset == dataset && datum.activation == activation"],
            LOGARITHMIC,
            theory="at_theory",
        )

    return (
        Said(en="delta, layer by layer, before training", fr="delta, couche par couche, avant l'entraînement"),
        Said(
            en="Points: measured, with 95 % intervals (of the logarithm); thin dashed lines: "
            "mean-field theory, nothing tuned.",
            fr="Points : mesures, avec leurs intervalles à 95 % (du logarithme) ; fins tirets : théorie "
            "du champ moyen, sans rien ajuster.",
        ),
        rows,
        chart,
    )  # fmt: skip


def along(along: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["block", "dataset", "activation", "initialization", "depth"]
    rows = along.merge(first_runs(by_run[by_run["epoch"] == 0], cell), on=cell, how="left")
    rows = rows[[*cell[1:], "epoch", "layer", "value", "low", "high", "n", "run"]]
    depths, passes = (sorted(rows[name].unique()) for name in ("depth", "epoch"))

    def chart(words):
        parameters = [
            choice("dataset", sorted(rows["dataset"].unique()), words),
            slider("place", depths, words, "depth"),
            slider("pass", passes, words, "pass"),
            scale_choice(words),
        ]
        return against(
            words,
            alt.X(
                "layer:Q",
                axis=alt.Axis(title=words("layer"), tickMinStep=1),
                scale=alt.Scale(padding=12, nice=False),
            ),
            powers("rms delta, relative to the last layer at first", words),
            colour("activation", rows["activation"].unique(), words),
            [*cell[1:], "epoch", "layer"],
            parameters,
            [
                f"datum.dataset == dataset && datum.depth == {at_stop('place', depths)}",
                f"datum.epoch == {at_stop('pass', passes)}",
            ],
            LOGARITHMIC,
            heading=f"{stands_at(words, 'depth', at_stop('place', depths))} + ', ' + "
            f"{stands_at(words, 'pass', at_stop('pass', passes))}",
        )

    shown = ", ".join(str(each) for each in passes)
    return (
        Said(en="delta along training, pass by pass", fr="delta au fil de l'entraînement, passe après passe"),
        Said(
            en=f"The slider goes through the passes {shown}; the other one through the depths.",
            fr=f"Le curseur parcourt les passes {shown} ; l'autre, les profondeurs.",
        ),
        rows,
        chart,
    )  # fmt: skip
