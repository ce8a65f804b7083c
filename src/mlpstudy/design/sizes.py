"""How large the layers of a run's network are: what is known of them before one is built."""

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

from mlpstudy.design.run import Run

Sides = tuple[int, ...]  # of a line (length,) or a picture (height, width)


class LayerSize(NamedTuple):
    """A layer of weights W (fan_in, fan_out) and biases (fan_out,).

    Those of a convolution slide over what is below: its W is used at every place where the kernel
    fits, and fan_in counts what the kernel sees there in all channels.
    """

    fan_in: int
    fan_out: int  # units; channels of a convolution
    below: Sides = ()  # the sides of what the kernel slides over
    sides: Sides = ()  # the places where it fits, along each side; below 1 where it does not
    kernel: int = 1  # places of one input in the kernel
    stride: int = 1

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
        return self.fan_in // self.kernel

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


def layer_sizes(run: Run, sides: Sides, outputs: int) -> tuple[LayerSize, ...]:
    """The layers of a run's network, the one of its outputs last; sides: of one example.

    They say nothing of whether a kernel fits: see `LayerSize.sides`.
    """
    if run.kernel:
        hidden = _convolutions(run, sides)
    else:
        fans = [prod(sides), *[run.width] * run.depth]
        hidden = [LayerSize(below, above) for below, above in zip(fans, fans[1:])]
    return *hidden, LayerSize(hidden[-1].units if hidden else prod(sides), outputs)


def _convolutions(run: Run, below: Sides) -> list[LayerSize]:
    kernel = run.kernel ** len(below)
    channels, stride = 1, run.stride
    layers = []
    for _ in range(run.depth):
        sides = slid(below, run.kernel, stride, run.padding)
        layers.append(LayerSize(kernel * channels, run.width, below, sides, kernel, stride))
        below, channels, stride = sides, run.width, 1
    return layers


def slid(sides: Sides, kernel: int, stride: int, padding: int) -> Sides:
    """The places at which a kernel fits, along each side; below 1 where it does not fit."""
    return tuple((n + 2 * padding - kernel) // stride + 1 for n in sides)


def n_parameters(layers: Iterable[LayerSize]) -> int:
    """Weights and biases of some layers."""
    return sum(layer.weights + layer.fan_out for layer in layers)
