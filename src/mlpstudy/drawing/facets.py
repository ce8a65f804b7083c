"""The panels of a figure, as seaborn's FacetGrid has them: col and row, hue and style, one legend.

Panels are as wide as the page allows; their height follows from how many there are.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from mlpstudy.design.limits import names
from mlpstudy.drawing import axes as axes_of
from mlpstudy.drawing import style
from mlpstudy.drawing.channels import MEASURE, Channel, across, channels, levels_of, orders
from mlpstudy.drawing.texts import fitted, width_of, wrapped
from mlpstudy.words import Words

HEIGHTS = {1: 2.7, 2: 1.9, 3: 1.6}  # inches of a panel, by how many stand side by side
LOWEST = 1.35
HEAD, FOOT, BETWEEN = 0.3, 0.35, 0.3  # inches above, below and between the panels
NAMED = 0.25  # inches of a line that names an axis
SIDE = 0.008  # of the width: left of the name of the values
LINE = 1.5  # of the legend, in heights of its type
HANDLE, BEFORE, AFTER = 1.9, 0.5, 1.5  # of its entries, in the same: the line, and gaps
GAP = 0.1  # inches between two panels
LEAST = 1.3  # inches: the width of a panel that has names at its side
LABEL = 1.9  # inches: names at the side of a panel that are longer go on in the next line
MOST_COLUMNS = 3  # more panels go on in the next row, where rows mean nothing else
ROW = 0.235  # inches: the height of a row with a name at its side
WIDE = 18  # points: what lines that stand beside each other take of a panel
FEW = 4  # lines whose bands can be seen through each other
VALUES = ("value", "low", "high", "share")
LOWER = 10  # times below the least value is the foot of a logarithmic axis with intervals beyond
POINTS = 15  # along a line: more have no markers


class Series(NamedTuple):
    """One line of a panel: its look, its rows, its place among how many of the panel, how many the
    figure has, and the points that all of a place may take side by side."""

    look: style.Look
    rows: pd.DataFrame
    place: float
    of: int
    lines: int
    room: float = WIDE


@dataclass
class Picture:
    """A figure being drawn: its description, its rows, its panels."""

    spec: Any
    frame: pd.DataFrame
    words: Words
    channels: dict[str, Channel]
    figure: Figure
    axes: np.ndarray  # (rows, columns) of Axes
    wrapped: bool  # whether the columns go on in the next row
    height: float  # inches of one panel
    margin: float = 0.6  # inches at the left of the panels
    called: dict[tuple, str] = field(default_factory=dict)  # levels with a title of their own

    @property
    def inches(self) -> float:
        """The width of one panel, about."""
        columns = self.axes.shape[1]
        return (style.WIDTH - self.margin) / columns - GAP

    def panels(self) -> Iterator[tuple[Axes, pd.DataFrame]]:
        """Each panel that has rows, and them; the others are hidden."""
        for ax in self.axes.flat:
            ax.set_visible(False)
        for i, _, rows in self.channels["row"].split(self.frame):
            for j, _, panel in self.channels["col"].split(rows):
                ax = self.axes.flat[j] if self.wrapped else self.axes[i, j]
                ax.set_visible(True)
                yield ax, panel

    def scale_values(self) -> None:
        """The axes of values, after all is drawn: one scale wherever one is shared."""
        share, rows, cols = shared(self.channels), self.channels["row"], self.channels["col"]
        for i, j in np.ndindex(self.axes.shape):
            held = self.frame
            if share == "row":
                held = rows.rows(held, rows.levels[i])
            elif share == "col":
                held = cols.rows(held, cols.levels[j])
            _value_axis(self.axes[i, j], held, self)

    def along_x(self) -> axes_of.Along:
        """The column of the horizontal axis, with the levels of the whole figure."""
        name, log = across(self.spec), "x" in self.spec.log
        levels = levels_of(self.frame, (name,), orders(self.spec))
        return axes_of.Along(name, tuple(level for (level,) in levels), log)

    def series(self, panel: pd.DataFrame) -> Iterator[Series]:
        """Each line of a panel; of one look and place where they differ in their units alone."""
        hue, dash = self.channels["hue"], self.channels["style"]
        there = [
            (look(self.channels, i, j), line)
            for i, _, rows in hue.split(panel)
            for j, _, line in dash.split(rows)
        ]
        for place, (shown, line) in enumerate(there):
            for _, _, unit in self._units.split(line):
                yield Series(shown, unit, place, len(there), len(hue) * len(dash))

    @cached_property
    def _units(self) -> Channel:
        fields = names(self.spec.units)
        return Channel(fields, levels_of(self.frame, fields))

    def finish(
        self, x: str, y: str, entries: Sequence[tuple[Any, str]] = (), joined: bool = True
    ) -> Figure:
        """Titles of panels, names of the axes, the legend and n: the figure, whole.

        entries: what the legend says beside hue and style; joined: whether its handles are lines.
        """
        self._titles()
        self._name_rows()
        self._number_columns()
        packed = in_columns([*self._entries(joined), *entries])
        name = NAMED if y and self.channels["row"].fields != (MEASURE,) else 0.0
        above = name + max(map(len, packed), default=0) * LINE * style.SMALL / 72 + 0.08
        height = above + self._inside() + FOOT + NAMED * bool(x)
        self.figure.set_size_inches(style.WIDTH, height)
        if name:
            self.figure.text(SIDE, 1, y, va="top", fontsize=style.TEXT)
        if x:
            self.figure.supxlabel(x, fontsize=style.TEXT)
        legend(self.figure, packed, 1 - name / height)
        style.leave_free(self.figure, above / height)
        return self.figure

    def _inside(self) -> float:
        """The inches of all panels, with their titles and what lies between."""
        rows = len(self.axes)
        lines = max(ax.get_title("left").count("\n") + 1 for ax in self.axes.flat)
        titles = (HEAD + (lines - 1) * 1.25 * style.TEXT / 72) * bool(self.channels["col"].fields)
        between = (rows - 1) * (0.1 + BETWEEN * self.wrapped)
        return rows * self.height + between + titles * (rows if self.wrapped else 1)

    def _text(self, channel: Channel, level: tuple) -> str:
        return self.called.get(level) or channel.text(level, self.words)

    def _titles(self) -> None:
        cols = self.channels["col"]
        if not cols.fields:
            return
        heads = self.axes.flat if self.wrapped else map(_first, self.axes.T)
        titles = [self._text(cols, level) for level in cols.levels]
        size, titles = fitted(titles, self.inches)
        for ax, title in zip(heads, titles, strict=False):
            ax.set_title(title, fontsize=size)

    def _name_rows(self) -> None:
        rows = self.channels["row"]
        own = rows.fields == (MEASURE,)
        names = [self._text(rows, level) for level in rows.levels if rows.fields and not own]
        words = [word for name in names for word in name.split()]
        low = any(width_of(word, style.TEXT, True) > 72 * self.height for word in words)
        for i, ax in enumerate(self._first_of_rows()):
            if own:
                label = self.called.get(rows.levels[i]) or self.words.label(rows.levels[i][0])
                ax.set_ylabel(wrapped(label, self.height, style.TEXT))
            elif rows.fields:
                self._name_row(ax, names[i], low)

    def _name_row(self, ax: Axes, text: str, low: bool) -> None:
        """Upwards beside a row of panels, or as it is read where some panel is too low for that."""
        inches = LABEL / 2 if low else self.height
        label = ax.set_ylabel(wrapped(text, inches, style.TEXT, bold=True), fontweight="bold")
        if low:
            label.set(rotation=0, ha="right", va="center")

    def _first_of_rows(self) -> Iterator[Axes]:
        """The first panel of each row that is there, with the numbers of its axis."""
        for first in map(_first, self.axes):
            first.tick_params(labelleft=True)
            yield first

    def _number_columns(self) -> None:
        """The numbers of the horizontal axis stand under the last panel of each column."""
        for column in self.axes.T:
            there = [ax for ax in column if ax.get_visible()]
            if there:
                there[-1].tick_params(labelbottom=True)

    def _entries(self, joined: bool) -> list[tuple[Any, str]]:
        """Handles and texts of hue and of style: one list where both say the same."""
        hue, dash = self.channels["hue"], self.channels["style"]
        entries, line = [], {} if joined else {"linestyle": "none"}
        plain = bool(dash.fields) or self.spec.kind == "forest"  # markers stand for something else
        if hue.fields:
            for i, level in enumerate(hue.levels):
                shown = plain_look(self, i, joined) if plain else look(self.channels, i, 0)
                entries.append((handle(shown, **line), hue.text(level, self.words)))
        if dash.fields and dash.fields != hue.fields:
            for j, level in enumerate(dash.levels):
                shown = look(self.channels, 0, j)._replace(color=style.FAINT)
                entries.append((handle(shown, **line), dash.text(level, self.words)))
        return entries


def picture(
    spec: Any,
    frame: pd.DataFrame,
    words: Words,
    height: float = 0.0,
    most: int = MOST_COLUMNS,
    **scales: Any,
) -> Picture:
    """The panels of a figure.

    height: of each in inches; 0 for what suits their number. most: panels side by side, where they
    can go on in the next row. scales: what Figure.subplots takes beside, such as sharex and sharey
    where they are not those of all panels of a measure. Raises ValueError without a row.
    """
    if frame.empty:
        raise ValueError(f"figure {spec.name}: no row to draw")
    found = channels(spec, frame)
    rows, columns = len(found["row"]), len(found["col"])
    wrapped = columns > most and not found["row"].fields
    if wrapped:
        rows = math.ceil(columns / most)
        columns = math.ceil(columns / rows)
    height = height or HEIGHTS.get(columns, LOWEST) * (1 if rows < 3 else 0.85)
    scales = {"sharex": True, "sharey": shared(found), **scales}
    figure, axes = style.panels(rows, columns, height=height, **scales)
    return Picture(spec, frame, words, found, figure, axes, wrapped, height)


def fit(margin: float) -> int:
    """How many panels are wide enough to stand side by side, beside a margin in inches."""
    return max(1, min(MOST_COLUMNS, int((style.WIDTH - margin) / (LEAST + GAP))))


def _first(panels: np.ndarray) -> Axes:
    """The first panel of a row, or of a column, that is there."""
    return next((ax for ax in panels if ax.get_visible()), panels[0])


def shared(found: dict[str, Channel]) -> str:
    """Which panels have one scale of values: all, but those of other measures."""
    return next((name for name in ("row", "col") if MEASURE in found[name].fields), "all")


def look(found: dict[str, Channel], i: int, j: int) -> style.Look:
    """Of the i-th level of hue and the j-th of style: numbers from light to dark, others by colour."""
    hue, dash = found["hue"], found["style"]
    shades = style.ramp if hue.ordered and hue.fields else style.looks
    shown = list(shades(range(len(hue))).values())[i]
    if dash.fields and dash.fields != hue.fields:
        return shown._replace(linestyle=style.LINES[j], marker=style.MARKERS[j])
    return shown


def plain_look(picture: Picture, i: int, joined: bool = True) -> style.Look:
    """The colour alone, where marker and dash are those of style; of points alone a patch of it."""
    marker = "none" if joined else "s"
    return look(picture.channels, i, 0)._replace(marker=marker, linestyle="-")


def handle(shown: style.Look, **changed: Any) -> Line2D:
    """What stands for a look in a legend."""
    return Line2D([], [], **{**shown.line(), **changed})


def in_columns(entries: Sequence[tuple[Any, str]]) -> list[list[tuple[Any, str]]]:
    """The entries of a legend in as many columns as fit, to be read line by line."""
    gaps = (HANDLE + BEFORE + AFTER) * style.SMALL
    wide = [width_of(text) + gaps for _, text in entries]
    for columns in range(len(entries), 0, -1):
        if sum(max(wide[i::columns]) for i in range(columns)) <= 72 * style.WIDTH * (1 - SIDE):
            break
    return [list(entries[i::columns]) for i in range(columns)] if entries else []


def legend(figure: Figure, columns: Sequence[Sequence[tuple[Any, str]]], top: float) -> None:
    """One legend for all panels; top: of the figure's height."""
    if not columns:
        return
    lines = max(map(len, columns))
    blank = (Line2D([], [], linestyle="none"), "")
    filled = [entry for one in columns for entry in [*one, *[blank] * (lines - len(one))]]
    handles, texts = zip(*filled, strict=True)
    sizes = {"handlelength": HANDLE, "handletextpad": BEFORE, "columnspacing": AFTER}
    place = {"loc": "upper left", "bbox_to_anchor": (0, top), "borderaxespad": 0.2}
    figure.legend(
        handles, texts, ncols=len(columns), labelspacing=0.35, borderpad=0.0, **sizes, **place
    )


def beside(series: Series, ax: Axes, points: float) -> Any:
    """The transformation that sets a line's points beside those of the others, so that none hides.

    points: between two lines, at most; all lines together take no more than the room that they have.
    """
    step = min(points, series.room / max(series.of, 1))
    shift = step * (series.place - (series.of - 1) / 2) / 72
    return ax.transData + ScaledTranslation(shift, 0, ax.figure.dpi_scale_trans)


def rows_below(texts: Sequence[str], inches: float = LABEL) -> tuple[list[str], float]:
    """Names at the side of a panel, in several lines where they are long; the inches of a row."""
    shown = [wrapped(text, inches, style.SMALL) for text in texts]
    lines = max(text.count("\n") + 1 for text in shown)
    return shown, ROW + (lines - 1) * 1.2 * style.SMALL / 72


def margin_of(texts: Sequence[str]) -> float:
    """The inches that names at the side of a panel take."""
    return 0.15 + max(width_of(line) for text in texts for line in text.split("\n")) / 72


def shade(color: str, share: float) -> tuple[str, float]:
    """A colour that is seen through: pale on white, dim on dark paper."""
    return color, share


def _value_axis(ax: Axes, rows: pd.DataFrame, picture: Picture) -> None:
    """Scale and numbers of the axis of values: from 0 where all are above it and come near."""
    theory = filter(None, [getattr(picture.spec, "theory", None)])
    seen, values = _finite(rows, VALUES), _finite(rows, ("value", "share", *theory))
    log = "y" in picture.spec.log
    if len(seen):
        cut = log and len(values) > 0 and seen.min() <= 0 < values.min()
        seen = seen[seen > 0] if cut else seen  # an interval down to 0 and below goes to the foot
        axes_of.set_scale(ax, "y", seen, log)
        if cut:
            ax.set_ylim(bottom=min(max(seen.min(), values.min() / LOWER), values.min()) / 1.2)
        elif not log and 0 <= seen.min() < 0.5 * seen.max():
            ax.set_ylim(bottom=0 if seen.min() > 0 else -0.03 * seen.max())
    ax.yaxis.set_major_formatter(axes_of.numbers(picture.words))


def _finite(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    seen = rows[[name for name in columns if name in rows]].to_numpy(float)
    return seen[np.isfinite(seen)]
