"""How much one figure can show: pure functions of its description, for the check of a study."""

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

COLOURS_TOLD, DASHES_TOLD, SHADES_TOLD = 8, 4, 40
CATEGORIES = COLOURS_TOLD * DASHES_TOLD  # colour, marker and dash together
PANELS = 30
TILES = 40  # of a side of a heatmap
ROWS = 60  # of a forest


def names(channel: str | Iterable[str] | None) -> tuple[str, ...]:
    """The columns that a channel stands for: none, one, or several that are told together."""
    if not channel:
        return ()
    return (channel,) if isinstance(channel, str) else tuple(channel)


def with_measures(spec: Any) -> dict[str, tuple[str, ...]]:
    """The columns of hue, style, col and row; several y are one more column, `measure`.

    It is a row of panels for each y, where the description does not say otherwise (`y_as`).
    """
    columns = {channel: names(getattr(spec, channel)) for channel in ("hue", "style", "col", "row")}
    if len(spec.y) > 1:
        columns[spec.y_as or "row"] += ("measure",)
    return columns


def limits(spec: Any, levels: Mapping[str, Sequence]) -> str:
    """What is too much in a figure, in words; "" where nothing is.

    spec: a FigureSpec; levels: of each column that a channel names, its levels.
    """
    columns = with_measures(spec)
    counts = {
        channel: prod(_count(name, spec, levels) for name in fields)
        for channel, fields in columns.items()
    }
    for problem in (_of_series(spec, columns, counts, levels), _of_panels(spec, counts, levels)):
        if problem:
            return problem
    return ""


def ordered(fields: Sequence[str], levels: Mapping[str, Sequence]) -> bool:
    """Whether the levels are those of one number, which are drawn light to dark."""
    return len(fields) == 1 and all(map(is_number, levels.get(fields[0], ("",))))


def is_number(value: Any) -> bool:
    """Whether it has a place on an axis of numbers; the missing one, for "all", comes last."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _count(name: str, spec: Any, levels: Mapping[str, Sequence]) -> int:
    return len(spec.y) if name == "measure" else max(len(levels.get(name, ())), 1)


def _of_series(spec: Any, columns: Mapping, counts: Mapping, levels: Mapping) -> str:
    """Lines and markers that cannot be told apart in one panel."""
    if spec.kind in ("heatmap", "regions"):
        return ""
    hue, style = counts["hue"], counts["style"]
    if style > DASHES_TOLD:
        return f"{style} levels of style: at most {DASHES_TOLD} can be told apart"
    most = COLOURS_TOLD if columns["style"] else CATEGORIES
    if ordered(columns["hue"], levels):
        most = SHADES_TOLD
    return f"{hue} levels of hue: at most {most} can be told apart" if hue > most else ""


def _of_panels(spec: Any, counts: Mapping, levels: Mapping) -> str:
    panels = counts["col"] * counts["row"]
    if panels > PANELS:
        return f"{panels} panels: at most {PANELS} fit a figure"
    sides = names(spec.x) + names(spec.y) if spec.kind == "heatmap" else ()
    for name in sides:
        if len(levels.get(name, ())) > TILES:
            return f"{len(levels[name])} levels of {name}: at most {TILES} on a side of a heatmap"
    return ""
