"""The figures of the study `overfitting`: from its tables alone."""

import pandas as pd

from mlpstudy.analysis import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

ERRORS = {"test_error": "test", "at_best_error": "test, best pass", "train_error": "training"}
LOSSES = {"test_loss": "test", "lowest_loss": "test, lowest of all passes"}
AXES = {
    "width": "width of the hidden layer",
    "depth": "hidden layers",
    "train_size": "training examples",
    "label_noise": "share of wrong labels",
}


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """width, causes: what there is of them."""
    cells, best = frames["cells"], frames["by_run"][frames["by_run"]["chosen"]]
    drawn = []
    if (cells["block"] == "width").any():
        drawn.append(_width(cells[cells["block"] == "width"], best, frames["bumps"]))
    blocks = [b for b in AXES if (cells["block"] == b).any()]
    return [*drawn, _causes(cells, best, blocks)]


def _width(cells: pd.DataFrame, best: pd.DataFrame, bumps: pd.DataFrame) -> Drawn:
    """Errors above, losses below, against the width; a column for each dataset."""
    datasets = sorted(cells["dataset"].unique())
    looks = style.looks(dict.fromkeys([*ERRORS.values(), *LOSSES.values()]))
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
        heart = bumps[(bumps["dataset"] == dataset) & bumps["by_heart"]]
        if len(heart):
            for panel in (ax, lower):
                panel.axvline(heart["width"].min(), color=style.FAINT, lw=0.8, ls=(0, (4, 3)))
    axes[0, 0].set_ylabel("error")
    axes[1, 0].set_ylabel("loss (nats)")
    figure.supxlabel(AXES["width"], fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    more = axes[1, 0].get_legend_handles_labels()
    figure.legend(
        [*handles, more[0][-1]], [*labels, more[1][-1]], loc="outside upper center", ncols=4
    )
    runs = best[best["block"] == "width"]
    style.note_n(figure, len(runs))
    up, down = int((bumps["low"] > 0).sum()), int((bumps["high"] < 0).sum())
    noise, size = runs["label_noise"].iloc[0], runs["train_size"].iloc[0]
    return Drawn(
        "width",
        figure,
        Said(
            en=f"From one width to the next the test error falls {down} times and rises {up} times",
            fr=f"D'une largeur à la suivante, l'erreur de test baisse {down} fois et monte {up} fois",
        ),
        Said(
            en=f"Error (above) and loss (below) against the width of one hidden layer: mean over "
            f"{runs['seed'].nunique()} seeds with its 95 % interval, at the eta chosen for each "
            f"width on validation. {size} training examples, {noise:.0%} of their labels wrong (in "
            f"the training error too), {_span(runs['epochs'])} passes. Dashed: the narrowest network "
            f"that learns all of them by heart. A step counts in the title where its interval, "
            f"paired by seed, leaves out 0. {_lost_en(runs)}",
            fr=f"Erreur (en haut) et coût (en bas) selon la largeur d'une couche cachée : moyenne "
            f"sur {runs['seed'].nunique()} graines avec son intervalle à 95 %, au eta choisi pour "
            f"chaque largeur en validation. {size} exemples d'apprentissage, {noise:.0%} de leurs "
            f"étiquettes fausses (dans l'erreur d'apprentissage aussi), {_span(runs['epochs'])} "
            f"passes. Tirets : le réseau le plus étroit qui les apprend tous par cœur. Un pas est "
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
    figure, axes = style.panels(2, len(blocks), height=2.4, sharey="row")
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
    return Drawn(
        "causes",
        figure,
        Said(
            en="Wrong labels, few examples and width open the gap; depth does so less",
            fr="Étiquettes fausses, exemples rares et largeur creusent l'écart ; la profondeur "
            "moins",
        )
        if _depth_less(cells)
        else Said(
            en="What opens the gap between training and test",
            fr="Ce qui creuse l'écart entre apprentissage et test",
        ),
        Said(
            en=f"Gap in error (above) and rise of the test loss after its lowest pass (below), "
            f"against what is changed, one thing at a time: mean over the seeds with its 95 % "
            f"interval, at the eta chosen on validation; the rest as in the study's settings. "
            f"{_lost_en(best)}",
            fr=f"Écart en erreur (en haut) et remontée du coût en test après sa passe la plus "
            f"basse (en bas), selon ce qui change, une chose à la fois : moyenne sur les graines "
            f"avec son intervalle à 95 %, au eta choisi en validation ; le reste selon les réglages "
            f"de l'étude. {_lost_fr(best)}",
        ),
        Said(
            en=f"Gap and rise against {', '.join(AXES[b] for b in blocks)}; a line for each of "
            f"{', '.join(datasets)}.",
            fr=f"Écart et remontée selon ce qui change ; une ligne pour chacun de "
            f"{', '.join(datasets)}.",
        ),
        n,
    )


def _depth_less(cells: pd.DataFrame) -> bool:
    """Whether everywhere depth changes the gap less than width, and width and noise open it."""
    gap = cells[cells["measure"] == "gap"]

    def opened(block: str) -> pd.Series:
        here = gap[gap["block"] == block].sort_values(block).groupby("dataset")["value"]
        return here.last() - here.first()

    size = -opened("train_size")
    width, depth, noise = opened("width"), opened("depth"), opened("label_noise")
    there = len(width) and len(depth) and len(noise) and len(size)
    return bool(there and (width > 0).all() and (noise > 0).all() and (size > 0).all()
                and (depth < width).all())  # fmt: skip


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _lost_en(best: pd.DataFrame) -> str:
    return f"Runs that diverged: {int((best['status'] == 'diverged').sum())}."


def _lost_fr(best: pd.DataFrame) -> str:
    return f"Réseaux qui ont divergé : {int((best['status'] == 'diverged').sum())}."
