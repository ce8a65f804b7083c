"""The figures of the study `threshold`: from its tables alone."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

SLIDE = ("threshold", "ramp", "gaussian", "sigmoid")
NAMES = {"threshold": "threshold", "ramp": "ramp", "gaussian": "radial (gaussian)"}
ORDER = ("circles", "moons", "spirals", "mnist_1d", "digits")  # the plane first
COLUMNS = 5
SEEN = 4.0  # of the pre-activations, on both sides
LEARNING = {"all": "all layers learn", "last": "the last layer alone"}
TANH, DRAWN = "tanh, all layers learn", "thresholds drawn, the last layer learns"


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shapes, accuracy, widths."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    return [
        _shapes(frames["curves"], frames["slopes"]),
        _accuracy(frames, best),
        _widths(frames["accuracy"], best),
    ]


def _name(shape: str) -> str:
    return NAMES.get(shape, shape).replace("_", " ")


def _shapes(curves: pd.DataFrame, slopes: pd.DataFrame) -> Drawn:
    """Every shape and its derivative, the lecture's four first."""
    every = list(dict.fromkeys(curves["activation"]))
    ordered = [*SLIDE, *(name for name in every if name not in SLIDE)]
    rows = -(-len(ordered) // COLUMNS)
    figure, axes = style.panels(rows, COLUMNS, height=1.75, sharex=True, sharey=True)
    shape_look, slope_look = style.COLOURS[0], style.COLOURS[5]
    for ax, name in zip(axes.flat, ordered, strict=False):
        here = curves[(curves["activation"] == name) & (curves["a"].abs() <= SEEN)]
        ax.axhline(0, color=style.FAINT, lw=0.6, zorder=1)
        ax.axvline(0, color=style.FAINT, lw=0.6, zorder=1)
        ax.plot(here["a"], _cut(here, "z"), color=shape_look, lw=2.0, zorder=3)
        ax.plot(
            here["a"], _cut(here, "slope"), color=slope_look, lw=1.4, ls=(0, (4, 1.5)), zorder=4
        )
        ax.set(xlim=(-SEEN, SEEN), ylim=(-1.35, 2.1), xticks=[-3, 0, 3], yticks=[-1, 0, 1, 2])
        ax.set_title(_name(name).partition(" (")[0], fontsize=style.TEXT)
        ax.grid(visible=False)
    for ax in axes.flat[len(ordered) :]:
        ax.set_visible(False)
    handles = [
        axes[0, 0].plot([], [], color=shape_look, lw=2.0, label="z = g(a)")[0],
        axes[0, 0].plot([], [], color=slope_look, lw=1.4, ls=(0, (4, 1.5)), label="g'(a)")[0],
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    figure.supxlabel("a", fontsize=style.TEXT)
    worst = max(slopes["off_autograd"].max(), slopes["off_differences"].max())
    points = slopes.groupby("activation").size().iloc[0]
    flat = curves.groupby("activation")["slope"].apply(lambda s: bool((s == 0).all()))
    return Drawn(
        "shapes",
        figure,
        Said(
            en=f"{len(ordered)} shapes of a neuron and their slopes: {int(flat.sum())} of them has none "
            f"to learn from",
            fr=f"{len(ordered)} formes de neurone et leurs pentes : {int(flat.sum())} d'entre elles n'en "
            f"a aucune dont apprendre",
        ),
        Said(
            en=f"Each shape z = g(a) (solid) and its derivative (dashed); in the first places the "
            f"lecture's threshold, ramp, radial unit and sigmoid. The threshold's slope is 0 on both "
            f"sides of its step. On {points:,} points the sigmoid's g(1 - g) and tanh's 1 - g² differ "
            f"from autograd and from central differences by {worst:.0e} at most. No network is trained "
            f"here.",
            fr=f"Chaque forme z = g(a) (trait plein) et sa dérivée (tirets) ; aux premières places le "
            f"seuil, la rampe, l'unité radiale et la sigmoïde du cours. La pente du seuil est nulle des "
            f"deux côtés de sa marche. En {points} points, g(1 - g) pour la sigmoïde et 1 - g² pour "
            f"tanh s'écartent d'autograd et des différences centrées de {worst:.0e} au plus. Aucun "
            f"réseau n'est entraîné ici.",
        ),
        Said(
            en=f"{len(ordered)} small panels, each with a shape and its derivative: "
            f"{', '.join(map(_name, ordered))}.",
            fr=f"{len(ordered)} petits panneaux, chacun avec une forme et sa dérivée : "
            f"{', '.join(french(_name(name)) for name in ordered)}.",
        ),
    )


def _cut(here: pd.DataFrame, column: str) -> np.ndarray:
    """The values, with a gap where they jump: a step is no steep line."""
    values = here[column].to_numpy(dtype=float).copy()
    values[1:][np.abs(np.diff(values)) > 0.4] = np.nan
    return values


def _accuracy(frames: dict[str, pd.DataFrame], best: pd.DataFrame) -> Drawn:
    """A panel per dataset, a row per shape: all layers learning (full), the last alone (hollow)."""
    runs = best[best["in_shapes"]]
    key = ["dataset", "activation", "width", "depth", "trained"]
    cells = frames["accuracy"].merge(runs[key].drop_duplicates(), on=key)
    linear = frames["accuracy"].query("depth == 0").set_index("dataset")["value"]
    present = list(dict.fromkeys(runs["activation"]))
    shapes = [s for s in (*SLIDE, "tanh", "relu") if s in present]
    shapes += [s for s in present if s not in shapes]
    datasets = list(dict.fromkeys(d for d in ORDER if d in set(runs["dataset"])))
    datasets += sorted(set(runs["dataset"]) - set(datasets))
    figure, axes = style.panels(1, len(datasets), height=0.42 * len(shapes) + 1.2, sharey=True)
    at = np.arange(len(shapes))
    for ax, dataset in zip(axes[0], datasets, strict=True):
        here = cells[cells["dataset"] == dataset].set_index(["trained", "activation"])
        full, hollow = (here.loc[which].reindex(shapes) for which in ("all", "last"))
        ax.axvline(linear[dataset], color=style.INK, lw=0.9, ls=(0, (2, 2)), zorder=1)
        ax.hlines(at, hollow["value"], full["value"], color=style.FAINT, lw=1, zorder=2)
        for cell, face, size, order in ((hollow, "white", 7.5, 3), (full, style.COLOURS[0], 5, 4)):
            ends = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            ax.errorbar(cell["value"], at, xerr=ends, fmt="o", color=style.COLOURS[0], ms=size,
                        markerfacecolor=face, markeredgecolor=style.COLOURS[0], mew=1.2,
                        elinewidth=0.9, zorder=order)  # fmt: skip
        ax.set_yticks(at, [_name(shape) for shape in shapes])
        ax.set_ylim(len(shapes) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.set_title(dataset, fontsize=style.TEXT)
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f}")
    figure.supxlabel("test accuracy (%), each panel on a scale of its own", fontsize=style.TEXT)
    ax, blue = axes[0, 0], style.COLOURS[0]
    handles = [
        ax.plot([], [], "o", color=blue, ms=5, label=LEARNING["all"])[0],
        ax.plot([], [], "o", color=blue, ms=7.5, mfc="white", mew=1.2, label=LEARNING["last"])[0],
        ax.plot([], [], color=style.INK, lw=0.9, ls=(0, (2, 2)), label="linear model")[0],
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    n = len(runs)
    style.note_n(figure, n)
    gains = frames["gains"]
    over = gains[(gains["gain"] == "over threshold") & gains["activation"].isin(SLIDE)]
    learned = gains[(gains["gain"] == "by all layers") & (gains["activation"] != "threshold")]
    won, helped = int((over["low"] > 0).sum()), int((learned["low"] > 0).sum())
    run = runs.iloc[0]
    return Drawn(
        "accuracy",
        figure,
        Said(
            en=f"Letting all layers learn changes nothing for the threshold; ramp, radial unit and "
            f"sigmoid beat it in {won} of {len(over)} cases",
            fr=f"Laisser apprendre toutes les couches ne change rien pour le seuil ; rampe, unité "
            f"radiale et sigmoïde le battent dans {won} cas sur {len(over)}",
        ),
        Said(
            en=f"Test accuracy after {_passes(runs)} passes: full with all layers learning, hollow "
            f"with the last one alone, from the same start; mean over {runs['seed'].nunique()} seeds "
            f"with its 95 % interval, each at the eta with the least mean validation error. One hidden "
            f"layer of {run['width']} units, {run['train_size']} training examples. A case is a shape of the "
            f"lecture on a dataset whose gain, paired by seed, has its interval above 0. Of the shapes "
            f"with a slope, learning everywhere helps in {helped} of {len(learned)}. {_lost(runs)['en']}",
            fr=f"Exactitude en test après {french(_passes(runs))} passes : plein, toutes les couches "
            f"apprennent ; creux, la dernière seule, depuis le même départ ; moyenne sur "
            f"{runs['seed'].nunique()} graines avec son intervalle à 95 %, chacun à l'eta de moindre "
            f"erreur moyenne en validation. Une couche cachée de {run['width']} unités, {run['train_size']} exemples "
            f"d'apprentissage. Un cas est une forme du cours sur un jeu de données dont le gain, "
            f"apparié par graine, a son intervalle au-dessus de 0. Pour les formes qui ont une pente, "
            f"apprendre partout aide dans {helped} cas sur {len(learned)}. {_lost(runs)['fr']}",
        ),
        Said(
            en=f"Accuracies of {', '.join(map(_name, shapes))}, a row each, a panel for each of "
            f"{', '.join(datasets)}.",
            fr=f"Exactitudes de {', '.join(french(_name(s)) for s in shapes)}, une ligne chacune, un "
            f"panneau pour chacun de {', '.join(datasets)}.",
        ),
        n,
    )


def _lost(runs: pd.DataFrame) -> Said:
    lost = int((runs["status"] == "diverged").sum())
    return Said(en=f"Runs that diverged: {lost}.", fr=f"Réseaux qui ont divergé : {lost}.")


def _passes(runs: pd.DataFrame) -> str:
    """The passes of most datasets, and of those that take others."""
    by_dataset = runs.groupby("dataset", sort=False)["epochs"].max()
    usual = by_dataset.mode().min()
    others = by_dataset[by_dataset != usual]
    return f"{usual}" + "".join(f" ({name}: {passes})" for name, passes in others.items())


def _widths(accuracy: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Accuracy against width: drawn thresholds, tanh that learns, the linear model as a line."""
    runs = best[best["in_widths"]]
    datasets = list(dict.fromkeys(d for d in ORDER if d in set(runs["dataset"])))
    datasets += sorted(set(runs["dataset"]) - set(datasets))
    key = ["dataset", "activation", "width", "depth", "trained"]
    cells = accuracy.merge(runs[key].drop_duplicates(), on=key)
    linear = accuracy.query("depth == 0").set_index("dataset")["value"]
    looks = style.looks([TANH, DRAWN])
    figure, axes = style.panels(1, len(datasets), height=3.0)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        here = cells[cells["dataset"] == dataset]
        ax.axhline(linear[dataset], color=style.INK, lw=0.9, ls=(0, (2, 2)), zorder=1)
        for name, shape in ((TANH, "tanh"), (DRAWN, "threshold")):
            style.draw(ax, here[here["activation"] == shape], "width", looks[name], name)
        widths = sorted(here["width"].unique())
        ax.set_xscale("log", base=2)
        ax.set_xticks(widths, [str(w) for w in widths])
        ax.minorticks_off()
        ax.set_title(dataset)
        ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f}")
    axes[0, 0].set_ylabel("test accuracy (%),\neach panel on a scale of its own")
    figure.supxlabel("units of the hidden layer", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    handles += axes[0, 0].plot([], [], color=style.INK, lw=0.9, ls=(0, (2, 2)))
    figure.legend(handles, [*labels, "linear model"], loc="outside upper center", ncols=3)
    n = len(runs)
    style.note_n(figure, n)
    widest = int(cells["width"].max())
    ends = cells[cells["width"] == widest].pivot(
        index="dataset", columns="activation", values="value"
    )
    beaten = int((ends["threshold"] > linear.reindex(ends.index)).sum())
    behind = int((ends["tanh"] > ends["threshold"]).sum())
    return Drawn(
        "widths",
        figure,
        Said(
            en=f"{widest} thresholds drawn at random beat the linear model on {beaten} of {len(ends)} "
            f"datasets and stay behind a tanh layer that learns on {behind}",
            fr=f"{widest} seuils tirés au hasard battent le modèle linéaire sur {beaten} des "
            f"{len(ends)} jeux de données et restent derrière une couche tanh qui apprend sur {behind}",
        ),
        Said(
            en=f"Test accuracy against the width of the hidden layer: thresholds that keep their random "
            f"weights under a last layer that learns, a tanh network that learns as a whole, and the "
            f"linear model (dashed). Mean over {runs['seed'].nunique()} seeds with its 95 % interval, "
            f"each at the eta with the least mean validation error, {_passes(runs)} passes over "
            f"{runs['train_size'].iloc[0]} training examples. {_lost(runs)['en']}",
            fr=f"Exactitude en test selon la largeur de la couche cachée : des seuils qui gardent leurs "
            f"poids tirés au hasard sous une dernière couche qui apprend, un réseau tanh qui apprend en "
            f"entier, et le modèle linéaire (tirets). Moyenne sur {runs['seed'].nunique()} graines avec "
            f"son intervalle à 95 %, chacun à l'eta de moindre erreur moyenne en validation, "
            f"{french(_passes(runs))} passes sur {runs['train_size'].iloc[0]} exemples d'apprentissage. {_lost(runs)['fr']}",
        ),
        Said(
            en=f"Accuracy against width for drawn thresholds and for tanh: a panel for each of "
            f"{', '.join(datasets)}.",
            fr=f"Exactitude selon la largeur pour des seuils tirés et pour tanh : un panneau pour chacun "
            f"de {', '.join(datasets)}.",
        ),
        n,
    )
