"""Normalised layers against PyTorch's own, forward, backward and in whole trainings, in float64."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.network import Network
from mlpstudy.core.norms import EPSILON, MOMENTUM, NORMS, BatchNorm
from mlpstudy.core.train import train
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run
from mlpstudy.rng import stream

R, B, FILLED = 2, 6, 9  # networks, examples of a batch, and with those that fill it
SHAPES = {"dense": (5, 1), "a line of units": (16, 1), "convolution": (3, 4)}  # units, places


def bound(kind: str, n: int):
    """A norm with gains and shifts of its own for each network."""
    generator = torch.Generator().manual_seed(1)
    norm = NORMS[kind](n)
    asked = [each.room for each in norm.asks()]
    values, slopes = ([torch.zeros(R, *room, dtype=torch.float64) for room in asked] for _ in "ab")
    norm.bind(values, slopes)
    norm.reset()
    for array in (norm.gain, norm.shift):
        array[..., :n] += torch.randn(R, 1, n, generator=generator, dtype=torch.float64)
    return norm


def twin(norm, r: int, places: int) -> nn.Module:
    """What PyTorch calls it, for network r: (B, channels, places)."""
    batch = isinstance(norm, BatchNorm)
    module = nn.BatchNorm1d(norm.n) if batch else nn.GroupNorm(1, norm.n)
    module = module.double()
    with torch.no_grad():
        module.weight.copy_(norm.gain[r, 0, : norm.n])
        module.bias.copy_(norm.shift[r, 0, : norm.n])
    return module


def channels_first(array, n: int, places: int):
    """(B, places * n) -> (B, n, places)"""
    return array.reshape(len(array), places, n).mT


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", NORMS)
def test_forth_and_back_it_is_pytorchs_own(kind, shape):
    n, places = SHAPES[shape]
    norm, generator = bound(kind, n), torch.Generator().manual_seed(2)
    a, direction = (
        torch.randn(R, FILLED, n * places, generator=generator, dtype=torch.float64) for _ in "ab"
    )
    direction[:, B:] = 0
    norm.rows = B
    ours, below = norm.forward(a).clone(), norm.backward(direction)
    for r in range(R):
        module = twin(norm, r, places)
        theirs = channels_first(a[r, :B], n, places).detach().requires_grad_()
        z = module(theirs)
        z.backward(channels_first(direction[r, :B], n, places))
        close = {"rtol": 1e-11, "atol": 1e-12}
        torch.testing.assert_close(channels_first(ours[r, :B], n, places), z.detach(), **close)
        torch.testing.assert_close(channels_first(below[r, :B], n, places), theirs.grad, **close)
        torch.testing.assert_close(norm.dgain[r, 0, :n], module.weight.grad, **close)
        torch.testing.assert_close(norm.dshift[r, 0, :n], module.bias.grad, **close)
    assert not below[:, B:].any()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", NORMS)
def test_forward_passes_gradcheck_with_the_delta_of_backward(kind, shape):
    n, places = SHAPES[shape]

    class Ours(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            norm.rows = B
            return norm.forward(a).clone()

        @staticmethod
        def backward(ctx, delta):
            return norm.backward(delta)

    norm = bound(kind, n)
    a = torch.randn(
        R, B, n * places, dtype=torch.float64, generator=torch.Generator().manual_seed(3)
    )

    def again(a):
        norm.rows = B  # backward needs what the last forward left
        return Ours.apply(a)

    assert torch.autograd.gradcheck(again, a.requires_grad_())


def test_running_numbers_are_those_of_pytorch_and_answer_for_the_batch():
    norm, generator = bound("batch", 5), torch.Generator().manual_seed(4)
    module = twin(norm, 0, 1)
    assert (module.eps, module.momentum) == (EPSILON, MOMENTUM)
    norm.learning = True
    for _ in range(3):
        a = 3 + 2 * torch.randn(R, FILLED, 5, generator=generator, dtype=torch.float64)
        norm.rows = B
        norm.forward(a)
        module(a[0, :B])
    mean, variance = (array[0, 0, :5] for array in norm.kept)
    torch.testing.assert_close(mean, module.running_mean)
    torch.testing.assert_close(variance, module.running_var)
    norm.rows, norm.learning = 0, False
    before = [array.clone() for array in norm.kept]
    torch.testing.assert_close(norm.forward(a)[0], module.eval()(a[0]).detach())
    assert all(torch.equal(*pair) for pair in zip(before, norm.kept))


def part(n: int = 40, n_in: int = 5) -> Part:
    drawn = np.random.default_rng(0)
    y = drawn.integers(0, 3, n)
    x = drawn.standard_normal((n, n_in)) + y[:, None]
    return Part(x, np.eye(3)[y], y)


def network_of(runs, dims=(5,)):
    network = Network(runs, dims, 3, dtype=torch.float64)
    network.initialize()
    return network


KINDS = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def sequential(network, r: int) -> nn.Sequential:
    """Network r of a stack of dense networks, by PyTorch."""
    run, layers = network.runs[r], []
    for k, module in enumerate(network.layers):
        linear = nn.Linear(*module.fans, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(module.W[r].T)
            linear.bias.copy_(module.b[r, 0])
        hidden = k + 1 < len(network.layers)
        layers += [linear, KINDS[run.norm](module.fans[1]), nn.Tanh()] if hidden else [linear]
    return nn.Sequential(*layers).double()


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("norm", KINDS)
def test_a_training_is_that_of_torch_nn_and_torch_optim(norm, optimizer):
    """Decay pulls at gains and shifts, too, and not at running numbers."""
    base = dict(dataset="blobs", width=6, activation="tanh", batch_size=8, epochs=4, eta=0.05)
    run = Run(**base, norm=norm, optimizer=optimizer, weight_decay=0.1)
    network = network_of([run.model_copy(update={"seed": 7, "eta": 0.01}), run])
    model, data = sequential(network, 1), part()
    examples = Examples([data], [0, 0], network)
    if optimizer == "sgd":
        steps = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=0.1)
    else:
        steps = torch.optim.AdamW(model.parameters(), 0.05, (0.9, 0.999), weight_decay=0.1)
    orders, x, y = stream(run.seed, "order"), torch.from_numpy(data.x), torch.from_numpy(data.y)
    for epoch, _ in train(network, examples):
        if epoch:
            model.train()
            for rows in torch.from_numpy(orders.permutation(40)).split(8):
                steps.zero_grad()
                F.cross_entropy(model(x[rows]), y[rows]).backward()
                steps.step()
        model.eval()
        score = probes.evaluate(network, examples)
        expected = F.cross_entropy(model(x), y).item()
        assert score.loss[1] == pytest.approx(expected, rel=1e-9), epoch
    kept = [p for name, p in model.state_dict().items() if "num_batches" not in name]
    assert sum(map(torch.numel, kept)) == sum(b[1].numel() for b in network.blocks(network.theta))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize(
    ("dims", "more"), [((5,), {}), ((6, 6), {"kernel": 3}), ((5,), {"residual": "scaled"})]
)
def test_delta_and_gradients_of_all_layers_are_central_differences(dims, more, norm):
    run = Run(depth=2, width=3, activation="tanh", norm=norm, **more)
    network, h = network_of([run], dims), 1e-6
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(1, B, math.prod(dims), generator=generator, dtype=torch.float64)
    t = torch.eye(3, dtype=torch.float64)[torch.arange(B) % 3][None]

    def loss() -> float:
        network.learn_from(x, t, B)
        return network.cost.loss(network.last, t).item()

    loss()
    names = [name for name in network.names if not name.startswith(("mean", "variance"))]
    slopes = dict(zip(network.names, network.blocks(network.gradient.clone()), strict=True))
    for name, block in zip(network.names, network.blocks(network.theta), strict=True):
        place = (0, -1, -1)
        if name in names:
            losses = []
            for step in (h, -2 * h):
                block[place] += step
                losses.append(loss())
            block[place] += h
            slope = (losses[0] - losses[1]) / (2 * h)
            assert slope == pytest.approx(slopes[name][place].item(), rel=1e-5, abs=1e-9), name
        else:
            assert not slopes[name].any()
    assert network.n_parameters == sum(slopes[name].numel() for name in names)


def test_layers_are_probed_as_they_learn_and_stay_as_they_were():
    """By the statistics of the examples that are looked at: running ones would not be there yet."""
    run = Run(dataset="blobs", depth=6, width=12, norm="batch", activation="sigmoid")
    network = network_of([run])
    examples = Examples([part()], [0], network)
    before = network.theta.clone()
    seen = probes.layers(network, examples)
    assert torch.equal(network.theta, before)
    plain = network_of([run.model_copy(update={"norm": "none"})])
    without = probes.layers(plain, Examples([part()], [0], plain))
    lost = [np.log10(m["delta_rms"][0, 0] / m["delta_rms"][0, -2]) for m in (seen, without)]
    assert seen["weight_gradient_rms"].shape == (1, 7)
    assert lost[0] > lost[1] + 1  # decades: without it delta vanishes


def test_a_trained_network_is_put_back_by_its_names():
    run = Run(depth=2, width=3, norm="batch")
    one, other = network_of([run]), network_of([run.model_copy(update={"seed": 1})])
    names = ["W1", "b1", "W2", "b2", "W3", "b3"]
    norms = [f"{name}{k}" for k in (1, 2) for name in ("gain", "shift", "mean", "variance")]
    assert one.names == [*names, *norms]
    blocks = zip(one.names, one.blocks(one.theta), strict=True)
    other.put(0, {name: block[0].numpy() for name, block in blocks})
    assert torch.equal(one.theta, other.theta)
