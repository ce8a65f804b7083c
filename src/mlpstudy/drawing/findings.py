"""The findings of claims as rows: what tells them apart, how they are grouped and called."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.design.limits import names
from mlpstudy.drawing.channels import NAME, Layout, in_words, levels_of, plain
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

FEWEST_GROUPED = 7  # rows: fewer need no headings
USUAL = 0.6  # of the rows: a level that so many have is said in the caption

VERDICTS = {
    "supported": N_("supported"),
    "contradicted": N_("contradicted"),
    "negligible": N_("too small to matter"),
    "undecided": N_("undecided"),
    "not_learned": N_("not learned"),
}

FIXED = {  # columns of a finding that are not part of its condition
    "claim", "name", "measure", "unit", "value", "low", "high", "n", "networks", "threshold",
    "matters", "verdict", "edge", "common_value", "common_low", "common_high", "direction",
    "decides", "learned", "hangs", "run", "says_en", "says_fr", "kind", "diverged",
    "statistic", "study", "runs", "rerun", "says", "p", "p_holm", "p_bh",
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """The rows of a forest from above: a heading, or a level of the condition and its label."""

    fields: tuple[str, ...]
    levels: tuple[tuple | None, ...]  # None: a heading
    labels: tuple[str, ...]

    def at(self, panel: pd.DataFrame) -> np.ndarray:
        """Where each finding stands."""
        places = {level: at for at, level in enumerate(self.levels) if level is not None}
        columns = [[plain(value) for value in panel[name]] for name in self.fields]
        levels = zip(*columns, strict=True) if columns else [()] * len(panel)
        return np.array([places[level] for level in levels], float)


def panelled(spec: Any, frame: pd.DataFrame) -> Layout:
    """The layout, with a panel for each claim where there are several."""
    layout = Layout.of(spec)
    several = frame[NAME].nunique() > 1 and NAME not in names(spec.col) + names(spec.row)
    claims: dict[str, Any] = {"row" if spec.col else "col": NAME} if several else {}
    return layout._replace(y=("value",), style=None, **claims)


def condition(spec: Any, frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns of a condition that tell rows apart: not those of hue and panels."""
    used = {*names(spec.hue), *names(spec.col), *names(spec.row)}
    fields = [name for name in frame if name not in FIXED | used]
    return tuple(name for name in fields if len(levels_of(frame, (name,))) > 1)


def usual(spec: Any, frame: pd.DataFrame) -> dict[str, Any]:
    """The levels that most rows have, where the rows can be told apart without them."""
    fields = condition(spec, frame)
    rows = levels_of(frame, fields)
    found: dict[str, Any] = {}
    for place, name in enumerate(fields):
        seen = Counter(row[place] for row in rows if row[place] is not None)
        level, count = seen.most_common(1)[0]
        if count >= USUAL * len(rows) and len(found) + 1 < len(fields):
            found[name] = level
    return found


def rows_of(
    spec: Any, frame: pd.DataFrame, words: Words, whole: pd.DataFrame | None = None
) -> Rows:
    """The rows, grouped by the field with the fewest levels where there are many.

    whole: the findings of all panels, of which those of `frame` are some: what tells them apart is
    said of each, as far as the claim of the frame has it.
    """
    whole = frame if whole is None else whole
    fields = tuple(name for name in condition(spec, whole) if whole is frame or has(frame, name))
    heading, common = _heading(frame, fields), usual(spec, whole)
    fields = tuple(sorted(fields, key=lambda name: name != heading))
    levels: list[tuple | None] = []
    labels, last = [], None
    for level in levels_of(frame, fields, spec.where):
        cell = dict(zip(fields, level, strict=True))
        group = in_words({heading: cell.pop(heading)}, words) if heading else ""
        if group != (last or ""):
            levels.append(None)
            labels.append(group)
            last = group
        said = {name: value for name, value in cell.items() if common.get(name, ...) != value}
        levels.append(level)
        labels.append(in_words(said or cell, words))
    return Rows(fields, tuple(levels), tuple(labels))


def has(frame: pd.DataFrame, name: str) -> bool:
    """Whether the claims of a frame have a condition: a column that others have is empty."""
    return bool(frame[name].notna().any())


def alike(spec: Any, frame: pd.DataFrame) -> bool:
    """Whether the findings of all claims are under the same conditions."""
    fields = condition(spec, frame)
    claims = [set(levels_of(rows, fields)) for _, rows in frame.groupby(NAME, sort=False)]
    return all(levels == claims[0] for levels in claims)


def _heading(frame: pd.DataFrame, fields: Sequence[str]) -> str:
    """The field whose levels head groups of rows: that of the fewest groups, none of one row alone;
    "" for none."""
    rows = levels_of(frame, tuple(fields))
    if len(fields) < 2 or len(rows) < FEWEST_GROUPED:
        return ""
    groups = {name: Counter(row[i] for row in rows) for i, name in enumerate(fields)}
    heads = [name for name in fields if min(groups[name].values()) > 1]
    return min(heads, key=lambda name: len(groups[name]), default="")
