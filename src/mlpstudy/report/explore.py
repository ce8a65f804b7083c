"""The interactive twins of the main figures, as Vega-Lite specifications made by Altair.

Each is one view on one small table, with sliders and choices above it. A point knows its cell, value,
interval, n and the run that stands for it, whose command a click copies.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from mlpstudy.analysis.colours import COLOURS
from mlpstudy.analysis.terms import said, spaced
from mlpstudy.said import LANGUAGES, Said
from mlpstudy.tables.files import read_table

VEGA_LITE = "6.4"
HEIGHT = 340  # pixels of a chart; its width is that of the column
MARKS = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"]
DIGITS = 4  # of a number in a chart
COMMAND = "'mlpstudy replay ' + datum.run"
INTERVAL = "'[' + format(datum.low, '.3~g') + ', ' + format(datum.high, '.3~g') + ']'"


@dataclass(frozen=True)
class Explored:
    """One interactive figure: its words, its specification in each language, and its rows."""

    name: str
    title: Said
    caption: Said
    specs: Mapping[str, Mapping[str, Any]]
    rows: pd.DataFrame

    def as_json(self) -> dict[str, Any]:
        """The specifications, and the table once for both: columns, and rows of values."""
        return {**self.specs, "columns": list(self.rows.columns), "rows": _values(self.rows)}


def explored(folder: Path, study: Mapping[str, Any]) -> tuple[Explored, ...]:
    """The interactive figures of a study, from the tables in a folder, as far as they are there."""
    made = []
    for name, (needed, make) in CHARTS.get(study.get("module", ""), {}).items():
        if all((folder / f"{table}.parquet").exists() for table in needed):
            frames = [read_table(folder, table) for table in needed]
            if len(frames[0]):
                title, caption, rows, chart = make(*frames)
                specs = {language: _spec(chart, language, name) for language in LANGUAGES}
                made.append(Explored(name, title, caption, specs, rows))
    return tuple(made)


@cache
def libraries() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script without any address to load from."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    if "</script" in script:
        raise ValueError("the libraries of Vega cannot stand inside a page")
    return script


def _spec(chart: Callable[[Callable], alt.LayerChart], language: str, name: str) -> dict[str, Any]:
    """A chart's specification in a language, its words looked up; rows come from elsewhere."""

    def words(text: str) -> str:
        return said(text)[language]

    spec = chart(words).to_dict(validate=False)
    spec["data"] = {"name": "rows"}
    return json.loads(json.dumps(spec, sort_keys=True)) | {"name": name}


def _values(rows: pd.DataFrame) -> list[list[Any]]:
    return [[_plain(value) for value in row] for row in rows.itertuples(index=False, name=None)]


def _plain(value: Any) -> Any:
    """A value for JSON: few digits, no NaN, no type of NumPy."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


# Pieces of a chart


def _choice(name: str, options: Sequence, words: Callable, label: str = "") -> alt.Parameter:
    """A list to choose from; the first option at first."""
    options = [option.item() if isinstance(option, np.generic) else option for option in options]
    labels = [words(str(option)) for option in options]
    bind = alt.binding_select(options=options, labels=labels, name=words(label or spaced(name)))
    return alt.param(name=name, value=options[0], bind=bind)


def _slider(name: str, stops: Sequence[int], words: Callable, label: str) -> alt.Parameter:
    """A slider along the places of a list; `_stop` gives the number at the place."""
    bind = alt.binding_range(min=0, max=len(stops) - 1, step=1, name=words(label))
    return alt.param(name=name, value=len(stops) - 1, bind=bind)


def _stop(name: str, stops: Sequence[int]) -> str:
    return f"{json.dumps([int(stop) for stop in stops])}[{name}]"


def _at(words: Callable, label: str, stop: str, sign: str = "") -> str:
    """An expression for a heading: what a slider stands at."""
    return f"{json.dumps(f'{words(label)}{sign} ')} + {stop}"


def _scale(words: Callable) -> alt.Parameter:
    """Linear or logarithmic, for an axis whose numbers are given as logarithms."""
    labels = [words("logarithmic"), words("linear")]
    bind = alt.binding_radio(options=["log", "linear"], labels=labels, name=words("scale"))
    return alt.param(name="scale", value="log", bind=bind)


def _colour(field: str, values: Sequence, words: Callable) -> dict[str, Any]:
    """Colour and shape of a category, and a legend whose entries can be clicked."""
    domain = sorted(map(str, values))
    shades = [COLOURS[i % len(COLOURS)] for i in range(len(domain))]
    shapes = [MARKS[i % len(MARKS)] for i in range(len(domain))]
    legend = alt.Legend(
        title=words(spaced(field)),
        orient="top",
        columns=alt.ExprRef("width < 420 ? 2 : 4"),
        symbolType="circle",
    )
    return {
        "color": alt.Color(
            f"{field}:N", scale=alt.Scale(domain=domain, range=shades), legend=legend
        ),
        "shape": alt.Shape(f"{field}:N", scale=alt.Scale(domain=domain, range=shapes), legend=None),
        "opacity": alt.condition("picked", alt.value(1), alt.value(0.08)),
    }


def _tooltip(fields: Sequence[str], words: Callable) -> list[alt.Tooltip]:
    """What hovering shows: the cell, the value, its interval, n and the command."""
    cell = [alt.Tooltip(f"{field}:N", title=words(spaced(field))) for field in fields]
    return [
        *cell,
        alt.Tooltip("value:Q", title=words("value"), format=".3~g"),
        alt.Tooltip("interval:N", title=words("95 % interval")),
        alt.Tooltip("n:Q", title="n"),
        alt.Tooltip("command:N", title=words("run again")),
    ]


def _against(
    words: Callable,
    x: alt.X,
    y: Callable[[str], Any],
    category: Mapping[str, Any],
    cell: Sequence[str],
    parameters: Sequence[alt.Parameter],
    wanted: Sequence[str],
    steps: Mapping[str, str],
    theory: str = "",
    heading: str = "",
) -> alt.LayerChart:
    """Points with intervals and lines, of the rows that the parameters want.

    y: gives the encoding of a column; steps: columns to compute; theory: a column drawn as a thin line;
    heading: an expression, such as what the sliders stand at.
    """
    field = category["color"].shorthand.partition(":")[0]
    picked = alt.selection_point(name="picked", fields=[field], bind="legend")
    base = alt.Chart(alt.NamedData("rows"))
    for test in wanted:
        base = base.transform_filter(test)
    base = base.transform_calculate(command=COMMAND, interval=INTERVAL, **steps)
    seen = {"color": category["color"], "opacity": category["opacity"]}
    points = base.mark_point(filled=True, size=75, cursor="copy").encode(
        x=x, y=y("at"), tooltip=_tooltip(cell, words), shape=category["shape"], **seen
    )
    layers = [
        base.mark_line(strokeWidth=1.6).encode(x=x, y=y("at"), **seen),
        base.mark_rule().encode(x=x, y=y("at_low"), y2="at_high", **seen),
        points.add_params(picked),
    ]
    if theory:
        layers.insert(0, base.mark_line(strokeWidth=1, strokeDash=[5, 3]).encode(
            x=x, y=y(theory), **seen))  # fmt: skip
    layers = [layer.properties(name=f"layer_{i}") for i, layer in enumerate(layers)]
    chart = alt.layer(*layers).add_params(*parameters).resolve_scale(shape="independent")
    return _framed(chart, heading)


def _framed(chart: alt.LayerChart, heading: str = "") -> alt.LayerChart:
    if heading:
        title = alt.TitleParams(text=alt.ExprRef(heading), anchor="start", fontSize=13)
        chart = chart.properties(title=title)
    return chart.properties(width="container", height=HEIGHT).configure(
        font="system-ui, sans-serif", background="white", autosize={"type": "fit-x", "contains": "padding"}
    ).configure_axis(labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor="#e4e4e4",
        labelColor="#222", titleColor="#222"
    ).configure_view(stroke=None).configure_legend(labelFontSize=12, titleFontSize=12, labelLimit=300)  # fmt: skip


def _axis(title: str, **more: Any) -> alt.Axis:
    return alt.Axis(title=title, **more)


LOGARITHMIC = {  # of a column that holds powers of ten
    column: f"scale == 'log' ? datum.{source} : pow(10, datum.{source})"
    for column, source in (
        ("at", "value"),
        ("at_low", "low"),
        ("at_high", "high"),
        ("at_theory", "predicted"),
    )
}
PLAIN = {"at": "datum.value", "at_low": "datum.low", "at_high": "datum.high"}
POWER = "scale == 'log' ? format(pow(10, datum.value), '.1~e') : format(datum.value, '.2~g')"


def _runs(by_run: pd.DataFrame, cell: Sequence[str]) -> pd.DataFrame:
    """One run for each cell: that with the smallest seed."""
    first = by_run.sort_values(["seed", "run_id"]).groupby(list(cell), as_index=False).first()
    return first[[*cell, "run_id"]].rename(columns={"run_id": "run"})


# The charts. Each function: tables -> title, caption, rows, chart in a language


def _shares(shares: pd.DataFrame, accuracy: pd.DataFrame, by_run: pd.DataFrame):
    found = ["dataset", "activation", "initialization", "residual", "depth"]
    parts = [
        shares.assign(measure="share of networks that train"),
        accuracy.assign(measure="test accuracy"),
    ]
    rows = pd.concat(parts)[[*found, "value", "low", "high", "n", "measure"]]
    rows = rows.merge(_runs(by_run[by_run["chosen"]], found), on=found, how="left")
    residual = rows.pop("residual")
    more = (", residual " + residual).where(residual != "none", "")
    rows["initialization"] = rows["initialization"].astype(str) + more
    cell = [name for name in found if name != "residual"]
    depths = sorted(rows["depth"].unique())

    def chart(words):
        parameters = [
            _choice("measure", rows["measure"].unique(), words, "shown"),
            _choice("dataset", sorted(rows["dataset"].unique()), words),
            _choice("activation", sorted(rows["activation"].unique()), words),
            _slider("deepest", depths, words, "down to depth"),
            _scale(words),
        ]
        ticks = [float(np.log2(depth)) for depth in depths]
        x = alt.X(
            "depth_at:Q",
            scale=alt.Scale(nice=False, padding=12, zero=False),
            axis=_axis(
                words("depth"),
                values=alt.ExprRef(f"scale == 'log' ? {ticks} : {[int(d) for d in depths]}"),
                labelExpr="scale == 'log' ? format(pow(2, datum.value), '.2~g') : datum.label",
            ),
        )
        y = _linear("", words)
        depth_at = "scale == 'log' ? log(datum.depth) / LN2 : datum.depth"
        return _against(
            words,
            x,
            y,
            _colour("initialization", rows["initialization"].unique(), words),
            cell,
            parameters,
            [
                "datum.measure == measure && datum.dataset == dataset"
                " && datum.activation == activation",
                f"datum.depth <= {_stop('deepest', depths)}",
            ],
            {**PLAIN, "depth_at": depth_at},
            heading=_at(words, "depth", _stop("deepest", depths), " \u2264"),
        )

    return (
        Said(en="Which networks train", fr="Quels réseaux s'entraînent"),
        Said(
            en="Share of networks that train, or test accuracy, against depth, at the step that "
            "suits each cell best; bars: 95 % intervals.",
            fr="Part des réseaux qui s'entraînent, ou exactitude en test, selon la profondeur, au pas "
            "qui convient le mieux à chaque cellule ; barres : intervalles à 95 %.",
        ),
        rows,
        chart,
    )


def _linear(title: str, words: Callable, domain: Sequence[float] = (0, 1)):
    axis = _axis(words(title) if title else None)
    return lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(domain=list(domain)))


def _powers(title: str, words: Callable):
    axis = _axis(words(title), labelExpr=POWER, tickCount=7)
    return lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(zero=False))


def _profiles(profiles: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["block", "dataset", "activation", "initialization", "depth"]
    rows = profiles[(profiles["measure"] == "delta") & (profiles["block"] == "start")]
    rows = rows.merge(_runs(by_run[by_run["epoch"] == 0], cell), on=cell, how="left")
    kept = ["dataset", "activation", "initialization", "layer", "value", "low", "high", "n",
            "predicted_delta", "run"]  # fmt: skip
    rows = rows[kept].rename(columns={"predicted_delta": "predicted"})

    def chart(words):
        parameters = [
            _choice("dataset", sorted(rows["dataset"].unique()), words),
            _choice("activation", _first("sigmoid", rows["activation"].unique()), words),
            _scale(words),
        ]
        return _against(
            words,
            alt.X(
                "layer:Q", axis=_axis(words("layer"), tickMinStep=1), scale=alt.Scale(padding=12)
            ),
            _powers("rms delta, relative to the last layer", words),
            _colour("initialization", rows["initialization"].unique(), words),
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


def _first(name: str, names: Sequence[str]) -> list[str]:
    """The names in order, one of them first."""
    return sorted(names, key=lambda each: (each != name, each))


def _along(along: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["block", "dataset", "activation", "initialization", "depth"]
    rows = along.merge(_runs(by_run[by_run["epoch"] == 0], cell), on=cell, how="left")
    rows = rows[[*cell[1:], "epoch", "layer", "value", "low", "high", "n", "run"]]
    depths, passes = (sorted(rows[name].unique()) for name in ("depth", "epoch"))

    def chart(words):
        parameters = [
            _choice("dataset", sorted(rows["dataset"].unique()), words),
            _slider("place", depths, words, "depth"),
            _slider("pass", passes, words, "pass"),
            _scale(words),
        ]
        return _against(
            words,
            alt.X(
                "layer:Q", axis=_axis(words("layer"), tickMinStep=1), scale=alt.Scale(padding=12)
            ),
            _powers("rms delta, relative to the last layer at first", words),
            _colour("activation", rows["activation"].unique(), words),
            [*cell[1:], "epoch", "layer"],
            parameters,
            [
                f"datum.dataset == dataset && datum.depth == {_stop('place', depths)}",
                f"datum.epoch == {_stop('pass', passes)}",
            ],
            LOGARITHMIC,
            heading=f"{_at(words, 'depth', _stop('place', depths))} + ', ' + "
            f"{_at(words, 'pass', _stop('pass', passes))}",
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


def _errors(errors: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["dataset", "activation", "depth", "budget"]
    rows = errors.merge(_runs(by_run[by_run["chosen"]], cell), on=cell, how="left")
    rows = rows[[*cell, "width", "n_parameters", "value", "low", "high", "n", "run"]]
    rows["depth"] = rows["depth"].astype(str)

    def chart(words):
        parameters = [
            _choice("dataset", sorted(rows["dataset"].unique()), words),
            _choice("activation", _first("relu", rows["activation"].unique()), words),
            _scale(words),
        ]
        label = "format(scale == 'log' ? pow(10, datum.value) : datum.value, ',.2~r')"
        x = alt.X(
            "size:Q",
            axis=_axis(words("number of parameters"), labelExpr=label, tickCount=5),
            scale=alt.Scale(zero=False, nice=False, padding=15),
        )
        axis = _axis(words("test error"))
        return _against(
            words,
            x,
            lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(zero=True)),
            _colour("depth", rows["depth"].unique(), words),
            ["dataset", "activation", "depth", "width", "n_parameters"],
            parameters,
            ["datum.dataset == dataset && datum.activation == activation"],
            {
                **PLAIN,
                "size": "scale == 'log' ? log(datum.n_parameters) / LN10 : datum.n_parameters",
            },
        )

    return (
        Said(en="Wide or deep", fr="Large ou profond"),
        Said(
            en="Test error of networks with equally many parameters, by depth; bars: 95 % intervals.",
            fr="Erreur en test de réseaux au même nombre de paramètres, selon la profondeur ; barres : "
            "intervalles à 95 %.",
        ),
        rows,
        chart,
    )


def _solved(shares: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["activation", "cost", "width"]
    rows = shares.merge(_runs(by_run[by_run["usual"]], cell), on=cell, how="left")
    rows = rows[[*cell, "value", "low", "high", "n", "run"]]
    widths = sorted(rows["width"].unique())

    def chart(words):
        parameters = [
            _choice("activation", _first("sigmoid", rows["activation"].unique()), words),
            _slider("widest", widths, words, "up to width"),
        ]
        axis = _axis(words("hidden units"), values=[int(width) for width in widths])
        return _against(
            words,
            alt.X("width:Q", axis=axis, scale=alt.Scale(zero=False, nice=False, padding=20)),
            _linear("share solved", words),
            _colour("cost", rows["cost"].unique(), words),
            cell,
            parameters,
            [
                "datum.activation == activation",
                f"datum.width <= {_stop('widest', widths)}",
            ],
            PLAIN,
            heading=_at(words, "width", _stop("widest", widths), " \u2264"),
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


# The decision regions: a picture is a row, whose cells are unfolded when it is shown

EXAMPLES = 80  # of a dataset, as dots
SURENESS = 50  # steps of a colour between the border and certainty


def _regions(passes: pd.DataFrame, points: pd.DataFrame, by_run: pd.DataFrame):
    cell = ["dataset", "depth", "width"]
    runs = _runs(by_run, cell)
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
        {name: _values(here[["x1", "x2", "y"]]) for name, here in dots.groupby("dataset")}
    )
    networks = list(dict.fromkeys(rows.sort_values(["depth", "width"])["network"]))
    stops = sorted(rows["epoch"].unique())

    def chart(words):
        parameters = [
            _choice("dataset", sorted(rows["dataset"].unique()), words),
            _choice("network", networks[::-1], words),
            _slider("pass", stops, words, "pass"),
        ]
        wanted = (
            "datum.dataset == dataset && datum.network == network"
            f" && datum.epoch == {_stop('pass', stops)}"
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
        heading = _at(words, "pass", _stop("pass", stops))
        return _framed(alt.layer(*layers).add_params(*parameters), heading).properties(width=HEIGHT)

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


CHARTS: dict[str, dict[str, tuple[tuple[str, ...], Callable]]] = {
    # module of a study: {chart: (the tables that it needs, what makes it of them)}
    "trainability": {"shares": (("shares", "accuracy", "by_run"), _shares)},
    "vanishing": {
        "profiles": (("profiles", "by_run"), _profiles),
        "along": (("along", "by_run"), _along),
    },
    "width_and_depth": {"errors": (("errors", "by_run"), _errors)},
    "xor": {"solved": (("shares", "by_run"), _solved)},
    "regions": {"passes": (("passes", "points", "by_run"), _regions)},
}
