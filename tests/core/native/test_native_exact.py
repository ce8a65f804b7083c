"""The native engine in float64: against autograd and torch.optim, and against central differences.

What is compiled for float32 is the same source: here its formulas are told from rounding.
"""

from itertools import pairwise

import numpy as np
import pytest
import torch

from mlpstudy import rng
from mlpstudy.core import draws, probes
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.batches import Examples
from mlpstudy.core.costs import COSTS
from mlpstudy.core.measures import LAYER_MEASURES
from mlpstudy.core.native.engine import Probe, initialize
from mlpstudy.core.native.group import Group
from mlpstudy.core.native.layout import layer, part_of
from mlpstudy.core.network import Network
from mlpstudy.core.outputs import OF_TWO, outputs
from mlpstudy.core.schedules import SCHEDULES
from mlpstudy.data.split import Part
from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import layer_sizes

N, INPUTS, CLASSES = 30, 4, 3
BASE = dict(
    dataset="iris",
    depth=3,
    width=6,
    activation="tanh",
    batch_size=8,
    epochs=3,
    eta=0.05,
    initialization="torch_linear",
)
OPTIMIZERS = {
    "sgd": lambda W, run: torch.optim.SGD(
        W, run.eta, momentum=run.momentum, weight_decay=run.weight_decay
    ),
    "nesterov": lambda W, run: torch.optim.SGD(W, run.eta, momentum=run.momentum, nesterov=True),
    "adam": lambda W, run: torch.optim.Adam(
        W, run.eta, betas=(run.momentum, 0.999), weight_decay=run.weight_decay
    ),
    "rprop": lambda W, run: torch.optim.Rprop(W, run.eta),
    "adamw": lambda W, run: torch.optim.AdamW(
        W, run.eta, betas=(run.momentum, 0.999), weight_decay=run.weight_decay
    ),
    "rmsprop": lambda W, run: torch.optim.RMSprop(
        W, run.eta, momentum=run.momentum, weight_decay=run.weight_decay
    ),
}
CASES = {
    "linear": {"depth": 0},
    "one unit": {"width": 1},
    "a whole line of units": {"width": 16},
    "a line of units and one": {"width": 17, "depth": 2},
    "one example a step": {"batch_size": 1, "epochs": 1},
    "batch of more than all": {"batch_size": 1000, "epochs": 12},
    "full batch": {"batch_size": None, "epochs": 12},
    "no passes": {"epochs": 0},
    "momentum 0": {"momentum": 0.0},
    "decay": {"weight_decay": 0.01, "epochs": 5},
    "adam, decay": {"weight_decay": 0.01, "epochs": 5, "optimizer": "adam"},
    "adamw, decay": {"weight_decay": 0.1, "epochs": 5, "optimizer": "adamw", "warmup": 2},
    "rmsprop, decay": {"weight_decay": 0.01, "epochs": 5, "optimizer": "rmsprop", "eta": 0.01},
    "clip": {"clip": 0.1},
    "clip that cuts nothing": {"clip": 1e6},
    "clip, adam, decay": {"clip": 0.1, "optimizer": "adam", "weight_decay": 0.01},
    "clip, last": {"clip": 0.1, "trained": "last"},
    "clip, full batch": {"clip": 0.1, "batch_size": None, "epochs": 12, "optimizer": "nesterov"},
    "warm-up": {"warmup": 2, "schedule": "inverse", "epochs": 5},
    "residual": {"residual": "plain"},
    "residual, scaled": {"residual": "scaled"},
    "dropout": {"dropout": 0.3},
    "dropout, residual": {"dropout": 0.3, "residual": "scaled"},
    "dropout, adam": {"dropout": 0.3, "optimizer": "adam"},
    "noise": {"input_noise": 0.4},
    "last": {"trained": "last"},
    "biases": {"init_bias": 0.5},
    "input dropout": {"input_dropout": 0.4},
    "input dropout, dropout": {"input_dropout": 0.2, "dropout": 0.3},
    "mean": {"reduction": "mean", "cost": "mse"},
    "mean, adam": {"reduction": "mean", "optimizer": "adam"},
    "steps": {"epochs": 20, "steps": 9},
    "steps of whole passes": {"epochs": 20, "steps": 8, "schedule": "cosine"},
    "steps in the first pass": {"epochs": 20, "steps": 2, "optimizer": "adam"},
    **{f"{name}": {"activation": name} for name in names_of("activation")},
    **{f"{name}, adam": {"activation": name, "optimizer": "adam"} for name in names_of("activation")},
    **{f"{name}, mse": {"activation": name, "cost": "mse"} for name in names_of("activation")},
    **{f"cost {name}": {"cost": name} for name in names_of("cost")},
    **{f"optimizer {name}": {"optimizer": name, "epochs": 5, "eta": 0.01} for name in names_of("optimizer")},
    **{f"schedule {name}": {"schedule": name} for name in names_of("schedule")},
}  # fmt: skip
SHAPES = {"": (N, INPUTS), "of one": (1, INPUTS), "one input": (N, 1), "chunks": (70, INPUTS)}


def part(run: Run, classes: int = CLASSES, shape=(N, INPUTS)) -> Part:
    """Examples as the cost of a run sees them; 0 classes: two real targets."""
    drawn = np.random.default_rng(5)
    x, y = drawn.standard_normal(shape), drawn.integers(0, max(1, classes), shape[0])
    if not classes:
        return Part(x, drawn.standard_normal((shape[0], 2)), y)
    t = 0.9 * np.eye(classes)[y] + 0.1 / classes
    return Part(x, t[:, 1:] if outputs(run.cost, classes, 1) == 1 else t, y)


def group_of(runs: list[Run], data: Part, classes: int = CLASSES) -> Group:
    sizes = layer_sizes(runs[0], data.x.shape[1:], data.target.shape[1])
    measured = part_of(data.x, data.target, data.y, classes, np.float64)
    group = Group(runs, sizes, data.x, data.target, (measured,) * 3, dtype=np.float64)
    initialize(group)
    group.measure()
    return group


class Twin:
    """One run of a group, trained by autograd and torch.optim."""

    def __init__(self, group: Group, r: int, data: Part):
        self.run, self.data = group.runs[r], data
        layers = [group.get(group.state.theta[r], k) for k in range(len(group.sizes))]
        self.layers = [tuple(torch.tensor(A, requires_grad=True) for A in each) for each in layers]
        learning = self.layers[-1:] if self.run.trained == "last" else self.layers
        self.parameters = [A for each in learning for A in each]
        self.cost = COSTS[self.run.cost]
        self.over = data.target.shape[1] if self.run.reduction == "mean" else 1
        self.steps, self.losses = 0, [self.loss()]

    def forward(self, x, masks=None):
        run, z = self.run, x
        scale = {"none": 0.0, "plain": 1.0, "scaled": max(1, run.depth) ** -0.5}[run.residual]
        for k, (W, b) in enumerate(self.layers[:-1]):
            inner = ACTIVATIONS[run.activation].g(z @ W + b)
            z = z + scale * inner if scale and k else inner
            z = z * masks[k] if masks else z
        W, b = self.layers[-1]
        return z @ W + b

    def loss(self) -> float:
        with torch.no_grad():
            a = self.forward(torch.from_numpy(self.data.x))
            t = torch.from_numpy(self.data.target)
            return self.cost.loss(a[None], t[None]).item() / self.over

    def train(self) -> None:
        run, n = self.run, len(self.data.x)
        optimizer = OPTIMIZERS[run.optimizer](self.parameters, run)
        orders, size = rng.stream(run.seed, "order"), run.batch_size or n
        whole = -(-n // size)
        passes = run.epochs if run.steps is None else -(-run.steps // whole)
        for epoch in range(1, passes + 1):
            for group in optimizer.param_groups:
                rise = min(1, epoch / (run.warmup + 1))
                group["lr"] = run.eta * SCHEDULES[run.schedule](epoch, passes) * rise
            order = orders.permutation(n) if size < n else np.arange(n)
            for first in range(0, n, size):
                if run.steps is None or self.steps < run.steps:
                    self.step(optimizer, order[first : first + size])
            self.losses.append(self.loss())

    def step(self, optimizer, rows) -> None:
        x, t = (torch.from_numpy(A[rows]) for A in (self.data.x, self.data.target))
        loss = self.cost.loss(self.forward(self.noisy(x), self.masks(len(x)))[None], t[None])
        gradients = torch.autograd.grad(
            loss.sum() / self.over, self.parameters, allow_unused=True, materialize_grads=True
        )
        for A, gradient in zip(self.parameters, gradients, strict=True):
            A.grad = gradient
        if self.run.clip:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.run.clip)
        optimizer.step()
        self.steps += 1

    def noisy(self, x):
        if self.run.input_dropout:
            keys = rng.key(self.run.seed, "input-dropout")[None]
            return x * self.mask(keys, self.run.input_dropout, x.shape)
        keys = rng.key(self.run.seed, "noise")[None]
        return x + self.run.input_noise * torch.from_numpy(
            draws.normals(keys, self.steps, *x.shape)[0].astype(float)
        )

    def masks(self, B: int):
        if not self.run.dropout:
            return None
        keys = [rng.key(self.run.seed, "dropout", k)[None] for k in range(len(self.layers) - 1)]
        return [
            self.mask(key, self.run.dropout, (B, W.shape[1]))
            for key, (W, _) in zip(keys, self.layers, strict=False)
        ]

    def mask(self, keys, rate: float, shape) -> torch.Tensor:
        off = round(draws.LEVELS * rate)
        on = draws.levels(keys, self.steps, *shape)[0] >= off
        return torch.from_numpy(on * (draws.LEVELS / (draws.LEVELS - off)))


def check(run: Run, data: Part, classes: int = CLASSES) -> None:
    """The second of two runs; the first has other rates, which must not matter."""
    other = run.model_copy(update={"eta": run.eta / 3, "weight_decay": run.weight_decay / 2})
    group = group_of([other, run], data, classes)
    twin = Twin(group, 1, data)
    twin.train()
    group.learn(0, group.passes)
    for k, layers in enumerate(twin.layers):
        for ours, theirs in zip(group.get(group.state.theta[1], k), layers, strict=True):
            np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-11)
    for measured in range(3):
        ours = group.state.curves[1, :, measured, 0]
        np.testing.assert_allclose(ours, twin.losses, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_a_training_is_that_of_autograd_and_torch_optim(name):
    run = Run(**{**BASE, **CASES[name]})
    check(run, part(run))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("clip", [0.0, 0.1])
@pytest.mark.parametrize("cost", ["nll", "hinge"])
def test_whatever_the_number_of_examples_and_inputs(shape, cost, clip):
    run = Run(**{**BASE, "cost": cost, "clip": clip, "batch_size": 66 if shape == "chunks" else 8})
    check(run, part(run, shape=SHAPES[shape]))


@pytest.mark.parametrize("cost", [name for name, single in OF_TWO.items() if single == 1])
def test_a_single_output(cost):
    run = Run(**{**BASE, "cost": cost})
    data = part(run, classes=2)
    assert data.target.shape == (N, 1)
    check(run, data, classes=2)


def test_a_regression():
    run = Run(**{**BASE, "cost": "mse_raw"})
    data = part(run, classes=0)
    check(run, data, classes=0)
    group = group_of([run], data, classes=0)
    a = Twin(group, 0, data).forward(torch.from_numpy(data.x)).detach().numpy()
    left, there = np.square(a - data.target).sum(0), np.square(data.target - data.target.mean(0))
    explained = (1 - left / there.sum(0)).mean()
    assert group.state.curves[0, 0, 0, 1] == pytest.approx(explained, rel=1e-12)


@pytest.mark.parametrize("cost", names_of("cost"))
@pytest.mark.parametrize("activation", names_of("activation"))
def test_a_step_goes_down_the_central_differences(activation, cost):
    fields = dict(depth=2, width=2, batch_size=None, epochs=1, eta=1.0, momentum=0.0, seed=1)
    run = Run(**{**BASE, **fields, "activation": activation, "cost": cost})
    data = part(run)
    group = group_of([run], data)
    theta = group.state.theta[0]
    start = theta.copy()
    expected = [differences(group, layer(group.net, theta, k)) for k in range(len(group.sizes))]
    group.learn(0, 1)
    for k, slopes in enumerate(expected):
        step = layer(group.net, start, k) - layer(group.net, theta, k)
        np.testing.assert_allclose(step, slopes, rtol=1e-6, atol=1e-9)


def differences(group: Group, W: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """dL/dW of the first run, L the loss that the group measures."""
    slopes = np.zeros(W.shape)
    for place, value in np.ndenumerate(W.copy()):
        losses = []
        for moved in (value + h, value - h):
            W[place] = moved
            group.measure()
            losses.append(group.state.curves[0, 0, 0, 0])
        W[place], slopes[place] = value, (losses[0] - losses[1]) / (2 * h)
    return slopes


@pytest.mark.parametrize(
    "name", ["linear", "residual", "one unit", "mean", "steps", *names_of("activation")]
)
def test_the_layers_are_those_that_the_reference_sees(name):
    run = Run(**{**BASE, **CASES[name]})
    data = part(run)
    group = group_of([run], data)
    group.learn(0, group.passes)
    seen = Probe(group, data.x, data.target)()[0]
    network = Network([run], (INPUTS,), CLASSES, dtype=torch.float64)
    for k, module in enumerate(network.layers):
        W, b = group.get(group.state.theta[0], k)
        module.W[0].copy_(torch.from_numpy(W)), module.b[0].copy_(torch.from_numpy(b))
    expected = probes.layers(network, Examples([data], [0], network))
    for m, measure in enumerate(LAYER_MEASURES):
        np.testing.assert_allclose(seen[:, m], expected[measure][0], rtol=1e-11, atol=1e-13)


def test_passes_of_one_call_are_those_of_many():
    """In float64, too: powers of Adam, orders and draws go on where a call left them."""
    run = Run(**{**BASE, "optimizer": "adam", "dropout": 0.2, "input_noise": 0.1, "epochs": 6})
    data = part(run)
    at_once, one_by_one = (group_of([run], data) for _ in range(2))
    at_once.learn(0, run.epochs)
    for before, after in pairwise(range(run.epochs + 1)):
        one_by_one.learn(before, after)
    for name, array in at_once.state._asdict().items():
        assert array.tobytes() == getattr(one_by_one.state, name).tobytes(), name
