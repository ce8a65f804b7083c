"""Filter-normalised slices of the error surface of a trained network (Li et al. 2018)."""

from collections.abc import Mapping

import numpy as np
import torch

from mlpstudy.core.network import Network
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run

Weights = Mapping[str, np.ndarray]


def direction(weights: Weights, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A random direction in which each unit's incoming weights change as much as they are long.

    Normal numbers, and every column of W scaled to the length of the network's own column; biases
    stay (Li et al. 2018, section 4). So a step of 1 means the same in every network.
    """
    drawn = {}
    for name in sorted(weights):
        own = np.asarray(weights[name], float)
        if name.startswith("b"):
            drawn[name] = np.zeros_like(own)
            continue
        d = rng.normal(size=own.shape)
        drawn[name] = d * np.linalg.norm(own, axis=0) / np.linalg.norm(d, axis=0)
    return drawn


def losses(
    run: Run, weights: Weights, axes: tuple[Weights, Weights], steps: np.ndarray, part: Part,
    dims, classes: int,
) -> np.ndarray:  # fmt: skip
    """The cost of a part's examples at weights + s axes[0] + t axes[1]: (len(steps), len(steps)),
    a row for each t. dims, classes: of the dataset."""
    rows = []
    network = Network([run] * len(steps), dims, classes)
    x = torch.from_numpy(part.x)[None].expand(len(steps), -1, -1)
    t = network.targets(torch.from_numpy(part.target)[None].expand(len(steps), -1, -1))
    s = np.asarray(steps, float)[:, None, None]
    for up in steps:
        for k, layer in enumerate(network.layers, start=1):
            for name, own in ((f"W{k}", layer.W), (f"b{k}", layer.b)):
                base, across, upwards = (
                    np.asarray(part[name], float).reshape(own.shape[1:])
                    for part in (weights, *axes)
                )
                own.copy_(torch.from_numpy(base + up * upwards + s * across))
        rows.append(network.cost.loss(network.forward(x), t).numpy().astype(float))
    return np.array(rows)
