"""A chain of modules for a stack of runs of one shape, from the inputs to the last a."""

from math import prod, sqrt
from typing import Any

import torch
from torch import Tensor

from mlpstudy import rng
from mlpstudy.core.costs import COSTS
from mlpstudy.core.initializers import draw_parameters
from mlpstudy.core.modules import (
    LANES,
    Activate,
    Buffers,
    Convolve,
    Dropout,
    Linear,
    Noise,
    Residual,
)
from mlpstudy.design.run import Run, shape
from mlpstudy.design.sizes import LayerSize, LayerSizes, layer_sizes


class Network:
    """R networks of one shape. theta and gradient are flat; the layers' W, b, dW, db are views.

    dims: the shape of one example; classes: number of classes, 0 for a regression with `targets`
    real outputs. Raises ValueError where the runs differ in shape or a kernel does not fit.
    """

    def __init__(
        self, runs: list[Run], dims, classes, targets=1, dtype=torch.float32, device="cpu"
    ):
        if len({shape(run) for run in runs}) != 1:
            raise ValueError("a stack needs runs of one shape, and at least one")
        self.runs, self.R = runs, len(runs)
        self.cost = COSTS[runs[0].cost]
        self.like = torch.empty(0, dtype=dtype, device=device)
        self.classes = classes
        self.n_out = self.cost.outputs(classes, targets)
        self.layer_sizes = layer_sizes(runs[0], tuple(dims), self.n_out)
        self.modules = _chain(runs, self.layer_sizes, self.like)
        flat = list(_flatten(self.modules))
        self.layers = [m for m in flat if isinstance(m, Linear)]
        self.activations = [m for m in flat if isinstance(m, Activate)]
        self.random = [m for m in flat if isinstance(m, Dropout | Noise)]
        self.layers[0].first = True
        self.n_parameters = self.layer_sizes.n_parameters
        self.buffer = Buffers()
        self._bind()

    def _bind(self) -> None:
        """Lay all parameters of all runs into one vector, layer after layer, run after run."""
        self.shapes = [s for m in self.layers for s in (m.room, (1, m.room[1]))]
        self.fans = [s for m in self.layers for s in (m.fans, (1, m.fans[1]))]
        self.sizes = [self.R * prod(shape) for shape in self.shapes]
        self.sizes.append(2 * LANES)  # so that no parameter is in the last few numbers
        self.theta = self.like.new_zeros(sum(self.sizes))
        self.gradient = torch.zeros_like(self.theta)
        whole, slopes = self._whole(self.theta), self._whole(self.gradient)
        for i, module in enumerate(self.layers):
            module.bind(*whole[2 * i : 2 * i + 2], *slopes[2 * i : 2 * i + 2])

    def _whole(self, flat: Tensor) -> list[Tensor]:
        parts = zip(flat.split(self.sizes), self.shapes, strict=False)
        return [part.view(self.R, *shape) for part, shape in parts]

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """The parts of a vector over all parameters: W (R, fan_in, fan_out), b (R, 1, fan_out), ..."""
        parts = zip(self._whole(flat), self.fans, strict=True)
        return [whole[:, : fan[0], : fan[1]] for whole, fan in parts]

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
        rates = self.like.new_tensor(values).view(-1, 1, 1)
        flat = torch.zeros_like(self.theta)
        blocks = self.blocks(flat)
        for i, block in enumerate(blocks):
            block.copy_(rates if not last_only or i >= len(blocks) - 2 else torch.zeros_like(rates))
        return flat

    def initialize(self) -> None:
        """Draw every run's weights and biases from its own stream."""
        fans, places = [m.fans for m in self.layers], [m.places for m in self.layers]
        for r, run in enumerate(self.runs):
            stream = rng.stream(run.seed, "init", run.restart)
            how = run.initialization, run.init_gain
            weights, biases = draw_parameters(*how, stream, fans, places)
            for m, W, b in zip(self.layers, weights, biases, strict=True):
                m.W[r].copy_(torch.from_numpy(W.copy()))
                m.b[r, 0].copy_(torch.from_numpy(b))

    def learning(self, on: bool) -> None:
        """Switch dropout and noise on for training, off for measuring."""
        for module in self.random:
            module.learning = on

    def forward(self, x: Tensor) -> Tensor:
        """x (R, B, n_in) -> a of the last layer (R, B, n_out)."""
        for module in self.modules:
            x = module.forward(x)
        self.last = x
        return x

    def backward(self, delta: Tensor) -> None:
        """delta = dL/da of the last layer; every layer keeps its delta and leaves dW and db."""
        for module in reversed(self.modules):
            delta = module.backward(delta)
            if delta is None:
                return

    def learn_from(self, x: Tensor, t: Tensor, B: int) -> None:
        """Forward and backward: x (R, B or more, n_in), t (R, B or more, n_out) -> gradient of the
        mean cost of the first B examples; the others are there to fill the batch."""
        a = self.forward(x)
        delta = self.cost.delta(a, t, out=self.buffer("delta", a.shape, a)).mul_(1 / B)
        if a.shape[1] > B:
            delta[:, B:] = 0
        self.backward(delta)

    def targets(self, t: Tensor) -> Tensor:
        """Targets as the cost sees them: the second class alone where it has a single output."""
        return t[..., 1:] if self.n_out == 1 and t.shape[-1] == 2 else t


def _flatten(modules):
    for module in modules:
        yield from _flatten(module.modules) if isinstance(module, Residual) else [module]


def _chain(runs: list[Run], layers: LayerSizes, like: Tensor) -> list:
    run, seeds = runs[0], [r.seed for r in runs]
    modules: list[Any] = (
        [Noise([r.input_noise for r in runs], seeds, like)] if run.input_noise else []
    )
    *hidden, last = layers
    for layer, size in enumerate(hidden):
        block: list[Any] = [_linear(run, size), Activate(run.activation)]
        if run.residual != "none" and layer:
            block = [Residual(block, 1 / sqrt(run.depth) if run.residual == "scaled" else 1.0)]
        if run.dropout:
            block.append(Dropout([r.dropout for r in runs], seeds, layer, like))
        modules += block
    return [*modules, Linear(*last.fans)]


def _linear(run: Run, size: LayerSize) -> Linear:
    if not size.convolves:
        return Linear(*size.fans)
    slides = run.kernel, size.stride, run.padding
    return Convolve(size.below, size.channels_in, size.fan_out, *slides)
