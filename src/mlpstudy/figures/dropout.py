"""The figures of the study `dropout`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

MEASURES = {"loss": "loss (nats)", "error": "error"}
NETWORK = ["depth", "width", "train_size"]
HOME = "the network above"


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """rates, where."""
    by_run = frames["by_run"]
    best = by_run[by_run["chosen"]]
    home = best.iloc[0][NETWORK] if best.empty else best[best["block"] == "rates"].iloc[0][NETWORK]
    drawn = [_rates(frames["cells"], best, home, _at_home(frames["compared"], home))]
    if (best["block"] != "rates").any():
        drawn.append(_where(frames["compared"], best, home, study["options"]["rates"]))
    return drawn


def _at_home(frame: pd.DataFrame, home: pd.Series) -> pd.DataFrame:
    return frame[(frame[NETWORK] == home.to_numpy()).all(axis=1)]


def _rates(
    cells: pd.DataFrame, best: pd.DataFrame, home: pd.Series, compared: pd.DataFrame
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
    gaps = compared[compared["statistic"] == "gap_reduced"]
    losses = compared[compared["statistic"] == "loss_reduced"]
    closed, won = int((gaps["low"] > 0).sum()), int((losses["low"] > 0).sum())
    network_en = f"{home['depth']} hidden layers of {home['width']} units, {home['train_size']}"
    network_fr = f"{home['depth']} couches cachées de {home['width']} unités, {home['train_size']}"
    return Drawn(
        "rates",
        figure,
        Said(
            en=f"Dropout makes the gap smaller in {closed} of {len(gaps)} cases, the test loss in "
            f"{won}",
            fr=f"Le dropout réduit l'écart dans {closed} cas sur {len(gaps)}, le coût en test "
            f"dans {won}",
        ),
        Said(
            en=f"Loss and error on test (solid, with 95 % intervals over the seeds) and on the "
            f"training examples (dotted) after the last pass, against the rate. {network_en} "
            f"training examples, {_span(best['epochs'])} passes, each cell at the eta chosen on "
            f"validation; a case of the title is a rate and a dataset whose interval, paired by "
            f"seed, lies above 0. Training labels that are wrong stay wrong in the training loss; test "
            f"labels are right. {_lost_en(best)}",
            fr=f"Coût et erreur en test (trait plein, avec intervalles à 95 % sur les graines) et "
            f"sur les exemples d'apprentissage (pointillé) après la dernière passe, selon le taux. "
            f"{network_fr} exemples d'apprentissage, {_span(best['epochs'])} passes, chaque cellule "
            f"au eta choisi en validation ; un cas du titre est un taux et un jeu de données dont "
            f"l'intervalle, apparié par graine, est au-dessus de 0. Les étiquettes d'apprentissage fausses le restent dans "
            f"le coût d'apprentissage ; celles de test sont justes. {_lost_fr(best)}",
        ),
        Said(
            en=f"Loss (above) and error (below) against the dropout rate, a column for each of "
            f"{', '.join(datasets)}.",
            fr=f"Coût (en haut) et erreur (en bas) selon le taux de dropout, une colonne pour "
            f"chacun de {', '.join(datasets)}.",
        ),
        n,
    )


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


def _where(compared: pd.DataFrame, best: pd.DataFrame, home: pd.Series, rates: list) -> Drawn:
    """Test error saved by dropout: a row for each network, a panel for each dataset."""
    noise = best.loc[best["block"] != "rates", "label_noise"].iloc[0]
    datasets = sorted(best.loc[best["block"] != "rates", "dataset"].unique())
    rows = compared[(compared["statistic"] == "error_reduced") & compared["dropout"].isin(rates)]
    rows = rows[(rows["label_noise"] == noise) & rows["dataset"].isin(datasets)]
    names = _names(rows, home)
    looks = style.looks(rates)
    figure, axes = style.panels(
        1, len(datasets), height=1.2 + 0.34 * len(names), sharex=True, sharey=True
    )
    for ax, dataset in zip(axes[0], datasets, strict=True):
        ax.axvline(0, color=style.INK, lw=0.8, zorder=1)
        for place, rate in enumerate(rates):
            here = rows[(rows["dataset"] == dataset) & (rows["dropout"] == rate)]
            at = [names.index(_name(row, home)) for row in here.itertuples()]
            at = np.array(at) + 0.22 * (place - (len(rates) - 1) / 2)
            ends = np.clip([here["value"] - here["low"], here["high"] - here["value"]], 0, None)
            line = {**looks[rate].line(), "linestyle": "none"}
            ax.errorbar(
                here["value"], at, xerr=ends, elinewidth=1.1, label=f"rate {rate:g}", **line
            )
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.grid(axis="y", visible=False)
        ax.set_title(dataset)
    figure.supxlabel("test error saved by dropout", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(rates))
    used = best[best["dataset"].isin(datasets) & (best["label_noise"] == noise)]
    n = int(used["dropout"].isin([0.0, *rates]).sum())
    style.note_n(figure, n)
    won, lost = int((rows["low"] > 0).sum()), int((rows["high"] < 0).sum())
    return Drawn(
        "where",
        figure,
        Said(
            en=f"Dropout lowers the test error in {won} and raises it in {lost} of {len(rows)} cases",
            fr=f"Le dropout baisse l'erreur de test dans {won} cas sur {len(rows)} et la monte dans "
            f"{lost}",
        ),
        Said(
            en=f"Test error without dropout less with it, paired by seed, with its 95 % interval: "
            f"right of 0 dropout helps. {noise:.0%} of the training labels are wrong. First row: "
            f"{home['depth']} layers of {home['width']}, {home['train_size']} training examples; "
            f"below, with one thing changed at a time.",
            fr=f"Erreur de test sans dropout moins avec, appariée par graine, avec son intervalle à "
            f"95 % : à droite de 0 le dropout aide. {noise:.0%} des étiquettes d'apprentissage sont "
            f"fausses. Première ligne : {home['depth']} couches de {home['width']}, "
            f"{home['train_size']} exemples d'apprentissage ; au-dessous, une chose changée à la "
            f"fois.",
        ),
        Said(
            en=f"Differences in test error, a row for each network, a panel for each of "
            f"{', '.join(datasets)}.",
            fr=f"Différences d'erreur de test, une ligne par réseau, un cadre pour chacun de "
            f"{', '.join(datasets)}.",
        ),
        n,
    )


def _name(row, home: pd.Series) -> str:
    """What is other than at home: "width 16"."""
    changed = [name for name in NETWORK if getattr(row, name) != home[name]]
    words = {"depth": "depth", "width": "width", "train_size": "training examples:"}
    return ", ".join(f"{words[name]} {getattr(row, name)}" for name in changed) or HOME


def _names(rows: pd.DataFrame, home: pd.Series) -> list[str]:
    ordered = rows.sort_values(NETWORK)
    names = dict.fromkeys(_name(row, home) for row in ordered.itertuples())
    by_kind = sorted(names, key=lambda name: (name != HOME, name.split(" ")[0]))
    return by_kind
