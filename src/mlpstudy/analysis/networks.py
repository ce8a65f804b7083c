"""Trained networks as functions: the weights of a run, asked at any points."""

from collections.abc import Mapping

import numpy as np
import torch

from mlpstudy.core.network import Network
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.run import Run

AT_ONCE = 20_000  # points


class Restored:
    """One run's network with given weights (W1, b1, W2, ...), in float64 on the CPU.

    dims, classes, targets: of the dataset; looked up where it is known.
    """

    def __init__(
        self, run: Run, weights: Mapping[str, np.ndarray], dims=None, classes=None, targets=1
    ):
        if dims is None:
            known = EXAMPLES[run.dataset]
            dims, classes = known.shape, known.classes
            targets = 1 if known.classes else known.outputs
        self.run, self.classes = run, classes
        self.network = Network([run], dims, classes, targets, torch.float64)
        for k, layer in enumerate(self.network.layers, start=1):
            layer.W[0].copy_(torch.from_numpy(np.asarray(weights[f"W{k}"])))
            layer.b[0, 0].copy_(torch.from_numpy(np.asarray(weights[f"b{k}"]).reshape(-1)))

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """x (N, n_in) -> a of the last layer (N, n_out)."""
        parts = np.array_split(np.asarray(x, float), max(1, -(-len(x) // AT_ONCE)))
        return np.concatenate([self._forward(part) for part in parts])

    def _forward(self, x: np.ndarray) -> np.ndarray:
        return self.network.forward(torch.from_numpy(x)[None])[0].numpy().copy()

    def labels(self, x: np.ndarray) -> np.ndarray:
        """x (N, n_in) -> the class that each point is given (N,)."""
        a = self.outputs(x)
        return a.argmax(1) if a.shape[1] > 1 else (a[:, 0] > 0).astype(int)

    def advantage(self, x: np.ndarray) -> np.ndarray:
        """x (N, n_in) -> a of the second class less that of the first (N,), for two classes: 0 on
        the border, and P(second class) is its sigmoid where the cost is a likelihood."""
        a = self.outputs(x)
        return a[:, 0] if a.shape[1] == 1 else a[:, 1] - a[:, 0]

    def hidden(self, x: np.ndarray) -> np.ndarray:
        """x (N, n_in) -> z of the last hidden layer (N, width)."""
        self.network.forward(torch.from_numpy(np.asarray(x, float))[None])
        return self.network.layers[-1].z[0].numpy().copy()
