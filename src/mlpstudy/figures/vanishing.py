"""The figures of the study `vanishing`: from its tables alone."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

PROFILED = ("sigmoid", "tanh", "relu", "selu")
INITIALIZATIONS = ("old_uniform", "glorot_normal", "lecun_normal", "he_normal", "orthogonal")
RECIPE = ["activation", "initialization"]
TENTH = 0.1  # of a decade per layer: less is hardly a loss or a gain


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """profiles, rates, theory, training, scatter."""
    untrained = frames["rates"][frames["rates"]["epoch"] == 0]
    start = untrained[untrained["block"] == "start"]
    profiles, rates = frames["profiles"], frames["rates"]
    depth = int(start["depth"].max())
    return [
        _profiles(profiles[profiles["block"] == "start"], depth),
        _map(start, depth),
        _theory(untrained),
        _training(rates[rates["block"] == "training"], frames["by_run"]),
        *([_scatter(frames["scatter"])] if len(frames["scatter"]) else []),
    ]


def _profiles(profiles: pd.DataFrame, depth: int) -> Drawn:
    """delta by layer: one panel per activation, one line per initialization."""
    dataset = sorted(profiles["dataset"].unique())[0]
    here = profiles[(profiles["measure"] == "delta") & (profiles["dataset"] == dataset)]
    here = here[(here["depth"] == depth) & (here["init_gain"] == 1.0)]
    here = here[here["initialization"].isin(INITIALIZATIONS) & here["activation"].isin(PROFILED)]
    looks = style.looks(INITIALIZATIONS)
    figure, axes = style.panels(2, 2, height=2.9, sharex=True, sharey=True)
    panels = [a for a in PROFILED if a in set(here["activation"])]
    for ax, activation in zip(axes.flat, panels, strict=False):
        for name, cell in here[here["activation"] == activation].groupby("initialization"):
            cell = cell.sort_values("layer")
            ax.plot(
                cell["layer"], cell["predicted_delta"], color=style.INK, lw=0.8, zorder=1, label="_"
            )
            spread = [cell["value"] - cell["low"], cell["high"] - cell["value"]]
            line = {**looks[name].line(), "linestyle": "none"}
            ax.errorbar(
                cell["layer"], cell["value"], np.abs(spread), elinewidth=0.8, label="_", **line
            )
            first = cell[cell["layer"] == cell["layer"].max()]
            ax.plot(first["layer"], first["value"], label=name, **line)
        ax.axhline(0, color=style.FAINT, lw=0.6, zorder=0)
        ax.set_title(activation)
    for ax in axes[-1]:
        ax.set_xlabel("layer (1 is the first)")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for ax in axes[:, 0]:
        ax.set_ylabel("log10 delta, less the last layer's")
    handles = [
        _handle(looks[name], name)
        for name in INITIALIZATIONS
        if name in set(here["initialization"])
    ]
    handles.append(_line("mean-field theory"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    n = _networks(here)
    style.note_n(figure, n)
    shown, changes = ", ".join(panels), _changes(here)
    return Drawn(
        "profiles",
        figure,
        Said(
            en=f"Over {depth} layers delta changes by up to this many decades before any training: "
            f"{changes}",
            fr=f"Sur {depth} couches delta change, avant tout apprentissage, d'au plus tant de "
            f"décades : {changes}",
        ),
        Said(
            en=f"log10 of the rms delta of one example at each hidden layer, less that of the last hidden "
            f"layer: mean over the seeds and its 95 % interval (points), and mean-field theory with "
            f"nothing tuned (thin lines). Networks of depth {depth} on {dataset}, untrained; swept: "
            f"activation (panels, one scale) and initialization. A line that falls to the left is a gradient that "
            f"vanishes on its way down; flat is what deep training needs. In square layers lecun_normal, "
            f"glorot_normal and orthogonal have one variance, and their points fall together.",
            fr="log10 du delta quadratique moyen d'un exemple à chaque couche cachée, moins "
            "celui de la dernière : moyenne sur les graines et son intervalle à 95 % "
            "(points), et théorie du champ moyen sans rien ajuster (lignes fines). "
            f"Réseaux de profondeur {depth} sur {dataset}, non entraînés ; on fait varier "
            "l'activation (panneaux, une seule échelle) et l'initialisation. Une ligne qui tombe vers la "
            "gauche est un gradient qui s'évapore en descendant ; plate, c'est ce qu'il "
            "faut à l'apprentissage profond. Dans des couches carrées, lecun_normal, glorot_normal et "
            "orthogonal ont une seule variance, et leurs points se confondent.",
        ),
        Said(
            en=f"Four panels ({shown}): the logarithm of delta against the layer for five initializations, "
            f"with the prediction of theory as thin lines under the points.",
            fr=f"Quatre panneaux ({shown}) : le logarithme de delta selon la couche pour "
            "cinq initialisations, avec la prédiction de la théorie en lignes fines sous "
            "les points.",
        ),
        n,
    )


def _changes(profiles: pd.DataFrame) -> str:
    """By how many decades delta changes down to the first layer, at most: "17 (sigmoid), 2 (selu)"."""
    first = profiles[profiles["layer"] == 1]
    most = first["value"].abs().groupby(first["activation"]).max().sort_values(ascending=False)
    return ", ".join(f"{decades:.1f} ({activation})" for activation, decades in most.items())


def _handle(look, label: str):
    from matplotlib.lines import Line2D

    return Line2D([], [], label=label, **{**look.line(), "linestyle": "none"})


def _line(label: str):
    from matplotlib.lines import Line2D

    return Line2D([], [], color=style.INK, lw=0.8, label=label)


def _networks(cells: pd.DataFrame) -> int:
    """Networks behind rows that repeat a cell once per layer."""
    keys = ["dataset", *RECIPE, "init_gain", "depth", "width"]
    return int(cells.groupby(keys, observed=True)["n"].max().sum())


def _map(start: pd.DataFrame, depth: int) -> Drawn:
    """Decades lost per layer: activation against initialization."""
    dataset = sorted(start["dataset"].unique())[0]
    here = start[(start["dataset"] == dataset) & (start["init_gain"] == 1.0)]
    # Widths, where several are swept, are averaged here; the table tells them apart.
    table = here.pivot_table(
        index="activation", columns="initialization", values="value", dropna=False
    )
    order = table.abs().min(axis=1).sort_values().index
    columns = table.abs().median().sort_values().index
    table = table.loc[order, columns]
    figure, [[ax]] = style.panels(1, 1, height=0.9 + 0.34 * len(table))
    bound = 1.0
    text = table.map(lambda v: "none" if np.isnan(v) else f"{round(v, 2) + 0.0:.2f}")
    sns.heatmap(
        table.clip(-bound, bound),
        ax=ax,
        cmap=style.DIVERGING,
        vmin=-bound,
        vmax=bound,
        annot=text.where(table.notna(), ""),
        fmt="",
        annot_kws={"size": style.SMALL},
        linewidths=1,
        cbar_kws={"label": "decades lost per layer", "aspect": 30, "extend": "both"},
    )
    ax.set_facecolor("#dddddd")
    for i, j in zip(*np.where(table.isna()), strict=True):
        ax.text(
            j + 0.5,
            i + 0.5,
            "none",
            ha="center",
            va="center",
            fontsize=style.SMALL,
            color=style.FAINT,
        )
    ax.set(xlabel="", ylabel="")
    ax.grid(False)
    ax.tick_params(left=False, bottom=False)
    ax.set_xticklabels(ax.get_xticklabels(), rotation=30, ha="right")
    n = int((here["n"].fillna(0) + here["blocked"]).sum())
    style.note_n(figure, n)
    cells = table.size
    gained, kept = int((table < -TENTH).sum().sum()), int((table.abs() <= TENTH).sum().sum())
    lost = cells - gained - kept  # those that no gradient passes among them
    return Drawn(
        "rates",
        figure,
        Said(
            en=f"Of {cells} pairs of activation and initialization {lost} lose more than a tenth of a "
            f"decade of delta with each layer, {kept} keep it and {gained} make it grow",
            fr=f"Sur {cells} paires d'activation et d'initialisation, {lost} perdent plus d'un dixième "
            f"de décade de delta par couche, {kept} le gardent et {gained} le font croître",
        ),
        Said(
            en=f"Mean least-squares slope of log10 delta over the {depth} hidden layers at the start, on "
            f"{dataset}. 0 (pale) is what a deep network needs; 1 means that each layer divides delta by "
            f"ten; a negative number is a gradient that grows on its way down. Colours end at 1 and -1; «none»: "
            f"some layer receives no gradient at all (its derivative, or its weights, are 0): all is "
            f"lost.",
            fr=f"Pente moyenne (moindres carrés) de log10 delta sur les {depth} couches "
            f"cachées au départ, sur {dataset}. 0 (pâle) est ce qu'il faut à un réseau "
            "profond ; 1 veut dire que chaque couche divise delta par dix ; un nombre "
            "négatif est un gradient qui croît en descendant. Les couleurs s'arrêtent à "
            "1 et -1 ; « aucun » : une couche ne reçoit aucun gradient (sa dérivée, ou ses "
            "poids, sont nuls) : tout est perdu.",
        ),
        Said(
            en="A table of activations against initializations, each cell giving the decades of delta lost "
            "per layer.",
            fr="Un tableau des activations et des initialisations, chaque case donnant les "
            "décades de delta perdues par couche.",
        ),
        n,
    )


def _theory(start: pd.DataFrame) -> Drawn:
    """Measured against predicted decades per layer, one point per cell."""
    cells = start[start["predicted"].notna() & start["value"].notna()]
    datasets = sorted(cells["dataset"].unique())
    figure, axes = style.panels(1, len(datasets), height=3.6, sharex=True, sharey=True)
    low, high = np.nanmin(cells[["value", "predicted"]]), np.nanmax(cells[["value", "predicted"]])
    line = {**style.looks(["measured"])["measured"].line(), "linestyle": "none"}
    for ax, dataset in zip(axes[0], datasets, strict=True):
        points = cells[cells["dataset"] == dataset]
        spread = np.abs([points["value"] - points["low"], points["high"] - points["value"]])
        ax.plot([low, high], [low, high], color=style.INK, lw=0.8, zorder=1)
        ax.errorbar(points["predicted"], points["value"], spread, elinewidth=0.8, alpha=0.7, **line)
        ax.set(title=dataset, xlabel="predicted: decades lost per layer")
    axes[0, 0].set_ylabel("measured")
    error = (cells["value"] - cells["predicted"]).abs()
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    return Drawn(
        "theory",
        figure,
        Said(
            en=f"Mean-field theory, with nothing tuned, is off by {error.median():.3f} decades per layer "
            f"in the median cell and by {error.max():.3f} at most",
            fr=f"La théorie du champ moyen, sans rien ajuster, s'écarte de {error.median():.3f} décade "
            f"par couche dans la cellule médiane et d'au plus {error.max():.3f}",
        ),
        Said(
            en=f"Each point is one cell (activation x initialization x depth x dataset) before training: "
            f"decades of delta lost per layer, measured (mean over the seeds, 95 % interval) against the "
            f"prediction; on the line they agree. Median distance {error.median():.3f}, largest "
            f"{error.max():.3f} decades per layer over {len(cells)} cells.",
            fr="Chaque point est une cellule (activation x initialisation x profondeur x "
            "jeu de données) avant apprentissage : décades de delta perdues par couche, "
            "mesurées (moyenne sur les graines, intervalle à 95 %) selon la prédiction ; "
            f"sur la ligne, elles coïncident. Distance médiane {error.median():.3f}, la "
            f"plus grande {error.max():.3f} décades par couche sur {len(cells)} cellules.",
        ),
        Said(
            en="Measured against predicted decades per layer; the points lie along the diagonal.",
            fr="Décades par couche mesurées selon les prédites ; les points suivent la diagonale.",
        ),
        n,
    )


def _training(rates: pd.DataFrame, by_run: pd.DataFrame) -> Drawn:
    """Decades lost per layer along training, for the deepest networks that are trained."""
    cells = rates[rates["depth"] == rates["depth"].max()]
    passes = sorted(cells["epoch"].unique())
    datasets = sorted(cells["dataset"].unique())
    recipes = cells[RECIPE].drop_duplicates().sort_values(RECIPE).agg(" ".join, axis=1).tolist()
    looks = style.looks(recipes)
    figure, axes = style.panels(1, len(datasets), height=3.2, sharey=True)
    places = {epoch: i for i, epoch in enumerate(passes)}
    for ax, dataset in zip(axes[0], datasets, strict=True):
        for recipe, cell in cells[cells["dataset"] == dataset].groupby(RECIPE):
            name = " ".join(recipe)
            style.draw(ax, cell.assign(place=cell["epoch"].map(places)), "place", looks[name], name)
        ax.set_xticks(list(places.values()), [str(e) for e in places])
        ax.axhline(0, color=style.FAINT, lw=0.6, zorder=0)
        ax.set(title=dataset, xlabel="passes")
    axes[0, 0].set_ylabel("decades of delta lost per layer")
    axes[0, -1].legend(loc="best")
    depth = int(cells["depth"].iloc[0])
    trained = by_run[(by_run["block"] == "training") & (by_run["depth"] == depth)]
    n = trained["run_id"].nunique()
    style.note_n(figure, n)
    return Drawn(
        "training",
        figure,
        _mended(cells),
        Said(
            en=f"Decades of delta lost per layer after 0, 1, 2, 5, ... passes in networks of depth {depth}; "
            f"mean over the seeds and its 95 % interval. A curve that stays high is a network in which "
            f"the lower layers hardly receive an error; one that falls towards 0 has learned to send it.",
            fr="Décades de delta perdues par couche après 0, 1, 2, 5, ... passes dans des "
            f"réseaux de profondeur {depth} ; moyenne sur les graines et son intervalle à "
            "95 %. Une courbe qui reste haute est un réseau dont les couches basses ne "
            "reçoivent presque pas d'erreur ; une courbe qui tombe vers 0 a appris à la "
            "transmettre.",
        ),
        Said(
            en="Decades lost per layer against passes of training, one line per activation and "
            "initialization, one panel per dataset.",
            fr="Décades perdues par couche selon les passes d'apprentissage, une ligne par "
            "activation et initialisation, un panneau par jeu de données.",
        ),
        n,
    )


def _mended(cells: pd.DataFrame) -> Said:
    """A title: what the recipe that loses most at the start loses after training."""
    means = cells.groupby([*RECIPE, "epoch"], observed=True)["value"].mean().unstack("epoch")
    recipe = means[means.columns[0]].idxmax()
    first, last = (f"{means.loc[recipe, epoch]:.2f}" for epoch in means.columns[[0, -1]])
    name, passes = " ".join(recipe), means.columns[-1]
    return Said(
        en=f"What loses most at the start, {name}: {first} decades of delta per layer; after {passes} "
        f"passes, {last}",
        fr=f"Ce qui perd le plus au départ, {name} : {first} décade de delta par couche ; après "
        f"{passes} passes, {last}",
    )


def _scatter(scatter: pd.DataFrame) -> Drawn:
    """Standard deviation between the networks of a cell against their width, and theory."""
    recipes = list(
        dict.fromkeys(zip(scatter["activation"], scatter["initialization"], strict=True))
    )
    datasets = sorted(scatter["dataset"].unique())
    looks = style.looks([" ".join(recipe) for recipe in recipes])
    figure, axes = style.panels(1, len(datasets), height=3.5, sharey=True)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        for recipe in recipes:
            own = (scatter[RECIPE] == list(recipe)).all(axis=1) & (scatter["dataset"] == dataset)
            cells = scatter[own].sort_values("width")
            look = looks[" ".join(recipe)]
            ax.plot(
                cells["width"], cells["predicted"], color=look.color, lw=0.9, zorder=1, label="_"
            )
            spread = np.clip(
                [cells["value"] - cells["low"], cells["high"] - cells["value"]], 0, None
            )
            line = {**look.line(), "linestyle": "none", "label": " ".join(recipe)}
            ax.errorbar(cells["width"], cells["value"], spread, elinewidth=0.9, **line)
        ax.set(xscale="log", yscale="log")
        if len(datasets) > 1:
            ax.set_title(dataset)
        widths = sorted(scatter["width"].unique())
        ax.set_xticks(widths, [str(w) for w in widths])
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.minorticks_off()
        ax.set_xlabel("units in each hidden layer")
    axes[0, 0].set_ylabel("deviation of log10 delta")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        [*handles, _line("theory")], [*labels, "theory"], loc="outside upper center", ncols=3
    )
    n = int(scatter["n"].sum())
    style.note_n(figure, n)
    factor = 10 ** scatter["off"].median()
    depth, seeds = int(scatter["depth"].max()), int(scatter["n"].max())
    return Drawn(
        "scatter",
        figure,
        Said(
            en=f"Single networks scatter around theory, less the wider they are, as foretold to within a "
            f"factor of {factor:.2f}",
            fr=f"Les réseaux se dispersent autour de la théorie, d'autant moins qu'ils sont larges, comme "
            f"prédit à un facteur {factor:.2f} près",
        ),
        Said(
            en=f"Standard deviation over {seeds} draws of the weights of log10 rms delta at the first of "
            f"{depth} hidden layers, less that at the last, with its 95 % interval, against the width. "
            f"Thin lines: theory to the lowest order in 1 / width, nothing tuned. Of one example for each "
            f"network: over many examples of one network delta scatters less.",
            fr=f"Écart-type, sur {seeds} tirages des poids, du log10 du delta quadratique moyen à la première "
            f"de {depth} couches cachées, moins celui de la dernière, avec son intervalle à 95 %, selon la "
            f"largeur. Traits fins : la théorie au plus bas ordre en 1 / largeur, sans rien ajuster. Un seul "
            f"exemple par réseau : sur beaucoup d'exemples d'un réseau, delta se disperse moins.",
        ),
        Said(
            en="Points that fall with width along thin lines of slope -1/2.",
            fr="Des points qui baissent avec la largeur le long de traits fins de pente -1/2.",
        ),
        n,
    )
