"""What charts are put together from: rows of places, choices and sliders, axes, tooltips."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mlpstudy.design.command_line import BIN
from mlpstudy.drawing.channels import MEASURE, NAME, Channel, channels, levels_of, orders, plain
from mlpstudy.drawing.colours import COLOURS
from mlpstudy.words import Words

HEIGHT = 340  # pixels of a chart; its width is that of the column
MARKS = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right",
         "triangle-left"]  # fmt: skip
DASHES = [[1, 0], [6, 2], [2, 2], [7, 2, 2, 2]]
RAMP = alt.SchemeParams("viridis", extent=[0.8, 0.02])
MOST_TICKS = 9
NUMBER = (  # at a tick: powers of ten only where they are needed
    "datum.label == '' ? '' : datum.value != 0 && (abs(datum.value) < 1e-3 || abs(datum.value) >= 1e5) "
    "? format(datum.value, '.2~e') : format(datum.value, '.6~r')"
)
HIT = {"stroke": "transparent", "strokeWidth": 14}  # around a point: where it can be met
COMMAND = f"'{BIN}mlpstudy replay ' + datum.run"
NUMBERS = ("value", "low", "high", "share", "n", "networks", "run")


@dataclass
class Parts:
    """A figure as a chart: its description, its rows as places, and what its channels are called."""

    spec: Any
    frame: pd.DataFrame
    words: Words
    channels: dict[str, Channel]

    @classmethod
    def of(cls, spec: Any, frame: pd.DataFrame, words: Words) -> "Parts":
        """The parts of a figure."""
        return cls(spec, frame.reset_index(drop=True), words, channels(spec, frame))

    def rows(self, *columns: str) -> pd.DataFrame:
        """The rows of the chart: places in the channels, the named columns, the numbers."""
        kept = [name for name in dict.fromkeys([*columns, *NUMBERS]) if name in self.frame]
        return self.frame[kept].assign(**self._places)

    @cached_property
    def _places(self) -> dict[str, np.ndarray]:
        """The columns of places, each an integer for each row."""
        told = {name: each for name, each in self.channels.items() if each.fields}
        if units := self.spec.units:
            told["unit"] = Channel(units, levels_of(self.frame, units))
        return {name: places(channel, self.frame) for name, channel in told.items()}

    def apart(self) -> dict[str, Any]:
        """What parts lines and bands beside their colour."""
        fields = ["style:N"] if self.channels["style"].fields else []
        fields += ["unit:N"] if self.spec.units else []
        return {"detail": list(map(alt.Detail, fields))} if fields else {}

    def texts(self, name: str) -> list[str]:
        """What the levels of a channel are called."""
        channel = self.channels[name]
        return [channel.text(level, self.words) for level in channel.levels]

    @property
    def chosen(self) -> list[str]:
        """The channels that part panels, of which the chart shows one."""
        return [name for name in ("row", "col") if len(self.channels[name]) > 1]

    def choices(self) -> list[alt.Parameter]:
        """A slider along numbers, a list of names; at first what has rows."""
        first = self._first()
        return [self._choice(name, first[name]) for name in self.chosen]

    def _first(self) -> dict[str, int]:
        """What is shown at first: the last of numbers, of names those whose values differ most, as
        near as rows are."""
        if not self.chosen:
            return {}
        wanted = {name: self._wanted(name) for name in self.chosen}
        there = self.rows()[self.chosen].drop_duplicates()
        away = sum((there[name] - wanted[name]).abs() for name in self.chosen)
        return {name: int(there.loc[away.idxmin(), name]) for name in self.chosen}

    def _wanted(self, name: str) -> int:
        channel = self.channels[name]
        if channel.ordered:
            return len(channel) - 1
        column = next((each for each in ("value", "share") if each in self.frame), "")
        if not column or {MEASURE, NAME} & set(channel.fields):
            return 0
        values = self.frame[column].astype(float).replace([np.inf, -np.inf], np.nan)
        spread = values.groupby(self.rows()[name]).agg(lambda seen: seen.max() - seen.min())
        return int(spread.fillna(0.0).idxmax())

    def _choice(self, name: str, first: int) -> alt.Parameter:
        channel, last, label = self.channels[name], len(self.channels[name]) - 1, self._name(name)
        if channel.ordered:
            bind: Any = alt.binding_range(min=0, max=last, step=1, name=label)
        else:
            options, labels = list(range(last + 1)), self.texts(name)
            bind = alt.binding_select(options=options, labels=labels, name=label)
        return alt.param(name=name, value=first, bind=bind)

    def _name(self, name: str) -> str:
        """What the levels of a channel are levels of."""
        channel = self.channels[name]
        if NAME in channel.fields:
            return self.words.gettext("claim")
        return channel.label(self.words) or self.words.gettext("measure")

    def base(self) -> alt.Chart:
        """The rows that the choices want, with what a point says of itself."""
        base = alt.Chart(alt.NamedData("rows"))
        for name in self.chosen:
            base = base.transform_filter(f"datum.{name} == {name}")
        said = {f"{name}_said": called(self.texts(name), f"datum.{name}") for name in self.channels
                if self.channels[name].fields}  # fmt: skip
        if "run" in self.frame:
            said["command"] = COMMAND
        if "low" in self.frame:
            said["interval"] = interval(self.words)
        return base.transform_calculate(**said) if said else base

    def heading(self) -> alt.TitleParams | None:
        """What the sliders stand at, above the chart."""
        parts = [called(self.texts(name), name) for name in self.chosen]
        if not parts:
            return None
        return alt.TitleParams(
            text=alt.ExprRef(" + ', ' + ".join(parts)), anchor="start", fontSize=13
        )

    def look(self) -> dict[str, Any]:
        """Colour, shape and dash of a series, with a legend whose entries can be clicked."""
        look: dict[str, Any] = {}
        hue, dash = self.channels["hue"], self.channels["style"]
        if hue.fields:
            scale = alt.Scale(domain=list(range(len(hue))), **shades(hue))
            look["color"] = alt.Color("hue:O", scale=scale, legend=self.legend("hue"))
            look["opacity"] = alt.OpacityValue(0.08, condition={"param": "picked", "value": 1})
        if dash.fields:
            domain = [*range(len(dash)), -1]  # legends of one and the same domain would be merged
            scale = alt.Scale(domain=domain, range=[*DASHES[: len(dash)], [1, 0]])
            look["strokeDash"] = alt.StrokeDash("style:N", scale=scale, legend=self.legend("style"))
        return look

    def shape(self) -> dict[str, Any]:
        """The markers of points: of style where there is one, or else of hue."""
        name = next((name for name in ("style", "hue") if self.channels[name].fields), "")
        if not name:
            return {}
        count = len(self.channels[name])
        scale = alt.Scale(
            domain=list(range(count)), range=[MARKS[i % len(MARKS)] for i in range(count)]
        )
        return {"shape": alt.Shape(f"{name}:N", scale=scale, legend=None)}

    def legend(self, name: str) -> alt.Legend:
        """The levels of a channel, in words."""
        return alt.Legend(
            title=None,
            values=list(range(len(self.channels[name]))),
            orient="top",
            symbolOpacity=1,
            columns=alt.ExprRef("width < 420 ? 2 : 4"),
            labelExpr=called(self.texts(name), "datum.value"),
        )

    def picked(self) -> list[alt.Parameter]:
        """A click on the legend of colours picks a series."""
        if not self.channels["hue"].fields:
            return []
        return [alt.selection_point(name="picked", fields=["hue"], bind="legend")]

    def tooltip(self, *more: alt.Tooltip) -> list[alt.Tooltip]:
        """What hovering shows: the cell, the value with its interval, n, and the command."""
        words = self.words
        cell = [
            alt.Tooltip(f"{name}_said:N", title=self._name(name))
            for name, channel in self.channels.items()
            if channel.fields
        ]
        seen = [
            ("low", alt.Tooltip("interval:N", title=words.gettext("95 % interval"))),
            ("n", alt.Tooltip("n:Q", title="n")),
            ("run", alt.Tooltip("command:N", title=words.gettext("run again"))),
        ]
        return [*cell, *more, *(tip for name, tip in seen if name in self.frame)]


def shades(channel: Channel) -> dict[str, Any]:
    """The colours of the levels: light to dark for a number, a palette for names."""
    if channel.ordered:
        return {"scheme": RAMP}
    return {"range": [*COLOURS, *map(paler, COLOURS)][: len(channel)]}


def paler(color: str) -> str:
    """A colour, half of it white: for the ninth and later names."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{(part + 255) // 2:02x}" for part in parts)


def places(channel: Channel, frame: pd.DataFrame) -> np.ndarray:
    """For each row the place of its level."""
    known = {level: place for place, level in enumerate(channel.levels)}
    columns = [_plain(frame[name]) for name in channel.fields]
    return np.array([known[level] for level in zip(*columns, strict=True)], dtype=int)


def _plain(values: pd.Series) -> list[Any]:
    """Values as those of Python; what comes again is made once."""
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    made = [plain(level) for level in levels]
    return [made[code] for code in codes]


def called(texts: Sequence[str], place: str) -> str:
    """An expression for the text at a place."""
    return f"{json.dumps(list(texts), ensure_ascii=False)}[{place}]"


def interval(words: Words) -> str:
    """An expression for the bounds, with what parts numbers in the language."""
    between = json.dumps(" ; " if words.language == "fr" else ", ")
    return f"'[' + format(datum.low, '.3~g') + {between} + format(datum.high, '.3~g') + ']'"


def value_axis(title: str | None) -> alt.Axis:
    """An axis of values, with few ticks."""
    return alt.Axis(title=title, format="~g", labelExpr=NUMBER, tickCount=6)


def stretched(log: bool, kind: str = "log") -> dict[str, Any]:
    """The type of a scale of numbers, that need not begin at 0."""
    return {"type": kind} if log else {"zero": False}


class Across:
    """The column along an axis: numbers as they are, names by their places."""

    def __init__(self, name: str, parts: Parts, log: bool = False, side_by_side: bool = False):
        words, known = parts.words, orders(parts.spec)
        self.levels = [level for (level,) in levels_of(parts.frame, (name,), known)]
        self.channel = Channel((name,), tuple((level,) for level in self.levels))
        self.name, self.words, self.log, self.title = name, words, log, ""
        self.numeric = self.channel.ordered and None not in self.levels and not side_by_side

    def column(self, frame: pd.DataFrame) -> np.ndarray:
        """The values of rows."""
        if self.numeric:
            return frame[self.name].to_numpy(float)
        return places(self.channel, frame)

    def texts(self) -> list[str]:
        """What the places are called."""
        if self.name == MEASURE:
            return [self.words.label(level) for level in self.levels]
        return [
            self.words.value(self.name, level)
            if level is None
            else self.words.level(self.name, level)
            for level in self.levels
        ]

    def encode(self, which: Any, column: str) -> Any:
        """The encoding, alt.X or alt.Y."""
        title = self.title or self.words.label(self.name)
        if not self.numeric:
            axis = alt.Axis(
                title=title, labelExpr=called(self.texts(), "datum.value"), labelAngle=0
            )
            return which(f"{column}:O", axis=axis)
        ticks = self._ticks()
        kind = stretched(self.log, "symlog" if min(self.levels) <= 0 else "log")
        scale = alt.Scale(nice=False, padding=12, **kind)
        axis = alt.Axis(title=title, format="~g", labelExpr=NUMBER, **ticks)
        return which(f"{column}:Q", axis=axis, scale=scale)

    def _ticks(self) -> dict[str, Any]:
        """At the levels, or of many whole ones at some, so that no tick stands beside them."""
        if len(self.levels) <= MOST_TICKS:
            return {"values": self.levels}
        if self.log or any(level != int(level) for level in self.levels):
            return {"tickCount": 8}
        return {"values": self.levels[:: -(-len(self.levels) // MOST_TICKS)]}

    def tooltip(self, column: str) -> alt.Tooltip:
        """Its value at a point."""
        kind = f"{column}:Q" if self.numeric else "x_said:N"
        return alt.Tooltip(kind, title=self.words.label(self.name))


def domain(parts: Parts, columns: Sequence[str], log: bool, parting: str) -> dict[str, Any]:
    """A scale for all rows, whatever is chosen; one for each level where `parting` is chosen from.

    parting: the column whose levels have scales of their own: the measure, or the claim's name.
    """
    chosen = next((each for each in parts.chosen if parting in parts.channels[each].fields), "")
    if not chosen:
        return {"domain": extent(parts.frame, columns, log), "nice": False, **stretched(log)}
    channel = parts.channels[chosen]
    groups = [channel.rows(parts.frame, level) for level in channel.levels]
    lows, highs = zip(*(extent(group, columns, log) for group in groups), strict=True)
    ends = [alt.ExprRef(f"{[*some]}[{chosen}]") for some in (lows, highs)]
    return {"domain": ends, "nice": False, **stretched(log)}


def extent(frame: pd.DataFrame, columns: Iterable[str], log: bool) -> list[float]:
    """The least and the most of some columns, with a margin; of logarithms without what has none."""
    seen = np.concatenate([frame[name].to_numpy(float) for name in columns if name in frame])
    seen = seen[np.isfinite(seen) & ((seen > 0) | (not log))]
    if len(seen) == 0:
        return [0.1, 1.0]
    low, high = float(seen.min()), float(seen.max())
    if log:
        return [low / 1.1, high * 1.1]
    margin = 0.04 * (high - low or 1.0)
    return [0.0 if 0 <= low < 0.5 * high else low - margin, high + margin]


def framed(layers: Sequence[Any], parts: Parts, **properties: Any) -> Any:
    """A whole chart of some layers, as wide as its column; properties: more of it, or others.

    Made at once: each method of a chart copies all of its layers.
    """
    *below, top = [layer.properties(name=f"layer_{i}") for i, layer in enumerate(layers)]
    if (heading := parts.heading()) is not None:
        properties["title"] = heading
    size = {"width": "container", "height": HEIGHT}
    choices = parts.choices()
    return alt.layer(*below, top.add_params(*choices), config=LOOK, **{**size, **properties})


LOOK = alt.Config(
    font="system-ui, sans-serif",
    background="white",
    autosize={"type": "fit-x", "contains": "padding"},
    axis=alt.AxisConfig(
        labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor="#e4e4e4",
        labelColor="#222", titleColor="#222", labelLimit=260,
    ),
    view=alt.ViewConfig(stroke=None),
    legend=alt.LegendConfig(labelFontSize=12, titleFontSize=12, labelLimit=300),
)  # fmt: skip
SHAPES_APART = alt.Resolve(scale=alt.ScaleResolveMap(shape="independent"))


def level_line(at: float | None) -> list[Any]:
    """A horizontal line at a value."""
    if at is None:
        return []
    one = alt.Chart(alt.Data(values=[{"at": float(at)}]))
    return [one.mark_rule(color="#666", strokeWidth=1).encode(y=alt.Y("at:Q"))]
