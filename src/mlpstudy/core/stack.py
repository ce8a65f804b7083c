"""Runs that learn together: all their parameters in one vector, and their gradient in another."""

from collections.abc import Iterable, Sequence
from functools import reduce
from math import prod
from typing import Any

import torch
from torch import Tensor

from mlpstudy.core.modules import LANES, Linear
from mlpstudy.core.norms import Norm
from mlpstudy.design.run import Run

ROUNDING = 1e-6  # beside a norm, as PyTorch has it


class Stack:
    """R runs of one shape. theta and gradient are flat; the layers' W, b, dW, db are views of them.

    layers: the modules with W and b, in their order; norms: those that normalise the layers, the
    numbers of which come after all W and b; noisy: those that draw at random. This is what the
    training loop knows: a network, or a machine that pretrains one of its layers.
    """

    def __init__(
        self,
        runs: list[Run],
        layers: Sequence[Linear],
        noisy: Iterable[Any],
        like: Tensor,
        norms: Sequence[Norm] = (),
    ):
        self.runs, self.R, self.like = runs, len(runs), like
        self.layers, self.norms, self.random = list(layers), list(norms), list(noisy)
        asked = [m.asks() for m in self.layers] + [m.asks() for m in self.norms]
        self.asked = [each for arrays in asked for each in arrays]
        self.names = [
            *(f"{name}{k}" for k in range(1, len(self.layers) + 1) for name in "Wb"),
            *(f"{name}{k}" for k, m in enumerate(self.norms, 1) for name in (*m.LEARNED, *m.KEPT)),
        ]
        # layer after layer, run after run, and so that no parameter is in the last few numbers
        self.sizes = [*(self.R * prod(each.room) for each in self.asked), 2 * LANES]
        self.theta = like.new_zeros(sum(self.sizes))
        self.gradient = torch.zeros_like(self.theta)
        whole, slopes = self._whole(self.theta), self._whole(self.gradient)
        for i, module in enumerate(self.layers):
            module.bind(*whole[2 * i : 2 * i + 2], *slopes[2 * i : 2 * i + 2])
        self.class_weights: Tensor | None = None  # (R, 1, classes) what an example counts
        start = 2 * len(self.layers)
        for norm in self.norms:
            end = start + len(norm.asks())
            norm.bind(whole[start:end], slopes[start:end])
            start = end

    def learn_from(self, x: Tensor, t: Tensor, B: int) -> None:
        """Leave the gradient of the first B examples of x (R, B or more, n_in), t (R, B or more, C);
        the others are there to fill the batch."""
        raise NotImplementedError

    def _whole(self, flat: Tensor) -> list[Tensor]:
        parts = zip(flat.split(self.sizes), self.asked, strict=False)
        return [part.view(self.R, *each.room) for part, each in parts]

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """The parts of a vector over all parameters, in the order of `names`: W (R, fan_in, fan_out),
        b (R, 1, fan_out), ..., and what normalises the layers (R, 1, n)."""
        parts = zip(self._whole(flat), self.asked, strict=True)
        return [whole[:, : each.fans[0], : each.fans[1]] for whole, each in parts]

    def copy_runs(self, which: Tensor, source: Tensor, target: Tensor) -> None:
        """Copy the parameters of the runs `which` (R,) from one vector over all to another."""
        for old, new in zip(self._whole(target), self._whole(source), strict=True):
            old[which] = new[which]

    def spread(self, values: list[float], last_only: bool = False) -> Tensor:
        """One value per run, repeated over all its parameters; 0 below the last layer on request.

        A single number where it is the same everywhere: the same bits, with less to read.
        """
        if len(set(values)) == 1 and not last_only:
            return self.like.new_tensor(values[:1])
        last = self.names[2 * len(self.layers) - 2 : 2 * len(self.layers)]
        return self._spread(values, last if last_only else self.names)

    def decays(self, values: list[float]) -> Tensor:
        """A decay per run, repeated over its parameters; 0 where a number only runs along."""
        running = {f"{name}{k}" for k, m in enumerate(self.norms, 1) for name in m.KEPT}
        if not running:
            return self.spread(values)
        return self._spread(values, [name for name in self.names if name not in running])

    def _spread(self, values: list[float], names: Sequence[str]) -> Tensor:
        rates = self.like.new_tensor(values).view(-1, 1, 1)
        flat = torch.zeros_like(self.theta)
        for name, block in zip(self.names, self.blocks(flat), strict=True):
            if name in names:
                block.copy_(rates)
        return flat

    def clip(self, limits: Tensor) -> None:
        """Scale the gradient of each run down to its limit (R, 1, 1), where its norm is larger.

        Sums go over whole arrays, room included, and one after the other: else their bits would
        depend on the stack.
        """
        blocks = self._whole(self.gradient)
        squares = reduce(torch.add, (block.square().sum(2).sum(1) for block in blocks))
        scale = (limits / (squares.sqrt().view(-1, 1, 1) + ROUNDING)).clamp_max(1)
        for block in blocks:
            block.mul_(scale)

    def learning(self, on: bool) -> None:
        """Switch dropout and noise on for training, off for measuring, and so what runs along."""
        for module in (*self.random, *self.norms):
            module.learning = on
