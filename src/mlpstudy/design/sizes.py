"""How large the layers of a run's network are: what is known of them before one is built."""

from collections.abc import Iterator
from functools import cache, cached_property
from itertools import pairwise
from math import prod
from typing import NamedTuple

from mlpstudy.design.run import Run

Sides = tuple[int, ...]  # of a line (length,) or a picture (height, width)
Shape = tuple[int, ...]  # the same, and of a picture in colour (height, width, channels)


class LayerSize(NamedTuple):
    """A layer of weights W (fan_in, fan_out) and biases (fan_out,).

    Those of a convolution slide over what is below: its W is used at every place where the kernel
    fits, and fan_in counts what the kernel sees there in all channels.
    """

    fan_in: int
    fan_out: int  # units; channels of a convolution
    below: Sides = ()  # the sides of what the kernel slides over
    sides: Sides = ()  # the places where it fits, along each side; below 1 where it does not
    seen: int = 1  # places in the kernel
    side: int = 0  # of the kernel
    stride: int = 1
    normed: bool = False  # whether each unit or channel has a gain and a shift

    @property
    def fans(self) -> tuple[int, int]:
        """(fan_in, fan_out)"""
        return self.fan_in, self.fan_out

    @property
    def convolves(self) -> bool:
        """Whether it is a convolution."""
        return bool(self.sides)

    @property
    def channels_in(self) -> int:
        """Channels of what is below; of a dense layer all its inputs."""
        return self.fan_in // self.seen

    @property
    def places(self) -> int:
        """How often W is used for one example."""
        return prod(self.sides)

    @property
    def units(self) -> int:
        """Outputs for one example."""
        return self.places * self.fan_out

    @property
    def weights(self) -> int:
        """Numbers in W."""
        return self.fan_in * self.fan_out

    @property
    def products(self) -> int:
        """Multiply-adds of the forward pass of one example."""
        return self.places * self.weights

    @property
    def patches(self) -> int:
        """Numbers that a convolution copies for one example: what its kernel sees at each place."""
        return self.places * self.fan_in if self.convolves else 0


class LayerSizes(tuple[LayerSize, ...]):
    """The layers of a network, and their sums; the sums are taken once."""

    @cached_property
    def n_parameters(self) -> int:
        """Weights and biases, gains and shifts."""
        return sum(layer.weights + (3 if layer.normed else 1) * layer.fan_out for layer in self)

    @cached_property
    def products(self) -> int:
        """Multiply-adds of the forward pass of one example."""
        return sum(layer.products for layer in self)

    @cached_property
    def units(self) -> int:
        """Outputs of all layers for one example."""
        return sum(layer.units for layer in self)

    @cached_property
    def patches(self) -> int:
        """Numbers that convolutions copy for one example."""
        return sum(layer.patches for layer in self)


def layer_sizes(run: Run, shape: Shape, outputs: int) -> LayerSizes:
    """The layers of a run's network, the one of its outputs last; shape: of one example.

    They say nothing of whether a kernel fits: see `LayerSize.sides`.
    """
    kernels = (run.kernel, run.kernel_above or run.kernel)
    strides = (run.stride, run.stride_above)
    normed = run.norm != "none"
    return _sizes(run.depth, run.width, kernels, strides, run.padding, shape, outputs, normed)


FirstAndAbove = tuple[int, int]  # of the first convolution, and of those after it


@cache
def _sizes(
    depth: int,
    width: int,
    kernels: FirstAndAbove,
    strides: FirstAndAbove,
    padding: int,
    shape: Shape,
    outputs: int,
    normed: bool,
) -> LayerSizes:
    if kernels[0]:
        hidden = list(_convolutions(depth, width, kernels, strides, padding, shape))
    else:
        fans = [prod(shape), *[width] * depth]
        hidden = [LayerSize(below, above) for below, above in pairwise(fans)]
    below = hidden[-1].units if hidden else prod(shape)
    hidden = [layer._replace(normed=normed) for layer in hidden]
    return LayerSizes([*hidden, LayerSize(below, outputs)])


def _convolutions(depth, width, kernels, strides, padding, shape) -> Iterator[LayerSize]:
    below, channels = shape[:2], prod(shape[2:])
    for layer in range(depth):
        kernel, stride = kernels[layer > 0], strides[layer > 0]
        sides, seen = slid(below, kernel, stride, padding), kernel ** len(below)
        yield LayerSize(seen * channels, width, below, sides, seen, kernel, stride)
        below, channels = sides, width


def slid(sides: Sides, kernel: int, stride: int, padding: int) -> Sides:
    """The places at which a kernel fits, along each side; below 1 where it does not fit."""
    return tuple((n + 2 * padding - kernel) // stride + 1 for n in sides)
