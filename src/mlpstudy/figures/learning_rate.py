"""The figures of the study `learning_rate`: from its tables alone."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator, NullFormatter

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

SCHEDULES = ("constant", "step", "inverse", "cosine")
NAMES = {"sgd": "SGD", "adam": "Adam", "nesterov": "Nesterov", "rprop": "RPROP"}
ALL = 0  # of the column batch: all examples at once
MEASURES = {
    "spread_removed": ("Spread", "decades removed"),
    "passes_saved": ("Speed", "passes saved"),
    "training_loss_reduction": ("Training loss", "% of the first loss"),
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """curves, spreads, gains."""
    by_run = frames["by_run"]
    last = study["options"].get("last", 10)
    return [
        _curves(frames["curves"], by_run),
        _spreads(frames["spreads"], by_run, last),
        _gains(frames["gains"], by_run, last),
    ]


def _schedules(frame: pd.DataFrame) -> list[str]:
    there = set(frame["schedule"])
    return [s for s in SCHEDULES if s in there] + sorted(there - set(SCHEDULES))


def _name(optimizer: str) -> str:
    return NAMES.get(optimizer, optimizer)


def _problem(dataset: str, noise: float) -> str:
    return f"{dataset}, {noise:.0%} noise" if noise else dataset


# What it looks like


def _curves(curves: pd.DataFrame, by_run: pd.DataFrame) -> Drawn:
    """Training loss of single runs: a row clean, a row noisy, a column per dataset."""
    datasets, noises = (sorted(curves[c].unique()) for c in ("dataset", "label_noise"))
    looks = style.looks(_schedules(by_run))
    figure, axes = style.panels(len(noises), len(datasets), height=2.3, sharex=True)
    for (i, noise), (j, dataset) in product(enumerate(noises), enumerate(datasets)):
        ax = axes[i, j]
        here = curves[(curves["dataset"] == dataset) & (curves["label_noise"] == noise)]
        for schedule, look in looks.items():
            part = here[here["schedule"] == schedule].sort_values("epoch")
            line = {**look.line(), "marker": "none", "linewidth": 1.2}
            ax.plot(part["epoch"], part["loss"], label=schedule, **line)
        ax.set(yscale="log", title=dataset if not i else "")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 3), numticks=9))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    for ax in axes[-1]:
        ax.set_xlabel("passes")
    for ax in axes[:, -1]:
        style.label_lines(ax)
    for ax, noise in zip(axes[:, 0], noises, strict=True):
        ax.set_ylabel(
            f"{noise:.0%} label noise\ntraining loss" if noise else "clean labels\ntraining loss"
        )
    n = curves["run_id"].nunique()
    style.note_n(figure, n)
    ends = (
        curves.sort_values("epoch").groupby(["dataset", "label_noise", "schedule"])["loss"].last()
    )
    panels = ends.unstack().idxmin(axis=1)
    lowest = int(panels.eq("constant").sum())
    return Drawn(
        "curves",
        figure,
        Said(
            en=f"Started alike, the constant step ends at the lowest training loss in {lowest} of "
            f"{len(panels)} panels",
            fr=f"Parti du même point, le pas constant finit au plus bas coût d'apprentissage dans "
            f"{lowest} panneaux sur {len(panels)}",
        ),
        Said(
            en=f"Training loss of single networks (seed {curves['seed'].min()}) with SGD, batches of "
            f"{curves['batch'].min()} and a first step of {curves['eta'].max():g}; one line for each "
            f"schedule of the step, all with the same weights at the start and the same batches. The "
            f"scales of the panels differ.",
            fr=f"Coût d'apprentissage de réseaux seuls (graine {curves['seed'].min()}) avec "
            f"SGD, des lots de {curves['batch'].min()} et un premier pas de "
            f"{curves['eta'].max():g} ; une ligne par loi du pas, toutes avec les mêmes "
            "poids au départ et les mêmes lots. Les échelles des panneaux diffèrent.",
        ),
        Said(
            en="Training loss against passes for four schedules, one panel per dataset, clean and noisy.",
            fr="Coût d'apprentissage selon les passes pour quatre lois du pas, un panneau "
            "par jeu de données, intact et bruité.",
        ),
        n,
    )


def _legend(figure, ax, columns: int) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)


# How much it wanders


def _spreads(spreads: pd.DataFrame, by_run: pd.DataFrame, last: int) -> Drawn:
    """Spread against eta: a row per optimizer and noise, a column per batch, a line per schedule."""
    noise = spreads["label_noise"].max()
    shown = spreads[spreads["label_noise"] == noise]
    optimizers = sorted(shown["optimizer"].unique(), reverse=True)
    batches = sorted(set(shown["batch"]) - {ALL}) + [ALL] * (ALL in set(shown["batch"]))
    looks = style.looks(_schedules(by_run))
    figure, axes = style.panels(len(optimizers), len(batches), height=2.6, sharey=True)
    for (i, optimizer), (j, batch) in product(enumerate(optimizers), enumerate(batches)):
        ax = axes[i, j]
        here = shown[(shown["optimizer"] == optimizer) & (shown["batch"] == batch)]
        if here.empty:
            ax.set_axis_off()
            continue
        for schedule, look in looks.items():
            cell = here[here["schedule"] == schedule].sort_values("eta")
            ends = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            line = {**look.line(), "linewidth": 1.2}
            ax.errorbar(cell["eta"], cell["value"], ends, label="_", elinewidth=0.8, **line)
            ax.plot(cell["eta"], cell["value"], label=schedule, **line)
        ax.set(xscale="log", yscale="log", xlabel="first step eta")
        _plain_ticks(ax, sorted(here["eta"].unique()))
        if not i:
            ax.set_title("all at once" if batch == ALL else f"batches of {batch}")
    for ax, optimizer in zip(axes[:, 0], optimizers, strict=True):
        ax.set_ylabel(f"{_name(optimizer)}\nspread of the training loss")
    style.label_lines([ax for ax in axes[0] if ax.axison][-1])
    n = int(shown["n"].sum())
    style.note_n(figure, n)
    left = _left(shown)
    kind = f"{noise:.0%} of the labels replaced" if noise else "clean labels"
    return Drawn(
        "spreads",
        figure,
        Said(
            en=f"Started alike, the spread of the training loss with a decreasing step is "
            f"{left.min():.2g} to {left.max():.2g} of that with a constant one",
            fr=f"À premier pas égal, la dispersion du coût d'apprentissage avec un pas décroissant est "
            f"de {french(f'{left.min():.2g}')} à {french(f'{left.max():.2g}')} fois celle avec un pas "
            f"constant",
        ),
        Said(
            en=f"Rms distance of the training losses of the last {last} passes from their own straight line, "
            f"against the first step: geometric mean over {by_run['dataset'].nunique()} datasets with "
            f"{kind}, and its 95 % interval over {by_run['seed'].nunique()} seeds; "
            f"{by_run['epochs'].max()} passes. Swept: schedule (lines), batch (columns), optimizer (rows). "
            f"In the title: geometric means over the first steps at which no run diverged, by "
            f"optimizer, batch and schedule.",
            fr=f"Écart quadratique moyen des coûts d'apprentissage des {last} dernières "
            "passes à leur propre droite, selon le premier pas : moyenne géométrique sur "
            f"{by_run['dataset'].nunique()} jeux de données avec {french(kind)}, et son "
            f"intervalle à 95 % sur {by_run['seed'].nunique()} graines ; "
            f"{by_run['epochs'].max()} passes. On fait varier la loi du pas (lignes), le "
            "lot (colonnes), l'optimiseur (rangées). Dans le titre : moyennes géométriques sur les "
            "premiers pas où aucun réseau n'a divergé, par optimiseur, lot et loi.",
        ),
        Said(
            en="Spread of the training loss against the first step for each schedule, a column per batch "
            "size, a row per optimizer.",
            fr="Dispersion du coût d'apprentissage selon le premier pas pour chaque loi, "
            "une colonne par taille de lot, une rangée par optimiseur.",
        ),
        n,
    )


def _left(spreads: pd.DataFrame) -> pd.Series:
    """By optimizer, batch and schedule: spread of a decreasing step over that of the constant one,
    the geometric mean over eta; with batches that are drawn."""
    keys = ["optimizer", "batch", "eta"]
    wide = spreads[spreads["batch"] != ALL].pivot(index=keys, columns="schedule", values="value")
    ratio = np.log10(wide.drop(columns="constant").div(wide["constant"], axis=0))
    return 10 ** ratio.groupby(["optimizer", "batch"]).mean().stack()


def _plain_ticks(ax, etas: list[float]) -> None:
    few = etas if len(etas) <= 4 else [etas[0], etas[len(etas) // 2], etas[-1]]
    ax.set_xticks(few, [f"{eta:g}" for eta in few])
    ax.xaxis.set_minor_formatter(NullFormatter())


# What is gained, problem by problem


def _won(gains: pd.DataFrame) -> list[str]:
    """How often, of all comparisons, the interval of a measure lies right of 0."""
    told = ("wanders less in", "is sooner there in", "ends lower in")
    parts = [gains[gains["measure"] == measure] for measure in MEASURES]
    return [
        f"{words} {int((part['low'] > 0).sum())} of {len(part)}"
        for words, part in zip(told, parts, strict=True)
    ]


def _gains(gains: pd.DataFrame, by_run: pd.DataFrame, last: int) -> Drawn:
    """A row of panels per optimizer, a panel per measure, a row per problem, a point per schedule."""
    optimizers = sorted(gains["optimizer"].unique(), reverse=True)
    keys = gains[["label_noise", "dataset"]].drop_duplicates()
    problems = sorted(keys.itertuples(index=False, name=None))
    place = {problem: row for row, problem in enumerate(problems)}
    looks = style.looks(_schedules(by_run))
    figure, axes = style.panels(
        len(optimizers), 3, height=0.9 + 0.33 * len(problems), sharey=True, sharex="col"
    )
    for (i, optimizer), (j, measure) in product(enumerate(optimizers), enumerate(MEASURES)):
        ax = axes[i, j]
        here = gains[(gains["optimizer"] == optimizer) & (gains["measure"] == measure)]
        schedules = _schedules(here)
        for k, schedule in enumerate(schedules):
            cell = here[here["schedule"] == schedule]
            shift = 0.22 * (k - (len(schedules) - 1) / 2)
            rows = [place[key] + shift for key in zip(cell["label_noise"], cell["dataset"])]
            ends = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            line = {**looks[schedule].line(), "linestyle": "none"}
            ax.errorbar(cell["value"], rows, xerr=ends, label=schedule, elinewidth=0.9, **line)
        ax.axvline(0, color=style.FAINT, lw=0.8, zorder=1)
        ax.grid(axis="y", visible=False)
        title, label = MEASURES[measure]
        ax.set(title=title if not i else "", xlabel=label if optimizer == optimizers[-1] else "")
    for ax, optimizer in zip(axes[:, 0], optimizers, strict=True):
        ax.set_yticks(list(place.values()), [_problem(d, noise) for noise, d in problems])
        ax.set_ylabel(_name(optimizer))
    axes[0, 0].invert_yaxis()
    _legend(figure, axes[0, 0], len(looks))
    n = int((by_run["batch"] != ALL).sum())
    style.note_n(figure, n)
    return Drawn(
        "gains",
        figure,
        Said(
            en=f"Against a constant step, a decreasing one {', '.join(_won(gains))}",
            fr=f"Par rapport à un pas constant, un pas décroissant {french(', '.join(_won(gains)))}",
        ),
        Said(
            en=f"Differences paired by seed, with their 95 % interval over {by_run['seed'].nunique()} seeds; "
            f"right of 0 the decreasing step is better. Spread: of the training loss over the last {last} "
            f"passes, at the same first step, in decades. Speed: passes fewer until the training loss "
            f"is near the lowest that any run of the problem reaches. Training loss: how much lower "
            f"after {by_run['epochs'].max()} passes, in percent of the loss before training. The last "
            f"two each at the first step with the least mean training loss at the end. Means over the "
            f"mini-batches.",
            fr="Différences appariées par graine, avec leur intervalle à 95 % sur "
            f"{by_run['seed'].nunique()} graines ; à droite de 0, le pas décroissant est "
            f"meilleur. Dispersion : du coût d'apprentissage pendant les {last} dernières "
            "passes, au même premier pas, en décades. Vitesse : passes de moins avant "
            "que le coût d'apprentissage approche du plus bas qu'un réseau atteigne sur "
            "le problème. Coût d'apprentissage : de combien il est plus bas après "
            f"{by_run['epochs'].max()} passes, en pour cent du coût avant apprentissage. "
            "Ces deux derniers, chacun au premier pas du plus petit coût d'apprentissage moyen à la "
            "fin. Moyennes sur les mini-lots.",
        ),
        Said(
            en="Three panels for each optimizer: decades of spread removed, passes saved and percent of "
            "training loss gained by each decreasing schedule, for each problem.",
            fr="Trois panneaux par optimiseur : décades de dispersion supprimées, passes "
            "économisées et pour cent de coût d'apprentissage gagnés par chaque loi "
            "décroissante, pour chaque problème.",
        ),
        n,
    )
