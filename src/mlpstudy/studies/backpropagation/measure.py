"""Gradients of small networks and single modules against autograd, differences and hand."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mlpstudy.analysis import gradients
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import COSTS
from mlpstudy.core.modules import Activate, Linear, Residual
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.rng import stream
from mlpstudy.tables.networks import Networks

COLUMNS = {
    "checked": ["kind", "name", "seed", "parameters", "off_autograd", "off_differences"],
    "steps": ["differences", "precision", "h", "seed", "off", "cut"],
    "sources": ["module", "taken", "seed", "off"],
    "alike": ["seed", "off"],
    "learned": ["name", "parameters"],
    "example": ["part", "name", "value"],
}
FACTORS = {
    "checked": ["kind", "name"],
    "steps": ["differences", "precision", "h"],
    "sources": ["module", "taken"],
    "learned": ["name"],
    "example": ["part", "name"],
}
NEEDS = {
    "x": ["number"], "y": "number", "unit_1": ["number"], "unit_2": ["number"],
    "unit_3": ["number"], "eta": "number", "width": "whole", "inputs": "whole",
    "examples": "whole", "step": "number", "steps": ["number"],
}  # fmt: skip
KEYS = ["seeds"]

CLASSES = 3
HARD = ("perceptron", "hinge")  # costs of targets that are 0 or 1; the others take soft ones
PRECISIONS = {"single": torch.float32, "double": torch.float64}
CENTRAL, ONE_SIDED = "central", "one-sided"

Fields = dict[str, Any]  # of a run


class Case(NamedTuple):
    """A network that is checked: what it is there for, its run, and the shape of its inputs."""

    kind: str
    name: str
    run: Run
    dims: tuple[int, ...]


def cases(options: dict) -> list[Case]:
    """A network for every activation, cost and module of the tables."""
    width, inputs = int(options["width"]), (int(options["inputs"]),)
    deep: Fields = {"depth": 3, "width": width}
    tanh: Fields = {**deep, "activation": "tanh"}
    sliding: Fields = {**tanh, "kernel": 3, "padding": 1}
    modules: dict[str, tuple[Fields, tuple[int, ...]]] = {
        "linear model": ({"depth": 0, "width": 1}, inputs),
        "linear, deep": ({**tanh, "depth": 8}, inputs),
        "residual": ({**tanh, "residual": "plain"}, inputs),
        "residual, scaled": ({**tanh, "residual": "scaled"}, inputs),
        "convolution on a line": (sliding, (9,)),
        "convolution on a picture": (sliding, (5, 5)),
        "convolution with strides": ({**tanh, "depth": 2, "kernel": 3, "stride": 2}, (9, 9)),
        "residual convolution": ({**sliding, "residual": "plain"}, (9,)),
        "dropout": ({**tanh, "dropout": 0.4}, inputs),
        "noise on the inputs": ({**tanh, "input_noise": 0.5}, inputs),
    }
    return [
        *(Case("activation", n, Run(**deep, activation=n), inputs) for n in ACTIVATIONS),
        *(Case("cost", n, Run(**tanh, cost=n), inputs) for n in COSTS),
        *(Case("module", n, Run(**fields), dims) for n, (fields, dims) in modules.items()),
    ]


def measure(study: dict, networks: Networks) -> dict[str, pd.DataFrame]:
    """checked: how far each gradient is from autograd's and from that of differences. steps: how
    far differences are from it, by their step. sources, alike, learned: of single modules.
    example: the lecture's network, number by number."""
    options, seeds = study["options"], study["seeds"]
    seeds = list(range(seeds)) if isinstance(seeds, int) else list(seeds)
    every = cases(options)
    rows = {
        "checked": (_check(case, options, seed) for case in every for seed in seeds),
        "steps": (row for seed in seeds for row in _steps(options, seed)),
        "sources": (row for seed in seeds for row in _sources(options, seed)),
        "alike": (_alike(options, seed) for seed in seeds),
        "learned": (_learned(case) for case in every if case.kind == "activation"),
        "example": example(options),
    }
    return {name: pd.DataFrame(rows[name], columns=COLUMNS[name]) for name in COLUMNS}


# Whole networks


def _drawn(case: Case, options: dict, seed: int) -> tuple[Network, Tensor, Tensor]:
    """A network with random weights and biases, inputs x (B, n_in) and targets t (B, n_out)."""
    draws = stream(seed, "study")
    B = int(options["examples"])
    network = Network(
        [case.run.model_copy(update={"seed": seed})], case.dims, CLASSES, dtype=torch.float64
    )
    network.initialize()
    theta = gradients.vector(network, network.theta)
    away = torch.from_numpy(0.3 * draws.standard_normal(len(theta)))  # biases are no longer 0
    gradients.put(network, (theta + away)[None])
    x = torch.from_numpy(draws.standard_normal((B, int(np.prod(case.dims)))))
    t = torch.from_numpy(draws.dirichlet(np.ones(network.n_out), B))
    return network, x, (t == t.amax(1, keepdim=True)).double() if case.run.cost in HARD else t


def _check(case: Case, options: dict, seed: int) -> tuple:
    network, x, t = _drawn(case, options, seed)
    by_hand = gradients.by_hand(network, x, t)
    traced = gradients.by_autograd(network, case.dims, x, t)
    differences = gradients.by_differences(network, case.dims, x, t, float(options["step"]))
    off = gradients.off(by_hand, traced), gradients.off(differences, by_hand)
    return case.kind, case.name, seed, len(by_hand), *off


def _steps(options: dict, seed: int) -> Iterator[tuple]:
    """How far differences are from the gradient, and how far cutting off Taylor's series puts them,
    by the next derivative at the same place."""
    run = Run(depth=3, width=int(options["width"]), activation="tanh")
    case = Case("", "", run, (int(options["inputs"]),))
    network, x, t = _drawn(case, options, seed)
    exact = gradients.by_hand(network, x, t)
    second, third = _next_derivatives(case, network, x, t)
    largest = exact.abs().max()
    for precision, dtype in PRECISIONS.items():
        copy = Network(network.runs, case.dims, CLASSES, dtype=dtype)
        gradients.put(copy, gradients.vector(network, network.theta)[None])
        data = x.to(dtype), t.to(dtype)
        for h in map(float, options["steps"]):
            for kind, cut in ((CENTRAL, third * h**2 / 6), (ONE_SIDED, second * h / 2)):
                found = gradients.by_differences(copy, case.dims, *data, h, kind == CENTRAL)
                off = gradients.off(found.double(), exact)
                yield kind, precision, h, seed, off, float(cut.abs().max() / largest)


def _next_derivatives(case: Case, network: Network, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The second and third derivative of the cost along each parameter, (P,) each."""
    theta = gradients.vector(network, network.theta)
    shapes = [block.shape[1:] for block in network.blocks(network.theta)]
    found = []
    for step in torch.eye(len(theta), dtype=theta.dtype):
        s = torch.zeros((), dtype=theta.dtype, requires_grad=True)
        parts = (theta + s * step).split([shape.numel() for shape in shapes])
        parameters = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
        a = gradients.chain(case.run, case.dims, parameters, x)
        slope = network.cost.loss(a[None], t).sum()
        slopes = []
        for _ in range(3):
            (slope,) = torch.autograd.grad(slope, s, create_graph=True)
            slopes.append(slope.detach())
        found.append(torch.stack(slopes[1:]))
    second, third = torch.stack(found).T
    return second, third


# Single modules


def _linear(fan_in: int, fan_out: int, draws: np.random.Generator) -> Linear:
    """A linear module with random W and b, in float64."""
    module = Linear(fan_in, fan_out)
    shapes = [(1, *module.room), (1, 1, module.room[1])]
    arrays = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
    module.bind(*arrays, *[torch.zeros_like(array) for array in arrays])
    module.W.copy_(torch.from_numpy(draws.standard_normal((1, fan_in, fan_out))))
    module.b.copy_(torch.from_numpy(draws.standard_normal((1, 1, fan_out))))
    return module


class Fork(NamedTuple):
    """A module whose inputs go to several places: what it sends down, by which errors are taken,
    and its function, for autograd."""

    name: str
    taken: dict[str, Tensor]
    function: Callable[[Tensor], Tensor]


def _sources(options: dict, seed: int) -> Iterator[tuple]:
    """How far dL/dz below a module is from autograd's, with all errors and with one source alone."""
    draws, n = stream(seed, "study", 1), int(options["width"])
    shape = (1, int(options["examples"]), n)
    z, delta = (torch.from_numpy(draws.standard_normal(shape)) for _ in range(2))
    scales = {"residual": 1.0, "residual, scaled": 0.5}
    forks = chain(
        [_dense(z, delta, _linear(n, n, draws))],
        (_residual(z, delta, name, scale, _linear(n, n, draws)) for name, scale in scales.items()),
    )
    for fork in forks:
        exact = torch.autograd.functional.vjp(fork.function, z, delta)[1]
        for taken, below in fork.taken.items():
            yield fork.name, taken, seed, gradients.off(below, exact)


def _dense(z: Tensor, delta: Tensor, linear: Linear) -> Fork:
    """A dense layer: each unit feeds all of the next."""
    parts = delta[..., None, :] * linear.W[:, None]  # (1, B, from, to)
    strongest = parts.gather(3, parts.abs().argmax(3, keepdim=True))[..., 0]
    linear.forward(z)
    taken = {"all": linear.backward(delta), "the strongest alone": strongest}
    return Fork("dense", taken, lambda z: z @ linear.W + linear.b)


def _residual(z: Tensor, delta: Tensor, name: str, scale: float, inner: Linear) -> Fork:
    """A residual layer: the input goes through the module and past it."""
    module = Residual([inner, Activate("tanh")], scale)
    module.forward(z)
    through = (module.backward(delta) - delta).clone()
    taken = {
        "all": module.backward(delta),
        "the module alone": through,
        "the shortcut alone": delta,
    }
    return Fork(name, taken, lambda z: z + scale * torch.tanh(z @ inner.W + inner.b))


def _alike(options: dict, seed: int) -> tuple[int, float]:
    """a = z W is the same as a' = W' z', where W' is the input and z' are the parameters: the
    gradient that the second module sends to its inputs is that of the first for its W."""
    draws = stream(seed, "study", 2)
    B, n, m = int(options["examples"]), int(options["inputs"]), int(options["width"])
    z, delta = (torch.from_numpy(draws.standard_normal((1, B, size))) for size in (n, m))
    first = _linear(n, m, draws)
    first.b.zero_()
    second = _linear(n, B, draws)
    second.b.zero_()
    second.W.copy_(z.mT)
    a = first.forward(z).clone()
    turned = second.forward(first.W.mT.contiguous())
    first.backward(delta)
    below = second.backward(delta.mT.contiguous())
    assert below is not None, "a layer that hands its delta down"
    return seed, max(gradients.off(turned.mT, a), gradients.off(below.mT, first.dW))


def _learned(case: Case) -> tuple[str, int]:
    """The parameters of a network, less those of its linear modules."""
    network = Network([case.run], case.dims, CLASSES)
    linear = sum(module.W.numel() + module.b.numel() for module in network.layers)
    return case.name, network.n_parameters - linear


# The lecture's network


def example(options: dict) -> list[tuple[str, str, float]]:
    """(part, name, value) for every number of the lecture's network: forward, backward, and after
    one step. Names: a1, z1, y_hat, L, delta1, w01 (1) for the bias of unit 1 of layer 1, ..."""
    network = _lectures(options)
    x = torch.tensor([[[float(v) for v in options["x"]]]], dtype=torch.float64)
    t = torch.tensor([[[float(options["y"])]]], dtype=torch.float64)
    weights = _weights(network, network.theta)
    network.learn_from(x, t, 1)
    forward = {
        **{f"x{i + 1}": value for i, value in enumerate(x[0, 0])},
        **{f"w{name}": value for name, value in weights.items()},
        **{f"a{j + 1}": value for j, value in enumerate(network.activations[0].a[0, 0])},
        **{f"z{j + 1}": value for j, value in enumerate(network.activations[0].z[0, 0])},
        **_outputs(network, t),
    }
    hidden, last = network.layers
    backward = {
        "delta3": last.delta[0, 0, 0],
        **{f"delta{j + 1}": hidden.delta[0, 0, j] for j in (0, 1)},
        **{f"dL/dw{name}": value for name, value in _weights(network, network.gradient).items()},
    }
    rows = [*_rows("forward", forward), *_rows("backward", backward)]  # the step overwrites them
    network.theta -= float(options["eta"]) * network.gradient
    network.forward(x)
    moved = {f"w{name}": value for name, value in _weights(network, network.theta).items()}
    return [*rows, *_rows("after the step", moved | _outputs(network, t))]


def _lectures(options: dict) -> Network:
    """Two inputs, two logistic hidden units, one logistic output, with the weights of the options."""
    run = Run(depth=1, width=2, activation="sigmoid", cost="mse_sigmoid")
    network = Network([run], (2,), 2, dtype=torch.float64)
    units = [[float(w) for w in options[f"unit_{k}"]] for k in (1, 2, 3)]
    W1, b1, W2, b2 = network.blocks(network.theta)
    for j in (0, 1):
        b1[0, 0, j], W1[0, :, j] = units[j][0], torch.tensor(units[j][1:])
    b2[0, 0, 0], W2[0, :, 0] = units[2][0], torch.tensor(units[2][1:])
    return network


def _rows(part: str, values: dict[str, Tensor]) -> list[tuple[str, str, float]]:
    return [(part, name, float(value)) for name, value in values.items()]


def _weights(network: Network, flat: Tensor) -> dict[str, float]:
    """The lecture's names: ij (k), from input i (0: the bias) to unit j of layer k."""
    W1, b1, W2, b2 = (block[0] for block in network.blocks(flat))
    return {
        f"{i}{j + 1} ({k})": float(w)
        for k, W, b in ((1, W1, b1), (2, W2, b2))
        for j in range(W.shape[1])
        for i, w in enumerate([b[0, j], *W[:, j]])
    }


def _outputs(network: Network, t: Tensor) -> dict[str, Tensor]:
    a = network.last
    y_hat = torch.sigmoid(a[0, 0, 0])
    return {"a3": a[0, 0, 0].clone(), "y_hat": y_hat, "L": network.cost.loss(a, t)[0]}
