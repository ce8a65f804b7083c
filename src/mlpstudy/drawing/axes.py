"""How a column stands on an axis: as numbers, straight or logarithmic, or as places in a row."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from mlpstudy.design.limits import is_number
from mlpstudy.drawing.channels import MEASURE, plain
from mlpstudy.drawing.texts import width_of
from mlpstudy.words import Words

MOST_TICKS = 9
SUBS = ((1, 2, 5), (1, 3), (1,))  # of a power of ten: where ticks may stand
NEAREST = 0.09  # inches between the labels of two ticks
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Along:
    """A column on an axis, and the levels that it has."""

    name: str
    levels: tuple
    log: bool = False
    places: bool = False  # side by side even where they are numbers

    @property
    def numeric(self) -> bool:
        """Whether they stand as numbers: none is a name, none is missing."""
        return not self.places and None not in self.levels and all(map(is_number, self.levels))

    def at(self, values: pd.Series) -> np.ndarray:
        """Where its values stand: the numbers themselves, or their places."""
        if self.numeric:
            return values.to_numpy(float)
        places = {level: place for place, level in enumerate(self.levels)}
        return np.array([places[plain(value)] for value in values], float)

    def put(self, ax: Axes, which: str, words: Words, inches: float) -> None:
        """Scale, ticks and their labels of an axis, "x" or "y", that is so many inches long."""
        axis = getattr(ax, f"{which}axis")
        if self.numeric:
            set_scale(ax, which, self.levels, self.log)
            self._numbers(axis, words, inches)
        else:
            labels = [tick(self.name, level, words) for level in self.levels]
            axis.set_ticks(range(len(labels)), labels)
            turn(axis, labels, inches)
            axis.grid(visible=False)

    def _numbers(self, axis: Axis, words: Words, inches: float) -> None:
        if len(self.levels) <= MOST_TICKS:
            wide = max(width_of(number(level, words)) for level in self.levels)
            step = NEAREST + (wide / 72 if axis.axis_name == "x" else 0)
            axis.set_major_locator(FixedLocator(self._apart(step / inches)))
            axis.set_minor_locator(NullLocator())
        elif self.log:
            self._logarithmic(axis, words, inches)
        else:
            whole = all(value == int(value) for value in self.levels)
            axis.set_major_locator(MaxNLocator(nbins=max(3, int(2.2 * inches)), integer=whole))
        axis.set_major_formatter(numbers(words))

    def _logarithmic(self, axis: Axis, words: Words, inches: float) -> None:
        """As many ticks as set_scale has put that do not run into each other, or powers of ten."""
        if axis.axis_name != "x" or min(self.levels) <= 0:
            return
        least, most = min(self.levels), max(self.levels)
        subs = next((subs for subs in SUBS if _fit(least, most, subs, words, inches)), SUBS[-1])
        axis.set_major_locator(LogLocator(subs=subs))

    def nearest(self) -> float:
        """The distance of the two nearest levels, as a share of the axis; 1 where there is one."""
        if len(self.levels) < 2:
            return 1.0
        if not self.numeric:
            return 1 / len(self.levels)
        values = self._spaced()
        return float(np.diff(np.sort(values)).min() / np.ptp(values))

    def _spaced(self) -> np.ndarray:
        """Where numbers stand, in the unit of the axis: their logarithms where it is logarithmic."""
        values = np.array(self.levels, float)
        if not self.log:
            return values
        return np.log(np.where(values > 0, values, min(values[values > 0]) / 10))

    def _apart(self, share: float) -> list[float]:
        """The levels that are far enough from each other for a tick each, the last one first."""
        values = self._spaced()
        kept: list[tuple[Any, float]] = []
        least = share * (values.max() - values.min())
        for level, value in zip(self.levels[::-1], values[::-1], strict=True):
            if not kept or kept[-1][1] - value >= least:
                kept.append((level, value))
        return [level for level, _ in reversed(kept)]


def _fit(least: float, most: float, subs: Sequence[int], words: Words, inches: float) -> bool:
    """Whether the labels of ticks at subs times powers of ten have room between two ends."""
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    ticks = [sub * 10.0**power for power in powers for sub in subs]
    shown = [number(each, words) for each in ticks if least <= each <= most]
    nearest = min(np.diff(np.log10([*subs, 10])))
    step = inches * nearest / max(math.log10(most / least), nearest)
    return bool(shown) and max(map(width_of, shown)) / 72 + NEAREST <= step


def tick(name: str, level: Any, words: Words) -> str:
    """A level beside an axis that says what it is of: the number alone, or a name."""
    if name == MEASURE:
        return words.label(level)
    return words.value(name, level) if level is None else words.level(name, level)


def set_scale(ax: Axes, which: str, values: Iterable[float], log: bool) -> None:
    """A logarithmic scale where it is wanted; 0 then has a place of its own below all others."""
    above = [value for value in values if value > 0]
    if not log or not above:
        return
    axis, put = getattr(ax, f"{which}axis"), getattr(ax, f"set_{which}scale")
    least, most = min(above), max(above)
    if min(values) > 0:
        put("log")
        between = (2, 5) if most < 20 * least else (3,) if most < 100 * least else ()
        axis.set_major_locator(LogLocator(subs=(1, *between)))
    else:
        put("symlog", linthresh=least, linscale=0.4)
        if min(values) == 0:
            _end_below_zero(ax, which, least)
    axis.set_minor_locator(NullLocator())


def _end_below_zero(ax: Axes, which: str, least: float) -> None:
    """No room for negative numbers where there are none."""
    if which == "x":
        ax.set_xlim(left=-0.15 * least)
    else:
        ax.set_ylim(bottom=-0.15 * least)


def numbers(words: Words) -> FuncFormatter:
    """Numbers at ticks, as the language writes them; powers of ten as such."""
    shown = cache(lambda value: number(value, words))
    return FuncFormatter(lambda value, _: shown(float(value)))


def number(value: float, words: Words) -> str:
    """A number at a tick."""
    value = float(value)
    power = math.log10(value) if value > 0 else 0.5
    if abs(power - round(power)) < 1e-9 and not -3 <= round(power) <= 3:
        return f"10{str(round(power)).translate(SUPERSCRIPT)}"
    return words.number(0.0 if abs(value) < 1e-12 else value)


def turn(axis: Axis, labels: Sequence[str], inches: float) -> None:
    """Turn the labels of a horizontal axis that would run into each other."""
    if axis.axis_name == "x" and room(labels) > inches:
        for label in axis.get_ticklabels():
            label.set(rotation=30, ha="right", rotation_mode="anchor")


def room(labels: Sequence[str]) -> float:
    """The inches that labels side by side need, each as wide as the widest."""
    return len(labels) * (max(map(width_of, labels), default=0) / 72 + NEAREST)
