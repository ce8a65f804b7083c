"""The lecture's network with its numbers, and the error of each gradient that is checked."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from mlpstudy.drawing import style
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

FORWARD, BACKWARD = style.COLOURS[0], style.readable(style.COLOURS[5])
RADIUS = 0.36
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}  # behind what lies on an edge
# Where the cells of the lecture's network stand: inputs, hidden units, output, cost.
CELLS = {"x1": (0, 2.2), "x2": (0, 0.0), "1": (2.8, 2.2), "2": (2.8, 0.0), "3": (5.4, 1.1)}
CELLS |= {"L": (7.1, 1.1)}
EDGES = {  # weight -> from, to, and how far along the edge its number stands
    "11 (1)": ("x1", "1", 0.36),
    "21 (1)": ("x2", "1", 0.27),
    "12 (1)": ("x1", "2", 0.27),
    "22 (1)": ("x2", "2", 0.36),
    "11 (2)": ("1", "3", 0.42),
    "21 (2)": ("2", "3", 0.42),
}
SYMBOLS = {"x1": r"$x_1$", "x2": r"$x_2$", "L": r"$L = (\hat{y} - y)^2$"}
OUTPUTS = {"1": r"$z_1 = g(a_1)$", "2": r"$z_2 = g(a_2)$", "3": r"$\hat{y} = g(a_3)$"}
DELTAS = {
    "1": r"$\delta_1 = g'(a_1)\,w_{11}\,\delta_3$",
    "2": r"$\delta_2 = g'(a_2)\,w_{21}\,\delta_3$",
    "3": r"$\delta_3 = 2\,g'(a_3)(\hat{y} - y)$",
}
PANELS = {"activation": N_("activations"), "cost": N_("costs"), "module": N_("modules")}
AGAINST = {
    "off_autograd": N_("against autograd"),
    "off_differences": N_("against differences"),
}


# The lecture's network


def example(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """Two rows: forward, with the values of all cells; backward, with the deltas and gradients."""
    parts = tables["example"].groupby("part")
    forward, backward, step = (
        dict(zip(rows["name"], rows["value"], strict=True))
        for rows in map(parts.get_group, ("forward", "backward", "after the step"))
    )
    figure, axes = style.panels(2, 1, height=3.0)
    titles = words.gettext("forward"), words.gettext("backward")
    for ax, title in zip(axes[:, 0], titles, strict=True):
        ax.set(xlim=(-0.8, 7.8), ylim=(-0.85, 2.95), aspect="equal", title=title)
        ax.axis("off")
    _forward(axes[0, 0], forward, words)
    _backward(axes[1, 0], forward, backward, float(study["options"]["y"]), words)
    text = words.gettext(
        "A step with eta = {eta} brings L from {before} to {after}.",
        eta=study["options"]["eta"],
        before=_number(forward["L"], words),
        after=_number(step["L"], words),
    )
    figure.supxlabel(text, fontsize=style.SMALL)
    return figure


def _number(value: float, words: Words) -> str:
    """Four digits: what the weights of the example need."""
    return words.number(value, 4)


def _forward(ax: Axes, value: Mapping[str, float], words: Words) -> None:
    n = {name: _number(number, words) for name, number in value.items()}
    _edges(ax, {name: n[f"w{name}"] for name in EDGES}, style.readable(FORWARD), back=False)
    inside = {"1": "z1", "2": "z2", "3": "y_hat"}
    _cells(ax, {cell: n[inside.get(cell, cell)] for cell in CELLS}, FORWARD)
    for cell, text in (SYMBOLS | OUTPUTS).items():
        _beside(ax, cell, text, above=True)
    for cell, bias in (("1", "w01 (1)"), ("2", "w02 (1)"), ("3", "w01 (2)")):
        _beside(ax, cell, f"$a_{cell}$ = {n[f'a{cell}']}\n$w_0$ = {n[bias]}")


def _backward(
    ax: Axes, value: Mapping[str, float], slope: Mapping[str, float], y: float, words: Words
) -> None:
    n = {name: _number(number, words) for name, number in slope.items()}
    _edges(ax, {name: n[f"dL/dw{name}"] for name in EDGES}, BACKWARD, back=True)
    _cells(
        ax, {cell: n.get(f"delta{cell}", "1" if cell == "L" else "") for cell in CELLS}, BACKWARD
    )
    for cell, text in DELTAS.items():
        _beside(ax, cell, text, above=True)
    factors = {
        "1": (_slope(value["z1"]), value["w11 (2)"], slope["delta3"]),
        "2": (_slope(value["z2"]), value["w21 (2)"], slope["delta3"]),
        "3": (2.0, _slope(value["y_hat"]), value["y_hat"] - y),
    }
    for cell, numbers in factors.items():
        _beside(ax, cell, "= " + r" $\times$ ".join(_number(each, words) for each in numbers))


def _slope(z: float) -> float:
    """g'(a) of a logistic unit from its output z = g(a)."""
    return z * (1 - z)


def _cells(ax: Axes, inside: Mapping[str, str], color: str) -> None:
    for name, (x, y) in CELLS.items():
        ax.add_patch(Circle((x, y), RADIUS, facecolor="white", edgecolor=color, lw=1.4, zorder=3))
        ax.text(x, y, inside[name], ha="center", va="center", fontsize=style.SMALL, zorder=4)


def _edges(ax: Axes, numbers: Mapping[str, str], color: str, back: bool) -> None:
    """Arrows between the cells, each with its number; the last, to the cost, has none."""
    arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
    number = {"fontsize": style.SMALL, "bbox": WHITE, "ha": "center", "va": "center", "zorder": 2}
    for name, (start, stop, at) in (EDGES | {"": ("3", "L", 0.5)}).items():
        p, q = np.array(CELLS[start]), np.array(CELLS[stop])
        way = (q - p) / np.linalg.norm(q - p) * (RADIUS + 0.05)
        tip, foot = (p + way, q - way) if back else (q - way, p + way)
        ax.annotate("", tip, foot, arrowprops=arrow, zorder=1)
        ax.text(*(p + at * (q - p)), numbers.get(name, ""), color=color, **number)


def _beside(ax: Axes, cell: str, text: str, above: bool = False) -> None:
    x, y = CELLS[cell]
    side, va = (1, "bottom") if above else (-1, "top")
    ax.text(x, y + side * (RADIUS + 0.12), text, ha="center", va=va,
            fontsize=style.SMALL, bbox=WHITE, zorder=2)  # fmt: skip


# Errors


def checked(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """A row for each network that is checked, a panel for each kind."""
    worst = tables["worst"]
    height = 0.8 + 0.26 * worst["kind"].value_counts().max()
    figure, axes = style.panels(1, len(PANELS), height=height, sharex=True)
    looks = style.looks(AGAINST)
    limit = min(c["threshold"] for c in study["claims"] if c["statistic"] in AGAINST)
    for ax, (kind, title) in zip(axes[0], PANELS.items(), strict=True):
        rows = worst[worst["kind"] == kind].reset_index(drop=True)
        ax.axvline(limit, color=style.INK, lw=0.8, zorder=1)
        for name, label in AGAINST.items():
            line = {**looks[name].line(), "linestyle": "none", "label": words.gettext(label)}
            ax.plot(rows[name], rows.index, **line)
        ax.set_yticks(rows.index, [words.value("name", name) for name in rows["name"]])
        ax.set(ylim=(len(rows) - 0.5, -0.5), xscale="log", title=words.gettext(title))
        ax.set_xticks([1e-15, 1e-12, 1e-9, 1e-6])
        ax.grid(axis="y", visible=False)
    figure.supxlabel(words.label("off"), fontsize=style.TEXT)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure
