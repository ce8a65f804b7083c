"""The lecture's network with its numbers, and the error of each gradient that is checked."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from mlpstudy.drawing import style
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

FORWARD, BACKWARD = style.COLOURS[0], style.readable(style.COLOURS[5])
RADIUS = 0.52
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}  # behind what lies on an edge
# Where the cells of the lecture's network stand: inputs, hidden units, output, cost.
CELLS = {"x1": (0, 3.2), "x2": (0, 0.0), "1": (3.0, 3.2), "2": (3.0, 0.0), "3": (5.3, 1.6)}
CELLS |= {"L": (7.9, 1.6)}
EDGES = {  # weight -> from, to, and how far along the edge its number stands
    "11 (1)": ("x1", "1", 0.42),
    "21 (1)": ("x2", "1", 0.27),
    "12 (1)": ("x1", "2", 0.27),
    "22 (1)": ("x2", "2", 0.42),
    "11 (2)": ("1", "3", 0.45),
    "21 (2)": ("2", "3", 0.45),
}
SYMBOLS = {"x1": "x₁", "x2": "x₂", "L": "L = (ŷ − y)²"}
OUTPUTS = {"1": "z₁ = g(a₁)", "2": "z₂ = g(a₂)", "3": "ŷ = g(a₃)"}
DELTAS = {
    "1": "δ₁ = g′(a₁) w₁₁ δ₃",
    "2": "δ₂ = g′(a₂) w₂₁ δ₃",
    "3": "δ₃ = 2 g′(a₃) (ŷ − y)",
}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PANELS = {"activation": N_("activations"), "cost": N_("costs"), "module": N_("modules")}
ENDS = (1e-17, 1e-4)  # of the errors that are shown: an exact one stands at the left
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
    figure, axes = style.panels(2, 1, height=3.5)
    titles = words.gettext("forward"), words.gettext("backward")
    for ax, title in zip(axes[:, 0], titles, strict=True):
        ax.set(xlim=(-0.7, 9.4), ylim=(-1.7, 4.9), aspect="equal", title=title)
        ax.axis("off")
    _forward(axes[0, 0], forward, words)
    _backward(axes[1, 0], forward, backward, float(study["options"]["y"]), words)
    text = words.gettext(
        "A step with eta = {eta} brings L from {before} to {after}.",
        eta=study["options"]["eta"],
        before=_number(forward["L"], words),
        after=_number(step["L"], words),
    )
    figure.supxlabel(text, fontsize=style.TEXT)
    return figure


def _number(value: float, words: Words) -> str:
    """Four digits: what the weights of the example need."""
    return words.number(value, 4)


def _forward(ax: Axes, value: Mapping[str, float], words: Words) -> None:
    n = {name: _number(number, words) for name, number in value.items()}
    _edges(ax, {name: n[f"w{name}"] for name in EDGES}, style.readable(FORWARD), back=False)
    inside = {"1": "z1", "2": "z2", "3": "y_hat"}
    _cells(ax, {cell: n[inside.get(cell, cell)] for cell in CELLS}, FORWARD)
    for cell, text in SYMBOLS.items():
        _beside(ax, cell, text)
    for cell, bias in (("1", "w01 (1)"), ("2", "w02 (1)"), ("3", "w01 (2)")):
        number = cell.translate(SUBSCRIPTS)
        sides = f"w₀ = {n[bias]}", f"a{number} = {n[f'a{cell}']}", OUTPUTS[cell]
        _beside(ax, cell, "\n".join(sides))


def _backward(
    ax: Axes, value: Mapping[str, float], slope: Mapping[str, float], y: float, words: Words
) -> None:
    n = {name: _number(number, words) for name, number in slope.items()}
    _edges(ax, {name: n[f"dL/dw{name}"] for name in EDGES}, BACKWARD, back=True)
    _cells(
        ax, {cell: n.get(f"delta{cell}", "1" if cell == "L" else "") for cell in CELLS}, BACKWARD
    )
    factors = {
        "1": (_slope(value["z1"]), value["w11 (2)"], slope["delta3"]),
        "2": (_slope(value["z2"]), value["w21 (2)"], slope["delta3"]),
        "3": (2.0, _slope(value["y_hat"]), value["y_hat"] - y),
    }
    for cell, numbers in factors.items():
        product = " × ".join(_number(each, words) for each in numbers)
        _beside(ax, cell, f"{DELTAS[cell]}\n= {product}")


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


def _beside(ax: Axes, cell: str, text: str) -> None:
    """Above a cell, below those that stand below; of the output to the right of its edges."""
    x, y = CELLS[cell]
    below, output = y == 0.0, cell in ("3", "L")
    side, va = (-1, "top") if below else (1, "bottom")
    ax.text(x - output * 0.15, y + side * (RADIUS + 0.12), text, ha="left" if output else "center",
            va=va, fontsize=style.SMALL, zorder=2)  # fmt: skip


# Errors


def checked(tables: dict[str, pd.DataFrame], study: dict, words: Words) -> Figure:
    """A row for each kind of network that is checked, a dot for each network; the worst has its
    name."""
    worst = tables["worst"]
    figure, axes = style.panels(1, 1, height=2.9)
    ax, looks = axes[0, 0], style.looks(AGAINST)
    limit = min(c["threshold"] for c in study["claims"] if c["statistic"] in AGAINST)
    ax.axvline(limit, color=style.INK, lw=0.8, zorder=1)
    for row, kind in enumerate(PANELS):
        some = worst[worst["kind"] == kind]
        for side, name in zip((-0.2, 0.2), AGAINST, strict=True):
            _strip(ax, some.set_index("name")[name], row + side, looks[name], words)
    handles = [Line2D([], [], **{**looks[name].line(), "linestyle": "none"}) for name in AGAINST]
    labels = [words.gettext(label) for label in AGAINST.values()]
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    ax.set_yticks(range(len(PANELS)), [words.gettext(title) for title in PANELS.values()])
    ax.set(ylim=(len(PANELS) - 0.4, -0.6), xscale="log", xlim=ENDS)
    ax.set_xticks([1e-15, 1e-12, 1e-9, 1e-6])
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(words.label("off"))
    return figure


def _strip(ax: Axes, errors: pd.Series, at: float, look: style.Look, words: Words) -> None:
    """A dot for each network, and the name of the one that errs most."""
    color, shown = style.readable(look.color), errors.clip(lower=2 * ENDS[0])
    ax.plot(shown, np.full(len(shown), at), **{**look.line(), "linestyle": "none", "alpha": 0.7})
    name, most = words.value("name", shown.idxmax()), shown.max()
    place = {"textcoords": "offset points", "va": "center", "fontsize": style.SMALL}
    ax.annotate(name, (most, at), (7, 0), color=color, bbox=WHITE, **place)
