"""The figures of the study `backpropagation`: from its tables alone."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

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
KINDS = {"activation": "activations", "cost": "costs", "module": "modules"}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """example, checked, steps, sources."""
    threshold = min(c["threshold"] for c in study["claims"] if c["statistic"] == "off_autograd")
    return [
        _example(frames["example"], study["options"]),
        _checked(frames["worst"], threshold),
        _steps(frames["steps_mean"]),
        _sources(frames["sources"]),
    ]


def _number(value: float) -> str:
    """At most four decimals, with a true minus: 0.75, −0.375."""
    return f"{value + 0.0:.4f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")


# The lecture's network


def _example(example: pd.DataFrame, options: dict) -> Drawn:
    """Two rows: forward, with the values of all cells; backward, with the deltas and gradients."""
    numbers = {
        part: dict(zip(rows["name"], rows["value"], strict=True))
        for part, rows in example.groupby("part")
    }
    ahead, back = numbers["forward"], numbers["backward"]
    figure, axes = style.panels(2, 1, height=3.0)
    for ax, title in zip(axes[:, 0], ("forward", "backward"), strict=True):
        ax.set(xlim=(-0.8, 7.8), ylim=(-0.85, 2.95), aspect="equal")
        ax.axis("off")
        ax.set_title(title)
    _forward(axes[0, 0], ahead)
    _backward(axes[1, 0], ahead, back, float(options["y"]))
    step = numbers["after the step"]
    return Drawn(
        "example",
        figure,
        Said(
            en=f"Blame flows back: delta is {_number(back['delta3'])} at the output, "
            f"{_number(back['delta1'])} and {_number(back['delta2'])} at the hidden units",
            fr=f"La faute remonte : delta vaut {_number(back['delta3'])} en sortie, "
            f"{_number(back['delta1'])} et {_number(back['delta2'])} aux unités cachées",
        ),
        Said(
            en=f"The lecture's network with logistic units, ŷ = {_number(ahead['y_hat'])} and "
            f"y = {_number(float(options['y']))}, L = (ŷ − y)². Forward: a and z of each cell, with its "
            f"weights on the edges and its bias below. Backward: delta = dL/da of each cell, and "
            f"dL/dw = z delta on the edges. A step with eta = {_number(float(options['eta']))} brings L "
            f"from {_number(ahead['L'])} to {_number(step['L'])}; below 1 it cannot come, as a logistic "
            f"output never reaches {_number(float(options['y']))}.",
            fr=f"Le réseau du cours à unités logistiques, ŷ = {_number(ahead['y_hat'])} et "
            f"y = {_number(float(options['y']))}, L = (ŷ − y)². Aller : a et z de chaque cellule, ses "
            f"poids sur les arêtes et son biais dessous. Retour : delta = dL/da de chaque cellule, et "
            f"dL/dw = z delta sur les arêtes. Un pas avec eta = {_number(float(options['eta']))} amène L "
            f"de {_number(ahead['L'])} à {_number(step['L'])} ; il ne peut descendre sous 1, car une "
            f"sortie logistique n'atteint jamais {_number(float(options['y']))}.",
        ),
        Said(
            en="A graph of two inputs, two hidden units, one output and the cost, drawn twice: with "
            "values from left to right, and with deltas from right to left.",
            fr="Un graphe de deux entrées, deux unités cachées, une sortie et le coût, dessiné deux "
            "fois : avec les valeurs de gauche à droite, et les deltas de droite à gauche.",
        ),
    )


def _cells(ax: Axes, inside: dict[str, str], color: str) -> None:
    for name, (x, y) in CELLS.items():
        ax.add_patch(Circle((x, y), RADIUS, facecolor="white", edgecolor=color, lw=1.4, zorder=3))
        ax.text(x, y, inside[name], ha="center", va="center", fontsize=style.SMALL, zorder=4)


def _edges(ax: Axes, told: dict[str, str], color: str, back: bool) -> None:
    ends = {name: (a, b, at) for name, (a, b, at) in EDGES.items()} | {"": ("3", "L", 0.5)}
    for name, (start, stop, at) in ends.items():
        p, q = np.array(CELLS[start]), np.array(CELLS[stop])
        way = (q - p) / np.linalg.norm(q - p) * (RADIUS + 0.05)
        tip, foot = (p + way, q - way) if back else (q - way, p + way)
        arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, foot, arrowprops=arrow, zorder=1)
        if name:
            ax.text(*(p + at * (q - p)), told[name], fontsize=style.SMALL, bbox=WHITE,
                    ha="center", va="center", color=color, zorder=2)  # fmt: skip


def _beside(ax: Axes, cell: str, text: str, above: bool = False) -> None:
    x, y = CELLS[cell]
    side = 1 if above else -1
    ax.text(x, y + side * (RADIUS + 0.12), text, ha="center", va="bottom" if above else "top",
            fontsize=style.SMALL, bbox=WHITE, zorder=2)  # fmt: skip


def _forward(ax: Axes, value: dict[str, float]) -> None:
    n = {name: _number(v) for name, v in value.items()}
    _edges(ax, {name: n[f"w{name}"] for name in EDGES}, style.readable(FORWARD), back=False)
    inside = {
        "x1": n["x1"],
        "x2": n["x2"],
        "1": n["z1"],
        "2": n["z2"],
        "3": n["y_hat"],
        "L": n["L"],
    }
    _cells(ax, inside, FORWARD)
    for cell, name in (("x1", r"$x_1$"), ("x2", r"$x_2$"), ("L", r"$L = (\hat{y} - y)^2$")):
        _beside(ax, cell, name, above=True)
    for cell, output in (
        ("1", r"$z_1 = g(a_1)$"),
        ("2", r"$z_2 = g(a_2)$"),
        ("3", r"$\hat{y} = g(a_3)$"),
    ):
        _beside(ax, cell, output, above=True)
        layer = 2 if cell == "3" else 1
        unit = "1" if cell == "3" else cell
        _beside(ax, cell, f"$a_{cell}$ = {n['a' + cell]}\n$w_0$ = {n[f'w0{unit} ({layer})']}")


def _backward(ax: Axes, value: dict[str, float], slope: dict[str, float], y: float) -> None:
    n = {name: _number(v) for name, v in slope.items()}
    _edges(ax, {name: n[f"dL/dw{name}"] for name in EDGES}, BACKWARD, back=True)
    inside = {"x1": "", "x2": "", "1": n["delta1"], "2": n["delta2"], "3": n["delta3"], "L": "1"}
    _cells(ax, inside, BACKWARD)
    weights = (_number(value["w11 (2)"]), _number(value["w21 (2)"]))
    _beside(ax, "1", r"$\delta_1 = g'(a_1)\,w_{11}\,\delta_3$", above=True)
    _beside(ax, "2", r"$\delta_2 = g'(a_2)\,w_{21}\,\delta_3$", above=True)
    _beside(ax, "3", r"$\delta_3 = 2\,g'(a_3)(\hat{y} - y)$", above=True)
    for cell, weight in zip(("1", "2"), weights, strict=True):
        slope_there = _number(value[f"z{cell}"] * (1 - value[f"z{cell}"]))
        _beside(ax, cell, rf"= {slope_there} $\times$ {weight} $\times$ {n['delta3']}")
    g = value["y_hat"] * (1 - value["y_hat"])
    _beside(ax, "3", rf"= 2 $\times$ {_number(g)} $\times$ {_number(value['y_hat'] - y)}")


# Errors


def _checked(worst: pd.DataFrame, threshold: float) -> Drawn:
    """A row for each network that is checked, a panel for each kind."""
    figure, axes = style.panels(
        1, len(KINDS), height=0.8 + 0.26 * worst["kind"].value_counts().max(), sharex=True
    )
    looks = style.looks(["autograd", "differences"])
    for ax, (kind, title) in zip(axes[0], KINDS.items(), strict=True):
        here = worst[worst["kind"] == kind].reset_index(drop=True)
        ax.axvline(threshold, color=style.INK, lw=0.8, zorder=1)
        for name, look in looks.items():
            line = {**look.line(), "linestyle": "none"}
            ax.plot(here[f"off_{name}"], here.index, label=name, **line)
        ax.set_yticks(here.index, here["name"])
        ax.set(ylim=(len(here) - 0.5, -0.5), xscale="log", title=title)
        ax.set_xticks([1e-15, 1e-12, 1e-9, 1e-6])
        ax.grid(axis="y", visible=False)
    figure.supxlabel("largest error, as a share of the largest derivative", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, [f"against {name}" for name in labels], loc="outside upper center", ncols=2
    )
    n = int(worst["n"].sum())
    style.note_n(figure, n)
    traced, told = worst["off_autograd"].max(), worst["off_differences"].max()
    return Drawn(
        "checked",
        figure,
        Said(
            en=f"Every gradient is right: {traced:.0e} from autograd's at worst, {told:.0e} from that of "
            f"differences",
            fr=f"Chaque gradient est juste : au pire à {traced:.0e} de celui d'autograd, à {told:.0e} de "
            f"celui des différences",
        ),
        Said(
            en=f"The largest difference over {int(worst['n'].max())} seeds between the gradient that is "
            f"computed by hand, module by module, and two others that know nothing of it; float64. One "
            f"network for each activation, each cost (with tanh) and each module. The line: one part in "
            f"a million, the limit set beforehand.",
            fr=f"La plus grande différence sur {int(worst['n'].max())} graines entre le gradient calculé "
            f"à la main, module par module, et deux autres qui n'en savent rien ; float64. Un réseau "
            f"par activation, par coût (avec tanh) et par module. La ligne : un millionième, la limite "
            f"fixée d'avance.",
        ),
        Said(
            en="Points far left of the limit, in three panels: activations, costs and modules.",
            fr="Des points loin à gauche de la limite, en trois panneaux : activations, coûts, modules.",
        ),
        n,
    )


def _steps(steps: pd.DataFrame) -> Drawn:
    """The error of differences against their step, with Taylor's remainder under the points."""
    figure, axes = style.panels(1, 2, height=3.3, sharey=True)
    precisions = ["double", "single"]
    looks = style.looks(precisions)
    for ax, kind in zip(axes[0], ("central", "one-sided"), strict=True):
        here = steps[steps["differences"] == kind]
        cut = here[here["precision"] == "double"].sort_values("h")
        ax.plot(cut["h"], cut["cut"], color=style.INK, lw=0.9, zorder=1, label="_")
        for precision in precisions:
            cell = here[here["precision"] == precision].sort_values("h")
            spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            line = {**looks[precision].line(), "label": f"{precision} precision"}
            ax.errorbar(cell["h"], cell["value"], spread, elinewidth=0.8, **line)
        ax.set(xscale="log", yscale="log", ylim=(1e-11, 1e3), xlabel="step of the differences")
        ax.set_title({"central": "L(w + h) − L(w − h)", "one-sided": "L(w + h) − L(w)"}[kind])
    axes[0, 0].set_ylabel("error, share of the largest derivative")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    n = int(steps["n"].max())
    style.note_n(figure, n)
    best = steps.loc[steps.groupby(["differences", "precision"])["value"].idxmin()]
    best = best.set_index(["differences", "precision"])
    at, single = best.loc["central", "double"], best.loc["central", "single"]
    return Drawn(
        "steps",
        figure,
        Said(
            en=f"Differences are right to {at['value']:.0e} at best, with a step near {at['h']:.0e}; in "
            f"single precision to {single['value']:.0e}",
            fr=f"Les différences sont justes à {at['value']:.0e} au mieux, avec un pas proche de "
            f"{at['h']:.0e} ; en simple précision à {single['value']:.0e}",
        ),
        Said(
            en=f"How far differences of the cost are from its derivatives, against their step: median "
            f"over {n} networks of three tanh layers with its 95 % interval. Thin: what cutting off "
            f"Taylor's series leaves, h² L'''/6 or h L''/2, from exact derivatives of the same networks. "
            f"To the left of the bend, rounding: the smaller the step, the fewer digits are left.",
            fr=f"À quelle distance les différences du coût sont de ses dérivées, selon leur pas : "
            f"médiane sur {n} réseaux de trois couches tanh avec son intervalle à 95 %. Trait fin : ce "
            f"que laisse la troncature de la série de Taylor, h² L'''/6 ou h L''/2, à partir des "
            f"dérivées exactes des mêmes réseaux. À gauche du coude, l'arrondi : plus le pas est petit, "
            f"moins il reste de chiffres.",
        ),
        Said(
            en="Two V-shaped curves in each panel, for double and single precision, that follow Taylor's "
            "remainder on their right.",
            fr="Deux courbes en V par panneau, en double et en simple précision, qui suivent le reste de "
            "Taylor à droite.",
        ),
        n,
    )


def _sources(sources: pd.DataFrame) -> Drawn:
    """Errors of the sum and of single sources, a point for each seed."""
    rows = list(dict.fromkeys(zip(sources["module"], sources["taken"], strict=True)))
    figure, axes = style.panels(1, 1, height=0.9 + 0.3 * len(rows))
    ax = axes[0, 0]
    for place, (module, taken) in enumerate(rows):
        here = sources[(sources["module"] == module) & (sources["taken"] == taken)]
        color = FORWARD if taken == "all" else style.COLOURS[5]
        ax.plot(here["off"].clip(lower=1e-17), [place] * len(here), "o", color=color, alpha=0.6)
    names = [f"{module}: {'the sum' if taken == 'all' else taken}" for module, taken in rows]
    ax.set_yticks(range(len(rows)), names)
    ax.set(ylim=(len(rows) - 0.5, -0.5), xscale="log")
    ax.set_xlabel("error, as a share of the largest derivative")
    ax.grid(axis="y", visible=False)
    n = len(sources)
    style.note_n(figure, n, "gradients")
    whole = sources["taken"] == "all"
    most, least = sources.loc[whole, "off"].max(), sources.loc[~whole, "off"].min()
    return Drawn(
        "sources",
        figure,
        Said(
            en=f"Errors from several sources add: their sum is exact to {most:.0e}, one of them alone is "
            f"off by {least:.0%} at least",
            fr=f"Les erreurs de plusieurs sources s'ajoutent : leur somme est exacte à {most:.0e}, l'une "
            f"seule se trompe d'au moins {100 * least:.0f} %",
        ),
        Said(
            en=f"Error of the delta that a module sends down, against autograd, a point for each of "
            f"{sources['seed'].nunique()} seeds. In a dense layer a unit feeds all units above; in a "
            f"residual one the input goes through the module and past it.",
            fr=f"Erreur du delta qu'un module renvoie vers le bas, par rapport à autograd, un point pour "
            f"chacune de {sources['seed'].nunique()} graines. Dans une couche dense une unité nourrit "
            f"toutes celles du dessus ; dans une couche résiduelle l'entrée passe par le module et à "
            f"côté.",
        ),
        Said(
            en="The sums lie at rounding, single sources far to the right.",
            fr="Les sommes sont à l'arrondi, les sources seules loin à droite.",
        ),
    )
