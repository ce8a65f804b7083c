"""Each shape and its slope, and how far two trainings that should be the same are apart."""

import numpy as np
import pandas as pd
import torch

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.tables.networks import Networks

END = 8.0  # of the grid of pre-activations, on both sides
LECTURE = ("sigmoid", "tanh")  # the shapes whose slopes the lecture writes down
NEEDS = {"points": "whole", "step": "number"}
BLOCKS = ["same"]
COLUMNS = {
    "curves": ["activation", "a", "z", "slope"],
    "slopes": ["activation", "a", "slope", "off_autograd", "off_differences"],
    "apart": ["dataset", "activation", "seed", "apart"],
}
FACTORS = {"slopes": ["activation"], "apart": ["dataset", "activation"]}


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """curves: each shape and its derivative. slopes: of C04's shapes, each at every point, and how
    far it is from autograd and from central differences. apart: for each pair of runs of the block
    `same` the largest difference of their weights."""
    options = study["options"]
    a = np.linspace(-END, END, int(options["points"]))
    return {
        "curves": pd.concat([_curve(name, a) for name in ACTIVATIONS], ignore_index=True),
        "slopes": pd.concat(
            [slopes(name, a, float(options["step"])) for name in LECTURE], ignore_index=True
        ),
        "apart": _apart(networks),
    }


def _curve(name: str, a: np.ndarray) -> pd.DataFrame:
    """activation, a, z = g(a), slope = g'(a)."""
    how, at = ACTIVATIONS[name], torch.from_numpy(a)
    z = how.g(at)
    slope = how.dg(at, z).double()
    return pd.DataFrame({"activation": name, "a": a, "z": z.numpy(), "slope": slope.numpy()})


def slopes(name: str, a: np.ndarray, step: float) -> pd.DataFrame:
    """activation, a, slope, off_autograd, off_differences: g' as the lecture writes it with g alone,
    and its distances to autograd and to the central differences of a step, in double precision."""
    how = ACTIVATIONS[name]
    at = torch.from_numpy(a).requires_grad_()
    how.g(at).sum().backward()
    with torch.no_grad():
        at_a = at.detach()
        z = how.g(at_a)
        slope = how.dg(at_a, z).numpy()
        differences = (how.g(at_a + step) - how.g(at_a - step)).numpy() / (2 * step)
    off = {
        "off_autograd": np.abs(slope - at.grad.numpy()),
        "off_differences": np.abs(slope - differences),
    }
    return pd.DataFrame({"activation": name, "a": a, "slope": slope, **off})


def _apart(networks: Networks) -> pd.DataFrame:
    """dataset, activation, seed, apart: largest difference between the weights of the run in which
    all layers learn and those of its partner, in which the last one alone does."""
    records = networks.train(networks.blocks["same"])
    kept = {}
    for record in records:
        run = record.run
        kept[run.dataset, run.activation, run.seed, run.trained] = record.kept_weights
    rows = []
    for dataset, activation, seed, trained in kept:
        if trained == "last":
            continue
        pair = [kept[dataset, activation, seed, which] for which in ("all", "last")]
        apart = max(float(np.abs(pair[0][name] - pair[1][name]).max()) for name in pair[0])
        key = {"dataset": dataset, "activation": activation, "seed": seed}
        rows.append({**key, "apart": apart})
    return pd.DataFrame(rows)
