"""The findings of claims: a row for each condition, its value with its interval, the threshold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mlpstudy.design.limits import names
from mlpstudy.drawing import axes, facets, style
from mlpstudy.drawing.colours import COLOURS
from mlpstudy.drawing.findings import NAME, VERDICTS, Rows, alike, panelled, rows_of
from mlpstudy.drawing.texts import width_of, wrapped
from mlpstudy.words import Words

TICK = 0.55  # inches between two ticks
WIDEST = 2.55  # inches: a name beside one panel or two
MOST_LINES = 3  # of the titles of panels that stand side by side
FAR, FEW = 3.0, 0.15  # quartile ranges, as Tukey has it; the share that may stand at the edge
WORTH = 2.5  # how many times longer an axis is before something stands at its edge
BEYOND = 6  # points between values that lie outside
BAND = "#e2e2e2"

GREY, PALE = "#808080", "#b5b5b5"
LOOKS = {
    "supported": style.Look(COLOURS[0], "o", "none"),
    "contradicted": style.Look(COLOURS[5], "s", "none"),
    "negligible": style.Look(GREY, "D", "none"),
    "undecided": style.Look(GREY, "o", "none"),
    "not_learned": style.Look(PALE, "X", "none"),
}
OPEN = ("undecided",)  # verdicts whose markers are white inside


def static(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """A panel for each claim, or for each level of `col`; a colour for each verdict, or for each
    level of `hue`.

    frame: one row for each finding: claim, name, the fields of its condition, value, low, high,
    threshold, matters, verdict, edge, and common_value: the same at the control's settings.
    """
    spec = panelled(spec, frame)
    if names(spec.col) == (NAME,) and not spec.row and not _side_by_side(spec, frame, words):
        return _stacked(spec, frame, words)
    rows = rows_of(spec, frame, words)
    few = names(spec.col) in ((), (NAME,)) and not spec.row
    labels, height = facets.rows_below(rows.labels, WIDEST if few else facets.LABEL)
    margin, shared = facets.margin_of(labels), _shared(spec)
    most = facets.fit(margin)
    picture = facets.picture(
        spec, frame, words, height * len(labels) + 0.1, most, sharey=True, sharex=shared
    )
    beside = facets.NAMED * bool(names(spec.row))  # the names of the rows of panels
    picture.called, picture.margin = claims(frame, words), margin + beside
    for ax, panel in picture.panels():
        _panel(ax, panel, limits(_compared(panel, frame, shared), spec), picture, rows)
        if shared == "none" and not unit(frame, words):
            ax.set_xlabel(wrapped(unit(panel, words), picture.inches, style.TEXT))
    for ax in picture.axes[:, 0]:
        _name_rows(ax, rows, labels)
    return picture.finish(unit(frame, words), "", _entries(spec, frame, words), joined=False)


def _shared(spec: Any) -> str:
    """Which panels have one scale: all, but those of other claims."""
    if NAME in names(spec.col):
        return "none"
    return "row" if NAME in names(spec.row) else "all"


def _compared(panel: pd.DataFrame, frame: pd.DataFrame, shared: str) -> pd.DataFrame:
    """The findings with which those of a panel have a scale: all, those of the same claim, or those
    of claims about the same measure."""
    if shared == "all":
        return frame
    column = "measure" if shared == "none" and "measure" in frame else NAME
    return frame[frame[column] == panel[column].iloc[0]]


def _side_by_side(spec: Any, frame: pd.DataFrame, words: Words) -> bool:
    """Whether the panels of claims can have the same rows and titles of few lines."""
    if not alike(spec, frame):
        return False
    labels = facets.rows_below(rows_of(spec, frame, words).labels, WIDEST)[0]
    margin = facets.margin_of(labels)
    columns = min(facets.fit(margin), frame[NAME].nunique())
    inches = (style.WIDTH - margin) / columns - facets.GAP
    said = claims(frame, words).values()
    lines = [wrapped(text, inches, style.TEXT, bold=True).count("\n") + 1 for text in said]
    return columns == frame[NAME].nunique() and max(lines) <= MOST_LINES


def _stacked(spec: Any, frame: pd.DataFrame, words: Words) -> Figure:
    """The claims below each other, each with rows of its own and its sentence above."""
    panels = [rows for _, rows in frame.groupby(NAME, sort=False)]
    rows = [rows_of(spec, panel, words, frame) for panel in panels]
    labels, height = facets.rows_below([label for some in rows for label in some.labels], WIDEST)
    counts = [len(some.labels) + 0.4 for some in rows]
    picture = facets.picture(
        spec, frame, words, height * sum(counts) / len(counts), 1,
        sharex=False, sharey=False, height_ratios=counts,
    )  # fmt: skip
    picture.called, picture.margin = claims(frame, words), 0.0
    first = 0
    for (ax, panel), some in zip(picture.panels(), rows, strict=True):
        _panel(ax, panel, limits(_compared(panel, frame, "none"), spec), picture, some)
        if not unit(frame, words):
            ax.set_xlabel(unit(panel, words))
        _name_rows(ax, some, labels[first : first + len(some.labels)])
        first += len(some.labels)
    figure = picture.finish(unit(frame, words), "", _entries(spec, frame, words), joined=False)
    margin = facets.margin_of(labels)
    for ax in figure.axes:  # a title as wide as the figure
        title = ax.get_title("left")
        ax.set_title(title, loc="left", x=-margin / (style.WIDTH - margin), fontsize=style.TEXT)
    return figure


def claims(frame: pd.DataFrame, words: Words) -> dict[tuple, str]:
    """What each claim says, by its name, as the title of its panel; its label, where it has one."""
    column = f"says_{words.language}"
    if column not in frame:
        return {(name,): words.label(name) for name in frame[NAME].unique()}
    said = dict(zip(frame[NAME], frame[column], strict=True))
    return {
        (name,): words.label(name) if name in words.own else words.typeset(text)
        for name, text in said.items()
    }


def unit(frame: pd.DataFrame, words: Words) -> str:
    """What the values are of: the measure of all findings, or nothing where they differ."""
    if "measure" in frame and frame["measure"].nunique() == 1:
        return words.label(frame["measure"].iloc[0])
    return ""


# Findings


def limits(findings: pd.DataFrame, spec: Any) -> tuple[float, float]:
    """The ends of a horizontal axis: those of the intervals, without a few that lie far out."""
    names = [name for name in ("value", "low", "high", "threshold") if name in findings]
    seen = findings[names].to_numpy(float)
    seen = seen[np.isfinite(seen)]
    values = findings["value"].to_numpy(float)
    values = values[np.isfinite(values)]
    if len(values) == 0 or "x" in spec.log:
        return (seen.min(initial=1.0), seen.max(initial=1.0))
    first, last = np.quantile(values, (0.25, 0.75))
    least, most = first - FAR * (last - first), last + FAR * (last - first)
    if np.mean((values < least) | (values > most)) > FEW:
        return _with_margin(seen)
    kept = seen[(seen >= least) & (seen <= most)]
    threshold = findings["threshold"].dropna().to_numpy(float)
    near = np.concatenate([kept, threshold])
    return _with_margin(near if np.ptp(seen) > WORTH * np.ptp(near) else seen)


def _with_margin(values: np.ndarray) -> tuple[float, float]:
    margin = 0.05 * (values.max() - values.min() or 1.0)
    return float(values.min() - margin), float(values.max() + margin)


def _panel(ax: Axes, panel: pd.DataFrame, ends: tuple, picture: facets.Picture, rows: Rows) -> None:
    _threshold(ax, panel)
    taken: dict[tuple, float] = {}  # points from an edge that a row's values there have taken
    hue = picture.channels["hue"]
    for i, _, findings in hue.split(panel.assign(_at=rows.at(panel))):
        shift = (i - (len(hue) - 1) / 2) * min(0.24, 0.7 / len(hue))
        own = facets.look(picture.channels, i, 0) if hue.fields else None
        for verdict, same in findings.groupby("verdict", sort=False):
            same, look = same.assign(_at=same["_at"] + shift), look_of(verdict, own)
            inside = same["value"].between(*ends)
            _points(ax, same[inside], look, verdict)
            _far(ax, same[~inside], look, ends, picture.words, taken)
    _scale(ax, ends, picture)


def look_of(verdict: str, own: style.Look | None) -> style.Look:
    """How a verdict is drawn; `own`: the look of its level of hue, of which the colour is kept."""
    look = LOOKS[verdict]
    return look if own is None else look._replace(color=own.color)


def _points(ax: Axes, rows: pd.DataFrame, look: style.Look, verdict: str) -> None:
    color = facets.shade(look.color, 0.6)
    ax.hlines(rows["_at"], rows["low"], rows["high"], color=color, lw=1.6, zorder=3)
    if "common_value" in rows:
        common = {"marker": "|", "markersize": 6, "markeredgewidth": 1.1}
        ax.plot(rows["common_value"], rows["_at"], ls="none", color=style.INK, zorder=3.5, **common)
    ax.plot(rows["value"], rows["_at"], zorder=4, **marker(look, verdict))
    at_edge = rows[rows["edge"].fillna("").ne("")] if "edge" in rows else rows[:0]
    for x, y in zip(at_edge[["value", "high"]].max(axis=1), at_edge["_at"], strict=True):
        ax.annotate("†", (x, y), (4, 0), textcoords="offset points", va="center", color=style.FAINT)


def _far(
    ax: Axes, rows: pd.DataFrame, look: style.Look, ends: tuple, words: Words, taken: dict
) -> None:
    """What lies outside: an arrow at the edge, and its value beside those of the same row."""
    for value, at in zip(rows["value"], rows["_at"], strict=True):
        if not np.isfinite(value):
            continue
        left = value < ends[0]
        edge, sign, side = (ends[0], "<", "left") if left else (ends[1], ">", "right")
        ax.plot([edge], [at], marker=sign, color=look.color, clip_on=False, zorder=4, ls="none")
        where = {"textcoords": "offset points", "va": "center", "ha": side}
        size = {"fontsize": style.SMALL - 1, "color": style.readable(look.color)}
        text, place = words.number(value), (round(at), side)
        away = taken.get(place, BEYOND)
        taken[place] = away + width_of(text, style.SMALL - 1) + BEYOND
        ax.annotate(text, (edge, at), (away if left else -away, 0), **where, **size)


def marker(look: style.Look, verdict: str) -> dict[str, Any]:
    """Keyword arguments of Axes.plot for the point of a verdict: open where it is none."""
    shown = {**look.line(), "linestyle": "none", "markersize": 5.5}
    if verdict in OPEN:
        shown |= {"markerfacecolor": "white", "markeredgecolor": look.color, "markeredgewidth": 1.2}
    return shown


def _threshold(ax: Axes, panel: pd.DataFrame) -> None:
    """The threshold as a line, and beside it the band of what is too small to matter."""
    if panel["threshold"].nunique() != 1:
        return
    at = float(panel["threshold"].iloc[0])
    matters = panel["matters"].dropna() if "matters" in panel else panel["threshold"][:0]
    if matters.nunique() == 1 and matters.iloc[0] > 0:
        ends = (at - matters.iloc[0], at + matters.iloc[0])
        ax.axvspan(*ends, color=BAND, linewidth=0, zorder=0.5)
    ax.axvline(at, color=style.INK, lw=0.9, zorder=1)


def _name_rows(ax: Axes, rows: Rows, labels: Sequence[str]) -> None:
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(rows.labels) - 0.4, -0.6)
    for tick, level in zip(ax.get_yticklabels(), rows.levels, strict=True):
        if level is None:
            tick.set_fontweight("bold")


def _scale(ax: Axes, ends: tuple[float, float], picture: facets.Picture) -> None:
    ax.grid(axis="y", visible=False)
    log = "x" in picture.spec.log
    axes.set_scale(ax, "x", ends, log)
    ax.xaxis.set_major_formatter(axes.numbers(picture.words))
    if not log:
        ax.set_xlim(*ends)
        ax.locator_params(axis="x", nbins=max(3, int(picture.inches / TICK)))


# The legend


def _entries(spec: Any, frame: pd.DataFrame, words: Words) -> list[tuple[Any, str]]:
    """What the legend says: the verdicts that there are, the band, the control's settings, edges."""
    entries: list[tuple[Any, str]] = []
    for verdict, text in VERDICTS.items():
        if (frame["verdict"] == verdict).any():
            look = LOOKS[verdict]._replace(color=style.FAINT) if spec.hue else LOOKS[verdict]
            shown = marker(look, verdict)
            del shown["color"], shown["marker"]
            entries.append((facets.handle(look, **shown), words.gettext(text)))
    if "matters" in frame and frame["matters"].fillna(0).gt(0).any():
        entries.append((Patch(facecolor=BAND), words.gettext("differences that do not matter")))
    if "common_value" in frame and frame["common_value"].notna().any():
        bar = facets.handle(style.Look(style.INK, "|", "none"), markeredgecolor=style.INK)
        entries.append((bar, words.gettext("both sides at the control's settings")))
    if "edge" in frame and frame["edge"].fillna("").ne("").any():
        dagger = facets.handle(style.Look(style.FAINT, "$†$", "none"), markeredgewidth=0)
        entries.append((dagger, words.gettext("chosen at an end of its grid")))
    return entries
