"""Kinds of figure of a user's own: one function or two, in a Python file that config.yaml lists.

    FIGURES = {"name": static}                   static(spec, frame, words) -> a figure of Matplotlib
    FIGURES = {"name": (static, interactive)}    interactive(spec, frame, words) -> (chart, rows)

spec: the figure's description (a FigureSpec). frame: a row for each cell and each y: the fields that
tell cells apart, measure, value, low, high, n, networks. words: texts in the language that is drawn.
interactive gives an Altair chart without data, and its rows, which are the same in each language.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.core.parts import called, part
from mlpstudy.design import parts
from mlpstudy.design.claims import FigureSpec
from mlpstudy.words import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIELD = "figure"
ALLOWED = "a function static(spec, frame, words), or two: (static, interactive)"

Static = Callable[[FigureSpec, pd.DataFrame, Words], "Figure"]
Interactive = Callable[[FigureSpec, pd.DataFrame, Words], tuple[Any, pd.DataFrame]]


class Plugged(NamedTuple):
    """What draws a kind, and what makes its twin to explore, where something does."""

    static: Static
    interactive: Interactive | None


def plugged(name: str) -> Plugged:
    """A kind of a file in use; raises Mistake where it is none, and when it is drawn and fails."""
    entry, mistake = part(FIELD, name)
    functions = entry if isinstance(entry, tuple) else (entry,)
    if not (1 <= len(functions) <= 2 and all(map(callable, functions))):
        raise mistake("is not allowed", allowed=ALLOWED)

    def static(spec: FigureSpec, frame: pd.DataFrame, words: Words) -> "Figure":
        from matplotlib.figure import Figure  # not where charts are made

        figure = called(mistake, functions[0], spec, frame.copy(), words)
        if not isinstance(figure, Figure) or not figure.axes:
            raise mistake("static(spec, frame, words) gives no figure of Matplotlib with axes")
        return figure

    def interactive(spec: FigureSpec, frame: pd.DataFrame, words: Words) -> Any:
        made = called(mistake, functions[1], spec, frame.copy(), words)
        if problem := _unfit(made):
            raise mistake(f"interactive(spec, frame, words) {problem}")
        return made

    return Plugged(static, interactive if len(functions) == 2 else None)


def _unfit(made: Any) -> str:
    """What is wrong with a chart and its rows; "" where nothing is."""
    import altair as alt

    pair = isinstance(made, tuple) and len(made) == 2
    if not pair or not isinstance(made[0], alt.TopLevelMixin) or not hasattr(made[1], "columns"):
        return "gives no chart of Altair with its rows"
    chart, rows = made
    try:
        spec = chart.to_dict(validate=False)
        json.dumps(spec, allow_nan=False)
    except Exception as error:
        return " ".join(f"gives a chart that cannot be written: {error}".split())
    lost = sorted(_fields(spec) - set(rows.columns)) if "transform" not in json.dumps(spec) else []
    return f"shows {lost[0]!r}, which is no column of its rows" if lost else ""


def _fields(spec: Any) -> set[str]:
    """The columns that a chart names."""
    if isinstance(spec, list):
        return set().union(*map(_fields, spec))
    if not isinstance(spec, Mapping):
        return set()
    named = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    return named.union(*map(_fields, spec.values()))


def check_kinds() -> None:
    """Raises Mistake where a kind in the files in use cannot draw a small example, in each language."""
    from mlpstudy.drawing import style, vector

    for name in parts.names(FIELD):
        kind, spec, frame = plugged(name), _spec(name), _example()
        rows = []
        for words in map(Words, LANGUAGES):
            with style.context():
                called(part(FIELD, name)[1], vector.svg, kind.static(spec, frame, words))
            if kind.interactive:
                rows.append(kind.interactive(spec, frame, words)[1])
        if any(not each.equals(rows[0]) for each in rows):
            raise part(FIELD, name)[1]("interactive gives other rows in another language")


def _spec(name: str) -> FigureSpec:
    return FigureSpec(name="example", kind=name, x="depth", y="test_error", hue="activation")


def _example() -> pd.DataFrame:
    """Two activations at three depths."""
    return pd.DataFrame(_rows())


def _rows() -> Iterator[dict[str, Any]]:
    for activation, depth in product(("relu", "tanh"), (1, 2, 4)):
        value = depth / 20 + len(activation) / 100
        yield {
            "depth": depth, "activation": activation, "measure": "test_error", "value": value,
            "low": value - 0.01, "high": value + 0.02, "n": 8, "networks": 8, "diverged": 0,
            "run": f"iris-d{depth}-w8-{activation}-s0-00000000",
        }  # fmt: skip
