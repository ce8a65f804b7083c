"""The figures of the study `trainability`: from its tables alone."""

from itertools import product

import numpy as np
import pandas as pd

from mlpstudy.analysis import style
from mlpstudy.figures.drawn import Drawn

RECIPE = ["activation", "initialization"]
FOLLOWED = (("sigmoid", "glorot_uniform"), ("relu", "he_normal"))


def figures(frames: dict[str, pd.DataFrame], study: dict) -> list[Drawn]:
    """shares, accuracy, survival."""
    best = frames["by_run"][frames["by_run"]["chosen"]]
    level, epochs = study["options"].get("accuracy", 0.9), int(best["epochs"].max())
    fixed = (
        f"Each point is {best.groupby(['dataset', *RECIPE, 'depth']).size().max()} seeds at the eta "
        f"chosen for its cell on validation, from {frames['by_run']['eta'].nunique()} values; "
        f"{epochs} passes; diverged runs count as failures."
    )
    return [
        _by_depth(
            frames["shares"],
            best,
            "shares",
            "share of networks that train",
            "The deeper, the fewer train: by activation and initialization",
            f"Share of networks that reach {level:.0%} validation accuracy within the budget, with "
            f"Wilson's 95 % interval. {fixed}",
        ),
        _by_depth(
            frames["accuracy"],
            best,
            "accuracy",
            "test accuracy",
            "What depth does to the accuracy on new examples",
            f"Mean test accuracy after the last pass, with its 95 % interval. {fixed}",
        ),
        _survival(frames["passes"], best, level, epochs),
    ]


def _by_depth(cells: pd.DataFrame, best, name: str, label: str, title: str, caption: str) -> Drawn:
    """A summary against depth: a row per dataset, a panel per activation, a line per initialization."""
    datasets, activations = (_levels(cells, name) for name in ("dataset", "activation"))
    looks = style.looks(_levels(cells, "initialization"))
    figure, axes = style.panels(
        len(datasets), len(activations), height=2.4, sharex=True, sharey=True
    )
    for (i, dataset), (j, activation) in product(enumerate(datasets), enumerate(activations)):
        ax = axes[i, j]
        here = cells[(cells["dataset"] == dataset) & (cells["activation"] == activation)]
        for initialization, cell in here.groupby("initialization"):
            _points(ax, cell, looks[initialization], initialization)
        ax.set(title=activation if not i else "", ylim=(-0.04, 1.04))
    _label(axes, datasets, "depth", label)
    handles = {h.get_label(): h for ax in axes.flat for h in ax.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=4)
    style.note_n(figure, len(best))
    return Drawn(
        name,
        figure,
        title,
        caption,
        f"{label.capitalize()} against depth: a panel for each of {', '.join(activations)}, a line "
        f"for each initialization, a row for each of {', '.join(datasets)}.",
        len(best),
    )


def _levels(cells: pd.DataFrame, column: str) -> list[str]:
    return sorted(cells[column].unique())


def _points(ax, cell: pd.DataFrame, look, label: str) -> None:
    """Values with their intervals, joined by a line."""
    cell = cell.sort_values("depth")
    spread = np.clip([cell["value"] - cell["low"], cell["high"] - cell["value"]], 0, None)
    ax.errorbar(cell["depth"], cell["value"], spread, label=label, elinewidth=0.8, **look.line())


def _label(axes, datasets: list[str], x: str, y: str) -> None:
    for ax in axes[-1]:
        ax.set_xlabel(x)
    for ax, dataset in zip(axes[:, 0], datasets, strict=True):
        ax.set_ylabel(f"{dataset}\n{y}")


def _survival(steps: pd.DataFrame, best: pd.DataFrame, level: float, epochs: int) -> Drawn:
    """Share of networks that are not there yet, pass by pass."""
    recipes = [r for r in FOLLOWED if (steps[RECIPE] == list(r)).all(axis=1).any()]
    datasets = sorted(steps["dataset"].unique())
    depths = sorted(steps["depth"].unique())
    looks = style.ramp(depths)
    figure, axes = style.panels(len(datasets), len(recipes), height=2.7, sharex=True, sharey=True)
    shown = steps[steps[RECIPE].agg(tuple, axis=1).isin(recipes)]
    for i, dataset in enumerate(datasets):
        for j, recipe in enumerate(recipes):
            ax = axes[i, j]
            cell = shown[(shown["dataset"] == dataset) & (shown[RECIPE] == list(recipe)).all(axis=1)]
            for depth, curve in cell.groupby("depth"):
                style.draw(ax, curve, "passes", looks[depth], f"depth {depth}", y="share", steps=True)
            ax.set(title=" ".join(recipe) if not i else "", xlim=(0, epochs), ylim=(-0.04, 1.04))
    _label(axes, datasets, "passes", "share not there yet")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(depths))
    keys = best[RECIPE].agg(tuple, axis=1).isin(recipes)
    style.note_n(figure, int(keys.sum()))
    return Drawn(
        "survival",
        figure,
        "Passes until a network is there",
        f"Share of networks whose validation accuracy has not reached {level:.0%} after so many "
        f"passes (Kaplan-Meier, with a pointwise 95 % band), by depth: light is shallow, dark is "
        f"deep. A curve that stays at 1 is a depth at which no network trains within {epochs} passes.",
        "Survival curves by depth, one row per dataset and one column per recipe.",
        int(keys.sum()),
    )
