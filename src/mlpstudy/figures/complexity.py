"""The figures of the study `complexity`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

KINDS = ("forward", "forward and backward")
ANSWERS = ("in a batch", "median", "99 of 100")


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """pass, answers."""
    machine = frames["timings"]["machine"].iloc[0]
    limit = min(c["threshold"] for c in study["claims"] if c["statistic"] == "slowest_answers")
    return [
        _pass(frames["counted"], frames["passes"], frames["slopes"], study["options"], machine),
        _answers(frames["answers"], limit, int(study["options"]["examples"]), machine),
    ]


def _pass(
    counted: pd.DataFrame, passes: pd.DataFrame, slopes: pd.DataFrame, options: dict, machine: str
) -> Drawn:
    """Left: operations counted. Right: time. Both against |w|, wider and deeper networks."""
    figure, ((left, right),) = style.panels(1, 2, height=3.6)
    looks = style.looks(KINDS)
    filled = {"wider": "full", "deeper": "none"}
    ends = np.array([counted["weights"].min(), counted["weights"].max()])
    for factor in (1, 3):
        left.plot(ends, factor * ends, color=style.INK, lw=0.8, zorder=1, label="_")
        left.annotate("|w|" if factor == 1 else f"{factor} |w|", (ends[1], factor * ends[1]), (8, -3),
                      textcoords="offset points", fontsize=style.SMALL)  # fmt: skip
    for kind in KINDS:
        for grown, face in filled.items():
            line = {**looks[kind].line(), "linestyle": "none", "fillstyle": face}
            line["markeredgecolor"] = looks[kind].color
            here = counted[counted["grown"] == grown]
            left.plot(here["weights"], here[kind], label=f"{kind}, {grown}", **line)
            cell = passes[(passes["grown"] == grown) & (passes["timed"] == kind)]
            right.plot(cell["weights"], cell["value"], **line)
    largest = passes[passes["timed"] == KINDS[1]].sort_values("weights").iloc[-1]
    right.plot(
        ends, ends * largest["value"] / largest["weights"], color=style.INK, lw=0.8, zorder=1
    )
    right.annotate("slope 1", (ends[0] * 3, 3 * ends[0] * largest["value"] / largest["weights"]), (4, -10),
                   textcoords="offset points", fontsize=style.SMALL)  # fmt: skip
    for ax, title in ((left, "counted"), (right, "timed")):
        ax.set(xscale="log", yscale="log", title=title, xlabel="number of weights |w|")
    left.set_ylabel("multiply-adds per example")
    right.set_ylabel("time of a pass (ms)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    n = len(counted)
    style.note_n(figure, n)
    mean = slopes[slopes["timed"] == KINDS[1]].groupby("grown")["slope"].mean()
    per_weight = (counted[KINDS[1]] / counted["weights"]).max()
    return Drawn(
        "pass",
        figure,
        Said(
            en=f"A pass costs O(|w|): {per_weight:.1f} multiply-adds per weight and example at most; time "
            f"grows as |w| to the power {mean['wider']:.2f} in width, {mean['deeper']:.2f} in depth",
            fr=f"Une passe coûte O(|w|) : au plus {per_weight:.1f} multiplications-additions par poids et "
            f"exemple ; la durée croît comme |w| à la puissance {mean['wider']:.2f} en largeur, "
            f"{mean['deeper']:.2f} en profondeur",
        ),
        Said(
            en=f"Left: multiply-adds of all matrix products, counted while the core runs. Forward takes "
            f"one per weight; backward two more, for the gradient of the weights and for the delta "
            f"below, which the first layer does without. Right: time of a pass over "
            f"{options['examples']} examples in batches of {options['batch']}, one thread, mean of "
            f"{int(passes['n'].max())} rounds; to the left it is that of calling functions. Filled: "
            f"wider networks, hollow: deeper ones. {machine}.",
            fr=f"À gauche : multiplications-additions de tous les produits de matrices, comptées pendant "
            f"que le noyau tourne. L'aller en prend une par poids ; le retour deux de plus, pour le "
            f"gradient des poids et pour le delta du dessous, dont la première couche se passe. À "
            f"droite : durée d'une passe sur {options['examples']} exemples par lots de "
            f"{options['batch']}, un fil, moyenne de {int(passes['n'].max())} tours ; à gauche c'est "
            f"celle des appels de fonctions. Pleins : réseaux plus larges ; creux : plus profonds. "
            f"{machine}.",
        ),
        Said(
            en="Points along lines of slope 1: operations exactly, times from a floor upwards.",
            fr="Des points le long de droites de pente 1 : les opérations exactement, les durées à "
            "partir d'un plancher.",
        ),
        n,
    )


def _answers(answers: pd.DataFrame, limit: float, batch: int, machine: str) -> Drawn:
    """A row for each network: one's share of a batch, median and 99th percentile of single ones."""
    networks = list(
        answers[["depth", "width", "weights"]].drop_duplicates().sort_values("weights").itertuples()
    )
    looks = style.looks(ANSWERS)
    figure, axes = style.panels(1, 1, height=1.0 + 0.36 * len(networks))
    ax = axes[0, 0]
    ax.axvline(limit, color=style.INK, lw=0.8)
    ax.annotate(f"{limit:g} ms", (limit, 0.02), (-3, 0), ha="right",
                xycoords=("data", "axes fraction"), textcoords="offset points",
                fontsize=style.SMALL)  # fmt: skip
    for kind in ANSWERS:
        here = answers[answers["timed"] == kind].set_index(["depth", "width"])
        cells = here.loc[[(n.depth, n.width) for n in networks]]
        ends = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
        line = {**looks[kind].line(), "linestyle": "none"}
        told = {"in a batch": "share of a batch", "median": "one alone, median"}.get(
            kind, "one alone, 99 of 100 are quicker"
        )
        ax.errorbar(cells["value"], range(len(cells)), xerr=ends, elinewidth=1, label=told, **line)
    names = [f"{n.depth} layer{'s' if n.depth > 1 else ''} of {n.width}" for n in networks]
    ax.set_yticks(range(len(networks)), names)
    ax.set(ylim=(len(networks) - 0.5, -0.5), xscale="log", xlabel="time of an answer (ms)")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    worst = answers.loc[answers["timed"] == "99 of 100", "value"].max()
    table = answers.pivot(index=["depth", "width"], columns="timed", values="value")
    gain = (table["median"] / table["in a batch"]).agg(["min", "max"])
    return Drawn(
        "answers",
        figure,
        Said(
            en=f"Recognition in real time: 99 of 100 answers come within {worst:.2g} ms",
            fr=f"Reconnaissance en temps réel : 99 réponses sur 100 viennent en {worst:.2g} ms",
        ),
        Said(
            en=f"Time from one example to the network's answer, one thread, with the 95 % interval over "
            f"{int(answers['n'].max())} rounds; and an example's share of the time of {batch} at once, "
            f"which is {gain['min']:.0f} to {gain['max']:.0f} times less. The line: one frame of a film "
            f"of 25 frames per second. {machine}.",
            fr=f"Durée entre un exemple et la réponse du réseau, un fil, avec l'intervalle à 95 % sur "
            f"{int(answers['n'].max())} tours ; et la part d'un exemple dans la durée de {batch} à la "
            f"fois, {gain['min']:.0f} à {gain['max']:.0f} fois moindre. La ligne : une image d'un film "
            f"à 25 images par seconde. {machine}.",
        ),
        Said(
            en="Points for each network, all far left of the line of real time.",
            fr="Des points pour chaque réseau, tous loin à gauche de la ligne du temps réel.",
        ),
    )
