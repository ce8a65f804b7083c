"""The figures of the study `xor`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import plane, style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

COSTS = {
    "binary_nll": "negative log-likelihood",
    "mse_sigmoid": "squared error",
    "nll": "log-likelihood, two outputs",
    "hinge": "hinge",
}
ENDS = {
    "solved": ("#009e73", "all four right"),
    "2 confused": ("#e69f00", "two confused"),
    "3 confused": ("#d55e00", "three confused"),
    "4 confused": ("#000000", "four confused"),
    "elsewhere": ("#9a9a9a", "elsewhere"),
}
ORDER = ("sigmoid", "tanh", "relu", "gaussian")


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """representation, shares, ends, curves."""
    drawn = [_shares(frames), _ends(frames), _curves(frames)]
    return [_representation(frames), *drawn] if "corners" in frames else drawn


def _representation(frames: dict[str, pd.DataFrame]) -> Drawn:
    """A row for a start that solves XOR and for one that does not: the plane of the inputs with the
    lines of the hidden units, and the plane of what these put out."""
    inputs, hidden, corners = (frames[name] for name in ("inputs", "hidden", "corners"))
    kinds = sorted(corners["kind"].unique())
    figure, axes = style.panels(len(kinds), 2, height=3.3)
    for i, kind in enumerate(kinds):
        at, z, ends = (part[part["kind"] == kind] for part in (inputs, hidden, corners))
        left, right = axes[i]
        plane.regions(left, at)
        _units(left, at)
        _corners(left, ends, "x1", "x2")
        plane.regions(right, z)
        _corners(right, ends, "z1", "z2")
        for ax, names in ((left, ("x1", "x2")), (right, ("z1", "z2"))):
            plane.bare(ax)
            ax.set_xlabel(names[0])
            ax.set_ylabel(names[1])
        right_ones = int(ends["right"].sum())
        left.set_title(f"{kind}: {right_ones} of {len(ends)} right", fontsize=style.TEXT)
        right.set_title("what the hidden units see", fontsize=style.TEXT)
    n = len(kinds)
    style.note_n(figure, n)
    return Drawn(
        "representation",
        figure,
        Said(
            en="Two hidden units move the corners so that one line divides them, or they get stuck",
            fr="Deux unités cachées déplacent les coins pour qu'une droite les sépare, ou restent "
            "coincées",
        ),
        Said(
            en="After Duda, Hart and Stork. Left: the plane of the inputs with the regions of both "
            "classes and, dashed, the line on which each of two tanh units is 0. Right: the same "
            "corners where the two units put them, and the line that the output draws there. Above: "
            "the first random start that solves XOR, or the only kind there is; below: the first one "
            "that does not.",
            fr="D'après Duda, Hart et Stork. À gauche : le plan des entrées avec les régions des deux "
            "classes et, en tirets, la droite où chacune des deux unités tanh vaut 0. À droite : les "
            "mêmes coins là où les deux unités les placent, et la droite qu'y trace la sortie. En "
            "haut : le premier départ au hasard qui résout XOR, ou le seul genre qu'il y ait ; en "
            "bas : le premier qui ne le résout pas.",
        ),
        Said(
            en="Four corners in the plane of the inputs with two lines and curved regions, and the "
            "same four corners in the plane of the hidden units, divided by one line.",
            fr="Quatre coins dans le plan des entrées avec deux droites et des régions, et les mêmes "
            "coins dans le plan des unités cachées, séparés par une droite.",
        ),
        n,
    )


def _units(ax, at: pd.DataFrame) -> None:
    """Where each hidden unit is 0."""
    side = round(np.sqrt(len(at)))
    x1, x2, *units = (at[n].to_numpy().reshape(side, side) for n in ("x1", "x2", "a1", "a2"))
    for a, color in zip(units, (style.COLOURS[5], style.COLOURS[6]), strict=True):
        if a.min() < 0 < a.max():
            ax.contour(x1, x2, a, levels=[0], colors=color, linewidths=1.6, linestyles="--")


def _corners(ax, ends: pd.DataFrame, across: str, up: str) -> None:
    """The four corners, told apart by their inputs' signs; those that fall on one another share a
    label."""
    plane.examples(ax, ends.assign(x1=ends[across], x2=ends[up]), 70)
    told = ends.assign(name=[_signs(*xy) for xy in zip(ends["x1"], ends["x2"], strict=True)])
    told = told.assign(column=(told[across] / 0.15).round(), row=(told[up] / 0.15).round())
    for _, near in told.groupby(["column", "row"]):
        x, y = near[across].mean(), near[up].mean()
        low, high = ax.get_ylim()
        away = -1 if y > (low + high) / 2 else 1
        ax.annotate(
            "  ".join(near["name"]), (x, y), (0, 11 * away), textcoords="offset points",
            ha="center", va="center", fontsize=style.SMALL, annotation_clip=False,
        )  # fmt: skip


def _signs(x1: float, x2: float) -> str:
    return "".join("+" if x > 0 else "\u2212" for x in (x1, x2))


def _in_order(names: pd.Series) -> list[str]:
    """The lecture's activations first, then the others."""
    there = sorted(names.unique())
    return [n for n in ORDER if n in there] + [n for n in there if n not in ORDER]


def _shares(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Share of the starts that solve XOR against the hidden units: a panel per activation."""
    shares = frames["shares"]
    activations, costs = _in_order(shares["activation"]), sorted(shares["cost"].unique())
    widths = sorted(shares["width"].unique())
    looks = style.looks(costs)
    figure, axes = style.panels(1, len(activations), height=3.1, sharey=True)
    for ax, activation in zip(axes[0], activations, strict=True):
        ax.axvspan(widths.index(2) - 0.28, widths.index(2) + 0.28, color="#f2f2f2", lw=0, zorder=0)
        for place, cost in enumerate(costs):
            cell = shares[(shares["activation"] == activation) & (shares["cost"] == cost)]
            cell = cell.sort_values("width")
            shift = 0.16 * (place - (len(costs) - 1) / 2)
            at = [widths.index(w) + shift for w in cell["width"]]
            spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            label = COSTS.get(cost, cost)
            ax.errorbar(at, cell["value"], spread, label=label, elinewidth=1, **looks[cost].line())
        ax.set(title=activation, ylim=(-0.04, 1.04), xlim=(-0.5, len(widths) - 0.5))
        ax.set_xticks(range(len(widths)), widths)
        ax.grid(axis="x", visible=False)
    axes[0, 0].yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    axes[0, 0].set_ylabel("starts that solve XOR")
    figure.supxlabel("hidden units", fontsize=style.TEXT)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(costs)
    )
    n = int(shares["n"].sum())
    style.note_n(figure, n, "starts")
    two = shares[shares["width"] == 2]
    best, worst = two.loc[two["value"].idxmax()], two.loc[two["value"].idxmin()]
    return Drawn(
        "shares",
        figure,
        Said(
            en=f"Two hidden units solve XOR from {worst['value']:.0%} ({worst['activation']}) to "
            f"{best['value']:.0%} ({best['activation']}) of random starts",
            fr=f"Deux unités cachées résolvent le XOR depuis {worst['value']:.0%} "
            f"({worst['activation']}) à {best['value']:.0%} ({best['activation']}) des "
            "départs au hasard",
        ),
        Said(
            en=f"Share of random starts that end with all four corners right, with Wilson's 95 % interval, "
            f"from {_span(shares['n'])} starts each. Swept: hidden units, activation (panels) and cost. "
            f"Fixed: one hidden layer, gradient descent on all four corners at once, one eta. The grey "
            f"strip marks the network of the lecture.",
            fr="Part des départs au hasard qui finissent avec les quatre coins justes, avec "
            f"l'intervalle de Wilson à 95 %, sur {french(_span(shares['n']))} départs "
            "chacun. On fait varier les unités cachées, l'activation (panneaux) et le "
            "coût. Fixes : une couche cachée, la descente de gradient sur les quatre "
            "coins à la fois, un eta. La bande grise marque le réseau du cours.",
        ),
        Said(
            en=f"Share of the starts that solve XOR against the number of hidden units: a panel for each "
            f"of {', '.join(activations)}, a line for each of {len(costs)} costs.",
            fr="Part des départs qui résolvent le XOR selon le nombre d'unités cachées : un "
            f"panneau pour chacun de {', '.join(activations)}, une ligne pour chacun des "
            f"{len(costs)} coûts.",
        ),
        n,
    )


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _ends(frames: dict[str, pd.DataFrame]) -> Drawn:
    """The losses at which the starts with two hidden units end: a row of dots per activation."""
    by_run, levels = frames["by_run"], frames["plateaus"]
    ends = by_run[by_run["usual"] & (by_run["width"] == 2)]
    ends = ends[ends["cost"].isin(levels["cost"]) & np.isfinite(ends["loss"])]
    activations, costs = _in_order(ends["activation"]), sorted(ends["cost"].unique())
    figure, axes = style.panels(1, len(costs), height=0.85 * len(activations) + 1.3, sharey=True)
    for ax, cost in zip(axes[0], costs, strict=True):
        here = ends[ends["cost"] == cost]
        _mark_plateaus(ax, levels[levels["cost"] == cost])
        for row, activation in enumerate(activations):
            _dots(ax, here[here["activation"] == activation], row)
        ax.set_xlabel(f"loss after training: {COSTS.get(cost, cost)}")
        ax.set_yticks(range(len(activations)), activations)
        ax.set_ylim(len(activations) - 0.5, -0.62)
        ax.grid(axis="both", visible=False)
    n = len(ends)
    style.note_n(figure, n, "starts")
    failed = ends[~ends["solved"]]
    on = int((failed["end"] != "elsewhere").sum())
    return Drawn(
        "ends",
        figure,
        Said(
            en=f"{on} of {len(failed)} failures end on a plateau: at one of three losses",
            fr=f"{on} échecs sur {len(failed)} finissent sur un plateau : à l'un de trois coûts",
        ),
        Said(
            en=f"Each dot is one start of a network with two hidden units; how thick a pile is tells how "
            f"many end there. Thin lines: the least loss of a network that gives two, three or all four "
            f"corners one and the same answer, computed, not fitted. Swept: activation (rows) and cost "
            f"(panels); {_span(ends.groupby(['activation', 'cost']).size())} starts each.",
            fr="Chaque point est un départ d'un réseau à deux unités cachées ; l'épaisseur "
            "d'un tas dit combien y finissent. Lignes fines : le plus petit coût d'un "
            "réseau qui donne une même réponse à deux, trois ou quatre coins, calculé et "
            "non ajusté. On fait varier l'activation (rangées) et le coût (panneaux) ; "
            f"{french(_span(ends.groupby(['activation', 'cost']).size()))} départs chacun.",
        ),
        Said(
            en=f"Dots of the final losses, a row for each of {', '.join(activations)}: they pile up at 0 "
            f"and at the three computed losses.",
            fr=f"Points des coûts finaux, une rangée pour chacun de {', '.join(activations)} "
            ": ils s'entassent à 0 et aux trois coûts calculés.",
        ),
        n,
    )


def _mark_plateaus(ax, levels: pd.DataFrame) -> None:
    """The computed losses as thin lines, with the number of confused corners at the top."""
    named = [("solved", 0.0)] + [(f"{r.confused} confused", r.loss) for r in levels.itertuples()]
    for end, loss in named:
        color, told = ENDS[end]
        ax.axvline(loss, color=style.GRID if end == "solved" else color, lw=0.8, zorder=1)
        place = {"ha": "center", "va": "bottom", "fontsize": style.SMALL}
        first, _, rest = told.partition(" ")
        lines = f"corners {rest}:\n{first}" if end == "3 confused" else f"\n{first}"
        lines = "all four\nright" if end == "solved" else lines
        _above(ax, loss, lines, color=style.readable(color), **place)
    ax.set_xlim(-0.06 * levels["loss"].max(), 1.1 * levels["loss"].max())


def _above(ax, x: float, text: str, **more) -> None:
    """Text over the panel at x."""
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    ax.annotate(text, (x, 1), (0, 3), **place, **more)


def _dots(ax, ends: pd.DataFrame, row: int) -> None:
    """Dots of one row, piled around its middle, the higher the more; counted at their right."""
    step = ax.get_xlim()[1] / 45
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
    ax.scatter(ends["loss"] + side, row + height, s=7, c=colors, linewidths=0, alpha=0.75, zorder=3)
    for end, count in ends["end"].value_counts().items():
        if end != "elsewhere":
            at = ends.loc[ends["end"] == end, "loss"].median()
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


def _curves(frames: dict[str, pd.DataFrame]) -> Drawn:
    """The training loss of some starts, a thin line each, over the plateaus."""
    curves = frames["curves"]
    curves = curves[curves["epoch"] > 0]
    cost = frames["by_run"].set_index("run_id").loc[curves["run_id"].iloc[0], "cost"]
    levels = frames["plateaus"][frames["plateaus"]["cost"] == cost]
    activations = _in_order(curves["activation"])
    figure, axes = style.panels(1, len(activations), height=3.1, sharey=True, sharex=True)
    for ax, activation in zip(axes[0], activations, strict=True):
        here = curves[curves["activation"] == activation]
        for level in levels["loss"]:
            ax.axhline(level, color=style.FAINT, lw=0.7, zorder=1)
        for _, curve in here.groupby("run_id", observed=True):
            color = ENDS[curve["end"].iloc[0]][0]
            ax.plot(curve["epoch"], curve["loss"], color=color, lw=0.8, alpha=0.6)
        solved = here.drop_duplicates("run_id")["end"].eq("solved")
        ax.set(title=activation, xscale="log", xlim=(1, curves["epoch"].max()))
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        ax.set_ylim(0, 1.25 * levels["loss"].max() if len(levels) else None)
        ax.grid(visible=False)
        style.note_n(ax, int(solved.sum()), f"of {len(solved)} solved")
    for level in levels.itertuples():
        color, told = ENDS[f"{level.confused} confused"]
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        look = {"va": "center", "fontsize": style.SMALL, "color": style.readable(color)}
        axes[0, -1].annotate(told.replace(" ", "\n"), (1, level.loss), (4, 0), **place, **look)
    axes[0, 0].set_ylabel(COSTS.get(cost, cost))
    figure.supxlabel("passes", fontsize=style.TEXT)
    n = curves["run_id"].nunique()
    style.note_n(figure, n, "starts")
    ends = curves.drop_duplicates("run_id")["end"]
    failed = ends[ends != "solved"]
    resting = int((failed != "elsewhere").sum())
    return Drawn(
        "curves",
        figure,
        Said(
            en=f"{resting} of {len(failed)} starts that fail rest on a plateau after the last pass",
            fr=f"{resting} départs sur les {len(failed)} qui échouent sont sur un plateau après la "
            "dernière passe",
        ),
        Said(
            en=f"Training loss of networks with two hidden units, a line for each of "
            f"{_span(curves.drop_duplicates('run_id').groupby('activation').size())} random starts: "
            f"green where it ends with all four corners right, orange, red and black where it rests at "
            f"the loss of two, three or four corners confused (thin lines, computed), grey elsewhere.",
            fr="Coût d'apprentissage de réseaux à deux unités cachées, une ligne pour "
            "chacun de "
            f"{french(_span(curves.drop_duplicates('run_id').groupby('activation').size()))} "
            "départs au hasard : en vert là où il finit avec les quatre coins justes, en "
            "orange, rouge et noir là où il reste au coût de deux, trois ou quatre coins "
            "confondus (lignes fines, calculées), en gris ailleurs.",
        ),
        Said(
            en=f"Training curves of many starts, a panel for each of {', '.join(activations)}; some fall "
            f"to 0, others stay at one of three levels.",
            fr="Courbes d'apprentissage de nombreux départs, un panneau pour chacun de "
            f"{', '.join(activations)} ; certaines tombent à 0, d'autres restent à l'un "
            "de trois niveaux.",
        ),
        n,
    )
