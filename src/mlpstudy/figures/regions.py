"""The figures of the study `regions`: from its tables alone."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.terms import french
from mlpstudy.drawing import plane, style
from mlpstudy.figures.drawn import Drawn
from mlpstudy.said import Said

SHOWN_POINTS = 300
DODGE = 1.06


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """pictures, leaving, parts."""
    return [
        _pictures(frames),
        _against_width(
            frames["leaving"],
            "leaving",
            "segments that leave",
            _who_leaves(frames["leaving"]),
            Said(
                en="Share of the segments between two test points of one predicted region that "
                "leave it",
                fr="Part des segments entre deux points de test d'une même région prédite qui en "
                "sortent",
            ),
        ),
        _against_width(
            frames["parts"],
            "parts",
            "parts of all regions",
            _how_many(frames["parts"]),
            Said(
                en="Connected parts of the regions of both classes, counted in a picture around the "
                "data",
                fr="Morceaux connexes des régions des deux classes, comptés sur une image autour des "
                "données",
            ),
        ),
    ]


def _who_leaves(cells: pd.DataFrame) -> Said:
    deep, straight = (
        cells.loc[side, "value"] for side in (cells["depth"] > 0, cells["depth"] == 0)
    )
    low, high = 100 * deep.min(), 100 * deep.max()
    en = f"{low:.0f} to {high:.0f}% of the segments leave the regions that networks have learned"
    fr = f"{low:.0f} à {high:.0f} % des segments sortent des régions apprises par les réseaux"
    if straight.empty:
        return Said(en=en, fr=fr)
    most = 100 * straight.max()
    return Said(
        en=f"{en}, {most:.2g}% at most those of a linear model",
        fr=f"{fr}, {french(f'{most:.2g}')} % au plus de celles d'un modèle linéaire",
    )


def _how_many(cells: pd.DataFrame) -> Said:
    deep = cells[cells["depth"] > 0]
    by_dataset = deep.groupby("dataset")["value"].max().sort_values()
    ends = by_dataset.iloc[[-1, 0]] if len(by_dataset) > 1 else by_dataset
    told = [(f"{parts:.1f}", dataset) for dataset, parts in ends.items()]
    return Said(
        en="Parts of the regions of networks, at most, on average: "
        + ", ".join(f"{parts} on {dataset}" for parts, dataset in told),
        fr="Morceaux des régions des réseaux, au plus, en moyenne : "
        + ", ".join(f"{french(parts)} sur {dataset}" for parts, dataset in told),
    )


def _told(depth: int, width: int) -> str:
    if not depth:
        return "linear model"
    return f"{depth} layer{'s' if depth > 1 else ''} of {width}"


def _pictures(frames: dict[str, pd.DataFrame]) -> Drawn:
    """A row of decision regions for each dataset, a column for each network."""
    planes, points, by_run = (frames[name] for name in ("planes", "points", "by_run"))
    first = by_run[by_run["seed"] == 0].set_index(["dataset", "depth", "width"])
    networks = list(planes[["depth", "width"]].drop_duplicates().sort_values(["depth", "width"])
                    .itertuples(index=False, name=None))  # fmt: skip
    datasets = list(planes["dataset"].drop_duplicates())
    height = style.WIDTH / len(networks) * 0.95
    figure, axes = style.panels(len(datasets), len(networks), height=height)
    for i, dataset in enumerate(datasets):
        for j, (depth, width) in enumerate(networks):
            ax = axes[i, j]
            here = (planes["dataset"] == dataset) & (planes["depth"] == depth)
            plane.regions(ax, planes[here & (planes["width"] == width)])
            plane.examples(ax, points[points["dataset"] == dataset].iloc[:SHOWN_POINTS], 4)
            plane.bare(ax)
            ax.set_title(_told(depth, width) if not i else "", loc="center", fontsize=style.TEXT)
            run = first.loc[(dataset, depth, width)]
            told = f"{run['leaving']:.0%} leave, {run['parts']:.0f} parts"
            ax.set_xlabel(told, fontsize=style.SMALL, labelpad=2)
        axes[i, 0].set_ylabel(dataset, fontweight="semibold")
    n = len(networks) * len(datasets)
    style.note_n(figure, n)
    return Drawn(
        "pictures",
        figure,
        Said(
            en="A linear model cuts the plane in two; hidden layers bend, split and enclose",
            fr="Un modèle linéaire coupe le plan en deux ; les couches cachées plient, "
            "partagent et entourent",
        ),
        Said(
            en="Regions that networks of one seed give to the two classes, with the border in black and "
            "training examples as dots and squares; pale where the network is unsure. Under each "
            "picture: the share of segments between two points of a region that leave it, and the "
            "number of connected parts of both regions.",
            fr="Régions que des réseaux d'une graine donnent aux deux classes, avec la "
            "frontière en noir et les exemples d'apprentissage en ronds et carrés ; pâle "
            "là où le réseau hésite. Sous chaque image : part des segments entre deux "
            "points d'une région qui en sortent, et nombre de morceaux connexes des deux "
            "régions.",
        ),
        Said(
            en=f"Decision regions: a row for each of {', '.join(datasets)}, a column for each of "
            f"{', '.join(_told(*network) for network in networks)}.",
            fr=f"Régions de décision : une rangée pour chacun de {', '.join(datasets)}, une "
            "colonne pour chacun de "
            f"{french(', '.join(_told(*network) for network in networks))}.",
        ),
        n,
    )


def _against_width(cells: pd.DataFrame, name: str, label: str, title: Said, what: Said) -> Drawn:
    """A number against width: a panel for each dataset, a line for each depth."""
    datasets = sorted(cells["dataset"].unique())
    deep = cells[cells["depth"] > 0]
    looks = style.ramp(sorted(deep["depth"].unique()))
    figure, axes = style.panels(1, len(datasets), height=3.1, sharey=True)
    for ax, dataset in zip(axes[0], datasets, strict=True):
        here = deep[deep["dataset"] == dataset]
        for place, (depth, cell) in enumerate(here.groupby("depth")):
            cell = cell.sort_values("width")
            spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
            at = cell["width"] * DODGE ** (place - (len(looks) - 1) / 2)
            line = {**looks[depth].line(), "label": f"{depth}"}
            ax.errorbar(at, cell["value"], spread, elinewidth=0.8, **line)
        straight = cells[(cells["dataset"] == dataset) & (cells["depth"] == 0)]
        for value in straight["value"]:
            ax.axhline(value, color=style.COLOURS[5], lw=1.2, ls="--", zorder=2, label="linear")
        ticks = sorted(deep["width"].unique())
        ax.set(title=dataset, xscale="log")
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.minorticks_off()
        top = ax.get_ylim()[1]
        ax.set_ylim(-0.02 * top if name == "leaving" else 0, top)
    axes[0, 0].set_ylabel(label)
    if name == "leaving":
        axes[0, 0].yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    figure.supxlabel("units in each hidden layer", fontsize=style.TEXT)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda k: (labels[k] != "linear", k))
    texts = [("linear model" if labels[k] == "linear" else _layers(labels[k])) for k in order]
    figure.legend([handles[k] for k in order], texts, loc="outside upper center", ncols=len(texts))
    n = int(cells["n"].sum())
    style.note_n(figure, n)
    return Drawn(
        name,
        figure,
        Said(en=title["en"], fr=title["fr"]),
        Said(
            en=f"{what['en']}: mean over {int(cells['n'].max())} seeds with its 95 % interval. Swept: width, "
            f"depth (a line each) and dataset (panels); dashed: the linear model.",
            fr=f"{what['fr']} : moyenne sur {int(cells['n'].max())} graines avec son "
            "intervalle à 95 %. On fait varier la largeur, la profondeur (une ligne "
            "chacune) et le jeu de données (panneaux) ; en tirets : le modèle linéaire.",
        ),
        Said(
            en=f"{label.capitalize()} against width: a panel for each of {', '.join(datasets)}, a line for "
            f"each depth, and a dashed line for the linear model.",
            fr=f"{french(label).capitalize()} selon la largeur : un panneau pour chacun de "
            f"{', '.join(datasets)}, une ligne par profondeur, et une ligne en tirets "
            "pour le modèle linéaire.",
        ),
        n,
    )


def _layers(depth: str) -> str:
    return f"{depth} hidden layer{'s' if depth != '1' else ''}"
