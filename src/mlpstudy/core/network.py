"""A chain of modules for a stack of runs of one shape, from the inputs to the last a."""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from mlpstudy import rng
from mlpstudy.core.costs import cost_of
from mlpstudy.core.initializers import draw_layers
from mlpstudy.core.modules import (
    Activate,
    Buffers,
    Convolve,
    Dropout,
    Linear,
    Masking,
    Noise,
    Residual,
)
from mlpstudy.core.norms import NORMS, Norm
from mlpstudy.core.outputs import outputs
from mlpstudy.core.stack import Stack
from mlpstudy.design.run import Run, shape
from mlpstudy.design.sizes import LayerSize, layer_sizes

M = TypeVar("M")


class Network(Stack):
    """R networks of one shape.

    dims: the shape of one example; classes: number of classes, 0 for a regression with `targets`
    real outputs; first: modules that the inputs go through before all others. Raises ValueError
    where the runs differ in shape or a kernel does not fit.
    """

    def __init__(
        self,
        runs: list[Run],
        dims,
        classes,
        targets=1,
        dtype=torch.float32,
        device="cpu",
        first: Sequence[Any] = (),
    ):
        if len({shape(run) for run in runs}) != 1:
            raise ValueError("a stack needs runs of one shape, and at least one")
        like = torch.empty(0, dtype=dtype, device=device)
        self.classes = classes
        self.n_out = outputs(runs[0].cost, classes, targets)
        self.cost = cost_of(runs[0])
        self.layer_sizes = layer_sizes(runs[0], tuple(dims), self.n_out)
        self.n_parameters = self.layer_sizes.n_parameters
        self.hidden = [_hidden(runs[0], *each) for each in enumerate(self.layer_sizes[:-1])]
        self.modules = [
            *first,
            *_chain(runs, self.hidden, Linear(*self.layer_sizes[-1].fans), like),
        ]
        flat = list(_flatten(self.modules))
        self.activations = _of(flat, Activate)
        self.buffer = Buffers()
        noisy = [m for m in flat if isinstance(m, Dropout | Noise | Masking)]
        layers, norms = _of(flat, Linear), _of(flat, Norm)
        super().__init__(runs, layers, noisy, like, norms)
        self.layers[0].first = True

    def initialize(self) -> None:
        """Draw every run's weights and biases from its own stream."""
        fans, places = [m.fans for m in self.layers], [m.places for m in self.layers]
        for r, run in enumerate(self.runs):
            stream = rng.stream(run.seed, "init", run.restart)
            weights, biases = draw_layers(run, stream, fans, places)
            for m, W, b in zip(self.layers, weights, biases, strict=True):
                m.W[r].copy_(torch.from_numpy(W.copy()))
                m.b[r, 0].copy_(torch.from_numpy(b))
        for norm in self.norms:
            norm.reset()

    def put(self, r: int, weights: Mapping[str, np.ndarray]) -> None:
        """Give run r the arrays of a trained network, by their names: W1, b1, ..."""
        for name, block in zip(self.names, self.blocks(self.theta), strict=True):
            block[r].copy_(torch.from_numpy(weights[name]))

    def forward(self, x: Tensor) -> Tensor:
        """x (R, B, n_in) -> a of the last layer (R, B, n_out)."""
        for module in self.modules:
            x = module.forward(x)
        self.last = x
        return x

    def through(self, layer: int, z: Tensor) -> Tensor:
        """What a hidden layer, 0 being the first, makes of its inputs z (R, B, n): without dropout."""
        for module in self.hidden[layer]:
            z = module.forward(z)
        return z

    def backward(self, delta: Tensor) -> None:
        """delta = dL/da of the last layer; every layer keeps its delta and leaves dW and db."""
        for module in reversed(self.modules):
            delta = module.backward(delta)
            if delta is None:
                return

    def learn_from(self, x: Tensor, t: Tensor, B: int) -> None:
        """Forward and backward: x (R, B or more, n_in), t (R, B or more, n_out) -> gradient of the
        mean cost of the first B examples, each as often as it counts; the others are there to fill
        the batch, over which batch norm normalises."""
        for norm in self.norms:
            norm.rows = B
        a = self.forward(x)
        delta = self.cost.delta(a, t, out=self.buffer("delta", a.shape, a)).mul_(1 / B)
        if self.class_weights is not None:
            delta.mul_(self.counts(t))
        if a.shape[1] > B:
            delta[:, B:].zero_()
        self.backward(delta)
        for norm in self.norms:
            norm.rows = 0

    def counts(self, t: Tensor) -> Tensor:
        """(R, B, 1) what examples of targets t (R, B, n_out) count: the sum over the classes of the
        target's share times the weight."""
        weights = self.class_weights
        assert weights is not None
        if t.shape[2] < weights.shape[2]:  # the share of the second class alone
            return weights[..., :1] + (weights[..., 1:] - weights[..., :1]) * t
        return (weights * t).sum(2, keepdim=True)

    def targets(self, t: Tensor) -> Tensor:
        """Targets as the cost sees them: the second class alone where it has a single output."""
        return t[..., 1:] if self.n_out == 1 and t.shape[-1] == 2 else t


def _of(modules: list, kind: type[M]) -> list[M]:
    return [m for m in modules if isinstance(m, kind)]


def _flatten(modules):
    for module in modules:
        yield from _flatten(module.modules) if isinstance(module, Residual) else [module]


def _chain(runs: list[Run], hidden: list[list], last: Linear, like: Tensor) -> Iterator[Any]:
    """The hidden layers and the last one, and between them what is random."""
    run, seeds = runs[0], [r.seed for r in runs]
    if run.input_noise:
        yield Noise([r.input_noise for r in runs], seeds, like)
    if run.input_dropout:
        yield Dropout([r.input_dropout for r in runs], seeds, 0, like, "input-dropout")
    for layer, block in enumerate(hidden):
        yield from block
        if run.dropout:
            yield Dropout([r.dropout for r in runs], seeds, layer, like)
    yield last


def _hidden(run: Run, layer: int, size: LayerSize) -> list:
    """The modules of one hidden layer."""
    norm = [NORMS[run.norm](size.fan_out)] if run.norm != "none" else []
    block = [_linear(run, size), *norm, Activate(run.activation)]
    if run.residual == "none" or layer == 0:
        return block
    return [Residual(block, 1 / sqrt(run.depth) if run.residual == "scaled" else 1.0)]


def _linear(run: Run, size: LayerSize) -> Linear:
    if not size.convolves:
        return Linear(*size.fans)
    slides = size.side, size.stride, run.padding
    return Convolve(size.below, size.channels_in, size.fan_out, *slides)
