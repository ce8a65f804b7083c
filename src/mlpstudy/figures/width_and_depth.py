"""The figures of the study `width_and_depth`: from its tables alone."""

from math import ceil

import numpy as np
import pandas as pd

from mlpstudy.analysis import style
from mlpstudy.analysis.terms import french
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

RECIPE = ["dataset", "activation", "initialization"]
DODGE = 1.04  # between the budgets of one depth, so that intervals do not hide one another


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """errors, gains, etas."""
    by_run, errors = frames["by_run"], frames["errors"]
    best = by_run[by_run["chosen"]]
    off = (errors["n_parameters"] / errors["budget"] - 1).abs().max()
    fixed = (
        f"Equally large to within {ceil(100 * off)} %: the deeper, the narrower. Mean over "
        f"{_span(errors['n'])} seeds with its 95 % interval, each cell at the eta chosen for it on "
        f"validation from {_span(by_run.groupby(RECIPE)['eta'].nunique())} values; a run that "
        f"diverges counts as an error of 1 ({int((best['status'] == 'diverged').sum())} did)."
    )
    return [_errors(errors, len(best), fixed), _gains(frames, len(best), fixed), _etas(frames)]


def _span(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"


def _panels(cells: pd.DataFrame, **more):
    """An axis for each dataset (and recipe, where there are several), with its rows."""
    groups = list(cells.groupby(RECIPE))
    columns = min(2, len(groups))
    figure, axes = style.panels(ceil(len(groups) / columns), columns, height=2.8, **more)
    for ax in axes.flat[len(groups) :]:
        ax.set_axis_off()
    alone = cells[RECIPE[1:]].drop_duplicates().shape[0] == 1
    titled = [key[0] if alone else " ".join(key[:2]) for key, _ in groups]
    for ax, title in zip(axes.flat, titled, strict=False):
        ax.set_title(title)
    return figure, axes, list(zip(axes.flat, [rows for _, rows in groups], strict=False))


def _lines(ax, cells: pd.DataFrame, by: str, x: str, label, looks: dict, dodge: float) -> None:
    """A line with intervals for each value of `by`."""
    levels = sorted(cells[by].unique())
    for place, level in enumerate(levels):
        cell = cells[cells[by] == level].sort_values(x)
        spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
        shift = dodge ** (place - (len(levels) - 1) / 2)
        line = looks[level].line()
        ax.errorbar(cell[x] * shift, cell["value"], spread, elinewidth=0.8, label="_", **line)
        ax.plot(cell[x] * shift, cell["value"], label=label(level), **line)


def _depths(ax, depths: pd.Series) -> None:
    ticks = sorted(depths.unique())
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(depth) for depth in ticks])


def _parameters(budget: int) -> str:
    return f"{budget:,} par."


def _errors(cells: pd.DataFrame, n: int, fixed: str) -> Drawn:
    """Test error against depth, a line for each number of parameters."""
    figure, axes, panels = _panels(cells)
    for ax, here in panels:
        looks = style.ramp(sorted(here["budget"].unique()))
        _lines(ax, here, "budget", "depth", _parameters, looks, DODGE)
        _depths(ax, cells["depth"])
        ax.set_ylim(0, None)
        style.label_lines(ax)
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    figure.supylabel("test error", fontsize=style.TEXT)
    style.note_n(figure, n)
    return Drawn(
        "errors",
        figure,
        Said(
            en="Test error against depth, with equally many parameters",
            fr="Erreur en test selon la profondeur, à nombre de paramètres égal",
        ),
        Said(
            en=f"Swept: depth, number of parameters (a line each) and dataset (panels). {fixed} A line "
            f"that rises to the right: the same number of parameters does worse in more layers.",
            fr="On fait varier la profondeur, le nombre de paramètres (une ligne chacun) et "
            f"le jeu de données (panneaux). {french(fixed)} Une ligne qui monte vers la "
            "droite : le même nombre de paramètres fait moins bien en plus de couches.",
        ),
        Said(
            en=f"Test error against the number of hidden layers: a panel for each of "
            f"{', '.join(cells['dataset'].unique())}, a line for each number of parameters.",
            fr="Erreur en test selon le nombre de couches cachées : un panneau pour chacun "
            f"de {', '.join(cells['dataset'].unique())}, une ligne par nombre de "
            "paramètres.",
        ),
        n,
    )


def _gains(frames: dict[str, pd.DataFrame], n: int, fixed: str) -> Drawn:
    """What depth gains over the shallowest network, a line for each number of parameters."""
    gains, first = frames["gains"], int(frames["errors"]["depth"].min())
    figure, axes, panels = _panels(gains)
    for ax, here in panels:
        looks = style.ramp(sorted(here["budget"].unique()))
        ax.axhline(0, color=style.INK, lw=0.8, zorder=1, label="_")
        _lines(ax, here, "budget", "depth", _parameters, looks, DODGE)
        _depths(ax, gains["depth"])
        style.label_lines(ax)
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    figure.supylabel(f"test error saved, against depth {first}", fontsize=style.TEXT)
    style.note_n(figure, n)
    return Drawn(
        "gains",
        figure,
        Said(
            en=f"With equally many parameters, deeper is better in {int((gains['low'] > 0).sum())} and "
            f"worse in {int((gains['high'] < 0).sum())} of {len(gains)} comparisons",
            fr="À nombre de paramètres égal, plus profond est meilleur dans "
            f"{int((gains['low'] > 0).sum())} comparaisons et pire dans "
            f"{int((gains['high'] < 0).sum())}, sur {len(gains)}",
        ),
        Said(
            en=f"Test error of networks with {first} hidden layer less that of deeper ones, paired by "
            f"seed. {fixed} Above the line, depth pays; lines that are not parallel are an interaction "
            f"of depth and number of parameters.",
            fr=f"Erreur en test des réseaux de profondeur {first} moins celle des plus "
            f"profonds, appariée par graine. {french(fixed)} Au-dessus de la ligne, la "
            "profondeur paie ; des lignes qui ne sont pas parallèles sont une "
            "interaction de la profondeur et du nombre de paramètres.",
        ),
        Said(
            en=f"Test error saved by depth: a panel for each of {', '.join(gains['dataset'].unique())}, a "
            f"line for each number of parameters, and a line at 0.",
            fr="Erreur en test épargnée par la profondeur : un panneau pour chacun de "
            f"{', '.join(gains['dataset'].unique())}, une ligne par nombre de paramètres, "
            "et une ligne à 0.",
        ),
        n,
    )


def _etas(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Test error against eta at the largest number of parameters, a line for each depth."""
    cells = frames["etas"]
    cells = cells[cells["budget"] == cells.groupby(RECIPE)["budget"].transform("max")]
    figure, axes, panels = _panels(cells)
    looks = style.ramp(sorted(cells["depth"].unique()))
    for ax, here in panels:
        _lines(ax, here, "depth", "eta", lambda depth: f"depth {depth}", looks, 1.0)
        chosen = here[here["chosen"]]
        ring = {"s": 110, "facecolors": "none", "edgecolors": style.INK, "linewidths": 1.1}
        ax.scatter(chosen["eta"], chosen["value"], zorder=4, **ring)
        ax.set_xscale("log")
        ticks = sorted(here["eta"].unique())
        ax.set_xticks(ticks, [f"{eta:g}" for eta in ticks])
        ax.set_ylim(0, None)
        style.label_lines(ax)
    figure.supxlabel("eta", fontsize=style.TEXT)
    figure.supylabel("test error", fontsize=style.TEXT)
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    return Drawn(
        "etas",
        figure,
        Said(en="Which eta suits which depth", fr="Quel eta convient à quelle profondeur"),
        Said(
            en=f"Test error after the last pass against eta, for the networks with the most parameters of "
            f"each dataset: mean over {_span(cells['n'])} seeds with its 95 % interval; a ring marks the "
            f"eta that validation chose. Where the lines cross, one eta for all depths would have "
            f"answered the question by its own choice.",
            fr="Erreur en test après la dernière passe selon eta, pour les réseaux aux "
            "paramètres les plus nombreux de chaque jeu de données : moyenne sur "
            f"{french(_span(cells['n']))} graines avec son intervalle à 95 % ; un anneau "
            "marque le eta choisi en validation. Là où les lignes se croisent, un seul "
            "eta pour toutes les profondeurs aurait répondu à la question par son propre "
            "choix.",
        ),
        Said(
            en=f"Test error against eta: a panel for each of {', '.join(cells['dataset'].unique())}, a line "
            f"for each depth, the chosen eta ringed.",
            fr="Erreur en test selon eta : un panneau pour chacun de "
            f"{', '.join(cells['dataset'].unique())}, une ligne par profondeur, le eta "
            "choisi entouré.",
        ),
        n,
    )
