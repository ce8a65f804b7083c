"""What every engine does: train networks of one shape on digits, pass after pass."""

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes, layer_sizes

BATCH = 32
ETA = {"sgd": 0.01, "adam": 1e-3}
MOMENTUM = 0.9


@dataclass(frozen=True)
class Work:
    """`hidden` layers of `width` units, trained on `examples` examples in batches of 32."""

    hidden: int
    width: int
    optimizer: str = "sgd"  # with momentum 0.9; or adam
    activation: str = "relu"
    examples: int = 1024

    @property
    def name(self) -> str:
        return f"{self.hidden}x{self.width}"

    @property
    def layers(self) -> LayerSizes:
        return layer_sizes(Run(depth=self.hidden, width=self.width), (64,), 10)

    @property
    def fans(self) -> list[tuple[int, int]]:
        """(fan_in, fan_out) of every layer."""
        return [layer.fans for layer in self.layers]

    @property
    def n_parameters(self) -> int:
        return self.layers.n_parameters

    @property
    def steps(self) -> int:
        return -(-self.examples // BATCH)

    @property
    def flop(self) -> int:
        """Of the matrix products of one network's pass: z W, z' delta and, above, delta W'."""
        weights = [layer.weights for layer in self.layers]
        return 2 * self.examples * (3 * sum(weights) - weights[0])


def examples(n: int) -> tuple[ndarray, ndarray]:
    """x (n, 64) float32 of mean 0 and variance 1, and y (n,) int64: the 1,797 digits, repeated."""
    digits = DATASETS["digits"]()
    rows = np.arange(n) % len(digits.x)
    x = (digits.x - digits.x.mean()) / digits.x.std()
    return x[rows].astype(np.float32), digits.y[rows]


def measured(n: int) -> tuple[ndarray, ndarray]:
    """What an evaluation sees where n train: these and, for validation and test, half as many."""
    return examples(n + n // 2)
