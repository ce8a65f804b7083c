"""Share of networks that train and test accuracy, by depth: the twin of `shares` and `accuracy`."""

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import spaced
from mlpstudy.report.explore.pieces import (
    PLAIN,
    against,
    at_stop,
    choice,
    colour,
    first_of,
    first_runs,
    linear,
    plain,
    scale_choice,
    slider,
    stands_at,
)
from mlpstudy.said import Said


def shares(shares: pd.DataFrame, accuracy: pd.DataFrame, by_run: pd.DataFrame):
    found = ["dataset", "activation", "initialization", "residual", "depth", "width"]
    beside = [f for f in shares if f not in (*found, "init_gain", "value", "low", "high", "n")]
    found += ["init_gain", *beside]
    parts = [
        shares.assign(measure="share of networks that train"),
        accuracy.assign(measure="test accuracy"),
    ]
    rows = pd.concat(parts)[[*found, "value", "low", "high", "n", "measure"]]
    rows = rows.merge(first_runs(by_run[by_run["chosen"]], found), on=found, how="left")
    gain, residual = rows.pop("init_gain"), rows.pop("residual")
    more = gain.map(lambda gain: f" x {gain:g}" if gain != 1 else "")
    more = more + (", residual " + residual).where(residual != "none", "")
    for field in beside:
        more = more + f", {spaced(field)} " + rows.pop(field).map(lambda v: f"{plain(v)}")
    rows["initialization"] = rows["initialization"].astype(str) + more
    cell = ["dataset", "activation", "initialization", "depth", "width"]
    depths, widths = (sorted(rows[name].unique()) for name in ("depth", "width"))
    rows = with_gaps(rows, ["measure", *cell], "depth")

    def chart(words):
        parameters = [
            choice("measure", rows["measure"].unique(), words, "shown"),
            choice("dataset", first_of("digits", rows["dataset"].unique()), words),
            choice("activation", first_of("sigmoid", rows["activation"].unique()), words),
            *([choice("width", widths, words)] if len(widths) > 1 else []),
            slider("deepest", depths, words, "down to depth"),
            scale_choice(words),
        ]
        ticks = [float(np.log2(depth)) for depth in depths]
        x = alt.X(
            "depth_at:Q",
            scale=alt.Scale(nice=False, padding=12, zero=False),
            axis=alt.Axis(
                title=words("depth"),
                values=alt.ExprRef(f"scale == 'log' ? {ticks} : {[int(d) for d in depths]}"),
                labelExpr="scale == 'log' ? format(pow(2, datum.value), '.2~g') : datum.label",
            ),
        )
        y = linear("share, or accuracy", words)
        depth_at = "scale == 'log' ? log(datum.depth) / LN2 : datum.depth"
        return against(
            words,
            x,
            y,
            colour("initialization", rows["initialization"].unique(), words),
            cell,
            parameters,
            [
                "datum.measure == measure && datum.dataset == dataset"
                " && datum.activation == activation",
                f"datum.depth <= {at_stop('deepest', depths)}",
                *(["datum.width == width"] if len(widths) > 1 else []),
            ],
            {**PLAIN, "depth_at": depth_at},
            heading=stands_at(words, "depth", at_stop("deepest", depths), " \u2264"),
        )

    return (
        Said(en="Which networks train", fr="Quels réseaux s'entraînent"),
        Said(
            en="Share of networks that train, or test accuracy, against depth, at the eta chosen for "
            "each cell by the mean validation error; bars: 95 % intervals. A depth that was not "
            "tried on a dataset breaks its lines.",
            fr="Part des réseaux qui s'entraînent, ou exactitude en test, selon la profondeur, à l'eta "
            "choisi pour chaque cellule par l'erreur moyenne en validation ; barres : intervalles à "
            "95 %. Une profondeur qui n'a pas été essayée sur un jeu de données coupe ses lignes.",
        ),
        rows,
        chart,
    )


def with_gaps(rows: pd.DataFrame, cell: list[str], x: str) -> pd.DataFrame:
    """The rows, and empty ones where a line of a cell lacks a value of x: no line crosses those."""
    line = [field for field in cell if field != x]
    every = rows[line].drop_duplicates().merge(rows[[x]].drop_duplicates(), how="cross")
    return every.merge(rows, on=[*line, x], how="left")[list(rows.columns)]
