"""The figures of the study `early_stopping`: from its tables alone."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

SETTING = ["optimizer", "cost"]
CELL = [*SETTING, "dataset", "label_noise"]
NAMES = {"sgd": "SGD", "rprop": "RPROP", "nll": "NLL", "mse": "squared error"}
CRITERIA = ("GL", "PQ", "UP")  # Prechelt's families
FAMILIES = (*CRITERIA, "passes", "training loss")
DRAWN = ("digits", "mnist_1d", "wine")  # whose curves are shown
MARKED = {"GL_2": "-", "UP_4": ":"}  # whose stops are marked on them


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """benefit, trade_off, curves."""
    by_run = frames["by_run"]
    return [
        _benefit(frames["benefit"], by_run),
        _trade_off(frames["rules"], by_run),
        _curves(frames["curves"], by_run),
    ]


def _setting(optimizer: str, cost: str) -> str:
    return f"{NAMES.get(optimizer, optimizer)}, {NAMES.get(cost, cost)}"


def _settings(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """(optimizer, cost), the usual one first."""
    return sorted(frame[SETTING].drop_duplicates().itertuples(index=False, name=None), reverse=True)


def _networks(by_run: pd.DataFrame) -> int:
    return by_run["run_id"].nunique()


def _fixed(by_run: pd.DataFrame) -> str:
    runs = by_run.drop_duplicates("run_id")
    seeds = runs.groupby([*SETTING, "dataset", "label_noise"]).size().max()
    return f"{seeds} seeds of each problem and setting, {runs['epochs'].max()} passes"


# What it gives, problem by problem


REDUCTIONS = {  # measures of what stopping gives, and their axis
    "loss_reduction": "test loss, % lower than after all passes",
    "error_reduction": "test error, points lower",
}


def _benefit(benefit: pd.DataFrame, by_run: pd.DataFrame) -> Drawn:
    """A row per problem, noisy ones below; a panel per measure and family; a point per setting."""
    problems = sorted(
        benefit[["label_noise", "dataset"]].drop_duplicates().itertuples(index=False, name=None)
    )
    place = {problem: row for row, problem in enumerate(problems)}
    looks = style.looks([_setting(*setting) for setting in _settings(benefit)])
    height = 0.9 + 0.21 * len(problems)
    figure, axes = style.panels(
        len(REDUCTIONS), len(CRITERIA), height=height, sharey=True, sharex="row"
    )
    clean = sum(not noise for noise, _ in problems)
    for row, (measure, label) in zip(axes, REDUCTIONS.items(), strict=True):
        for ax, family in zip(row, CRITERIA, strict=True):
            here = benefit[(benefit["measure"] == measure) & (benefit["family"] == family)]
            for i, setting in enumerate(_settings(benefit)):
                cells = here[(here[SETTING] == list(setting)).all(axis=1)]
                name = _setting(*setting)
                _row_points(ax, cells, place, 0.16 * (2 * i - 1), looks[name], name)
            ax.axvline(0, color=style.FAINT, lw=0.8, zorder=1)
            ax.set_title(family if ax in axes[0] else "")
            ax.grid(axis="y", visible=False)
            if 0 < clean < len(problems):
                ax.axhline(clean - 0.5, color=style.FAINT, lw=0.6, ls=":")
        row[1].set_xlabel(label)
    for ax in axes[:, 0]:
        ax.set_yticks(list(place.values()), [_problem(*problem) for problem in problems])
    axes[0, 0].invert_yaxis()
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(looks))
    style.note_n(figure, _networks(by_run))
    won = _won(benefit)
    return Drawn(
        "benefit",
        figure,
        Said(
            en=f"Stopping early lowers the test loss in {' and in '.join(_told(won, 'en'))}",
            fr=f"S'arrêter tôt baisse le coût en test dans {' et dans '.join(_told(won, 'fr'))}",
        ),
        Said(
            en=f"Weights of the best validation pass up to the stop, against the weights after all passes: "
            f"mean of the criteria of each of Prechelt's families (columns) and its 95 % interval over "
            f"{_fixed(by_run)}. Swept: the dataset, the share of replaced training labels (below the "
            f"dotted line), and the setting. Right of the line at 0, early stopping is the better "
            f"choice. A case of the title is a problem, a setting and a family; one counts where the "
            f"interval lies above 0.",
            fr="Poids de la meilleure passe en validation avant l'arrêt, comparés aux poids "
            "après toutes les passes : moyenne des critères de chaque famille de Prechelt (colonnes) "
            f"et son intervalle à 95 % sur {french(_fixed(by_run))}. On fait varier le jeu de "
            "données, la part des étiquettes d'apprentissage remplacées (sous la ligne pointillée) et "
            "le réglage. À droite de 0, l'arrêt prématuré est le meilleur choix. Un cas du titre est "
            "un problème, un réglage et une famille ; il compte si l'intervalle est au-dessus de 0.",
        ),
        Said(
            en="Six panels with a row per problem: by how much test loss (above) and test error (below) "
            "fall with early stopping, a column per family of criteria, for each of two settings.",
            fr="Six panneaux, une ligne par problème : de combien le coût (en haut) et l'erreur en "
            "test (en bas) baissent avec l'arrêt prématuré, une colonne par famille de critères, pour "
            "chacun des deux réglages.",
        ),
        _networks(by_run),
    )


def _won(benefit: pd.DataFrame) -> dict[bool, tuple[int, int]]:
    """With wrong labels or without: cases in which the test loss falls, and all cases."""
    losses = benefit[benefit["measure"] == "loss_reduction"]
    cases = losses.assign(won=losses["low"] > 0).groupby(losses["label_noise"] > 0)["won"]
    return {noisy: (int(won.sum()), len(won)) for noisy, won in cases}


def _told(won: dict[bool, tuple[int, int]], language: str) -> list[str]:
    words = {
        "en": {
            True: "{} of {} cases with wrong labels",
            False: "{} of {} cases with right ones",
        },
        "fr": {
            True: "{} cas sur {} aux étiquettes fausses",
            False: "{} cas sur {} aux étiquettes justes",
        },
    }[language]
    return [words[noisy].format(*won[noisy]) for noisy in sorted(won, reverse=True)]


def _problem(noise: float, dataset: str) -> str:
    return f"{dataset}, {noise:.0%} noise" if noise else dataset


def _row_points(ax, cells: pd.DataFrame, place: dict, shift: float, look, label: str) -> None:
    rows = [place[key] + shift for key in zip(cells["label_noise"], cells["dataset"])]
    spread = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
    line = {**look.line(), "linestyle": "none"}
    ax.errorbar(cells["value"], rows, xerr=spread, label=label, elinewidth=1, **line)


# What more patience gives


def _trade_off(rules: pd.DataFrame, by_run: pd.DataFrame) -> Drawn:
    """Excess of the test loss against passes spent: a panel per group, a line per family."""
    settings, noises = _settings(rules), sorted(rules["noisy"].unique())
    looks = style.looks(FAMILIES)
    figure, axes = style.panels(len(settings), len(noises), height=2.9, sharex=True, sharey=True)
    for (i, setting), (j, noisy) in product(enumerate(settings), enumerate(noises)):
        ax = axes[i, j]
        here = rules[(rules[SETTING] == list(setting)).all(axis=1) & (rules["noisy"] == noisy)]
        for family in FAMILIES:
            _family(ax, here[here["family"] == family], family, looks[family])
        ax.set_title(f"{_setting(*setting)}; {'noisy' if noisy else 'clean'} labels")
        ax.set_xscale("log")
        ax.set_yscale("symlog", linthresh=10)  # to 0, and to several hundred percent
        ax.set_ylim(0, 1.5 * max(rules["high"].fillna(0).max(), rules["value"].max(), 10))
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.yaxis.set_major_formatter(PercentFormatter(100, decimals=0))
    for ax in axes[-1]:
        ax.set_xlabel("passes spent, of all")
    for ax in axes[:, 0]:
        ax.set_ylabel("test loss above the lowest")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(FAMILIES))
    style.note_n(figure, _networks(by_run))
    return Drawn(
        "trade_off",
        figure,
        Said(
            en=f"Passes spent, and test loss above the lowest: {_prices(rules, 'and')}",
            fr=f"Passes dépensées, et coût en test au-dessus du minimum : {_prices(rules, 'et')}",
        ),
        Said(
            en=f"By how much the test loss at the weights of a rule exceeds the lowest of the same curve, in "
            f"percent of that (mean over the datasets, 95 % interval; linear below 10 %, logarithmic "
            f"above), against the mean share of the passes that the rule spends. GL, PQ and UP: "
            f"Prechelt's criteria, the more patient the further right; passes: stopped after so many; "
            f"training loss: stopped where it has fallen to a share of its first value; both keep the "
            f"last weights. {_fixed(by_run)}. Low and left is good.",
            fr="De combien le coût en test aux poids d'une règle dépasse le plus bas de la "
            "même courbe, en pour cent de celui-ci (moyenne sur les jeux de données, "
            "intervalle à 95 % ; échelle linéaire au-dessous de 10 %, logarithmique "
            "au-dessus), selon la part moyenne des passes que la règle dépense. GL, PQ "
            "et UP : critères de Prechelt, d'autant plus patients qu'ils sont à droite ; "
            "passes : arrêt après un nombre donné ; coût d'apprentissage : arrêt quand "
            "il est tombé à une part de sa première valeur ; ces deux-là gardent les "
            f"derniers poids. {french(_fixed(by_run))}. En bas à gauche, c'est bien.",
        ),
        Said(
            en="Excess test loss against passes spent for five families of stopping rules; a row per "
            "setting, a column for clean and for noisy labels.",
            fr="Excès de coût en test selon les passes effectuées pour cinq familles de "
            "règles d'arrêt ; une ligne par réglage, une colonne pour les étiquettes "
            "intactes et une pour les bruitées.",
        ),
        _networks(by_run),
    )


def _prices(rules: pd.DataFrame, word: str) -> str:
    """ "GL 34 % and 12 %, ...": mean share of the passes, and mean excess, over groups and criteria."""
    criteria = rules[rules["family"].isin(CRITERIA)]
    means = criteria.groupby("family")[["spent", "value"]].mean()
    prices = [(family, *means.loc[family]) for family in CRITERIA if family in means.index]
    return ", ".join(
        f"{family} {100 * spent:.0f} % {word} {excess:.0f} %" for family, spent, excess in prices
    )


def _family(ax, rules: pd.DataFrame, family: str, look) -> None:
    rules = rules.sort_values("level")
    spread = np.clip([rules["value"] - rules["low"], rules["high"] - rules["value"]], 0, None)
    line = {**look.line(), "linewidth": 1.1}
    ax.errorbar(rules["spent"], rules["value"], spread, label=family, elinewidth=0.8, **line)


# Where on the curves


def _curves(curves: pd.DataFrame, by_run: pd.DataFrame) -> Drawn:
    """Loss against passes for the usual setting: a row clean, a row noisy, a column per dataset."""
    setting = _settings(curves)[0]
    here = curves[(curves[SETTING] == list(setting)).all(axis=1) & (curves["epoch"] > 0)]
    datasets = [name for name in DRAWN if name in set(here["dataset"])]
    datasets = datasets or sorted(here["dataset"].unique())[:3]
    noises = sorted({here["label_noise"].min(), here["label_noise"].max()})
    looks = style.looks(("train", "test"))
    figure, axes = style.panels(len(noises), len(datasets), height=2.3, sharex=True, sharey="col")
    for (i, noise), (j, dataset) in product(enumerate(noises), enumerate(datasets)):
        ax = axes[i, j]
        cell = here[(here["dataset"] == dataset) & (here["label_noise"] == noise)]
        for split, look in looks.items():
            part = cell[cell["split"] == split]
            style.draw(ax, part, "epoch", look._replace(marker="none"), split)
        key = (*setting, dataset, noise)
        stops = by_run[(by_run[CELL].apply(tuple, axis=1) == key)]
        _mark_stops(ax, stops, label=not i and not j)
        ax.set(xscale="log", yscale="log", title=dataset if not i else "")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_major_formatter("{x:g}")
    for ax in axes[-1]:
        ax.set_xlabel("passes")
    for ax, noise in zip(axes[:, 0], noises, strict=True):
        ax.set_ylabel(f"{noise:.0%} label noise\nloss" if noise else "clean labels\nloss")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    shown = by_run[
        (by_run[SETTING] == list(setting)).all(axis=1)
        & by_run["dataset"].isin(datasets)
        & by_run["label_noise"].isin(noises)
    ]
    n = _networks(shown)
    style.note_n(figure, n)
    rule = next(iter(MARKED))
    at = shown[shown["rule"] == rule].groupby("label_noise")["spent"].median()
    stops_en = [f"{at[s]:.0f} passes with {_labels(s, 'en')}" for s in noises]
    stops_fr = [f"{at[s]:.0f} passes avec {_labels(s, 'fr')}" for s in noises]
    return Drawn(
        "curves",
        figure,
        Said(
            en=f"{rule} stops after {', '.join(stops_en)} (medians)",
            fr=f"{rule} s'arrête après {', '.join(stops_fr)} (médianes)",
        ),
        Said(
            en=f"Median loss and quartiles over {shown['seed'].nunique()} seeds, pass by pass, with "
            f"{_setting(*setting)}; both axes are logarithmic. Vertical lines: the median pass at which "
            f"the criteria {' and '.join(MARKED)} stop; they see the validation loss, which runs along "
            f"with the test loss.",
            fr=f"Coût médian et quartiles sur {shown['seed'].nunique()} graines, passe après "
            f"passe, avec {french(_setting(*setting))} ; les deux axes sont "
            "logarithmiques. Lignes verticales : passe médiane à laquelle les critères "
            f"{' et '.join(MARKED)} s'arrêtent ; ils voient le coût en validation, qui "
            "suit le coût en test.",
        ),
        Said(
            en="Training and test loss against passes for three datasets, clean above and noisy "
            "below, with the stops of two criteria.",
            fr="Coûts d'apprentissage et de test selon les passes pour trois jeux de "
            "données, intacts en haut et bruités en bas, avec les arrêts de deux "
            "critères.",
        ),
        n,
    )


def _labels(share: float, language: str) -> str:
    if language == "fr":
        return f"{100 * share:.0f} % d'étiquettes fausses" if share else "des étiquettes justes"
    return f"{share:.0%} of labels wrong" if share else "clean labels"


def _mark_stops(ax, stops: pd.DataFrame, label: bool) -> None:
    for rule, look in MARKED.items():
        at = stops.loc[stops["rule"] == rule, "spent"].median()
        ax.axvline(at, color=style.INK, lw=1, ls=look, label=f"{rule} stops" if label else "_")
