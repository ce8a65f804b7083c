"""A chain of modules for a stack of runs of one shape, from the inputs to the last a."""

from math import sqrt

import torch
from torch import Tensor

from mlpstudy import rng
from mlpstudy.core.costs import COSTS
from mlpstudy.core.initializers import draw_parameters
from mlpstudy.core.modules import Activate, Convolve, Dropout, Linear, Noise, Residual
from mlpstudy.design.run import Run, shape


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
        self.n_out = _outputs(self.cost, classes, targets)
        self.modules = _chain(runs, tuple(dims), self.n_out, self.like)
        flat = list(_flatten(self.modules))
        self.layers = [m for m in flat if isinstance(m, Linear | Convolve)]
        self.activations = [m for m in flat if isinstance(m, Activate)]
        self.random = [m for m in flat if isinstance(m, Dropout | Noise)]
        self.layers[0].first = True
        self._bind()

    def _bind(self) -> None:
        """Lay all parameters of all runs into one vector, layer after layer, run after run."""
        shapes = [s for m in self.layers for s in ((self.R, *m.fans), (self.R, 1, m.fans[1]))]
        sizes = [torch.Size(s).numel() for s in shapes]
        self.theta = self.like.new_zeros(sum(sizes))
        self.gradient = torch.zeros_like(self.theta)
        self.shapes, self.sizes = shapes, sizes
        views, slopes = self.blocks(self.theta), self.blocks(self.gradient)
        for m, W, b, dW, db in zip(
            self.layers, views[::2], views[1::2], slopes[::2], slopes[1::2], strict=True
        ):
            m.W, m.b, m.dW, m.db = W, b, dW, db

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """The parts of a vector over all parameters: W (R, fan_in, fan_out), b (R, 1, fan_out), ..."""
        return [p.view(s) for p, s in zip(flat.split(self.sizes), self.shapes, strict=True)]

    @property
    def n_parameters(self) -> int:
        return self.theta.numel() // self.R

    def spread(self, values: list[float], last_only: bool = False) -> Tensor:
        """One value per run, repeated over all its parameters; 0 below the last layer on request."""
        rates = self.like.new_tensor(values).view(-1, 1, 1)
        flat = torch.empty_like(self.theta)
        blocks = self.blocks(flat)
        for i, block in enumerate(blocks):
            block.copy_(rates if not last_only or i >= len(blocks) - 2 else torch.zeros_like(rates))
        return flat

    def initialize(self) -> None:
        """Draw every run's weights and biases from its own stream."""
        for r, run in enumerate(self.runs):
            fans = [m.fans for m in self.layers]
            stream = rng.stream(run.seed, "init")
            weights, biases = draw_parameters(run.initialization, run.init_gain, stream, fans)
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

    def learn_from(self, x: Tensor, t: Tensor) -> None:
        """Forward and backward on a batch: x (R, B, n_in), t (R, B, n_out) -> gradient."""
        self.backward(self.cost.delta(self.forward(x), t))

    def targets(self, t: Tensor) -> Tensor:
        """Targets as the cost sees them: the second class alone where it has a single output."""
        return t[..., 1:] if self.n_out == 1 and t.shape[-1] == 2 else t


def _outputs(cost, classes: int, targets: int) -> int:
    if not classes:
        return targets
    return 1 if cost.single and classes == 2 else classes


def _flatten(modules):
    for module in modules:
        yield from _flatten(module.modules) if isinstance(module, Residual) else [module]


def _chain(runs: list[Run], dims: tuple[int, ...], n_out: int, like: Tensor) -> list:
    run, seeds = runs[0], [r.seed for r in runs]
    modules = [Noise([r.input_noise for r in runs], seeds, like)] if run.input_noise else []
    width = torch.Size(dims).numel()
    channels = 1
    for layer in range(run.depth):
        linear, dims, width, channels = _layer(run, layer, dims, width, channels)
        block = [linear, Activate(run.activation)]
        if run.residual != "none" and layer:
            block = [Residual(block, 1 / sqrt(run.depth) if run.residual == "scaled" else 1.0)]
        if run.dropout:
            block.append(Dropout([r.dropout for r in runs], seeds, layer, like))
        modules += block
    return [*modules, Linear(width, n_out)]


def _layer(run: Run, layer: int, dims, width: int, channels: int):
    """One hidden layer, and the dims, size and channels of what it gives."""
    if not run.kernel:
        return Linear(width, run.width), dims, run.width, 1
    stride = run.stride if layer == 0 else 1
    module = Convolve(dims, channels, run.width, run.kernel, stride, run.padding)
    return module, module.dims_out, module.n_out, run.width
