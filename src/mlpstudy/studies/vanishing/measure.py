"""How far untrained networks of finite width are from one another: delta of one example each."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import torch

from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.tables.networks import Networks

SCATTERED = "digits"  # the dataset whose examples show how networks scatter
TOGETHER = 20  # networks at once, so that wide ones fit into memory
NEEDS = {
    "scatter_recipes": ["recipe"], "scatter_widths": ["whole"], "scatter_depth": "whole",
    "scatter_seeds": "whole",
}  # fmt: skip


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """gaps: of untrained networks, one example each: log10 of rms delta at the first hidden layer
    less that at the last, with the mean square of that example."""
    options = study["options"]
    recipes = [pair.split("+") for pair in options["scatter_recipes"]]
    sizes = [(how, int(width)) for how in recipes for width in options["scatter_widths"]]
    return {"gaps": pd.concat([_gaps(networks, *s, options) for s in sizes], ignore_index=True)}


def _gaps(networks: Networks, recipe: list[str], width: int, options: dict) -> pd.DataFrame:
    activation, initialization = recipe
    depth, seeds = int(options["scatter_depth"]), range(int(options["scatter_seeds"]))
    cell: dict[str, Any] = {
        "dataset": SCATTERED,
        "activation": activation,
        "initialization": initialization,
    }
    cell |= {"depth": depth, "width": width}
    data = networks.dataset(SCATTERED)
    rows = []
    for some in batched(seeds, TOGETHER):
        runs = [Run(**cell, seed=seed) for seed in some]
        network = Network(runs, data.shape, data.classes, dtype=torch.float64)
        network.initialize()
        firsts = [networks.split(run).train for run in runs]
        x = torch.from_numpy(np.stack([part.x[:1] for part in firsts])).double()
        t = torch.from_numpy(np.stack([part.target[:1] for part in firsts])).double()
        network.learn_from(x, t, 1)
        size = [layer.delta.square().mean((1, 2)).sqrt().log10() for layer in network.layers]
        gap = (size[0] - size[depth - 1]).numpy()
        square = x.square().mean((1, 2)).numpy()
        rows.append(pd.DataFrame({**cell, "seed": list(some), "n_inputs": x.shape[2],
                                  "input_mean_square": square, "gap": gap}))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def batched(values: Iterable[int], n: int) -> Iterator[tuple[int, ...]]:
    """The values, n at a time."""
    rest = iter(values)
    while some := tuple(islice(rest, n)):
        yield some
