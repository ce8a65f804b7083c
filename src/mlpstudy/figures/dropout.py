"""The figures of the study `dropout`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

MEASURES = {"loss": "loss (nats)", "error": "error"}
HOME = "rates"  # the first block, whatever its name
NETWORK = ["depth", "width", "train_size"]
HOME = "the network above"


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """rates, where."""
    by_run = frames["by_run"]
    best = by_run[by_run["chosen"] | by_run["chosen_by_loss"]].copy()
    best["block"] = best["block"].replace(next(iter(study["sweep"])), HOME)
    home = best[best["block"] == HOME].drop_duplicates("dataset").set_index("dataset")[NETWORK]
    drawn = [_rates(frames["cells"], best, home, _at_home(frames["compared"], home))]
    if (best["block"] != HOME).any():
        drawn.append(_where(frames["compared"], best, home, study["options"]["rates"]))
    return drawn


def _at_home(frame: pd.DataFrame, home: pd.DataFrame) -> pd.DataFrame:
    """The rows of the network whose rates are swept. home: its NETWORK, by dataset."""
    return frame.merge(home.reset_index(), on=["dataset", *NETWORK])


def _rates(
    cells: pd.DataFrame, best: pd.DataFrame, home: pd.DataFrame, compared: pd.DataFrame
) -> Drawn:
    """Loss and error against the rate: a column per dataset; test as lines, training dashed."""
    here = _at_home(cells, home)
    datasets, noises = sorted(here["dataset"].unique()), sorted(here["label_noise"].unique())
    looks = style.looks(noises)
    figure, axes = style.panels(2, len(datasets), height=2.4, sharex=True)
    for row, (measure, words) in enumerate(MEASURES.items()):
        for ax, dataset in zip(axes[row], datasets, strict=True):
            for noise in noises:
                of = here[(here["dataset"] == dataset) & (here["label_noise"] == noise)]
                test = of[of["measure"] == f"test_{measure}"]
                train = of[of["measure"] == f"train_{measure}"].sort_values("dropout")
                look = looks[noise]
                style.draw(ax, test, "dropout", look, _noise(noise))
                ax.plot(train["dropout"], train["value"], ":", color=look.color, lw=1.2, label="_")
            ax.set_ylim(0, None)
            if not row:
                ax.set_title(dataset)
        axes[row, 0].set_ylabel(words)
    figure.supxlabel("share of hidden units switched off", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    handles += axes[0, 0].plot([], [], ":", color=style.FAINT, lw=1.2)
    figure.legend(handles, [*labels, "on training examples"], loc="outside upper center", ncols=3)
    n = len(_at_home(best, home))
    style.note_n(figure, n)
    won = compared["low"].gt(0).groupby(compared["statistic"]).sum()
    of = int(compared["statistic"].eq("gap_reduced").sum())
    gaps, losses, errors = (int(won[f"{name}_reduced"]) for name in ("gap", "loss", "error"))
    network_en = f"{_layers(home, 'hidden layer', 'hidden layers', 'of')} units"
    network_fr = f"{_layers(home, 'couche cachée', 'couches cachées', 'de')} unités"
    sizes = ", ".join(f"{dataset} {size}" for dataset, size in home["train_size"].items())
    return Drawn(
        "rates",
        figure,
        Said(
            en=f"Of {of} cases, dropout makes the gap smaller in {gaps}, the test loss in {losses}, "
            f"the test error in {errors}",
            fr=f"Sur {of} cas, le dropout réduit l'écart dans {gaps}, le coût en test dans "
            f"{losses}, l'erreur en test dans {errors}",
        ),
        Said(
            en=f"Loss and error on test (solid, with 95 % intervals over the seeds) and on the "
            f"training examples (dotted) after the last pass, against the rate; the scales of the panels "
            f"differ. {network_en}, training examples: {sizes}; {_span(best['epochs'])} passes. Losses "
            f"at the eta chosen by the mean validation loss, errors at that chosen by the mean "
            f"validation error. A case of the title is a rate, a dataset and its labels; one counts "
            f"where the interval, paired by seed, lies above 0. Training labels that are wrong stay "
            f"wrong in the training loss; test labels are right. {_lost_en(best)}",
            fr=f"Coût et erreur en test (trait plein, avec intervalles à 95 % sur les graines) et "
            f"sur les exemples d'apprentissage (pointillé) après la dernière passe, selon le taux ; "
            f"les échelles des panneaux diffèrent. {network_fr}, exemples d'apprentissage : {sizes} ; "
            f"{french(_span(best['epochs']))} passes. Les coûts à l'eta choisi selon le coût moyen en "
            f"validation, les erreurs à celui choisi selon l'erreur moyenne en validation. Un cas du "
            f"titre est un taux, un jeu de données et ses étiquettes ; il compte si l'intervalle, "
            f"apparié par graine, est au-dessus de 0. Les étiquettes d'apprentissage fausses le "
            f"restent dans le coût d'apprentissage ; celles de test sont justes. {_lost_fr(best)}",
        ),
        Said(
            en=f"Loss (above) and error (below) against the dropout rate, a column for each of "
            f"{', '.join(datasets)}.",
            fr=f"Coût (en haut) et erreur (en bas) selon le taux de dropout, une colonne pour "
            f"chacun de {', '.join(datasets)}.",
        ),
        n,
    )


def _layers(home: pd.DataFrame, one: str, many: str, of: str) -> str:
    """ "2 hidden layers of 64" """
    depth, width = home["depth"].iloc[0], home["width"].iloc[0]
    return f"{depth} {one if depth == 1 else many} {of} {width}"


def _noise(share: float) -> str:
    return f"{share:.0%} of labels wrong" if share else "clean labels"


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _lost(best: pd.DataFrame) -> int:
    return int((best["status"] == "diverged").sum())


def _lost_en(best: pd.DataFrame) -> str:
    return f"Runs that diverged: {_lost(best)}."


def _lost_fr(best: pd.DataFrame) -> str:
    return f"Réseaux qui ont divergé : {_lost(best)}."


SAVED = {  # of the statistics, and what they are called on an axis
    "error_reduced": "test error saved by dropout",
    "loss_reduced": "test loss saved by dropout (nats)",
}


def _where(
    compared: pd.DataFrame, best: pd.DataFrame, home: pd.DataFrame, asked: list[float]
) -> Drawn:
    """What dropout saves: a row for each network, panels of error and loss for each dataset."""
    changed = best[best["block"] != HOME]
    noise, datasets = changed["label_noise"].iloc[0], sorted(changed["dataset"].unique())
    rates = [rate for rate in asked if rate in set(changed["dropout"])]
    rows = compared[compared["statistic"].isin(SAVED) & compared["dropout"].isin(rates)]
    rows = rows[(rows["label_noise"] == noise) & rows["dataset"].isin(datasets)]
    rows = rows.assign(name=[_name(row, home.loc[row.dataset]) for row in rows.itertuples()])
    names = _names(rows)
    panels = [(dataset, statistic) for dataset in datasets for statistic in SAVED]
    height = 1.2 + 0.34 * len(names)
    figure, axes = style.panels(1, len(panels), height=height, sharey=True)
    for ax, (dataset, statistic) in zip(axes[0], panels, strict=True):
        here = rows[(rows["dataset"] == dataset) & (rows["statistic"] == statistic)]
        _saved(ax, here, names, rates)
        ax.set(title=dataset, xlabel=SAVED[statistic])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(rates))
    used = best[best["dataset"].isin(datasets) & (best["label_noise"] == noise)]
    n = int(used["dropout"].isin([0.0, *rates]).sum())
    style.note_n(figure, n)
    errors = rows[rows["statistic"] == "error_reduced"]
    won, lost = int((errors["low"] > 0).sum()), int((errors["high"] < 0).sum())
    layers_en = _layers(home.loc[datasets], "layer", "layers", "of")
    layers_fr = _layers(home.loc[datasets], "couche", "couches", "de")
    size = home.loc[datasets[0], "train_size"]
    return Drawn(
        "where",
        figure,
        Said(
            en=f"Dropout lowers the test error in {won} of {len(errors)} networks and raises it in "
            f"{lost}",
            fr=f"Le dropout baisse l'erreur de test dans {won} réseaux sur {len(errors)} et la "
            f"monte dans {lost}",
        ),
        Said(
            en=f"Test error and test loss without dropout less with it, paired by seed, with the 95 % "
            f"interval: right of 0 dropout helps. Each side at the eta chosen by the mean validation "
            f"error (errors) or loss (losses). {noise:.0%} of the training labels are wrong. First "
            f"row: {layers_en}, {size} training examples; below, with one thing changed at a time.",
            fr=f"Erreur et coût en test sans dropout moins avec, appariés par graine, avec "
            f"l'intervalle à 95 % : à droite de 0 le dropout aide. Chaque côté à l'eta choisi selon "
            f"l'erreur moyenne en validation (erreurs) ou le coût moyen (coûts). {noise:.0%} des "
            f"étiquettes d'apprentissage sont fausses. Première ligne : {layers_fr}, {size} exemples "
            f"d'apprentissage ; au-dessous, une chose changée à la fois.",
        ),
        Said(
            en=f"Differences in test error and test loss, a row for each network, two panels for "
            f"each of {', '.join(datasets)}.",
            fr=f"Différences d'erreur et de coût en test, une ligne par réseau, deux panneaux pour "
            f"chacun de {', '.join(datasets)}.",
        ),
        n,
    )


def _saved(ax, rows: pd.DataFrame, names: list[str], rates: list[float]) -> None:
    """A point for each network, beside each other for the rates."""
    looks = style.looks(rates)
    ax.axvline(0, color=style.INK, lw=0.8, zorder=1)
    for place, rate in enumerate(rates):
        here = rows[rows["dropout"] == rate]
        at = np.array([names.index(name) for name in here["name"]])
        at = at + 0.22 * (place - (len(rates) - 1) / 2)
        ends = np.clip([here["value"] - here["low"], here["high"] - here["value"]], 0, None)
        line = {**looks[rate].line(), "linestyle": "none"}
        ax.errorbar(here["value"], at, xerr=ends, elinewidth=1.1, label=f"rate {rate:g}", **line)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)


def _name(row, home: pd.Series) -> str:
    """What is other than at home: "width 16"."""
    changed = [name for name in NETWORK if getattr(row, name) != home[name]]
    words = {"depth": "depth", "width": "width", "train_size": "training examples:"}
    return ", ".join(f"{words[name]} {getattr(row, name)}" for name in changed) or HOME


def _names(rows: pd.DataFrame) -> list[str]:
    names = rows.sort_values(NETWORK)["name"].drop_duplicates()
    return sorted(names, key=lambda name: (name != HOME, name.split(" ")[0]))
