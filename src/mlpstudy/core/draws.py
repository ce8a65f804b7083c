"""What is drawn while training, for the runs of a stack: the same in every engine.

The order of the examples comes from a stream, pass by pass; masks, noise and samples are functions
of their place (`native/draws.py`). Runs of one seed share theirs, whatever their settings.
"""

from collections.abc import Callable, Sequence

import numpy as np

from mlpstudy import rng
from mlpstudy.core.native.draws import LEVELS, levels_of, normals_of, uniforms_of
from mlpstudy.design.run import Run


class Orders:
    """A new order of the N examples for every pass: their own, where one batch holds them all."""

    def __init__(self, runs: Sequence[Run], N: int, purpose: str = "order", part: int = 0):
        distinct, self.which = _distinct([run.seed for run in runs])
        self.streams = [rng.stream(seed, purpose, part) for seed in distinct]
        self.N, self.whole = N, (runs[0].batch_size or N) >= N

    def next(self) -> np.ndarray:
        """(R, N) int64"""
        if self.whole:
            return np.tile(np.arange(self.N), (len(self.which), 1))
        return np.stack([stream.permutation(self.N) for stream in self.streams])[self.which]


def _distinct(seeds: Sequence[int]) -> tuple[list[int], np.ndarray]:
    """The distinct seeds, and for each seed its place among them."""
    distinct, which = np.unique(seeds, return_inverse=True)
    return distinct.tolist(), which


def thresholds(shares: list[float]) -> list[int]:
    """The level that a draw of `levels` is below with the probability of each share."""
    return [round(LEVELS * share) for share in shares]


class Draws:
    """Draws of one kind, for one purpose and part. seeds: of the R runs."""

    def __init__(
        self,
        kind: Callable[[np.ndarray, int, int, int], np.ndarray],
        seeds: Sequence[int],
        purpose: str,
        part: int = 0,
    ):
        distinct, self.which = _distinct(seeds)
        self.keys = np.stack([rng.key(seed, purpose, part) for seed in distinct])
        self.kind, self.step = kind, 0

    def next(self, B: int, n: int) -> np.ndarray:
        """(R, B, n) those of the next step."""
        drawn = self.kind(self.keys, self.step, B, n)
        self.step += 1
        return drawn[self.which]


def levels(keys: np.ndarray, step: int, B: int, n: int) -> np.ndarray:
    """Integers (S, B, n) of equal probability from 0 to LEVELS - 1, for keys (S, 2)."""
    return levels_of(keys, step, np.empty((len(keys), B, n), np.int32))


def normals(keys: np.ndarray, step: int, B: int, n: int) -> np.ndarray:
    """Standard Gaussian numbers."""
    return normals_of(keys, step, np.empty((len(keys), B, n), np.float32))


def uniforms(keys: np.ndarray, step: int, B: int, n: int) -> np.ndarray:
    """Numbers from 0 to 1, without 1."""
    return uniforms_of(keys, step, np.empty((len(keys), B, n), np.float32))
