"""The numbers behind a figure, as a table that a reader can unfold."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from mlpstudy.design.claims import FigureSpec
from mlpstudy.design.limits import is_number, with_measures
from mlpstudy.drawing.channels import MEASURE, NAME, across, plain
from mlpstudy.drawing.findings import VERDICTS, condition, panelled
from mlpstudy.words import Words
from mlpstudy.words.markers import N_
from mlpstudy.words.numbers import MISSING

MOST = 80  # rows
DIGITS = 4  # of a number
NUMBER = re.compile(r"−?\d[\d\s.,]*([×·]\s?10\S*)?")  # as each language writes it
NOT_LISTED = ("regions",)  # kinds that show maps, of thousands of places
COLUMNS = {  # beside what tells the rows apart
    "value": N_("value"),
    "share": N_("share"),
    "low": N_("lower bound"),
    "high": N_("upper bound"),
    "n": N_("n"),
    "networks": N_("networks"),
}


class Behind(NamedTuple):
    """Names of columns, rows of texts, and how many rows more there are."""

    columns: list[str]
    rows: list[list[str]]
    more: int

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers alone."""
        return tuple(
            all(text == MISSING or NUMBER.fullmatch(text) for text in column)
            for column in zip(*self.rows, strict=True)
        ) or (False,) * len(self.columns)


def rows(
    given: FigureSpec | Mapping[str, Any], tables: Mapping[str, pd.DataFrame], words: Words
) -> Behind | None:
    """The table behind a figure, in a language; None where it has no rows, or is a map.

    given: its description, or that of study.json; tables: by name, of those the figure's own is
    figure_NAME. Of a figure of a study's own it is the table that the description names.
    """
    spec = given if isinstance(given, FigureSpec) else FigureSpec.model_validate(given)
    frame = tables.get(f"figure_{spec.name}")
    if spec.kind == "python" and spec.table != "runs":
        frame = tables.get(spec.table)
    if frame is None or frame.empty or spec.kind in NOT_LISTED:
        return None
    shown = frame[_columns(spec, frame)]
    names = [_name(name, spec, words) for name in shown]
    columns = [_texts(name, shown[name].head(MOST), words) for name in shown]
    cells = [list(row) for row in zip(*columns, strict=True)]
    return Behind(names, cells, max(0, len(shown) - MOST))


def _columns(spec: FigureSpec, frame: pd.DataFrame) -> list[str]:
    """What tells the rows apart, then what was measured."""
    if spec.kind == "python":
        return list(frame)
    if spec.kind == "forest":
        layout = panelled(spec, frame)
        apart: Sequence[str] = [NAME, *_fields(layout), *condition(layout, frame)]
        seen = ["value", "low", "high", "threshold", "n", "networks", "verdict"]
    else:
        apart = [*_fields(spec), *([across(spec)] if spec.x or spec.kind in ("survival", "profile")
                 else []), *spec.units]  # fmt: skip
        apart = [*apart, *(spec.y if spec.kind in ("heatmap", "scatter") else ())]
        seen = [*COLUMNS, *filter(None, [spec.theory])]
    return [name for name in dict.fromkeys([*apart, *seen]) if name in frame]


def _fields(spec: Any) -> list[str]:
    return [name for fields in with_measures(spec).values() for name in fields]


def _name(name: str, spec: FigureSpec, words: Words) -> str:
    if name == NAME and spec.kind == "forest":
        return words.gettext("claim")
    if name == MEASURE:
        return words.gettext("measure")
    if name == "value" and spec.kind != "forest":
        measures = [spec.value] if spec.value else list(spec.y)
        if len(measures) == 1:
            return words.label(measures[0])
    return words.gettext(COLUMNS[name]) if name in COLUMNS else words.label(name)


def _texts(name: str, values: pd.Series, words: Words) -> list[str]:
    """A column's values as they read; what comes again is written once."""
    codes, known = pd.factorize(values, use_na_sentinel=False)
    texts = [_text(name, value, words) for value in known]
    return [texts[code] for code in codes]


def _text(name: str, value: Any, words: Words) -> str:
    value = plain(value)
    if name == "verdict":
        return words.gettext(VERDICTS[value])
    if name in (MEASURE, NAME) and isinstance(value, str):
        return words.label(value)
    if value is None and (name in COLUMNS or name == "threshold"):
        return MISSING
    if value is None:
        return words.value(name, value)
    return words.number(value, DIGITS) if is_number(value) else words.level(name, value)
