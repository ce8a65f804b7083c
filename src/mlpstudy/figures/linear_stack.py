"""The figures of the study `linear_stack`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

STARTS = {"on the modes": "started on the modes", "at random": "started at random"}
SHOWN_POINTS = 18  # of a measured curve that has a law under it
MODES_SHOWN = 6
EPSILON = {"single": np.finfo(np.float32).eps, "double": np.finfo(np.float64).eps}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """product, accuracy, modes."""
    return [_product(frames), _accuracy(frames), _modes(frames, study)]


def _comma(number: float) -> str:
    """A number with one decimal, as French writes it."""
    return f"{number:.1f}".replace(".", ",")


def _product(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Left: differences of linear stacks to their product. Right: ReLU networks are no layer."""
    off, left, products = frames["off"], frames["left"], frames["products"]
    datasets = list(dict.fromkeys(products["dataset"]))
    looks = style.looks(datasets)
    figure, axes = style.panels(1, 2, height=3.3)
    rounding, rest = axes[0]
    for precision, here in off.groupby("precision"):
        for dataset, cells in here.groupby("dataset"):
            cells = cells.sort_values("depth")
            rounding.plot(cells["depth"], cells["value"], **looks[dataset].line())
        rounding.axhline(EPSILON[precision], color=style.INK, lw=0.8, zorder=1)
        middle = here["depth"].max() / 2
        rounding.annotate(f"{precision} precision", (middle, EPSILON[precision]), (0, -4),
                          textcoords="offset points", va="top", ha="center",
                          fontsize=style.SMALL)  # fmt: skip
    rounding.set(yscale="log", title="linear layers", ylabel="largest difference to one layer")
    rounding.set_ylim(1e-17, 1e-4)
    for dataset, cells in left.groupby("dataset"):
        cells = cells.sort_values("depth")
        spread = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
        line = looks[dataset].line()
        rest.errorbar(cells["depth"], cells["value"], spread, elinewidth=0.8, label="_", **line)
        rest.plot(cells["depth"], cells["value"], label=dataset, **line)
    rest.set(ylim=(0, 1), title="ReLU between them", ylabel="variance that one layer leaves")
    rest.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    for ax in axes[0]:
        ax.set_xticks(sorted(products["depth"].unique()))
        ax.set_xlabel("hidden layers")
    style.label_lines(rest)
    n = len(products)
    style.note_n(figure, n)
    worst = off.loc[off["precision"] == "double", "value"].max()
    least = left["value"].min()
    seeds = int(left["n"].max())
    return Drawn(
        "product",
        figure,
        Said(
            en=f"Linear layers are one layer but for rounding ({worst:.0e}); with ReLU, one layer "
            f"leaves at least {least:.0%} of what they do",
            fr=f"Des couches linéaires n'en font qu'une, à l'arrondi près ({worst:.0e}) ; avec ReLU, "
            f"une couche laisse au moins {100 * least:.0f} % de ce qu'elles font",
        ),
        Said(
            en=f"Left: largest difference between the output of a trained linear stack and that of "
            f"the product of its layers, over the largest output, on random inputs; median over "
            f"{seeds} seeds; thin: the spacing of numbers around 1. Right: the share of the variance "
            f"of ReLU networks of the same shapes that the best single layer leaves; mean over "
            f"{seeds} seeds with its 95 % interval. Swept: depth and dataset; width 32.",
            fr=f"À gauche : plus grande différence entre la sortie d'une pile linéaire entraînée et "
            f"celle du produit de ses couches, rapportée à la plus grande sortie, sur des entrées "
            f"aléatoires ; médiane sur {seeds} graines ; trait fin : l'écart entre nombres voisins de "
            f"1. À droite : la part de la variance de réseaux ReLU de mêmes formes que laisse la "
            f"meilleure couche unique ; moyenne sur {seeds} graines avec son intervalle à 95 %. "
            f"Varient : la profondeur et les données ; largeur 32.",
        ),
        Said(
            en="Left: differences near rounding for each depth. Right: what one layer leaves of ReLU "
            "networks, far from 0.",
            fr="À gauche : des différences proches de l'arrondi à toute profondeur. À droite : ce "
            "qu'une couche laisse de réseaux ReLU, loin de 0.",
        ),
        n,
    )


def _accuracy(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Test accuracy of the models: a row of points for each dataset."""
    accuracy = frames["accuracy"].sort_values(["activation", "depth"])
    models = list(accuracy[["depth", "activation"]].drop_duplicates().itertuples(index=False))
    table = accuracy.pivot(index="dataset", columns=["depth", "activation"], values="value")
    bent = next(tuple(m) for m in models if m.activation != "identity")
    gains = (table[bent] - table[0, "identity"]).sort_values()
    looks = style.looks([tuple(m) for m in models])
    figure, axes = style.panels(1, 1, height=0.5 * len(gains) + 1.3)
    ax = axes[0, 0]
    for place, m in enumerate(models):
        rows = (accuracy["depth"] == m.depth) & (accuracy["activation"] == m.activation)
        cells = accuracy[rows].set_index("dataset").reindex(gains.index)
        at = np.arange(len(gains)) + 0.15 * (place - (len(models) - 1) / 2)
        spread = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
        look = {**looks[tuple(m)].line(), "linestyle": "none", "markersize": 7}
        ax.errorbar(cells["value"], at, xerr=spread, label=_model(*m), **look)
    ax.set_yticks(range(len(gains)), gains.index)
    ax.set(xlabel="accuracy on new examples", ylim=(-0.6, len(gains) - 0.4), xlim=(None, 1.01))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.grid(axis="y", visible=False)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=len(models))
    n, seeds = int(accuracy["n"].sum()), int(accuracy["n"].max())
    style.note_n(figure, n)
    linear = table.xs("identity", axis=1, level="activation")
    apart = (linear.drop(columns=0).sub(linear[0], axis=0)).abs().max().max()
    return Drawn(
        "accuracy",
        figure,
        Said(
            en=f"Linear layers change the accuracy of a linear model by {apart:.1%} at most, ReLU "
            f"between them by up to {gains.iloc[-1]:.0%} ({gains.index[-1]})",
            fr=f"Des couches linéaires changent l'exactitude d'un modèle linéaire de "
            f"{_comma(100 * apart)} % au plus, ReLU entre elles de {100 * gains.iloc[-1]:.0f} % "
            f"({gains.index[-1]})",
        ),
        Said(
            en=f"Test accuracy after the last pass, mean over {seeds} seeds with its 95 % interval, at "
            f"the eta with the least mean validation error, chosen for each from several. Layers: hidden ones of width "
            f"32. Datasets are ordered by what ReLU gains.",
            fr=f"Exactitude en test après la dernière passe, moyenne sur {seeds} graines avec son "
            f"intervalle à 95 %, à l'eta de moindre erreur moyenne en validation, choisi pour chacun. "
            f"Couches : cachées, de largeur 32. Les données sont rangées selon ce que ReLU gagne.",
        ),
        Said(
            en=f"Accuracy of a linear model, linear stacks and a ReLU network on "
            f"{', '.join(gains.index)}.",
            fr=f"Exactitude d'un modèle linéaire, de piles linéaires et d'un réseau ReLU sur "
            f"{', '.join(gains.index)}.",
        ),
        n,
    )


def _model(depth: int, activation: str) -> str:
    if not depth:
        return "linear model"
    return f"{depth} linear layers" if activation == "identity" else f"{depth} {activation} layers"


def _modes(frames: dict[str, pd.DataFrame], study: dict) -> Drawn:
    """Strengths of the modes over time: a column for each number of matrices, a row for each start."""
    dynamics = frames["dynamics"]
    dataset = study["options"]["modes"][0]
    dynamics = dynamics[(dynamics["dataset"] == dataset) & (dynamics["mode"] <= MODES_SHOWN)]
    numbers = sorted(dynamics["matrices"].unique())
    looks = style.ramp(sorted(dynamics["mode"].unique(), reverse=True))
    figure, axes = style.panels(len(STARTS), len(numbers), height=2.4, sharey=True)
    for i, (start, told) in enumerate(STARTS.items()):
        for j, matrices in enumerate(numbers):
            ax = axes[i, j]
            rows = (dynamics["start"] == start) & (dynamics["matrices"] == matrices)
            _panel(ax, dynamics[rows], looks, with_law=start == "on the modes")
            if not i:
                ax.set_title(f"{matrices} matri{'x' if matrices == 1 else 'ces'}")
        axes[i, 0].set_ylabel(told)
    told = "time (steps times their size), each panel on a scale of its own"
    figure.supxlabel(told, fontsize=style.TEXT)
    n = len(STARTS) * len(numbers)
    style.note_n(figure, n)
    learned = frames["learned"]
    first = learned[(learned["dataset"] == dataset) & (learned["mode"] == 1)]
    time = first[first["start"] == "on the modes"].set_index("matrices")["time"]
    few, many = numbers[0], numbers[-1]
    return Drawn(
        "modes",
        figure,
        Said(
            en=f"The same linear map, learned otherwise: one mode after the other, and the first only "
            f"after {time[many]:.1f} with {many} matrices, where {few} needs {time[few]:.1f}",
            fr=f"La même application linéaire, apprise autrement : un mode après l'autre, et le "
            f"premier après {_comma(time[many])} seulement avec {many} matrices, {_comma(time[few])} avec "
            f"{few}",
        ),
        Said(
            en=f"Strengths of the {MODES_SHOWN} strongest modes of {dataset} (dark: the strongest) "
            f"in the product of 1, ... matrices, while gradient descent learns the classes from "
            f"whitened components. Above: started on the modes, dots, over the law of Saxe et al. as "
            f"thin lines. Below: the same from a random start of one seed. In the title: the time until "
            f"the strongest mode has half of its strength, started on the modes.",
            fr=f"Forces des {MODES_SHOWN} plus forts modes de {dataset} (foncé : le plus fort) dans le "
            f"produit de 1, ... matrices, pendant que la descente de gradient apprend les classes à "
            f"partir de composantes blanchies. En haut : départ sur les modes, points, et la loi de "
            f"Saxe et al. en traits fins. En bas : la même chose d'un départ au hasard d'une graine. "
            f"Dans le titre : le temps jusqu'à ce que le plus fort mode ait la moitié de sa force, "
            f"pour un départ sur les modes.",
        ),
        Said(
            en="Curves of strengths over time: exponential for one matrix, sigmoid steps one after "
            "the other for more, sharper and later the more there are.",
            fr="Courbes des forces selon le temps : exponentielles pour une matrice, des marches "
            "sigmoïdes l'une après l'autre pour plusieurs, plus raides et plus tardives.",
        ),
        n,
    )


def _panel(ax, rows: pd.DataFrame, looks: dict, with_law: bool) -> None:
    done = rows.groupby("time")[["strength", "s"]].sum()
    late = done.index[done["strength"] >= 0.97 * done["s"]]
    end = late.min() * 1.15 if len(late) else done.index.max()
    for mode, here in rows[rows["time"] <= end].groupby("mode"):
        color = looks[mode].color
        if with_law:
            ax.plot(here["time"], here["law"], color=color, lw=0.9, zorder=1)
            few = here.iloc[:: max(1, len(here) // SHOWN_POINTS)]
            ax.plot(few["time"], few["strength"], ".", color=color, markersize=4.5, zorder=2)
        else:
            ax.plot(here["time"], here["strength"], color=color, lw=1.4)
    ax.set(xlim=(0, 1.04 * end), ylim=(-0.03, 1.08))  # a tick at the end keeps its label
    ax.grid(visible=False)
