"""The figures of the study `pretraining`: from its tables alone."""

import pandas as pd

from mlpstudy.analysis import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

KINDS = ("none", "autoencoder", "denoising_masking", "denoising_gaussian", "rbm")
WORDS = {
    "none": "not pretrained",
    "autoencoder": "autoencoder",
    "denoising_masking": "denoising, masked",
    "denoising_gaussian": "denoising, Gaussian",
    "rbm": "RBM",
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shares: of networks that train above, test error below, against depth."""
    best = frames["by_run"][frames["by_run"]["chosen"] & ~frames["by_run"]["more"]]
    tables = [frames[name][~frames[name]["more"]] for name in ("shares", "errors")]
    datasets = sorted(best["dataset"].unique())
    kinds = [kind for kind in KINDS if kind in set(best["kind"])]
    looks = style.looks(KINDS)
    figure, axes = style.panels(2, len(datasets), height=2.4, sharex=True, sharey="row")
    depths = sorted(best["depth"].unique())
    for row, table in zip(axes, tables, strict=True):
        for ax, dataset in zip(row, datasets, strict=True):
            for kind in kinds:
                here = table[(table["dataset"] == dataset) & (table["kind"] == kind)]
                place = 0.09 * (KINDS.index(kind) - 2)
                here = here.assign(at=[depths.index(d) + place for d in here["depth"]])
                spread = [here["value"] - here["low"], here["high"] - here["value"]]
                ax.errorbar(
                    here["at"],
                    here["value"],
                    [side.clip(lower=0) for side in spread],
                    elinewidth=0.9,
                    label=WORDS[kind],
                    **looks[kind].line(),
                )
            ax.set_xticks(range(len(depths)), depths)
            ax.set_ylim(-0.04, 1.04)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        ax.set_title(dataset)
    axes[0, 0].set_ylabel("share that train")
    axes[1, 0].set_ylabel("test error")
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    n = len(best)
    style.note_n(figure, n)
    return [Drawn("shares", figure, _title(tables[0]), _caption(best, study), _alt(datasets), n)]


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
    span = f"{budget.min():.0f} to {budget.max():.0f}", f"{budget.min():.0f} à {budget.max():.0f}"
    lost, seeds = int((best["status"] == "diverged").sum()), best["seed"].nunique()
    return Said(
        en=f"Above: share of networks that reach a validation accuracy "
        f"({', '.join(f'{float(at):.0%} on {name}' for name, at in pairs)}), with Wilson's 95 % "
        f"interval; below: test error after the last pass, mean and 95 % interval. Sigmoid "
        f"networks; {seeds} seeds each, all settings chosen on validation for each point. Budget: "
        f"{span[0]} passes of the whole network, pretraining counted in multiply-adds. Runs that "
        f"diverged: {lost}.",
        fr=f"En haut : part des réseaux qui atteignent une exactitude en validation "
        f"({', '.join(f'{float(at):.0%} sur {name}' for name, at in pairs)}), avec l'intervalle de "
        f"Wilson à 95 % ; en bas : erreur de test après la dernière passe, moyenne et intervalle à "
        f"95 %. Réseaux de sigmoïdes ; {seeds} graines par point, réglages choisis en validation. "
        f"Budget : {span[1]} passes du réseau entier, le pré-apprentissage compté en "
        f"multiplications-additions. Réseaux qui ont divergé : {lost}.",
    )


def _alt(datasets: list[str]) -> Said:
    return Said(
        en=f"Share that train and test error against depth, a line for each kind of pretraining, a "
        f"column for each of {', '.join(datasets)}.",
        fr=f"Part des réseaux qui apprennent et erreur de test selon la profondeur, une ligne par "
        f"sorte de pré-apprentissage, une colonne pour chacun de {', '.join(datasets)}.",
    )
