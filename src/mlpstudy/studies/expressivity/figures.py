"""What networks have made of a jagged target, and the linear regions themselves."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from mlpstudy.drawing import style
from mlpstudy.drawing.texts import wrapped
from mlpstudy.drawing.vector import FIXED
from mlpstudy.words import Words


def fits(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """The functions of equally large networks at the eta chosen for each, over the target."""
    functions, target = tables["fits"], tables["targets"]
    chosen = _chosen(tables["runs"].merge(functions[["dataset"]].drop_duplicates()))
    networks = functions.merge(chosen, on=list(chosen.columns)).groupby(["depth", "width"])
    figure, axes = style.panels(1, networks.ngroups, height=2.35, sharey=True)
    for ax, ((depth, width), rows) in zip(axes[0], networks, strict=True):
        rows = rows.sort_values("x")
        given = ax.plot(target["x"], target["y"], color=style.FAINT, lw=0.8, zorder=1)
        found = ax.plot(rows["x"], rows["y"], color=style.COLOURS[0], lw=1.5, zorder=2)
        ax.set_title(words.condition({"depth": depth, "width": width}), fontsize=style.TEXT)
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    axes[0, 0].set_ylabel(words.value("dataset", functions["dataset"].iloc[0]))
    named = [words.gettext("target"), words.gettext("what the network has learned")]
    figure.legend([*given, *found], named, loc="outside upper left", ncols=2)
    return figure


def _chosen(runs: pd.DataFrame) -> pd.DataFrame:
    """depth, width, eta: of each, the eta with the least mean validation loss."""
    means = runs.groupby(["depth", "width", "eta"])["validation_loss"].mean()
    return means.sort_values().reset_index().drop_duplicates(["depth", "width"]).iloc[:, :3]


def tiles(tables: Mapping[str, pd.DataFrame], study: Mapping[str, Any], words: Words) -> Figure:
    """The linear regions of random, constructed and trained networks, and how many they are."""
    pictures = tables["tiles"].groupby(["network", "kind"], sort=False)
    columns = (pictures.ngroups + 1) // 2
    side = style.WIDTH / columns
    figure, axes = style.panels(2, columns, height=side + 0.7)
    for ax in axes.flat[pictures.ngroups :]:
        ax.set_axis_off()
    for ax, ((network, kind), rows) in zip(axes.flat, pictures, strict=False):
        count = _regions(ax, rows)
        named = f"{words.value('kind', kind)}, {words.value('network', network)}"
        ax.set_title(wrapped(named, side - 0.1, style.SMALL, bold=True), fontsize=style.SMALL)
        below = words.ngettext("{n} region", "{n} regions", count)
        ax.set_xlabel(below, fontsize=style.SMALL, labelpad=2)
    return figure


def _regions(ax: Axes, rows: pd.DataFrame) -> int:
    """Draws the polygons, in the colour of the rank of their slope; returns how many they are."""
    rows = rows.sort_values("tile", kind="stable")
    first = np.flatnonzero(rows["tile"].ne(rows["tile"].shift()))
    rank = np.unique(rows["value"].to_numpy()[first].round(9), return_inverse=True)[1]
    corners = np.split(rows[["x1", "x2"]].to_numpy(), first[1:])
    shade = rank / max(rank.max(), 1)
    collection = PolyCollection(corners, array=shade, cmap=style.SEQUENTIAL)
    collection.set(edgecolor="white", linewidth=0.35, clim=(-0.15, 1.05), gid=FIXED)
    ax.add_collection(collection)
    low, high = rows[["x1", "x2"]].min(), rows[["x1", "x2"]].max()
    ax.set(xlim=(low["x1"], high["x1"]), ylim=(low["x2"], high["x2"]), aspect="equal")
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    return len(corners)
