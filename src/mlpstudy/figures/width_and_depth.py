"""The figures of the study `width_and_depth`: from its tables alone."""

from math import ceil

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

RECIPE = ["dataset", "activation", "initialization"]
BESIDE = 0.2  # between the budgets of one depth, whose step is 1


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """errors, gains, etas."""
    by_run, errors = frames["by_run"], frames["errors"]
    best = by_run[by_run["chosen"]]
    off = (errors["n_parameters"] / errors["budget"] - 1).abs().max()
    fixed = (
        f"Equally large to within {ceil(100 * off)} %: the deeper, the narrower. Mean over "
        f"{_span(errors['n'])} seeds with its 95 % interval, each cell at the eta chosen for it "
        f"by the mean validation error from {_span(by_run.groupby(RECIPE)['eta'].nunique())} "
        "values; a run that diverges counts as an error of 1 "
        f"({int((best['status'] == 'diverged').sum())} did)."
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


def _lines(ax, cells: pd.DataFrame, x: str, label, looks: dict) -> None:
    """A line with intervals for each depth."""
    for depth in sorted(cells["depth"].unique()):
        cell = cells[cells["depth"] == depth].sort_values(x)
        ax.errorbar(
            cell[x], cell["value"], _ends(cell), elinewidth=0.8, label="_", **looks[depth].line()
        )
        ax.plot(cell[x], cell["value"], label=label(depth), **looks[depth].line())


def _points(ax, cells: pd.DataFrame, depths: list[int]) -> None:
    """Points with intervals at the depths that were tried, side by side for each budget.

    Nothing joins them: what lies between two depths was not trained.
    """
    budgets = sorted(cells["budget"].unique())
    looks = style.ramp(budgets)
    for place, budget in enumerate(budgets):
        cell = cells[cells["budget"] == budget].sort_values("depth")
        at = [
            depths.index(depth) + BESIDE * (place - (len(budgets) - 1) / 2)
            for depth in cell["depth"]
        ]
        points = {**looks[budget].line(), "linestyle": "none"}
        ax.errorbar(at, cell["value"], _ends(cell), elinewidth=1.1, label="_", **points)
        ax.plot(at, cell["value"], label=_parameters(budget), **points)
    ax.set_xticks(range(len(depths)), [str(depth) for depth in depths])
    ax.set_xlim(-0.5, len(depths) - 0.5)
    ax.grid(axis="x", visible=False)


def _ends(cell: pd.DataFrame) -> np.ndarray:
    """How far the intervals reach below and above their values."""
    return np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)


def _parameters(budget: int) -> str:
    return f"{budget:,} par."


def _errors(cells: pd.DataFrame, n: int, fixed: str) -> Drawn:
    """Test error at each depth, points for each number of parameters."""
    depths = sorted(cells["depth"].unique())
    figure, axes, panels = _panels(cells)
    for ax, rows in panels:
        _points(ax, rows, depths)
        ax.set_ylim(-0.03 * ax.get_ylim()[1], None)  # points at 0 are whole
        style.label_lines(ax)
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    figure.supylabel("test error (each panel has its own scale)", fontsize=style.TEXT)
    style.note_n(figure, n)
    least = cells.loc[cells.groupby([*RECIPE, "budget"])["value"].idxmin(), "depth"]
    counts = least.value_counts().sort_index()
    return Drawn(
        "errors",
        figure,
        Said(
            en="Of equally large networks, the best has "
            f"{_where(counts, len(least), 'hidden layer')}",
            fr="De réseaux de même taille, le meilleur a "
            f"{_where(counts, len(least), 'couche cachée')}",
        ),
        Said(
            en="Mean test error; swept: depth, number of parameters (the darker, the more) and "
            f"dataset (panels, whose scales differ). {fixed} Points of one colour that rise to "
            "the right: the same number of parameters does worse in more layers.",
            fr="Erreur en test moyenne ; on fait varier la profondeur, le nombre de paramètres "
            "(plus sombre : davantage) et le jeu de données (panneaux, dont les échelles "
            f"diffèrent). {french(fixed)} Des points d'une couleur qui montent vers la droite : "
            "le même nombre de paramètres fait moins bien en plus de couches.",
        ),
        Said(
            en=f"Test error at each number of hidden layers: a panel for each of "
            f"{', '.join(cells['dataset'].unique())}, points for each number of parameters.",
            fr="Erreur en test pour chaque nombre de couches cachées : un panneau pour chacun "
            f"de {', '.join(cells['dataset'].unique())}, des points par nombre de paramètres.",
        ),
        n,
    )


def _where(counts: pd.Series, n: int, layer: str) -> str:
    """Depths, and in how many of n cases each is there: "1 hidden layer (10 of 11), 2 (1 of 11)"."""
    of = "of" if layer.startswith("hidden") else "sur"
    each = [f"{depth} ({count} {of} {n})" for depth, count in counts.items()]
    plural = " ".join(f"{word}s" for word in layer.split()) if of == "sur" else f"{layer}s"
    return f"{', '.join(each)} {layer if list(counts.index) == [1] else plural}"


def _gains(frames: dict[str, pd.DataFrame], n: int, fixed: str) -> Drawn:
    """What depth gains over the shallowest network, points for each number of parameters."""
    gains, first = frames["gains"], int(frames["errors"]["depth"].min())
    depths = sorted(gains["depth"].unique())
    figure, axes, panels = _panels(gains, sharey=True)
    for ax, rows in panels:
        ax.axhline(0, color=style.INK, lw=0.8, zorder=1, label="_")
        _points(ax, rows, depths)
    for ax, _ in panels:  # when the scale that they share stands
        style.label_lines(ax)
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    figure.supylabel(f"test error saved, against depth {first}", fontsize=style.TEXT)
    style.note_n(figure, n)
    return Drawn(
        "gains",
        figure,
        Said(
            en="With equally many parameters, deeper is better in "
            f"{int((gains['low'] > 0).sum())} and worse in {int((gains['high'] < 0).sum())} of "
            f"{len(gains)} comparisons",
            fr="À nombre de paramètres égal, plus profond est meilleur dans "
            f"{int((gains['low'] > 0).sum())} comparaisons et pire dans "
            f"{int((gains['high'] < 0).sum())}, sur {len(gains)}",
        ),
        Said(
            en=f"Test error of networks with {first} hidden layer less that of deeper ones, "
            f"paired by seed. {fixed} Above the line, depth pays; all panels have one scale.",
            fr=f"Erreur en test des réseaux de profondeur {first} moins celle des plus "
            f"profonds, appariée par graine. {french(fixed)} Au-dessus de la ligne, la "
            "profondeur paie ; tous les panneaux ont la même échelle.",
        ),
        Said(
            en="Test error saved by depth: a panel for each of "
            f"{', '.join(gains['dataset'].unique())}, points for each number of parameters, and a "
            "line at 0.",
            fr="Erreur en test épargnée par la profondeur : un panneau pour chacun de "
            f"{', '.join(gains['dataset'].unique())}, des points par nombre de paramètres, "
            "et une ligne à 0.",
        ),
        n,
    )


def _etas(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Test error against eta at the largest number of parameters, a line for each depth."""
    cells = frames["etas"]
    cells = cells[cells["budget"] == cells.groupby(RECIPE)["budget"].transform("max")]
    figure, axes, panels = _panels(cells, sharey=True)
    looks = style.ramp(sorted(cells["depth"].unique()))
    for ax, rows in panels:
        _lines(ax, rows, "eta", lambda depth: f"depth {depth}", looks)
        chosen = rows[rows["chosen"]]
        ring = {"s": 110, "facecolors": "none", "edgecolors": style.INK, "linewidths": 1.1}
        ax.scatter(chosen["eta"], chosen["value"], zorder=4, **ring)
        ax.set_xscale("log")
        ticks = sorted(rows["eta"].unique())
        ax.set_xticks(ticks, [f"{eta:g}" for eta in ticks])
        ax.minorticks_off()
        ax.set_ylim(-0.03, 1.03)
        style.label_lines(ax)
    figure.supxlabel("eta", fontsize=style.TEXT)
    figure.supylabel("test error", fontsize=style.TEXT)
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    return Drawn(
        "etas",
        figure,
        _which_eta(cells[cells["chosen"]]),
        Said(
            en="Test error after the last pass against eta, for the networks with the most "
            f"parameters of each dataset: mean over {_span(cells['n'])} seeds with its 95 % "
            "interval; a ring marks the eta with the least mean validation error. Where the "
            "lines cross, one eta for all depths would have answered the question by its own "
            "choice.",
            fr="Erreur en test après la dernière passe selon eta, pour les réseaux aux "
            "paramètres les plus nombreux de chaque jeu de données : moyenne sur "
            f"{french(_span(cells['n']))} graines avec son intervalle à 95 % ; un anneau marque "
            "l'eta dont l'erreur moyenne en validation est la plus petite. Là où les lignes se "
            "croisent, un seul eta pour toutes les profondeurs aurait répondu à la question par "
            "son propre choix.",
        ),
        Said(
            en="Test error against eta: a panel for each of "
            f"{', '.join(cells['dataset'].unique())}, a line for each depth, the chosen eta "
            "ringed.",
            fr="Erreur en test selon eta : un panneau pour chacun de "
            f"{', '.join(cells['dataset'].unique())}, une ligne par profondeur, l'eta "
            "choisi entouré.",
        ),
        n,
    )


def _which_eta(chosen: pd.DataFrame) -> Said:
    """The span of the etas chosen for the shallowest and for the deepest networks."""
    spans = {}
    for depth in (chosen["depth"].min(), chosen["depth"].max()):
        etas = chosen.loc[chosen["depth"] == depth, "eta"]
        spans[depth] = etas.min(), etas.max()
    english = [f"{low:g} to {high:g} at depth {depth}" for depth, (low, high) in spans.items()]
    french_ = [
        f"{low:g} à {high:g} à la profondeur {depth}" for depth, (low, high) in spans.items()
    ]
    return Said(
        en=f"The eta that suits: {', '.join(english)}",
        fr=f"L'eta qui convient : {', '.join(french_)}".replace(".", ","),
    )
