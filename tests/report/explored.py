"""The tables that the interactive figures are made of: tiny, by hand."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.files import write_summed_json
from mlpstudy.tables.files import write_tables

INTERVAL = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 8}
RECIPES = [("sigmoid", "glorot_uniform"), ("sigmoid", "old_uniform"), ("relu", "he_normal")]


def tables(study: str, dataset: str) -> dict[str, pd.DataFrame]:
    """The tables of a study about one dataset."""
    return TABLES[study](dataset)


def _cells(dataset: str, depths) -> list[dict]:
    return [
        {"dataset": dataset, "activation": g, "initialization": how, "depth": depth, "width": 8}
        for (g, how), depth in product(RECIPES, depths)
    ]


def _trainability(dataset: str) -> dict[str, pd.DataFrame]:
    cells = pd.DataFrame([{**cell, **INTERVAL} for cell in _cells(dataset, [1, 2, 4])])
    runs = [f"run-d{depth}" for depth in cells["depth"]]
    shares = cells.assign(networks=8, diverged=0, measure="reached", run=runs)
    sweep = cells.drop(columns=list(INTERVAL)).assign(
        reached=[1, 0.5, 0] * len(RECIPES),
        passes=[3, 9, np.nan] * len(RECIPES),
        eta=0.1,
        n=8,
        run=runs,
    )
    curves = sweep.merge(pd.DataFrame({"epoch": [1, 2]}), how="cross")
    curves = curves.assign(training_loss=0.5, validation_accuracy=0.9)
    return {"figure_shares": shares, "map": sweep, "map_curves": curves.drop(columns="passes")}


def _regions(dataset: str) -> dict[str, pd.DataFrame]:
    side = np.linspace(-1, 1, 6)
    x1, x2 = (axis.ravel() for axis in np.meshgrid(side, side))
    planes = [pd.DataFrame({"epoch": k, "x1": x1, "x2": x2, "value": k * x1}) for k in (0, 1, 5)]
    points = pd.DataFrame({"x1": [-0.5, 0.5], "x2": [0, 0.2], "label": [0, 1]})
    points = points.merge(pd.DataFrame({"epoch": [0, 1, 5]}), how="cross")
    frame = pd.concat([*planes, points], ignore_index=True)
    return {"figure_training": frame.assign(dataset=dataset, run="region-run")}


# Studies: their tables, and the descriptions of their figures.
TABLES = {"trainability": _trainability, "regions": _regions}
FIGURES = {
    "trainability": [
        {"name": "shares", "kind": "line", "x": "depth", "y": ["reached"], "hue": "initialization",
         "col": "activation", "row": "dataset", "log": ["x"]},
    ],
    "regions": [
        {"name": "training", "kind": "regions", "x": "x1", "y": ["x2"], "value": "a",
         "row": "dataset", "col": "epoch"},
    ],
}  # fmt: skip


def put(folder: Path, study: str, dataset: str) -> dict[str, Any]:
    """The tables of a study's figures and their texts in its folder. Returns what its study.json
    says of them."""
    write_tables(folder / "tables", tables(study, dataset), {"code": "0"})
    text = {"en": dataset, "fr": dataset}
    entries = [
        {"name": figure["name"], "title": text, "caption": text, "alt": text, "n": 12}
        for figure in FIGURES[study]
    ]
    write_summed_json(folder / "figures.json", entries, {"code": "0"})
    return {"figures": FIGURES[study]}
