"""Errors and losses against the share of hidden units that dropout switches off."""

import altair as alt
import pandas as pd

from mlpstudy.analysis.terms import spaced
from mlpstudy.report.explore.pieces import PLAIN, against, choice, colour, first_runs
from mlpstudy.said import Said

NETWORK = ["depth", "width", "train_size", "label_noise"]
MEASURES = ["test_error", "test_loss", "gap", "train_error", "train_loss"]


def cells(cells: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["dataset", *NETWORK, "dropout"]
    rows = cells[cells["measure"].isin(MEASURES)]
    at_its_eta = [*cell, "eta"]
    rows = rows.merge(first_runs(by_run, at_its_eta), on=at_its_eta, how="left")
    rows["network"] = [_told(**network) for network in rows[NETWORK].to_dict("records")]
    rows = rows[[*cell, "network", "measure", "value", "low", "high", "n", "run"]]
    # The network of most cells first: it is the one whose rates are swept.
    networks = list(rows["network"].value_counts(sort=True).index)
    measures = [name for name in MEASURES if name in set(rows["measure"])]

    def chart(words):
        parameters = [
            choice("network", networks, words),
            choice("measure", measures, words, "shown", spaced),
        ]
        axis = alt.Axis(title=words("share of hidden units switched off"), format=".0%")
        y_axis = alt.Axis(title=None)
        return against(
            words,
            alt.X("dropout:Q", axis=axis, scale=alt.Scale(nice=False, padding=15)),
            lambda column: alt.Y(f"{column}:Q", axis=y_axis, scale=alt.Scale(zero=True)),
            colour("dataset", rows["dataset"].unique(), words),
            cell,
            parameters,
            ["datum.network == network && datum.measure == measure"],
            PLAIN,
        )

    return (
        Said(en="What dropout does, rate by rate", fr="Ce que fait le dropout, taux par taux"),
        Said(
            en="Errors and losses after the last pass, at the eta chosen for each rate by the mean "
            "validation error (errors) or loss (losses); gap: test loss less training loss; bars: 95 % "
            "intervals.",
            fr="Erreurs et coûts après la dernière passe, à l'eta choisi pour chaque taux selon l'erreur "
            "moyenne en validation (erreurs) ou le coût (coûts) ; écart : coût en test moins coût "
            "d'apprentissage ; barres : intervalles à 95 %.",
        ),
        rows,
        chart,
    )


def _told(depth: int, width: int, train_size: float, label_noise: float) -> str:
    layers = f"{depth} layer{'s' if depth > 1 else ''} of {width}"
    labels = f"{label_noise:.0%} of labels wrong" if label_noise else "clean labels"
    return f"{layers}, {train_size:.0f} examples, {labels}"
