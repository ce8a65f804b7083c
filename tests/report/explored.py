"""The tables that the interactive figures are made of: tiny, by hand."""

from itertools import product

import numpy as np
import pandas as pd

INTERVAL = {"value": 0.5, "low": 0.25, "high": 0.75, "n": 8}
RECIPES = [("sigmoid", "glorot_uniform"), ("sigmoid", "old_uniform"), ("relu", "he_normal")]


def tables(study: str, dataset: str) -> dict[str, pd.DataFrame]:
    """The tables of a study about one dataset."""
    return (TABLES | DRAWN)[study](dataset)


def _cells(dataset: str, depths) -> list[dict]:
    return [
        {"dataset": dataset, "activation": g, "initialization": how, "depth": depth, "width": 8}
        for (g, how), depth in product(RECIPES, depths)
    ]


def _trainability(dataset: str) -> dict[str, pd.DataFrame]:
    cells = pd.DataFrame([{**cell, **INTERVAL} for cell in _cells(dataset, [1, 2, 4])])
    runs = [f"run-d{depth}" for depth in cells["depth"]]
    return {"figure_shares": cells.assign(networks=8, diverged=0, measure="reached", run=runs)}


def _regions(dataset: str) -> dict[str, pd.DataFrame]:
    side = np.linspace(-1, 1, 6)
    x1, x2 = (axis.ravel() for axis in np.meshgrid(side, side))
    key = {"dataset": dataset, "depth": 1, "width": 4}
    passes = [pd.DataFrame({**key, "epoch": k, "x1": x1, "x2": x2, "a": k * x1}) for k in (0, 1, 5)]
    points = pd.DataFrame({"dataset": dataset, "x1": [-0.5, 0.5], "x2": [0, 0.2], "y": [0, 1]})
    by_run = pd.DataFrame([{**key, "seed": 0, "run_id": "region-run"}])
    return {"passes": pd.concat(passes), "points": points, "by_run": by_run}


TABLES = {
    "regions": _regions,
}

# Studies whose figures are described: their tables, and the descriptions.
DRAWN = {"trainability": _trainability}
FIGURES = {
    "trainability": [
        {"name": "shares", "kind": "line", "x": "depth", "y": ["reached"], "hue": "initialization",
         "col": "activation", "row": "dataset", "log": ["x"]},
    ],
}  # fmt: skip
