"""What hidden units make of the corners, and the plateaus on which starts end."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from mlpstudy.drawing import plane, style
from mlpstudy.drawing.texts import wrapped
from mlpstudy.drawing.vector import FIXED
from mlpstudy.studies.xor.derive import with_two
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

ENDS = {
    "solved": ("#009e73", N_("all four right")),
    "2 confused": ("#e69f00", N_("two confused")),
    "3 confused": ("#d55e00", N_("three confused")),
    "4 confused": ("#000000", N_("four confused")),
    "elsewhere": ("#9a9a9a", N_("elsewhere")),
}
ORDER = ("sigmoid", "tanh", "relu", "gaussian")  # the lecture's first, then the others
SHOWN = 25  # starts of which the curves are drawn
LABEL = 4.2  # inches of the name of an axis
CLOSE = 0.25  # of the greatest loss: names of lines that are nearer run into each other
KINDS = {"solved": N_("solved: {right} of {n} right"), "stuck": N_("stuck: {right} of {n} right")}


def representation(tables: Mapping[str, pd.DataFrame], study: Mapping, words: Words) -> Figure:
    """A row for a start that solves XOR and for one that does not: the plane of the inputs with the
    lines of the hidden units, and the plane of what these put out."""
    kinds = sorted(tables["corners"]["kind"].unique())
    figure, axes = style.panels(len(kinds), 2, height=3.3)
    for (left, right), kind in zip(axes, kinds, strict=True):
        inputs, hidden, corners = (
            tables[name][tables[name]["kind"] == kind] for name in ("inputs", "hidden", "corners")
        )
        plane.regions(left, inputs)
        _units(left, inputs)
        _corners(left, corners, "x1", "x2")
        plane.regions(right, hidden)
        _corners(right, corners, "z1", "z2")
        for ax, names in ((left, ("x1", "x2")), (right, ("z1", "z2"))):
            plane.bare(ax)
            ax.set(xlabel=names[0], ylabel=names[1])
        ends = {"right": int(corners["right"].sum()), "n": len(corners)}
        left.set_title(words.gettext(KINDS[kind], **ends), fontsize=style.TEXT)
        right.set_title(words.gettext("what the hidden units see"), fontsize=style.TEXT)
    return figure


def _units(ax, at: pd.DataFrame) -> None:
    """Where each hidden unit is 0."""
    side = round(np.sqrt(len(at)))
    x1, x2, *units = (at[n].to_numpy().reshape(side, side) for n in ("x1", "x2", "a1", "a2"))
    for a, color in zip(units, (style.COLOURS[5], style.COLOURS[6]), strict=True):
        if a.min() < 0 < a.max():
            ax.contour(
                x1, x2, a, levels=[0], colors=color, linewidths=1.6, linestyles="--"
            ).set_gid(FIXED)


def _corners(ax, ends: pd.DataFrame, across: str, up: str) -> None:
    """The four corners, told apart by their inputs' signs; those that fall on one another share a
    label."""
    plane.examples(ax, ends.assign(x1=ends[across], x2=ends[up]), 70)
    named = ends.assign(name=[_signs(*xy) for xy in zip(ends["x1"], ends["x2"], strict=True)])
    named = named.assign(column=(named[across] / 0.15).round(), row=(named[up] / 0.15).round())
    for _, near in named.groupby(["column", "row"]):
        x, y = near[across].mean(), near[up].mean()
        low, high = ax.get_ylim()
        away = -1 if y > (low + high) / 2 else 1
        ax.annotate(
            "  ".join(near["name"]), (x, y), (0, 11 * away), textcoords="offset points",
            ha="center", va="center", fontsize=style.SMALL, annotation_clip=False, gid=FIXED,
        )  # fmt: skip


def _signs(x1: float, x2: float) -> str:
    return "".join("+" if x > 0 else "\u2212" for x in (x1, x2))


def _in_order(names: pd.Series) -> list[str]:
    there = sorted(names.unique())
    return [n for n in ORDER if n in there] + [n for n in there if n not in ORDER]


def _named(activations: Sequence[str], words: Words) -> list[str]:
    return [words.level("activation", activation) for activation in activations]


def ends(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """The losses at which the starts with two hidden units end: a row of dots per activation."""
    two, levels = with_two(tables["runs"]), tables["plateaus"]
    two = two[two["cost"].isin(levels["cost"]) & np.isfinite(two["loss"])]
    activations, costs = _in_order(two["activation"]), sorted(two["cost"].unique())
    height = 0.55 * len(activations) + 1.1
    figure, axes = style.panels(len(costs), 1, height=height, sharey=True)
    for ax, cost in zip(axes[:, 0], costs, strict=True):
        some = two[two["cost"] == cost]
        _mark_plateaus(ax, levels[levels["cost"] == cost], words)
        for row, activation in enumerate(activations):
            _dots(ax, some[some["activation"] == activation], row)
        name = words.level("cost", cost)
        label = words.gettext("loss after training: {cost}", cost=name)
        ax.set_xlabel(wrapped(label, LABEL, style.TEXT))
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter(lambda x, _: words.shown(round(float(x), 3)))
        ax.set_yticks(range(len(activations)), _named(activations, words))
        ax.set_ylim(len(activations) - 0.5, -0.62)
        ax.grid(axis="both", visible=False)
    _note_starts(figure, len(two), words)
    return figure


def _note_starts(figure: Figure, n: int, words: Words) -> None:
    figure.set_label(words.ngettext("n = {n} start", "n = {n} starts", n))


def _mark_plateaus(ax, levels: pd.DataFrame, words: Words) -> None:
    """The computed losses as thin lines, with the number of confused corners at the top."""
    named = [("solved", 0.0)] + [(f"{r.confused} confused", r.loss) for r in levels.itertuples()]
    losses = [loss for _, loss in named]
    for end, loss in named:
        color, name = ENDS[end]
        ax.axvline(loss, color=style.GRID if end == "solved" else color, lw=0.8, zorder=1)
        place = {"ha": _side(loss, losses), "va": "bottom", "fontsize": style.SMALL}
        text = words.gettext(name)
        half = text.rfind(" ") if end == "solved" else text.find(" ")
        text = f"{text[:half]}\n{text[half + 1 :]}"
        _above(ax, loss, text, color=style.readable(color), **place)
    ax.set_xlim(-0.06 * levels["loss"].max(), 1.1 * levels["loss"].max())


def _side(loss: float, losses: Sequence[float]) -> str:
    """Where the name of a line ends: at its middle, or away from a line that is near."""
    near = CLOSE * max(losses)
    after = [other for other in losses if 0 < other - loss < near]
    before = [other for other in losses if 0 < loss - other < near]
    return "right" if after and not before else "left" if before and not after else "center"


def _above(ax, x: float, text: str, **more) -> None:
    """Text over the panel at x."""
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    ax.annotate(text, (x, 1), (0, 3), **place, **more)


def _dots(ax, ends: pd.DataFrame, row: int) -> None:
    """Dots of one row, piled around its middle, the higher the more; counted at their right."""
    step = ax.get_xlim()[1] / 90
    ends = ends.sort_values(["loss", "run_id"])
    bins = np.round(ends["loss"].to_numpy() / step).astype(int)
    height = np.empty(len(ends))
    for b in np.unique(bins):
        members = np.flatnonzero(bins == b)
        half = 0.45 * len(members) / len(ends)
        height[members] = np.linspace(-half, half, len(members)) if len(members) > 1 else 0
    # A pile is spread sideways too, within its bin and in a fixed pattern, so that dots are seen.
    side = (np.arange(len(ends)) * 0.618034 % 1 - 0.5) * step
    colors = [ENDS[end][0] for end in ends["end"]]
    ax.scatter(ends["loss"] + side, row + height, s=6, c=colors, linewidths=0, alpha=0.75, zorder=3)
    for end, count in ends["end"].value_counts().items():
        if end != "elsewhere":
            at = ends.loc[ends["end"] == end, "loss"].max()  # beside them all, over none
            look = {"va": "center", "fontsize": style.SMALL, "zorder": 4}
            ax.annotate(
                f"{count}",
                (at, row),
                (9, 0),
                textcoords="offset points",
                color=style.readable(ENDS[end][0]),
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
                **look,
            )


def curves(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """The training loss of some starts, a thin line each, over the plateaus."""
    every = tables["curves_of_some"]
    every = every[every["epoch"] > 0]
    every = every[every["run_id"].isin(_some(every))]
    cost = every["cost"].iloc[0]
    levels = tables["plateaus"][tables["plateaus"]["cost"] == cost]
    activations = _in_order(every["activation"])
    figure, axes = style.panels(1, len(activations), height=3.1, sharey=True, sharex=True)
    for ax, activation in zip(axes[0], activations, strict=True):
        _lines(ax, every[every["activation"] == activation], levels)
        ax.set_title(words.level("activation", activation))
    _name_plateaus(axes[0, -1], levels, words)
    axes[0, 0].set_ylabel(wrapped(words.level("cost", cost), 2.4, style.TEXT))
    axes[0, 0].yaxis.set_major_formatter(lambda y, _: words.shown(round(float(y), 3)))
    figure.supxlabel(words.gettext("passes"), fontsize=style.TEXT)
    _note_starts(figure, every["run_id"].nunique(), words)
    return figure


def _some(curves: pd.DataFrame) -> set[str]:
    """The first SHOWN starts of each activation: more hide each other."""
    starts = curves[["activation", "run_id"]].drop_duplicates()
    return set(starts.groupby("activation", observed=True).head(SHOWN)["run_id"])


def _lines(ax, some: pd.DataFrame, levels: pd.DataFrame) -> None:
    for level in levels["loss"]:
        ax.axhline(level, color=style.FAINT, lw=0.7, zorder=1)
    for _, curve in some.groupby("run_id", observed=True):
        color = ENDS[curve["end"].iloc[0]][0]
        ax.plot(curve["epoch"], curve["loss"], color=color, lw=0.8, alpha=0.6)
    ax.set(xscale="log", xlim=(1, some["epoch"].max()))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    ax.set_ylim(0, 1.25 * levels["loss"].max() if len(levels) else None)
    ax.grid(visible=False)


def _name_plateaus(ax, levels: pd.DataFrame, words: Words) -> None:
    for level in levels.itertuples():
        color, name = ENDS[f"{level.confused} confused"]
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        look = {"va": "center", "fontsize": style.SMALL, "color": style.readable(color)}
        text = words.gettext(name).replace(" ", "\n")
        ax.annotate(text, (1, level.loss), (4, 0), **place, **look)
