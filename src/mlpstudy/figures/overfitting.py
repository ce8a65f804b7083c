"""The figures of the study `overfitting`: from its tables alone."""

import pandas as pd
from matplotlib.artist import Artist

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

ERRORS = {"test_error": "test", "at_best_error": "test, best pass", "train_error": "training"}
BY_HEART = "test, learned by heart"
LOSSES = {"test_loss": "test", "lowest_loss": "test, lowest of all passes"}
AXES = {
    "width": "width of the hidden layer",
    "depth": "hidden layers\n(learned by heart)",
    "train_size": "training examples",
    "label_noise": "share of wrong labels",
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """width, causes: what there is of them."""
    cells, fitting, by_run = frames["cells"], frames["fitting"], frames["by_run"]
    best = by_run[by_run["shared"] | by_run["shared_by_loss"] | by_run["chosen_fitting"]]
    drawn = []
    if (cells["block"] == "width").any():
        by_heart = fitting[(fitting["block"] == "width") & (fitting["measure"] == "test_error")]
        width = cells[cells["block"] == "width"]
        drawn.append(_width(width, by_heart, best[best["block"] == "width"], frames["bumps"]))
    # Depths differ in what they fit: only those that fit are beside each other.
    alike = pd.concat([cells[cells["block"] != "depth"], fitting[fitting["block"] == "depth"]])
    alike = alike[alike["measure"].isin(["gap", "rise"])]
    blocks = [block for block in AXES if (alike["block"] == block).any()]
    return [*drawn, _causes(alike, best[best["block"].isin(blocks)], blocks)]


def _width(
    cells: pd.DataFrame, by_heart: pd.DataFrame, runs: pd.DataFrame, bumps: pd.DataFrame
) -> Drawn:
    """Errors above, losses below, against the width; a column for each dataset."""
    datasets = sorted(cells["dataset"].unique())
    looks = style.looks(dict.fromkeys([*ERRORS.values(), *LOSSES.values(), BY_HEART]))
    figure, axes = style.panels(2, len(datasets), height=2.5, sharex=True)
    for ax, lower, dataset in zip(*axes, datasets, strict=True):
        here = cells[cells["dataset"] == dataset]
        for panel, measures in ((ax, ERRORS), (lower, LOSSES)):
            for measure, words in measures.items():
                style.draw(panel, here[here["measure"] == measure], "width", looks[words], words)
        ax.set(title=dataset, ylim=(0, None), xscale="log")
        lower.set(ylim=(0, None), xscale="log")
        lower.set_xscale("log", base=2)
        ticks = [w for w in (1, 4, 16, 64, 256) if w <= here["width"].max()]
        lower.set_xticks(ticks, [str(w) for w in ticks])
        heart = by_heart[by_heart["dataset"] == dataset]
        style.draw(ax, heart, "width", looks[BY_HEART], BY_HEART)
        if len(heart):
            for panel in (ax, lower):
                panel.axvline(heart["width"].min(), color=style.FAINT, lw=0.8, ls=(0, (4, 3)))
    axes[0, 0].set_ylabel("error")
    axes[1, 0].set_ylabel("loss (nats)")
    figure.supxlabel(AXES["width"], fontsize=style.TEXT)
    shown: dict[str, Artist] = {}
    for ax in axes.flat:
        handles, labels = ax.get_legend_handles_labels()
        shown |= dict(zip(labels, handles, strict=True))
    figure.legend(shown.values(), shown.keys(), loc="outside upper center", ncols=3)
    style.note_n(figure, len(runs))
    up, down = int((bumps["low"] > 0).sum()), int((bumps["high"] < 0).sum())
    noise, size = runs["label_noise"].iloc[0], runs["train_size"].iloc[0]
    return Drawn(
        "width",
        figure,
        Said(
            en=f"From one width to the next the test error falls in {down} of {len(bumps)} steps and "
            f"rises in {up}",
            fr=f"D'une largeur à la suivante, l'erreur en test baisse dans {down} pas sur "
            f"{len(bumps)} et monte dans {up}",
        ),
        Said(
            en=f"Error (above) and loss (below) against the width of one hidden layer: mean over "
            f"{runs['seed'].nunique()} seeds with its 95 % interval, at the eta with the least mean "
            f"validation error (above) or loss (below) over all widths of a dataset; learned by heart: at the best of "
            f"the etas with a training error of 1 % at most; dashed: the narrowest network that has "
            f"one. The scales of the panels differ. {size} training examples, {noise:.0%} of their "
            f"labels wrong (in the training error too), {_span(runs['epochs'])} passes. A step counts in "
            f"the title where its interval, paired by seed, leaves out 0. {_lost_en(runs)}",
            fr=f"Erreur (en haut) et coût (en bas) selon la largeur d'une couche cachée : moyenne "
            f"sur {runs['seed'].nunique()} graines avec son intervalle à 95 %, à l'eta de la plus "
            f"petite erreur moyenne en validation (en haut) ou du plus petit coût (en bas) sur toutes "
            f"les largeurs d'un jeu de données ; appris par cœur : au meilleur des eta dont l'erreur "
            f"d'apprentissage est d'au plus 1 % ; "
            f"tirets : le réseau le plus étroit qui en a un. Les échelles des panneaux diffèrent. "
            f"{size} exemples d'apprentissage, {noise:.0%} de leurs étiquettes fausses (dans l'erreur "
            f"d'apprentissage aussi), {french(_span(runs['epochs']))} passes. Un pas est "
            f"compté dans le titre si son intervalle, apparié par graine, exclut 0. "
            f"{_lost_fr(runs)}",
        ),
        Said(
            en=f"Error and loss against width, a column for each of {', '.join(datasets)}.",
            fr=f"Erreur et coût selon la largeur, une colonne pour chacun de "
            f"{', '.join(datasets)}.",
        ),
        len(runs),
    )


def _causes(cells: pd.DataFrame, best: pd.DataFrame, blocks: list[str]) -> Drawn:
    """The gap above and the rise below, against each thing that is changed."""
    datasets = sorted(cells["dataset"].unique())
    looks = style.looks(datasets)
    figure, axes = style.panels(2, len(blocks), height=2.4)
    for column, block in enumerate(blocks):
        here = cells[cells["block"] == block]
        for ax, measure in zip(axes[:, column], ("gap", "rise"), strict=True):
            ax.axhline(0, color=style.FAINT, lw=0.6, zorder=0)
            for dataset in datasets:
                line = here[(here["dataset"] == dataset) & (here["measure"] == measure)]
                style.draw(ax, line, block, looks[dataset], dataset)
            if block != "label_noise":
                ax.set_xscale("log", base=2)
                ticks = sorted(here[block].unique())
                ticks = ticks if len(ticks) < 5 else ticks[:: 2 if len(ticks) < 8 else 4]
                ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axes[1, column].set_xlabel(AXES[block])
    axes[0, 0].set_ylabel("test less training error")
    axes[1, 0].set_ylabel("test loss above lowest")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(datasets))
    n = best["run_id"].nunique()
    style.note_n(figure, n)
    grown = _grown(cells, blocks)
    return Drawn(
        "causes",
        figure,
        Said(
            en=f"The gap grows {_listed(grown, 'en', 'in')} of {len(datasets)} datasets",
            fr=f"L'écart grandit {_listed(grown, 'fr', 'dans')} "
            f"jeux de données sur {len(datasets)}",
        ),
        Said(
            en=f"Gap in error (above) and rise of the test loss after its lowest pass (below), "
            f"against what is changed, one thing at a time: mean over the seeds with its 95 % "
            f"interval, the gap at the eta with the least mean validation error over all cells of a "
            f"panel and dataset, the rise at that with the least loss; the rest as in the study's "
            f"settings. Depths: at the best of the etas with a training error of 1 % at most, so that "
            f"all have learned their examples by heart. The scales of the panels differ. "
            f"The title compares the mean gaps at the two ends. {_lost_en(best)}",
            fr=f"Écart en erreur (en haut) et remontée du coût en test après sa passe la plus "
            f"basse (en bas), selon ce qui change, une chose à la fois : moyenne sur les graines "
            f"avec son intervalle à 95 %, l'écart à l'eta de la plus petite erreur moyenne en "
            f"validation sur toutes les cellules d'un panneau et d'un jeu de données, la remontée à "
            f"celui du plus petit coût ; le reste selon les réglages de l'étude. Profondeurs : au "
            f"meilleur des eta dont l'erreur d'apprentissage est d'au plus 1 %, tous ont donc appris "
            f"leurs exemples par cœur. Les échelles des panneaux diffèrent. Le titre compare les écarts "
            f"moyens aux deux "
            f"bouts. {_lost_fr(best)}",
        ),
        Said(
            en=f"Gap and rise against {', '.join(AXES[b] for b in blocks)}; a line for each of "
            f"{', '.join(datasets)}.",
            fr=f"Écart et remontée selon ce qui change ; une ligne pour chacun de "
            f"{', '.join(datasets)}.",
        ),
        n,
    )


GROWTH = {
    "width": Said(en="with width", fr="avec la largeur"),
    "depth": Said(en="with depth", fr="avec la profondeur"),
    "train_size": Said(en="with fewer examples", fr="avec moins d'exemples"),
    "label_noise": Said(en="with wrong labels", fr="avec les étiquettes fausses"),
}


def _grown(cells: pd.DataFrame, blocks: list[str]) -> dict[str, int]:
    """By block: in how many datasets the mean gap at its end is larger than at its start."""
    gap = cells[cells["measure"] == "gap"]
    grown = {}
    for block in blocks:
        lines = gap[gap["block"] == block].sort_values(block).groupby("dataset")["value"]
        added = lines.last() - lines.first()
        grown[block] = int((-added if block == "train_size" else added).gt(0).sum())
    return grown


def _listed(grown: dict[str, int], language: str, word: str) -> str:
    return ", ".join(f"{GROWTH[block][language]} {word} {k}" for block, k in grown.items())


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _lost_en(best: pd.DataFrame) -> str:
    return f"Runs that diverged: {int((best['status'] == 'diverged').sum())}."


def _lost_fr(best: pd.DataFrame) -> str:
    return f"Réseaux qui ont divergé : {int((best['status'] == 'diverged').sum())}."
