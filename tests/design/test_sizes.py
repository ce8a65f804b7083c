"""Sizes of layers: worked by hand, and those of the arrays that PyTorch makes."""

from math import prod

import pytest
import torch

from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes, layer_sizes, slid

LINE = Run(depth=2, width=4, kernel=5, stride=2, padding=1)
THREE = Run(depth=3, width=25, kernel=5, kernel_above=3, stride=2, stride_above=2, padding=1)
PICTURE = Run(depth=2, width=4, kernel=3, stride=2, padding=1)


def column(layers, name):
    return [getattr(layer, name) for layer in layers]


def test_dense_layers():
    layers = layer_sizes(Run(depth=2, width=5), (2, 3), 4)
    assert column(layers, "fans") == [(6, 5), (5, 5), (5, 4)]
    assert column(layers, "weights") == column(layers, "products") == [30, 25, 20]
    assert column(layers, "units") == [5, 5, 4] and column(layers, "patches") == [0, 0, 0]
    assert layers.n_parameters == 30 + 25 + 20 + 5 + 5 + 4


@pytest.mark.parametrize("kernel", [0, 3])
def test_without_a_hidden_layer_the_outputs_see_the_inputs(kernel):
    (layer,) = layer_sizes(Run(depth=0, kernel=kernel), (8, 8), 10)
    assert layer.fans == (64, 10) and not layer.convolves and layer.units == 10


def test_a_convolution_on_a_line():
    # 40 -> (40 + 2 - 5) // 2 + 1 = 19 -> 19 + 2 - 5 + 1 = 17 places
    layers = layer_sizes(LINE, (40,), 10)
    assert column(layers, "fans") == [(5, 4), (5 * 4, 4), (17 * 4, 10)]
    assert column(layers, "products") == [5 * 4 * 19, 5 * 4 * 4 * 17, 17 * 4 * 10]
    assert column(layers, "units") == [19 * 4, 17 * 4, 10]


def test_a_kernel_and_a_stride_of_their_own_after_the_first():
    # 40 -> (40 + 2 - 5) // 2 + 1 = 19 -> (19 + 2 - 3) // 2 + 1 = 10 -> 5 places
    layers = layer_sizes(THREE, (40,), 10)
    assert column(layers, "fans") == [(5, 25), (75, 25), (75, 25), (125, 10)]
    assert column(layers[:-1], "sides") == [(19,), (10,), (5,)]
    assert column(layers[:-1], "stride") == [2, 2, 2] and column(layers[:-1], "side") == [5, 3, 3]
    assert layers.n_parameters == 5210  # as published


def test_a_convolution_on_a_picture():
    # 8 x 8: 4 x 4 places of 9 numbers, then 4 x 4 places of 9 numbers in 4 channels
    layers = layer_sizes(PICTURE, (8, 8), 10)
    assert column(layers, "patches") == [16 * 9, 16 * 9 * 4, 0]
    assert column(layers, "channels_in")[:2] == [1, 4] and column(layers, "stride")[:2] == [2, 1]


@pytest.mark.parametrize(("n", "places"), [(3, 1), (2, 0), (1, -1)])
def test_a_kernel_that_does_not_fit_has_no_place(n, places):
    assert slid((5, n), 3, 1, 0) == (3, places)


@pytest.mark.parametrize(
    ("run", "sides"), [(LINE, (40,)), (THREE, (40,)), (PICTURE, (8, 8)), (Run(), (8, 8))]
)
def test_sizes_are_those_of_the_arrays(run, sides):
    network = Network([run], sides, 10)
    layers = layer_sizes(run, sides, 10)
    network.forward(torch.zeros(1, 1, prod(sides)))
    assert [tuple(m.W.shape[1:]) for m in network.layers] == column(layers, "fans")
    assert [m.z.numel() for m in network.activations] == column(layers[:-1], "units")
    sliding = zip(network.layers, layers, strict=True)
    assert all(m.z.numel() == size.patches for m, size in sliding if size.convolves)
    assert layers.n_parameters == sum(block.numel() for block in network.blocks(network.theta))


@pytest.mark.parametrize(("run", "sides"), [(LINE, (40,)), (THREE, (40,)), (PICTURE, (8, 8))])
def test_places_are_those_of_pytorch(run, sides):
    convolve = {1: torch.nn.Conv1d, 2: torch.nn.Conv2d}[len(sides)]
    layers, z = layer_sizes(run, sides, 10), torch.zeros(1, 1, *sides)
    for size in layers[:-1]:
        slides = {"stride": size.stride, "padding": run.padding}
        module = convolve(size.channels_in, size.fan_out, size.side, **slides)
        z = module(z)
        assert tuple(z.shape[2:]) == size.sides
        assert sum(p.numel() for p in module.parameters()) == LayerSizes([size]).n_parameters
