"""What the channels of a figure stand for: hue, style, col and row; their columns and levels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mlpstudy.design.limits import is_number, with_measures
from mlpstudy.words import Words

MEASURE = "measure"  # the column that says which of several y a row is of
NAME = "name"  # the column that says which of several claims a finding is of


ALONG = {"survival": "passes", "profile": "layer"}


class Layout(NamedTuple):
    """What of a description the panels depend on, where a kind has its own way."""

    name: str
    kind: str
    x: str | None
    y: tuple[str, ...]
    y_as: str
    hue: Any
    style: Any
    col: Any
    row: Any
    units: tuple[str, ...]
    log: tuple[str, ...]
    where: Mapping[str, Sequence]

    @classmethod
    def of(cls, spec: Any) -> "Layout":
        """That of a FigureSpec."""
        return cls(*(getattr(spec, name) for name in cls._fields))


@dataclass(frozen=True)
class Channel:
    """Columns that are told together, and their levels in the order in which they are shown."""

    fields: tuple[str, ...]
    levels: tuple[tuple, ...]

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def ordered(self) -> bool:
        """Whether it is one number: light to dark, a slider, an axis."""
        return len(self.fields) == 1 and all(is_number(level[0]) for level in self.levels)

    def label(self, words: Words) -> str:
        """The names of its columns."""
        return ", ".join(words.label(name) for name in self.fields if name != MEASURE)

    def text(self, level: tuple, words: Words) -> str:
        """A level, in words."""
        return in_words(dict(zip(self.fields, level, strict=True)), words)

    def rows(self, frame: pd.DataFrame, level: tuple) -> pd.DataFrame:
        """The rows of a frame at a level."""
        kept = np.ones(len(frame), bool)
        for name, value in zip(self.fields, level, strict=True):
            column = frame[name]
            there = column.isna() if value is None else column.eq(value).fillna(False)
            kept &= there.to_numpy(dtype=bool)
        return frame[kept]

    def split(self, frame: pd.DataFrame) -> Iterator[tuple[int, tuple, pd.DataFrame]]:
        """(place, level, rows) of each level that has rows."""
        for place, level in enumerate(self.levels):
            rows = self.rows(frame, level)
            if len(rows):
                yield place, level, rows


def channels(spec: Any, frame: pd.DataFrame) -> dict[str, Channel]:
    """hue, style, col and row of a figure, with the levels that its frame holds."""
    return {
        name: Channel(fields, levels_of(frame, fields, orders(spec)))
        for name, fields in with_measures(spec).items()
    }


def across(spec: Any) -> str:
    """The column of the horizontal axis; where a kind says which it is, it need not be given."""
    return spec.x or ALONG[spec.kind]


def orders(spec: Any) -> dict[str, Sequence]:
    """The order of names, where a description lists them: those of `where`, and several y."""
    return {**spec.where, MEASURE: spec.y}


def levels_of(
    frame: pd.DataFrame, fields: Sequence[str], orders: Mapping[str, Sequence] | None = None
) -> tuple[tuple, ...]:
    """The levels of some columns: numbers ascending, names in their order or as they come, a
    missing one last."""
    if not fields:
        return ((),)
    places = {}
    for name in fields:
        seen = dict.fromkeys(plain(value) for value in frame[name].drop_duplicates())
        known = {value: place for place, value in enumerate((orders or {}).get(name, ()))}
        ranked = sorted(seen, key=partial(_rank, known=known))
        places[name] = {value: place for place, value in enumerate(ranked)}
    rows = frame[list(fields)].drop_duplicates().itertuples(index=False, name=None)
    levels = dict.fromkeys(tuple(map(plain, row)) for row in rows)
    return tuple(
        sorted(levels, key=lambda level: [places[n][v] for n, v in zip(fields, level, strict=True)])
    )


def _rank(value: Any, known: Mapping[Any, int]) -> tuple:
    if value is None:
        return (2, 0)
    if is_number(value):
        return (1, value)
    return (0, known[value]) if value in known else (1, 0)  # the sort keeps the order of names


def in_words(levels: Mapping[str, Any], words: Words) -> str:
    """The levels of some columns in words; a measure and the name of a claim by their labels."""
    cell = {name: value for name, value in levels.items() if name not in (MEASURE, NAME)}
    parts = [words.label(levels[name]) for name in (MEASURE, NAME) if name in levels]
    return ", ".join(filter(None, [*parts, words.condition(cell)]))


def plain(value: Any) -> Any:
    """A value of a table as one of Python; None where it is missing."""
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value is pd.NA or value != value else value
