"""The figures of the study `architectures`: from its tables alone."""

from math import ceil

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

ROWS = [  # kind, permuted, what it is called
    ("convolution", False, "convolution"),
    ("convolution", True, "convolution, permuted"),
    ("dense", False, "dense"),
    ("dense", True, "dense, permuted"),
]
FEATURES = [  # trained, pretraining, what it is called
    ("all", "rbm", "RBM, then all layers"),
    ("all", "none", "drawn, then all layers"),
    ("last", "rbm", "RBM, last layer alone"),
    ("last", "none", "drawn, last layer alone"),
]
COMPARED = {
    "error_reduced": "test error saved by the convolution",
    "gap_reduced": "gap closed by the convolution",
    "permutation_cost": "cost of permuting, convolution",
    "permutation_cost_of_dense": "cost of permuting, dense",
}
TRAIN, TEST = style.COLOURS[4], style.COLOURS[0]


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """errors, differences, rbm: those of which there are networks."""
    cells, best = frames["cells"], frames["by_run"][frames["by_run"]["chosen"]]
    pairs = cells.groupby("block").filter(lambda b: b["kind"].nunique() == 2)
    features = cells.groupby("block").filter(lambda b: "rbm" in set(b["pretraining"]))
    drawn = []
    if len(pairs):
        behind = best[best["block"].isin(pairs["block"])]
        drawn += [_errors(pairs, behind), _differences(frames["compared"], pairs, behind)]
    if len(features):
        drawn.append(_rbm(features, best[best["block"].isin(features["block"])]))
    return drawn


def _captioned(best: pd.DataFrame, en: str, fr: str) -> Said:
    """A caption that goes on to say what is fixed."""
    lost, seeds = int((best["status"] == "diverged").sum()), best["seed"].nunique()
    sizes, passes = _span(best["train_size"]), _span(best["epochs"])
    return Said(
        en=f"{en} {sizes} training examples, {passes} passes; mean over {seeds} seeds with its 95 "
        "% interval, each cell at the settings chosen for it by the mean validation error; a run "
        f"that diverges counts as an error of 1 ({lost} did).",
        fr=f"{fr} {_span(best['train_size'], 'à')} exemples d'apprentissage, "
        f"{_span(best['epochs'], 'à')} passes ; moyenne sur {seeds} graines avec son intervalle à "
        f"95 %, chaque cellule aux réglages choisis pour elle par l'erreur moyenne en validation ; "
        f"un réseau qui diverge compte pour une erreur de 1 ({lost} dans ce cas).",
    )


def _span(values: pd.Series, to: str = "to") -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} {to} {high}"


def _dumbbells(ax, rows: list[tuple[str, pd.DataFrame]]) -> None:
    """A row for each cell: its training error, its test error, and the gap as a line between."""
    for y, (_, cell) in enumerate(rows):
        for row in cell.itertuples():
            ends = [[row.value - row.low], [row.high - row.value]]
            ax.plot([row.train_error, row.value], [y, y], color=style.FAINT, lw=2.4, zorder=2)
            point = {"markersize": 6.5, "markeredgecolor": "white", "zorder": 4}
            ax.plot(row.train_error, y, "s", color=TRAIN, **point)
            ax.errorbar(
                row.value,
                y,
                xerr=np.clip(ends, 0, None),
                fmt="o",
                color=TEST,
                elinewidth=1,
                **point,
            )
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)


def _name_ends(ax, cell: pd.DataFrame) -> None:
    """Say once which end is which, above the first row."""
    row = next(cell.itertuples())
    for x, words, color, side in (
        (row.train_error, "training", TRAIN, "right" if row.train_error > 0.08 else "center"),
        (row.value, "test", TEST, "left"),
    ):
        ax.annotate(
            words,
            (x, 0),
            (0, 7),
            textcoords="offset points",
            ha=side,
            va="bottom",
            color=style.readable(color),
            fontsize=style.SMALL,
        )


def _errors(cells: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Training and test error of the four networks of each block."""
    blocks = list(dict.fromkeys(cells.sort_values(["dataset", "n_parameters"])["block"]))
    columns = min(2, len(blocks))
    figure, axes = style.panels(ceil(len(blocks) / columns), columns, height=2.2, sharey=True)
    for ax in axes.flat[len(blocks) :]:
        ax.set_axis_off()
    for place, (ax, block) in enumerate(zip(axes.flat, blocks, strict=False)):
        here = cells[cells["block"] == block]
        rows = [
            (name, here[(here["kind"] == kind) & (here["permuted"] == permuted)])
            for kind, permuted, name in ROWS
        ]
        rows = [row for row in rows if len(row[1])]
        _dumbbells(ax, rows)
        ax.set_ylim(len(rows) - 0.5, -0.8)
        ax.set_xlim(-0.02, None)
        ax.set_title(f"{here['dataset'].iloc[0]}, {_about(here['n_parameters'])} parameters")
        if not place:
            _name_ends(ax, rows[0][1])
    figure.supxlabel("error (each panel has its own scale)", fontsize=style.TEXT)
    style.note_n(figure, len(best))
    return Drawn(
        "errors",
        figure,
        Said(
            en="Training and test error of equally large networks, plain and with permuted inputs",
            fr="Erreurs d'apprentissage et de test de réseaux de même taille, entrées permutées "
            "ou non",
        ),
        _captioned(
            best,
            "Squares: error on the training examples; circles: on new ones; the line between them "
            "is the gap. Swept: dataset and number of parameters (panels), architecture and "
            "permutation of the inputs (rows).",
            "Carrés : erreur en apprentissage ; ronds : sur de nouveaux exemples ; le trait entre "
            "les deux est l'écart. On fait varier le jeu de données et le nombre de paramètres "
            "(panneaux), l'architecture et la permutation des entrées (lignes).",
        ),
        Said(
            en="Training and test error of convolutions and dense networks, plain and permuted: a "
            f"panel for each of {', '.join(blocks)}.",
            fr="Erreurs d'apprentissage et de test de convolutions et de réseaux denses, entrées "
            f"permutées ou non : un panneau pour chacun de {', '.join(blocks)}.",
        ),
        len(best),
    )


def _about(sizes: pd.Series) -> str:
    """Two numbers of parameters that are nearly equal, as one round one."""
    return f"{round(sizes.mean(), -2):,.0f}"


def _differences(compared: pd.DataFrame, cells: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """A panel for each difference, a row for each pair of networks."""
    shown = [name for name in COMPARED if name in set(compared["statistic"])]
    blocks = list(dict.fromkeys(cells.sort_values(["dataset", "n_parameters"])["block"]))
    names = [
        f"{dataset}, {_about(sizes)}"
        for dataset, sizes in (
            (cells.loc[cells["block"] == b, "dataset"].iloc[0],
             cells.loc[cells["block"] == b, "n_parameters"])
            for b in blocks
        )
    ]  # fmt: skip
    columns = min(2, len(shown))
    figure, axes = style.panels(
        ceil(len(shown) / columns),
        columns,
        height=0.9 + 0.3 * len(blocks),
        sharex=True,
        sharey=True,
    )
    for ax in axes.flat[len(shown) :]:
        ax.set_axis_off()
    for ax, statistic in zip(axes.flat, shown, strict=False):
        rows = compared[compared["statistic"] == statistic].set_index("block").loc[blocks]
        ends = np.clip([rows["value"] - rows["low"], rows["high"] - rows["value"]], 0, None)
        ax.axvline(0, color=style.INK, lw=0.8, zorder=1)
        ax.errorbar(
            rows["value"], range(len(blocks)), xerr=ends, fmt="o", color=TEST, elinewidth=1.1
        )
        ax.set_yticks(range(len(blocks)), names)
        ax.set_ylim(len(blocks) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.set_title(COMPARED[statistic], fontsize=style.TEXT)
    figure.supxlabel("test error (one scale for all panels)", fontsize=style.TEXT)
    style.note_n(figure, len(best))
    won = {
        name: int((compared.loc[compared["statistic"] == name, "low"] > 0).sum()) for name in shown
    }
    return Drawn(
        "differences",
        figure,
        Said(
            en=f"A convolution errs less in {won['error_reduced']} and has a smaller gap in "
            f"{won['gap_reduced']} of {len(blocks)} pairs",
            fr=f"Une convolution se trompe moins dans {won['error_reduced']} paires sur "
            f"{len(blocks)} et a un plus petit écart dans {won['gap_reduced']}",
        ),
        _captioned(
            best,
            "Differences paired by seed; right of 0: the convolution has the smaller test error, "
            "the smaller gap between training and test error, and permuting the inputs costs. "
            "Rows: pairs of equally large networks (rounded number of parameters).",
            "Différences appariées par graine ; à droite de 0 : la convolution a la plus petite "
            "erreur de test, le plus petit écart entre apprentissage et test, et permuter les "
            "entrées coûte. Lignes : paires de réseaux de même taille (nombre de paramètres "
            "arrondi).",
        ),
        Said(
            en=f"{'; '.join(COMPARED[name] for name in shown)}: a row for each of "
            f"{', '.join(names)}.",
            fr=f"{' ; '.join(french(COMPARED[name]) for name in shown)} : une ligne pour chacun de "
            f"{', '.join(names)}.",
        ),
        len(best),
    )


def _rbm(cells: pd.DataFrame, best: pd.DataFrame) -> Drawn:
    """Training and test error with features of an RBM and with drawn ones."""
    datasets = sorted(cells["dataset"].unique())
    figure, axes = style.panels(1, len(datasets), height=2.5, sharey=True)
    longest = {}
    for ax, dataset in zip(axes.flat, datasets, strict=True):
        here = cells[cells["dataset"] == dataset]
        rows = [
            (name, here[(here["trained"] == trained) & (here["pretraining"] == kind)])
            for trained, kind, name in FEATURES
        ]
        rows = [row for row in rows if len(row[1])]
        _dumbbells(ax, rows)
        ax.set_ylim(len(rows) - 0.5, -0.8)
        ax.set_xlim(-0.02, None)
        ax.set_title(dataset)
        gap = rows[0][1]["value"].iloc[0] - rows[0][1]["train_error"].iloc[0]
        longest[gap / ax.get_xlim()[1]] = ax, rows[0][1]
    _name_ends(*longest[max(longest)])  # where there is most room for two words
    figure.supxlabel("error (each panel has its own scale)", fontsize=style.TEXT)
    style.note_n(figure, len(best))
    return Drawn(
        "rbm",
        figure,
        Said(
            en="Training and test error with a hidden layer that an RBM prepared, or drawn at "
            "random",
            fr="Erreurs d'apprentissage et de test avec une couche cachée préparée par une RBM, ou "
            "tirée au hasard",
        ),
        _captioned(
            best,
            "Squares: error on the training examples; circles: on new ones; the line between them "
            f"is the gap. One hidden layer of {_span(cells['width'])} sigmoid units, prepared by a "
            "restricted Boltzmann machine without labels or drawn at random; then all layers, or "
            "the last one alone, learn.",
            "Carrés : erreur en apprentissage ; ronds : sur de nouveaux exemples ; le trait entre "
            f"les deux est l'écart. Une couche cachée de {_span(cells['width'], 'à')} unités sigmoïdes, "
            "préparée sans étiquettes par une machine de Boltzmann restreinte ou tirée au hasard ; "
            "puis toutes les couches apprennent, ou la dernière seule.",
        ),
        Said(
            en=f"Training and test error with and without RBM: a panel for each of "
            f"{', '.join(datasets)}.",
            fr=f"Erreurs d'apprentissage et de test avec et sans RBM : un panneau pour chacun de "
            f"{', '.join(datasets)}.",
        ),
        len(best),
    )
