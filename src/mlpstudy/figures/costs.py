"""The figures of the study `costs`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

KINDS = ("squared", "cross-entropy")
STARTS = ("ordinary", "saturated")
START = {
    "ordinary": Said(en="an ordinary start", fr="départ ordinaire"),
    "saturated": Said(en="a saturated one", fr="départ saturé"),
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """delta, training."""
    by_run = frames["by_run"]
    best = by_run[by_run["chosen"]]
    return [
        _delta(frames["shapes"], frames["unit"]),
        _training(frames["passes"], frames["accuracy"], best),
    ]


def _delta(shapes: pd.DataFrame, unit: pd.DataFrame) -> Drawn:
    """Left: the costs. Middle: their deltas. Right: the time to get over a wrong start."""
    figure, ((left, middle, right),) = style.panels(1, 3, height=3.0)
    looks = style.looks(KINDS)
    for kind in KINDS:
        here = shapes[shapes["kind"] == kind]
        color = looks[kind].color
        left.plot(here["a"], here["cost"], color=color)
        middle.plot(here["a"], here["delta"].abs(), color=color)
        times = unit[unit["kind"] == kind].sort_values("s")
        right.plot(-times["s"], times["foretold"], color=style.INK, lw=0.9, zorder=1)
        right.plot(-times["s"], times["time"], **{**looks[kind].line(), "linestyle": "none"})
    s = unit["s"].quantile(0.6, interpolation="nearest")
    time = unit[unit["s"] == s].set_index("kind")["time"]
    left.set(title="cost", ylim=(-0.1, 4))
    middle.set(title="delta it sends back", ylim=(-0.02, 1.05))
    right.set(title="time to a = 0", yscale="log", xlabel="a at the start")
    for ax in (left, middle):
        ax.set_xlabel("a, where a > 0 is right")
        ax.axvline(0, color=style.FAINT, lw=0.7, zorder=0)
    for ax, name, place in (
        (left, "cross-entropy", (-2.7, 3.3)), (left, "squared", (-7.6, 1.12)),
        (middle, "cross-entropy", (0.6, 0.93)), (middle, "squared", (-7.6, 0.33)),
        (right, "squared", (1.3 - s, time["squared"])),  # right of its line, where there is room
        (right, "cross-entropy", (-unit["s"].max(), time["cross-entropy"] / 2)),  # and below its own
    ):  # fmt: skip
        ax.text(*place, name, color=style.readable(looks[name].color), fontsize=style.SMALL,
                va="center")  # fmt: skip
    last = unit[unit["s"] == unit["s"].max()].set_index("kind")["time"]
    deltas = shapes[shapes["a"] == shapes["a"].min()].set_index("kind")["delta"]
    share = deltas["squared"] / deltas["cross-entropy"]
    far = f"{unit['s'].max():g}"
    return Drawn(
        "delta",
        figure,
        Said(
            en=f"Where it is most wrong the squared cost is silent: from a = −{far} it takes "
            f"{last['squared'] / last['cross-entropy']:.0f} times as long",
            fr=f"Là où l'erreur est la plus grande, le coût quadratique se tait : de a = −{far} il met "
            f"{last['squared'] / last['cross-entropy']:.0f} fois plus de temps",
        ),
        Said(
            en=f"One logistic output whose target is 1. Left and middle: (σ(a) − 1)² and log(1 + "
            f"exp(−a)), and the size of their delta = dL/da; at a = −8 the squared one is "
            f"{share:.1g} of the other. Right: time that gradient descent of a alone takes from a wrong "
            f"start to a = 0 (steps times their size), over the solutions of da/dt = −dL/da as thin "
            f"lines: they grow as exp(s) / 2 and as s.",
            fr=f"Une sortie logistique dont la cible est 1. À gauche et au milieu : (σ(a) − 1)² et "
            f"log(1 + exp(−a)), et la taille de leur delta = dL/da ; en a = −8 le quadratique vaut "
            f"{share:.1g} de l'autre. À droite : temps que met la descente de gradient de a seul d'un "
            f"mauvais départ jusqu'à a = 0 (pas multipliés par leur taille), sur les solutions de "
            f"da/dt = −dL/da en traits fins : elles croissent comme exp(s) / 2 et comme s.",
        ),
        Said(
            en="Three panels: the squared cost levels off on the wrong side, its delta goes back to 0 "
            "there, and its time rises by orders of magnitude.",
            fr="Trois panneaux : le coût quadratique plafonne du mauvais côté, son delta y revient à 0, et "
            "son temps monte de plusieurs ordres de grandeur.",
        ),
    )


def _times(mean: pd.Series) -> Said:
    """How many times as many, in words. mean: by kind."""
    ratio = mean["squared"] / mean["cross-entropy"]
    if 0.95 <= ratio < 1.05:
        return Said(en="as many", fr="autant")
    told = f"{ratio:.1f}"
    return Said(en=f"{told} times as many", fr=f"{french(told)} fois autant")


def _training(passes: pd.DataFrame, accuracy: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Rows: datasets, below each start. Left: passes to the accuracy; right: test accuracy."""
    rows = [
        (start, dataset)
        for start in STARTS
        for dataset in dict.fromkeys(passes.loc[passes["start"] == start, "dataset"])
    ]
    looks = style.looks(KINDS)
    figure, axes = style.panels(1, 2, height=1.2 + 0.36 * len(rows), sharey=True)
    for ax, frame in zip(axes[0], (passes, accuracy), strict=True):
        for place, kind in enumerate(KINDS):
            cells = frame[frame["kind"] == kind].set_index(["start", "dataset"]).loc[rows]
            at = np.arange(len(rows)) + 0.2 * (place - 0.5)
            ends = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
            line = {**looks[kind].line(), "linestyle": "none", "label": kind}
            ax.errorbar(cells["value"], at, xerr=ends, elinewidth=1.1, **line)
        ax.grid(axis="y", visible=False)
    names = [f"{dataset}, {start}" for start, dataset in rows]
    axes[0, 0].set_yticks(range(len(rows)), names)
    axes[0, 0].set_ylim(len(rows) - 0.5, -0.5)
    axes[0, 0].set(xlim=(0, None), xlabel="passes until learned")
    axes[0, 1].set_xlabel("test accuracy")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    n = len(best)
    style.note_n(figure, n)
    timed = best.groupby(["start", "dataset"])["reached"].transform("any")  # or all are censored
    mean = best[timed].groupby(["start", "kind"])["passes"].mean()
    often = {start: _times(mean[start]) for start in STARTS if start in mean}
    lost = int((best["status"] == "diverged").sum())
    missed = int((~best["reached"]).sum())
    return Drawn(
        "training",
        figure,
        Said(
            en="Passes of the squared cost against cross-entropy: "
            + ", ".join(f"{told['en']} from {START[start]['en']}" for start, told in often.items()),
            fr="Passes du coût quadratique face à l'entropie croisée : "
            + ", ".join(f"{told['fr']} d'un {START[start]['fr']}" for start, told in often.items()),
        ),
        Said(
            en=f"Squared cost and cross-entropy (on softmax outputs; on one logistic output where there "
            f"are two classes), each at the eta with the least mean validation error; mean over the "
            f"seeds with its 95 % interval. Left: passes to the accuracy on validation that counts as learned; {missed} of "
            f"{n} networks do not get there and count with their whole budget, {lost} diverge. Saturated: "
            f"linear models whose first outputs are five times too large.",
            fr=f"Coût quadratique et entropie croisée (sur des sorties softmax ; sur une sortie logistique "
            f"pour deux classes), chacun à l'eta de moindre erreur moyenne en validation ; moyenne sur "
            f"les graines avec son intervalle à 95 %. À gauche : passes jusqu'à l'exactitude en validation qui compte comme "
            f"apprise ; {missed} réseaux sur {n} n'y arrivent pas et comptent pour leur budget entier, "
            f"{lost} divergent. Saturé : modèles linéaires aux premières sorties cinq fois trop grandes.",
        ),
        Said(
            en="Passes and accuracies of both costs, a row for each dataset and start.",
            fr="Passes et exactitudes des deux coûts, une rangée par jeu de données et départ.",
        ),
        n,
    )
