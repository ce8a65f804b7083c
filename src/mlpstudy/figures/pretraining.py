"""The figures of the study `pretraining`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

BESIDE = 0.24  # between the depths of one kind, whose step is 1
KINDS = ("none", "autoencoder", "denoising_masking", "denoising_gaussian", "rbm")
WORDS = {
    "none": "not pretrained",
    "autoencoder": "autoencoder",
    "denoising_masking": "denoising, masked",
    "denoising_gaussian": "denoising, Gaussian",
    "rbm": "RBM",
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shares: of networks that train above, test error below, a row for each kind."""
    best = frames["by_run"][frames["by_run"]["chosen"] & ~frames["by_run"]["more"]]
    tables = [frames[name][~frames[name]["more"]] for name in ("shares", "errors")]
    datasets, depths = sorted(best["dataset"].unique()), sorted(best["depth"].unique())
    rows = [row for kind in KINDS for row in _rows(best, kind)]
    figure, axes = style.panels(
        2,
        len(datasets),
        height=0.75 + (0.1 + 0.09 * len(depths)) * len(rows),
        sharex="row",
        sharey=True,
    )
    for line, table, name in zip(axes, tables, ("share that train", "test error"), strict=True):
        for ax, dataset in zip(line, datasets, strict=True):
            _points(ax, table[table["dataset"] == dataset], rows, depths)
            ax.set_xlim(-0.04, 1.04)
            ax.set_xlabel(name, fontsize=style.SMALL)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        ax.set_title(dataset)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(depths))
    n = len(best)
    style.note_n(figure, n)
    return [Drawn("shares", figure, _title(tables[0]), _caption(best, study), _alt(datasets), n)]


def _rows(best: pd.DataFrame, kind: str) -> list[tuple[str, float, str]]:
    """(kind, corruption, label): the corruption is named where a kind has several."""
    amounts = sorted(best.loc[best["kind"] == kind, "corruption"].unique())
    several = len(amounts) > 1
    return [(kind, c, f"{WORDS[kind]}, {c:g}" if several else WORDS[kind]) for c in amounts]


def _points(ax, cells: pd.DataFrame, rows: list[tuple[str, float, str]], depths: list) -> None:
    """A point with its interval for each row and depth; the depths of a row stand side by side."""
    looks = style.ramp(depths)
    for place, depth in enumerate(depths):
        deep = cells[cells["depth"] == depth].set_index(["kind", "corruption"])
        deep = deep.reindex([row[:2] for row in rows])
        at = np.arange(len(rows)) + min(BESIDE, 0.8 / len(depths)) * (place - (len(depths) - 1) / 2)
        spread = np.clip([deep["value"] - deep["low"], deep["high"] - deep["value"]], 0, None)
        points = {**looks[depth].line(), "linestyle": "none"}
        label = f"{depth} hidden layers" if depth > 1 else "1 hidden layer"
        ax.errorbar(deep["value"], at, xerr=spread, elinewidth=1, label=label, **points)
    ax.set_yticks(range(len(rows)), [label for *_, label in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)


def _title(shares: pd.DataFrame) -> Said:
    """Which kinds of pretraining get the deepest networks to train on most datasets."""
    deep = shares[(shares["depth"] == shares["depth"].max()) & (shares["kind"] != "none")]
    most = deep.groupby("kind")["value"].apply(lambda v: (v > 0.5).mean() > 0.5)
    won = [kind for kind in KINDS if most.get(kind, False)]
    english = ", ".join(WORDS[kind] for kind in won) or "no kind"
    french = ", ".join(FRENCH[kind] for kind in won) or "aucune sorte"
    return Said(
        en=f"Pretraining that gets the deepest networks to train at an equal budget: {english}",
        fr=f"Le pré-apprentissage qui fait apprendre les plus profonds à budget égal : {french}",
    )


FRENCH = {
    "autoencoder": "auto-encodeur",
    "denoising_masking": "débruiteur, masqué",
    "denoising_gaussian": "débruiteur, gaussien",
    "rbm": "RBM",
}


def _caption(best: pd.DataFrame, study: dict) -> Said:
    pairs = [text.split() for text in study["options"]["levels"]]
    budget = best["epochs"] + best["spent"]
    ends = sorted({f"{budget.min():.0f}", f"{budget.max():.0f}"})
    span = " to ".join(ends), " à ".join(ends)
    lost, seeds = int((best["status"] == "diverged").sum()), best["seed"].nunique()
    return Said(
        en="Above: share of networks that reach a validation accuracy "
        f"({', '.join(f'{float(at):.0%} on {name}' for name, at in pairs)}), with Wilson's 95 % "
        "interval; below: test error after the last pass, mean and 95 % interval. Sigmoid "
        f"networks; {seeds} seeds each, eta and the eta of pretraining chosen for each point by "
        f"the mean validation error. The darker, the deeper. Budget: {span[0]} passes of the "
        f"whole network, pretraining counted in multiply-adds. Runs that diverged: {lost}.",
        fr="En haut : part des réseaux qui atteignent une exactitude en validation "
        f"({', '.join(f'{100 * float(at):.0f} % sur {name}' for name, at in pairs)}), avec "
        "l'intervalle de Wilson à 95 % ; en bas : erreur de test après la dernière passe, "
        f"moyenne et intervalle à 95 %. Réseaux de sigmoïdes ; {seeds} graines par point, eta et "
        "l'eta du pré-apprentissage choisis pour chacun par l'erreur moyenne en validation. Plus "
        f"sombre : plus profond. Budget : {span[1]} passes du réseau entier, le pré-apprentissage "
        f"compté en multiplications-additions. Réseaux qui ont divergé : {lost}.",
    )


def _alt(datasets: list[str]) -> Said:
    return Said(
        en=f"Share that train and test error, a row for each kind of pretraining, points for each "
        f"depth, a column for each of {', '.join(datasets)}.",
        fr=f"Part des réseaux qui apprennent et erreur de test, une ligne par sorte de "
        f"pré-apprentissage, des points par profondeur, une colonne pour chacun de "
        f"{', '.join(datasets)}.",
    )
