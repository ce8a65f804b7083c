"""Random numbers while training: blocks of draws for each distinct seed, dealt out step by step.

A stream depends on the seed, on what it is for and on the layer; runs of one seed see the same
draws, whatever their rates.
"""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
import torch
from torch import Tensor

from mlpstudy import rng

LEVELS = 2**16  # of a draw that decides whether a number is switched off


def thresholds(shares: list[float], like: Tensor) -> Tensor:
    """(R, 1, 1) the level that a draw of `levels` is below with the probability of each share."""
    below = [round(LEVELS * share) - LEVELS // 2 for share in shares]
    return torch.tensor(below, dtype=torch.int32, device=like.device)[:, None, None]


class Draws:
    """Blocks of `steps` steps, each made by kind(shape, *streams), a stream for each purpose."""

    def __init__(
        self,
        seeds: Sequence[int],
        purposes: tuple[str, ...],
        part: int,
        steps: int,
        kind: Callable[..., Tensor],
    ):
        distinct = sorted(set(seeds))
        self.streams = [[rng.stream(seed, p, part) for p in purposes] for seed in distinct]
        self.rows = torch.tensor([distinct.index(seed) for seed in seeds])
        self.steps, self.kind = steps, kind
        self.left = 0
        self.examples = 0  # of the first step
        self.block: Tensor

    def next(self, like: Tensor) -> Tensor:
        """(R, B, n) of draws; a step of fewer examples than the first uses the first of them."""
        B, n = like.shape[1:]
        if not self.left:
            self.examples = self.examples or B
            shape = (self.steps, self.examples, n)
            blocks = [self.kind(shape, *streams) for streams in self.streams]
            self.block = torch.stack(blocks).to(like.device)
            self.left = self.steps
        step = self.block[:, self.steps - self.left, :B]
        self.left -= 1
        return step.index_select(0, self.rows.to(like.device))


def levels(shape, coarse, fine) -> Tensor:
    """Integers of equal probability from -LEVELS / 2 on: a byte of each stream, coarse above fine.

    Shares that are a number of 256ths are decided by the coarse one alone.
    """
    drawn = _bytes(shape, coarse).astype(np.int16)
    drawn <<= 8
    drawn |= _bytes(shape, fine)
    drawn ^= -LEVELS // 2  # 0 to LEVELS - 1, as the bits of an int16, less half of them
    return torch.from_numpy(drawn)


def _bytes(shape, stream) -> np.ndarray:
    words = stream.bit_generator.random_raw(-(-prod(shape) // 8))
    return words.view(np.uint8)[: prod(shape)].reshape(shape)


def normals(shape, stream) -> Tensor:
    """Standard Gaussian numbers."""
    return torch.from_numpy(stream.standard_normal(shape, dtype="float32"))


def uniforms(shape, stream) -> Tensor:
    """Numbers from 0 to 1."""
    return torch.from_numpy(stream.random(shape, dtype="float32"))
