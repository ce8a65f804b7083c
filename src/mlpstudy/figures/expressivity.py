"""The figures of the study `expressivity`: from its tables alone."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

TARGETS = ("sine", "radial", "sawtooth")
FRENCH = {"sine": "sinus", "radial": "bosse radiale", "sawtooth": "dents de scie"}
INPUTS = {1: "on a line", 2: "in a plane"}
DODGE = 1.05


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """fits, width, depth, pieces, tiles."""
    return [
        _fits(frames),
        _width(frames),
        _depth(frames),
        _pieces(frames),
        _tiles(frames, study),
    ]


def _layers(depth: int, width: int) -> str:
    return f"{depth} layer{'s' if depth > 1 else ''} of {width}"


def _fits(frames: dict[str, pd.DataFrame]) -> Drawn:
    """What equally large networks have made of a jagged target."""
    fits, targets, by_run = frames["shown_fits"], frames["targets"], frames["by_run"]
    networks = fits[["depth", "width", "eta"]].drop_duplicates().sort_values("depth")
    figure, axes = style.panels(1, len(networks), height=2.35, sharey=True)
    first = by_run[(by_run["seed"] == by_run["seed"].min()) & (by_run["block"] != "width")]
    dataset = fits["dataset"].iloc[0]
    errors = []
    for ax, row in zip(axes[0], networks.itertuples(), strict=True):
        here = fits[(fits["depth"] == row.depth)].sort_values("x")
        ax.plot(targets["x"], targets["y"], color=style.FAINT, lw=0.8, zorder=1)
        ax.plot(here["x"], here["y"], color=style.COLOURS[0], lw=1.5, zorder=2)
        run = first[(first["dataset"] == dataset) & (first["depth"] == row.depth)]
        run = run[(run["width"] == row.width) & (run["eta"] == row.eta)]
        errors.append(run["left"].iloc[0])
        ax.set_title(_layers(row.depth, row.width), fontsize=style.TEXT)
        ax.set_xlabel(f"leaves {errors[-1]:.1%}", fontsize=style.SMALL)
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    axes[0, 0].set_ylabel(dataset)
    n, budget = len(networks), int(fits["budget"].iloc[0])
    style.note_n(figure, n)
    return Drawn(
        "fits",
        figure,
        Said(
            en=f"A {dataset} learned by {budget} parameters in {_listed(networks['depth'])} layers",
            fr=f"Une cible ({FRENCH[dataset]}) apprise par {budget} paramètres en "
            f"{_listed(networks['depth'], 'et')} couches",
        ),
        Said(
            en=f"Functions learned by ReLU networks of one seed with about {budget} parameters "
            "each, at the eta chosen by the mean validation loss, over the target as a thin "
            "line. Below: the share of the target's variance that is left on new places.",
            fr="Fonctions apprises par des réseaux ReLU d'une même graine ayant chacun environ "
            f"{budget} paramètres, avec l'eta choisi par le coût moyen en validation, et la cible "
            "en trait fin. Dessous : la part de la variance de la cible qui reste en des points "
            "nouveaux.",
        ),
        Said(
            en=f"The {dataset} and the function that each of {n} networks has learned.",
            fr=f"La cible et la fonction apprise par chacun des {n} réseaux.",
        ),
        n,
    )


def _listed(values: pd.Series, last_joined_by: str = "and") -> str:
    *most, last = [str(value) for value in values]
    return f"{', '.join(most)} {last_joined_by} {last}" if most else last


def _errorbars(ax: Axes, cells: pd.DataFrame, x: str, look: style.Look, label: str, shift=1.0):
    cells = cells.sort_values(x)
    spread = np.clip([cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None)
    line = look.line()
    ax.errorbar(cells[x] * shift, cells["value"], spread, elinewidth=0.8, label="_", **line)
    ax.plot(cells[x] * shift, cells["value"], label=label, **line)


def _ticked(ax: Axes, values) -> None:
    ticks = sorted(set(values))
    ax.set_xscale("log", base=2)
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()


def _thin(ax: Axes, x, y, label: str, **more) -> None:
    ax.plot(x, y, label=label, zorder=1, **{"color": style.INK, "lw": 0.8, **more})


def _log_errors(ax: Axes) -> None:
    """A logarithmic axis with the plain numbers 0.01, 0.1, 1."""
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
    ax.yaxis.set_minor_formatter("")


def _there(cells: pd.DataFrame) -> list[str]:
    return [target for target in TARGETS if (cells["dataset"] == target).any()]


def _width(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Error of one hidden layer against its width, over what such a network can do."""
    cells, bounds, by_run = frames["width"], frames["bounds"], frames["by_run"]
    targets = _there(cells)
    looks = style.looks(["relu", "tanh"])
    figure, axes = style.panels(1, len(targets), height=3.3, sharey=True)
    widths = sorted(cells["width"].unique())
    for ax, target in zip(axes[0], targets, strict=True):
        here = cells[cells["dataset"] == target]
        for place, (activation, line) in enumerate(here.groupby("activation")):
            _errorbars(ax, line, "width", looks[activation], activation, DODGE ** (place - 0.5))
        if (bounds["dataset"] == target).any():
            possible = bounds[bounds["dataset"] == target].set_index("units")
            _thin(ax, possible.index, possible["best"], "best with n + 1 pieces")
            made = possible["constructed"].reindex(widths)
            _thin(ax, widths, made, "equal steps", ls=style.LINES[2])
        else:
            start = here.loc[here["activation"] == "relu"].sort_values("width")["value"].iloc[0]
            rate = start * (np.array(widths) / widths[0]) ** -0.5
            _thin(ax, widths, rate, "Barron's rate", ls=style.LINES[1])
        _ticked(ax, widths)
        _log_errors(ax)
        ax.set_title(target)
    axes[0, 0].set_ylim(max(0.2 * cells["value"].min(), 1e-4), 2)
    for ax in axes[0]:
        ax.set_xlim(widths[0] / 1.2, widths[-1] * 1.2)
    axes[0, 0].set_ylabel("error, in the target's deviation")
    figure.supxlabel("units of the hidden layer, n", fontsize=style.TEXT)
    handles, labels = _unique(axes)
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    runs = by_run[by_run["block"] == "width"]
    lost = int((runs["chosen"] & (runs["status"] == "diverged")).sum())
    tried = runs.groupby(["dataset", "activation", "width"])["eta"].nunique()
    etas = "-".join(map(str, sorted({int(tried.min()), int(tried.max())})))
    seeds = int(cells["n"].max())
    last = cells[cells["width"] == widths[-1]]
    best = last.loc[last["value"].idxmin()]
    worst = last.loc[last["value"].idxmax()]
    return Drawn(
        "width",
        figure,
        Said(
            en=f"{widths[-1]} units in one layer leave {best['value']:.0%} of the deviation of the "
            f"easiest target and {worst['value']:.0%} of the hardest's",
            fr=f"{widths[-1]} unités en une couche laissent {_percent(best['value'])} de l'écart "
            f"type de la cible la plus facile et {_percent(worst['value'])} de la plus difficile",
        ),
        Said(
            en="Root mean square error of one hidden layer on new places, against its width; "
            f"mean over {seeds} seeds with its 95 % interval, at the eta chosen for each cell by "
            f"the mean validation loss from {etas} values; {lost} runs diverged. Thin, for ReLU: "
            "no network of n units lies below the solid line, the best that n + 1 linear pieces "
            "can do; dotted: constructed networks with corners at equal steps. Dashed: the rate "
            "n^(-1/2) of Barron's bound.",
            fr="Racine de l'erreur quadratique moyenne d'une couche cachée en des points "
            f"nouveaux, selon sa largeur ; moyenne sur {seeds} graines avec son intervalle à 95 "
            f"%, avec l'eta choisi parmi {etas} valeurs par le coût moyen en validation ; {lost} "
            "apprentissages ont divergé. En trait fin, pour ReLU : aucun réseau de n unités "
            "n'est sous le trait plein, le mieux que puissent n + 1 morceaux linéaires ; en "
            "pointillé : des réseaux construits, aux coins à pas égaux. En tirets : la vitesse "
            "n^(-1/2) de la borne de Barron.",
        ),
        Said(
            en="Error against width on logarithmic axes: a panel for each of "
            f"{', '.join(targets)}.",
            fr=f"Erreur selon la largeur, axes logarithmiques : un panneau pour chaque cible "
            f"({', '.join(FRENCH[t] for t in targets)}).",
        ),
        n,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _unique(axes: np.ndarray) -> tuple[list, list[str]]:
    """Every label of all panels once."""
    known = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    return list(known.values()), list(known)


def _depth(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Error against depth at equally many parameters."""
    cells = frames["depth"]
    targets = _there(cells)
    figure, axes = style.panels(1, len(targets), height=3.0, sharey=True)
    for ax, target in zip(axes[0], targets, strict=True):
        here = cells[cells["dataset"] == target]
        budgets = sorted(here["budget"].unique())
        for place, (budget, look) in enumerate(style.ramp(budgets).items()):
            line = here[here["budget"] == budget]
            _errorbars(ax, line, "depth", look, f"{budget} par.", DODGE ** (place - 0.5))
        _ticked(ax, cells["depth"])
        _log_errors(ax)
        ax.set_title(target)
    axes[0, 0].set_ylabel("error, in the target's deviation")
    figure.supxlabel("hidden layers", fontsize=style.TEXT)
    for ax in axes[0]:
        style.label_lines(ax)
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    gains = [g for _, here in cells.groupby(["dataset", "budget"]) for g in _clear(here)]
    better, worse = sum(g > 0 for g in gains), sum(g < 0 for g in gains)
    seeds = int(cells["n"].max())
    return Drawn(
        "depth",
        figure,
        Said(
            en=f"With equally many parameters, depth leaves clearly less error than one layer in "
            f"{better} and clearly more in {worse} of {len(gains)} comparisons",
            fr=f"À nombre de paramètres égal, la profondeur laisse nettement moins d'erreur qu'une "
            f"couche dans {better} comparaisons sur {len(gains)}, nettement plus dans {worse}",
        ),
        Said(
            en="Root mean square error on new places against the number of hidden layers; the "
            "deeper, the narrower: all networks of a line have about as many parameters. ReLU; "
            f"mean over {seeds} seeds with its 95 % interval, each cell at the eta chosen for it "
            "by the mean validation loss. Clearly: the two intervals do not touch.",
            fr="Racine de l'erreur quadratique moyenne en des points nouveaux selon le nombre de "
            "couches cachées ; plus profond veut dire plus étroit : les réseaux d'une ligne ont "
            f"à peu près autant de paramètres. ReLU ; moyenne sur {seeds} graines avec son "
            "intervalle à 95 %, chaque configuration avec l'eta choisi pour elle par le coût "
            "moyen en validation. Nettement : les deux intervalles ne se touchent pas.",
        ),
        Said(
            en=f"Error against depth: a panel for each of {', '.join(targets)}, a line for each "
            f"number of parameters.",
            fr="Erreur selon la profondeur : un panneau pour chaque cible "
            f"({', '.join(FRENCH[t] for t in targets)}), une ligne pour chaque nombre de "
            "paramètres.",
        ),
        n,
    )


def _clear(cells: pd.DataFrame) -> list[int]:
    """For each depth beyond the first: 1 where its interval lies below the first's, -1 above."""
    first, *deeper = cells.sort_values("depth").itertuples()
    return [int(deep.high < first.low) - int(deep.low > first.high) for deep in deeper]


def _pieces(frames: dict[str, pd.DataFrame]) -> Drawn:
    """Pieces against depth: random networks, constructed ones, and the bounds."""
    random, made = frames["pieces"], frames["constructed"]
    random = random[~random["equal"]]
    figure, axes = style.panels(1, len(INPUTS), height=3.6)
    looks = style.looks(["random", "constructed"])
    for ax, (inputs, told) in zip(axes[0], INPUTS.items(), strict=True):
        here = random[random["inputs"] == inputs].sort_values("depth")
        known = made[made["inputs"] == inputs].sort_values("depth")
        _thin(ax, known["depth"], known["most"], "upper bound")
        _thin(ax, known["depth"], known["montufar"], "Montúfar", ls=style.LINES[2])
        _thin(ax, known["depth"], known["shallow"], "one layer's most", ls=style.LINES[1])
        _thin(ax, here["depth"], here["expected"], "_", color=looks["random"].color)
        folded = known.dropna(subset="counted")
        points = {**looks["constructed"].line(), "linestyle": "none"}
        ax.plot(folded["depth"], folded["counted"], label="_", **points)
        at = folded.iloc[-1]
        ax.annotate("constructed", (at["depth"], at["counted"]), (6, -9), textcoords="offset points",
                    fontsize=style.SMALL, color=style.readable(looks["constructed"].color))  # fmt: skip
        spread = np.clip([here["value"] - here["low"], here["high"] - here["value"]], 0, None)
        points = {**looks["random"].line(), "linestyle": "none"}
        ax.errorbar(here["depth"], here["value"], spread, label="_", **points)
        ax.plot(here["depth"], here["value"], label="random", **points)
        ax.set(yscale="log", title=told, xlabel="hidden layers")
        ax.set_xticks(sorted(known["depth"]))
    axes[0, 0].set_ylabel("linear pieces")
    for ax in axes[0]:
        style.label_lines(ax)
    per_seed = frames["random"]
    n = int(per_seed.loc[~per_seed["equal"], "networks"].sum())
    style.note_n(figure, n, "random networks")
    width, seeds = int(made["width"].iloc[0]), int(random["n"].max())
    deepest = int(made.loc[made["inputs"] == 1, "depth"].max())
    return Drawn(
        "pieces",
        figure,
        Said(
            en=f"Constructed networks fold a line into {_most(made, 1)} pieces with {deepest} "
            f"layers of {width}; random ones have {_most(random, 1, 'value')}",
            fr=f"Les réseaux construits plient une droite en {_most(made, 1, mark=' ')} morceaux "
            f"avec {deepest} couches de {width} ; les réseaux aléatoires en ont "
            f"{_most(random, 1, 'value', mark=' ')}",
        ),
        Said(
            en=f"Linear pieces of ReLU networks with {width} units in each layer, counted "
            "exactly, against the number of layers. Dots: random networks, W from N(0, 2/n) and "
            f"b from N(0, 1), in a window around 0; mean over {seeds} seeds with its 95 % "
            "interval, the thin line through them is the expectation for wide networks. Squares: "
            "constructed networks, which fold their input. Thin: what no network exceeds; what "
            "some network has (Montúfar et al.); what one layer of as many units has at most.",
            fr=f"Morceaux linéaires de réseaux ReLU à {width} unités par couche, comptés "
            "exactement, selon le nombre de couches. Points : réseaux aléatoires, W suivant N(0, "
            f"2/n) et b N(0, 1), dans une fenêtre autour de 0 ; moyenne sur {seeds} graines avec "
            "son intervalle à 95 %, le trait fin qui les traverse est l'espérance des réseaux "
            "larges. Carrés : réseaux construits, qui plient leur entrée. En trait fin : ce "
            "qu'aucun réseau ne dépasse ; ce qu'un certain réseau atteint (Montúfar et al.) ; ce "
            "qu'une couche d'autant d'unités a au plus.",
        ),
        Said(
            en="Linear pieces against depth on a logarithmic axis, on a line and in a plane: "
            "constructed networks rise exponentially along Montúfar's bound, random ones slowly.",
            fr="Morceaux linéaires selon la profondeur, axe logarithmique, sur une droite et dans "
            "un plan : les réseaux construits croissent exponentiellement le long de la borne de "
            "Montúfar, les réseaux aléatoires lentement.",
        ),
        n,
    )


def _most(cells: pd.DataFrame, inputs: int, column: str = "counted", mark: str = ",") -> str:
    """The number at the largest depth; mark: between its thousands."""
    here = cells[cells["inputs"] == inputs].sort_values("depth")
    return f"{here[column].iloc[-1]:,.0f}".replace(",", mark)


def _tiles(frames: dict[str, pd.DataFrame], study: dict) -> Drawn:
    """The linear regions themselves."""
    tiles = frames["tiles"]
    pictures = list(tiles[["network", "kind"]].drop_duplicates().itertuples(index=False, name=None))
    columns = (len(pictures) + 1) // 2
    figure, axes = style.panels(2, columns, height=style.WIDTH / columns + 0.25)
    for ax in axes.flat[len(pictures) :]:
        ax.set_axis_off()
    for ax, (network, kind) in zip(axes.flat, pictures, strict=False):
        here = tiles[(tiles["network"] == network) & (tiles["kind"] == kind)]
        parts = [part for _, part in here.groupby("tile")]
        values = np.array([part["value"].iloc[0] for part in parts])
        rank = np.unique(values.round(9), return_inverse=True)[1]
        shade = rank / max(rank.max(), 1)
        corners = [part[["x1", "x2"]].to_numpy() for part in parts]
        collection = PolyCollection(corners, array=shade, cmap=style.SEQUENTIAL)
        collection.set(edgecolor="white", linewidth=0.35, clim=(-0.15, 1.05))
        ax.add_collection(collection)
        low, high = here[["x1", "x2"]].min(), here[["x1", "x2"]].max()
        ax.set(xlim=(low["x1"], high["x1"]), ylim=(low["x2"], high["x2"]), aspect="equal")
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
        ax.set_title(f"{kind}\n{network}", loc="center", fontsize=style.SMALL)
        ax.set_xlabel(f"{len(parts):,} regions", fontsize=style.SMALL, labelpad=2)
    n = len(pictures)
    style.note_n(figure, n)
    dataset = study["options"]["tiles"][0]
    return Drawn(
        "tiles",
        figure,
        Said(
            en="Each tile is a linear piece: what random, constructed and trained networks make "
            "of a plane",
            fr="Chaque pièce est un morceau linéaire : ce que des réseaux aléatoires, construits "
            "et entraînés font d'un plan",
        ),
        Said(
            en="In each region the network is linear; the colour is the rank of its slope there, "
            "in one direction. Random networks of equally many units, in a window around 0; "
            "constructed ones of equally many units on the unit square; and networks on a plane "
            f"through three training examples of {dataset}, at the start and after learning. "
            "Below: the number of regions.",
            fr="Dans chaque région le réseau est linéaire ; la couleur est le rang de sa pente "
            "dans une direction. Des réseaux aléatoires d'autant d'unités, dans une fenêtre "
            "autour de 0 ; des réseaux construits d'autant d'unités sur le carré unité ; et des "
            f"réseaux sur un plan par trois exemples d'apprentissage de {dataset}, au départ et "
            "après l'apprentissage. Dessous : le nombre de régions.",
        ),
        Said(
            en=f"{n} squares, each divided into convex polygons, the linear regions of a network.",
            fr=f"{n} carrés, chacun divisé en polygones convexes, les régions linéaires d'un "
            "réseau.",
        ),
        n,
    )
