"""The pictures of one run: its curves and its gradient profile."""

import pandas as pd

from mlpstudy.drawing import style
from mlpstudy.figures.drawn import Drawn

PARTS = ("train", "validation", "test")


def figures(tables: dict[str, pd.DataFrame]) -> list[Drawn]:
    """curves.png and gradients.png of the run in the three tables."""
    run = tables["runs"].iloc[0]
    drawn = [_curves(run, tables["curves"])] if len(tables["curves"]) else []
    return drawn + ([_gradients(run, tables["layers"])] if len(tables["layers"]) else [])


def _curves(run: pd.Series, curves: pd.DataFrame) -> Drawn:
    figure, axes = style.panels(1, 2, height=3.2)
    looks = style.looks(PARTS)
    score = "accuracy" if run["classes"] else "R2"
    for ax, column, title in zip(axes[0], ("loss", "accuracy"), ("loss", score), strict=True):
        for part in PARTS:
            curve = curves[curves["split"] == part]
            ax.plot(curve["epoch"], curve[column], label=part, markevery=0.1, **looks[part].line())
        ax.set(xlabel="passes", title=title)
    axes[0, 0].legend()
    return _drawn("curves", figure, run, f"Loss and {score}, pass by pass")


def _gradients(run: pd.Series, layers: pd.DataFrame) -> Drawn:
    figure, axes = style.panels(1, 2, height=3.2)
    columns = {"delta_rms": "rms delta", "weight_gradient_rms": "rms weight gradient"}
    looks = style.ramp(sorted(layers["epoch"].unique()))
    for ax, (column, label) in zip(axes[0], columns.items(), strict=True):
        for epoch, profile in layers.groupby("epoch"):
            shown = profile[profile[column] > 0]
            ax.plot(shown["layer"], shown[column], label=f"{epoch} passes", **looks[epoch].line())
        ax.set(xlabel=f"layer ({run['depth'] + 1} is the output)", title=label, yscale="log")
    axes[0, 0].legend()
    return _drawn("gradients", figure, run, "What reaches each layer, pass by pass")


def _drawn(name: str, figure, run: pd.Series, title: str) -> Drawn:
    figure.suptitle(run["run_id"], x=0.01, ha="left", fontsize=style.SMALL, color=style.FAINT)
    return Drawn(name, figure, title, f"{title}: the run {run['run_id']}.", title, 1)
