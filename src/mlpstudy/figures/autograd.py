"""The figures of the study `autograd`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

COSTS = {"sizes equal": "yhat.view(-1) - y", "column less vector": "yhat - y"}
PASSES = {"with a graph": "forward, with a graph", "and backward": "forward and backward"}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """trap, graph."""
    return [
        _trap(frames["predictions"], frames["regressions"], study["options"]["dataset"]),
        _graph(frames["times"], frames["memory"], frames["timings"]["machine"].iloc[0]),
    ]


def _trap(predictions: pd.DataFrame, regressions: pd.DataFrame, dataset: str) -> Drawn:
    """Predictions against targets, mended and with the trap."""
    figure, axes = style.panels(1, 2, height=3.5, sharex=True, sharey=True)
    ends = [predictions["y"].min(), predictions["y"].max()]
    mean = regressions.groupby("cost")["explained"].mean()
    for ax, (cost, code), color in zip(axes[0], COSTS.items(), style.COLOURS[::5], strict=False):
        here = predictions[predictions["cost"] == cost]
        ax.plot(ends, ends, color=style.INK, lw=0.8, zorder=1)
        ax.plot(here["y"], here["yhat"], "o", color=color, alpha=0.6, markersize=4.5)
        ax.set_title(f"{code}", family="monospace")
        ax.set_xlabel("target of a new example")
        ax.annotate(f"explains {max(mean[cost], 0.0):.0%}", (0.04, 0.93), xycoords="axes fraction",
                    fontsize=style.TEXT)  # fmt: skip
    axes[0, 0].set_ylabel("prediction")
    n = len(regressions)
    style.note_n(figure, n, "regressions")
    good, bad = (max(mean[cost], 0.0) for cost in COSTS)  # worse than the mean: nothing
    size = regressions.groupby("cost")["size_of_w"].mean()
    return Drawn(
        "trap",
        figure,
        Said(
            en=f"A column less a vector: no error, and a regression that explains {bad:.0%} instead of "
            f"{good:.0%}",
            fr=f"Une colonne moins un vecteur : aucune erreur, et une régression qui explique "
            f"{100 * bad:.0f} % au lieu de {100 * good:.0f} %",
        ),
        Said(
            en=f"The lecture's linear regression on {dataset}, by gradient descent, standardised "
            f"targets: predictions for the new examples of one seed; on the thin line they would be "
            f"right. On the right yhat has one column, y none: their difference is a square matrix, and "
            f"what minimises it is to say the mean for everybody (mean length of w: "
            f"{size['column less vector']:.2g} instead of {size['sizes equal']:.2g}). In the panels: "
            f"share of the variance explained, mean of the seeds.",
            fr=f"La régression linéaire du cours sur {dataset}, par descente de gradient, cibles "
            f"standardisées : prédictions pour les exemples nouveaux d'une graine ; sur le trait fin "
            f"elles seraient justes. À droite yhat a une colonne, y n'en a pas : leur différence est "
            f"une matrice carrée, et ce qui la minimise est de dire la moyenne pour tous (longueur "
            f"moyenne de w : {size['column less vector']:.2g} au lieu de {size['sizes equal']:.2g}). "
            f"Dans les panneaux : part de la variance expliquée, moyenne des graines.",
        ),
        Said(
            en="Two scatter plots: along the diagonal on the left, a flat line on the right.",
            fr="Deux nuages de points : le long de la diagonale à gauche, une ligne plate à droite.",
        ),
    )


def _graph(times: pd.DataFrame, memory: pd.DataFrame, machine: str) -> Drawn:
    """Left: times over that of a pass without a graph. Right: bytes kept over bytes needed."""
    figure, (both,) = style.panels(1, 2, height=3.5, width_ratios=[1.25, 1])
    left, right = both
    networks = memory.sort_values(["width", "examples", "depth"])
    names = [
        f"{n.depth} x {n.width}, {n.examples} example{'s' if n.examples > 1 else ''}"
        for n in networks.itertuples()
    ]
    looks = style.looks(list(PASSES))
    left.axvline(1, color=style.INK, lw=0.8, zorder=1)
    for name, label in PASSES.items():
        here = networks.merge(times[times["pass"] == name], on=["depth", "width", "examples"])
        ends = np.clip([here["value"] - here["low"], here["high"] - here["value"]], 0, None)
        line = {**looks[name].line(), "linestyle": "none", "label": label}
        left.errorbar(here["value"], range(len(here)), xerr=ends, **line)
    left.set_yticks(range(len(names)), names)
    left.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, None), title="time")
    left.set_xlabel("time / that of a pass without a graph")
    left.grid(axis="y", visible=False)
    depths = np.array([0, memory["depth"].max()])
    right.plot(depths, depths / 2, color=style.INK, lw=0.9, zorder=1, label="_")
    right.plot(memory["depth"], memory["ratio"], "o", color=style.COLOURS[2])
    right.set(xlim=(0, None), ylim=(0, None), title="memory", xlabel="layers")
    right.set_ylabel("bytes kept / bytes needed")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    built = times.loc[times["pass"] == "with a graph", "value"]
    back = times.loc[times["pass"] == "and backward", "value"]
    most = memory.loc[memory["ratio"].idxmax()]
    low, high = f"{built.min():.2f}", f"{built.max():.2f}"
    return Drawn(
        "graph",
        figure,
        Said(
            en=f"The graph costs memory more than time: {most['ratio']:g} times with {most['depth']:.0f} "
            f"layers, against {high} times at most",
            fr=f"Le graphe coûte plus de mémoire que de temps : {most['ratio']:g} fois avec "
            f"{most['depth']:.0f} couches, contre {high} fois au plus",
        ),
        Said(
            en=f"ReLU networks (layers x units) in PyTorch. Left: a forward pass that builds a graph takes "
            f"{low} to {high} times as long as one under no_grad, forward and backward {back.min():.1f} "
            f"to {back.max():.1f} times; quickest of some repeats, mean of "
            f"{int(times['n'].max())} rounds with its 95 % interval. Right: what the graph keeps until "
            f"the backward pass, over the most that two neighbouring layers hold; the thin line is half "
            f"the number of layers. {machine}.",
            fr=f"Réseaux ReLU (couches x unités) dans PyTorch. À gauche : une passe avant qui construit "
            f"un graphe dure {low} à {high} fois une passe sous no_grad, l'aller-retour "
            f"{back.min():.1f} à {back.max():.1f} fois ; la plus rapide de quelques répétitions, "
            f"moyenne de {int(times['n'].max())} tours avec son intervalle à 95 %. À droite : ce que "
            f"le graphe garde jusqu'à la passe arrière, rapporté au plus que tiennent deux couches "
            f"voisines ; le trait fin est la moitié du nombre de couches. {machine}.",
        ),
        Said(
            en=f"Times of {low} to {high} with a graph and of {back.min():.1f} to {back.max():.1f} with "
            f"the backward pass; memory of {memory['ratio'].min():g} to {most['ratio']:g}.",
            fr=f"Durées de {low} à {high} avec un graphe, de {back.min():.1f} à {back.max():.1f} avec la "
            f"passe arrière ; mémoire de {memory['ratio'].min():g} à {most['ratio']:g}.",
        ),
    )
