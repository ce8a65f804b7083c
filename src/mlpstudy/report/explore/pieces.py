"""What an interactive figure is put together from: choices, sliders, axes, points with intervals."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import spaced
from mlpstudy.design.command_line import BIN
from mlpstudy.drawing.colours import COLOURS

HEIGHT = 340  # pixels of a chart; its width is that of the column
MARKS = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"]
DIGITS = 4  # of a number in a chart
COMMAND = f"'{BIN}mlpstudy replay ' + datum.run"

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


def values(rows: pd.DataFrame) -> list[list[Any]]:
    return [[plain(value) for value in row] for row in rows.itertuples(index=False, name=None)]


def plain(value: Any) -> Any:
    """A value for JSON: few digits, no NaN, no type of NumPy."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def first_runs(by_run: pd.DataFrame, cell: Sequence[str]) -> pd.DataFrame:
    """One run for each cell: that with the smallest seed."""
    first = by_run.sort_values(["seed", "run_id"]).groupby(list(cell), as_index=False).first()
    return first[[*cell, "run_id"]].rename(columns={"run_id": "run"})


def first_of(name: str, names: Sequence[str]) -> list[str]:
    """The names in order, one of them first."""
    return sorted(names, key=lambda each: (each != name, each))


def choice(
    name: str,
    options: Sequence,
    words: Callable,
    label: str = "",
    told: Callable[[str], str] = str,
) -> alt.Parameter:
    """A list to choose from; the first option at first. told: what an option is called."""
    options = [option.item() if isinstance(option, np.generic) else option for option in options]
    labels = [words(told(str(option))) for option in options]
    bind = alt.binding_select(options=options, labels=labels, name=words(label or spaced(name)))
    return alt.param(name=name, value=options[0], bind=bind)


def slider(name: str, stops: Sequence[int], words: Callable, label: str) -> alt.Parameter:
    """A slider along the places of a list; `at_stop` gives the number at the place."""
    bind = alt.binding_range(min=0, max=len(stops) - 1, step=1, name=words(label))
    return alt.param(name=name, value=len(stops) - 1, bind=bind)


def at_stop(name: str, stops: Sequence[int]) -> str:
    return f"{json.dumps([int(stop) for stop in stops])}[{name}]"


def stands_at(words: Callable, label: str, stop: str, sign: str = "") -> str:
    """An expression for a heading: what a slider stands at."""
    return f"{json.dumps(f'{words(label)}{sign} ')} + {stop}"


def scale_choice(words: Callable) -> alt.Parameter:
    """Linear or logarithmic, for an axis whose numbers are given as logarithms."""
    labels = [words("logarithmic"), words("linear")]
    bind = alt.binding_radio(options=["log", "linear"], labels=labels, name=words("scale"))
    return alt.param(name="scale", value="log", bind=bind)


def linear(title: str, words: Callable, domain: Sequence[float] = (0, 1)):
    axis = alt.Axis(title=words(title) if title else None)
    return lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(domain=list(domain)))


def powers(title: str, words: Callable):
    axis = alt.Axis(title=words(title), labelExpr=POWER, tickCount=7)
    return lambda column: alt.Y(f"{column}:Q", axis=axis, scale=alt.Scale(zero=False))


def colour(field: str, values: Sequence, words: Callable) -> dict[str, Any]:
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


def _interval(words: Callable) -> str:
    """An expression for the interval: its bounds, with what parts numbers in the language."""
    parts = "'[' + format(datum.low, '.3~g')", "format(datum.high, '.3~g') + ']'"
    return f" + {json.dumps(words(', '))} + ".join(parts)


def against(
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
    lines: bool = True,
) -> alt.LayerChart:
    """Points with intervals and lines, of the rows that the parameters want.

    y: gives the encoding of a column; steps: columns to compute; theory: a column drawn as a thin line;
    heading: an expression, such as what the sliders stand at; lines: whether the points are joined, as
    they are not where what lies between them was not tried.
    """
    field = category["color"].shorthand.partition(":")[0]
    picked = alt.selection_point(name="picked", fields=[field], bind="legend")
    base = alt.Chart(alt.NamedData("rows"))
    for test in wanted:
        base = base.transform_filter(test)
    base = base.transform_calculate(command=COMMAND, interval=_interval(words), **steps)
    seen = {"color": category["color"], "opacity": category["opacity"]}
    points = base.mark_point(filled=True, size=75, cursor="copy").encode(
        x=x, y=y("at"), tooltip=_tooltip(cell, words), shape=category["shape"], **seen
    )
    layers = [base.mark_line(strokeWidth=1.6).encode(x=x, y=y("at"), **seen)] if lines else []
    layers += [
        base.mark_rule().encode(x=x, y=y("at_low"), y2="at_high", **seen),
        points.add_params(picked),
    ]
    if theory:
        layers.insert(0, base.mark_line(strokeWidth=1, strokeDash=[5, 3]).encode(
            x=x, y=y(theory), **seen))  # fmt: skip
    layers = [layer.properties(name=f"layer_{i}") for i, layer in enumerate(layers)]
    chart = alt.layer(*layers).add_params(*parameters).resolve_scale(shape="independent")
    return framed(chart, heading)


def framed(chart: alt.LayerChart, heading: str = "") -> alt.LayerChart:
    if heading:
        title = alt.TitleParams(text=alt.ExprRef(heading), anchor="start", fontSize=13)
        chart = chart.properties(title=title)
    return chart.properties(width="container", height=HEIGHT).configure(
        font="system-ui, sans-serif", background="white", autosize={"type": "fit-x", "contains": "padding"}
    ).configure_axis(labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor="#e4e4e4",
        labelColor="#222", titleColor="#222"
    ).configure_view(stroke=None).configure_legend(labelFontSize=12, titleFontSize=12, labelLimit=300)  # fmt: skip
