"""The pictures of one run: its curves and its gradient profile; the curves of several."""

from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.drawing import style
from mlpstudy.drawing.axes import numbers, set_scale
from mlpstudy.words import Words

PARTS = ("train", "validation", "test")


def pictures(tables: dict[str, pd.DataFrame]) -> Iterator[tuple[str, Figure]]:
    """The curves and the gradients of the run in the three tables, as far as there are any."""
    run = tables["runs"].iloc[0]
    if len(tables["curves"]):
        yield "curves", _curves(run, tables["curves"])
    if len(tables["layers"]):
        yield "gradients", _gradients(run, tables["layers"])


def _curves(run: pd.Series, curves: pd.DataFrame) -> Figure:
    figure, axes = style.panels(1, 2, height=3.2)
    looks = style.looks(PARTS)
    score = "accuracy" if run["classes"] else "R2"
    for ax, column, title in zip(axes[0], ("loss", "accuracy"), ("loss", score), strict=True):
        for part in PARTS:
            curve = curves[curves["split"] == part]
            ax.plot(curve["epoch"], curve[column], label=part, markevery=0.1, **looks[part].line())
        ax.set(xlabel="passes", title=title)
    axes[0, 0].legend()
    return _named(figure, run)


def _gradients(run: pd.Series, layers: pd.DataFrame) -> Figure:
    figure, axes = style.panels(1, 2, height=3.2)
    columns = {"delta_rms": "rms delta", "weight_gradient_rms": "rms weight gradient"}
    looks = style.ramp(sorted(layers["epoch"].unique()))
    for ax, (column, label) in zip(axes[0], columns.items(), strict=True):
        for epoch, profile in layers.groupby("epoch"):
            shown = profile[profile[column] > 0]
            ax.plot(
                shown["layer"],
                shown[column],
                label="1 pass" if epoch == 1 else f"{epoch} passes",
                **looks[epoch].line(),
            )
        ax.set(xlabel=f"layer ({run['depth'] + 1} is the output)", title=label)
        set_scale(ax, "y", layers.loc[layers[column] > 0, column].tolist(), log=True)
        ax.yaxis.set_major_formatter(numbers(Words("en")))
    axes[0, 1].legend(loc="best")
    return _named(figure, run)


def _named(figure: Figure, run: pd.Series) -> Figure:
    figure.suptitle(run["run_id"], x=0.01, ha="left", fontsize=style.SMALL, color=style.FAINT)
    return figure


def compared(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """The loss and the accuracy, or R2, of several runs, by what they are called: validation in
    full, training dotted."""
    figure, axes = style.panels(1, 2, height=3.2)
    looks = style.looks(curves)
    for ax, column in zip(axes[0], ("loss", "accuracy"), strict=True):
        for name, curve in curves.items():
            for part, line in (("validation", "-"), ("train", ":")):
                shown = curve[curve["split"] == part]
                label = name if part == "validation" else None
                ax.plot(shown["epoch"], shown[column], line, color=looks[name].color, label=label)
        ax.set(xlabel="passes", title=f"{column}: validation, and dotted training")
    axes[0, 0].legend()
    return figure
