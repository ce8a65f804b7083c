"""Whole trainings against torch.nn and torch.optim, and what a diverging run does."""

import random

import numpy as np
import pytest
import torch

from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.draws import Orders
from mlpstudy.core.network import Network
from mlpstudy.core.train import Learner, train
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run

BASE = dict(dataset="blobs", depth=2, width=6, activation="tanh", batch_size=8, epochs=3, eta=0.05)


def part(n=40, n_in=5, classes=3, seed=0):
    drawn = np.random.default_rng(seed)
    y = drawn.integers(0, classes, n)
    x = drawn.standard_normal((n, n_in)).astype("float32")
    x[:, 0] += y
    return Part(x, np.eye(classes, dtype="float32")[y], y.astype("int64"))


def stack_of(runs, n=40):
    network = Network(runs, (5,), 3)
    network.initialize()
    return network, Examples([part(n)], [0] * len(runs), network)


def torch_twin(network, r):
    """The r-th network of a stack as torch.nn.Sequential, with the same weights."""
    layers = []
    for module in network.layers:
        linear = torch.nn.Linear(*module.fans)
        with torch.no_grad():
            linear.weight.copy_(module.W[r].T)
            linear.bias.copy_(module.b[r, 0])
        layers += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


OPTIMIZERS = {
    "steps": (dict(epochs=20, steps=23), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "plain": (dict(momentum=0.0), lambda p: torch.optim.SGD(p, 0.05)),
    "momentum": (dict(momentum=0.9), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "decay": (
        dict(momentum=0.5, weight_decay=0.01),
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.5, weight_decay=0.01),
    ),
    "nesterov": (
        dict(optimizer="nesterov"),
        lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
    ),
    "adam": (dict(optimizer="adam"), lambda p: torch.optim.Adam(p, 0.05)),
    "adamw": (
        dict(optimizer="adamw", weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1),
    ),
    "rmsprop": (
        dict(optimizer="rmsprop", momentum=0.5, eta=0.01),
        lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5),
    ),
    "clip": (dict(clip=0.1), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    "rprop": (
        dict(optimizer="rprop", batch_size=None, epochs=20),
        lambda p: torch.optim.Rprop(p, 0.05),
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_twenty_steps_are_those_of_torch(name):
    """The second of two runs; the first has other rates, which must not matter."""
    fields, optimizer = OPTIMIZERS[name]
    fields = {**BASE, "epochs": 4, **fields}
    runs = [Run(**{**fields, "eta": 0.01, "seed": 1}), Run(**{**fields, "seed": 2})]
    network, examples = stack_of(runs)
    twin = torch_twin(network, 1)
    step = optimizer(twin.parameters())
    orders = Orders(runs[1:], examples.N)
    x, y = torch.from_numpy(part().x), torch.from_numpy(part().y)
    steps = 0
    for _ in range(fields["epochs"]):
        for rows in torch.from_numpy(orders.next()[0]).split(fields["batch_size"] or len(x)):
            if steps == fields.get("steps"):
                break
            step.zero_grad()
            torch.nn.functional.cross_entropy(twin(x[rows]), y[rows]).backward()
            if limit := fields.get("clip"):
                torch.nn.utils.clip_grad_norm_(twin.parameters(), limit)
            step.step()
            steps += 1
    for _ in train(network, examples):
        pass
    assert steps >= 20
    for module, linear in zip(network.layers, twin[::2], strict=True):
        torch.testing.assert_close(module.W[1], linear.weight.T, rtol=2e-4, atol=2e-5)
        torch.testing.assert_close(module.b[1, 0], linear.bias, rtol=2e-4, atol=2e-5)


def test_evaluation_is_that_of_torch():
    network, examples = stack_of([Run(**BASE)], n=150)
    told = probes.evaluate(network, examples)
    a = torch_twin(network, 0)(torch.from_numpy(part(150).x))
    y = torch.from_numpy(part(150).y)
    assert told.loss[0].item() == pytest.approx(
        torch.nn.functional.cross_entropy(a, y).item(), rel=1e-5
    )
    assert told.accuracy[0].item() == pytest.approx((a.argmax(1) == y).double().mean().item())


def test_probes_of_a_network_worked_by_hand():
    """One input, one unit, one output: z = tanh(0.5 x), a = 2 z, cost (a - t)^2."""
    run = Run(dataset="sine", depth=1, width=1, activation="tanh", cost="mse_raw")
    network = Network([run], (1,), classes=0, targets=1, dtype=torch.float64)
    W1, b1, W2, b2 = network.blocks(network.theta)
    W1.fill_(0.5), b1.fill_(0.0), W2.fill_(2.0), b2.fill_(0.0)
    x, t = np.array([[1.0], [-2.0]], "float32"), np.array([[0.5], [1.0]], "float32")
    told = probes.layers(network, Examples([Part(x, t, np.zeros(2, "int64"))], [0], network))
    z = np.tanh(0.5 * x.astype(float))
    top = 2 * (2 * z - t)
    low = top * 2 * (1 - z**2)
    assert told["delta_rms"][0].tolist() == pytest.approx(
        [np.sqrt((low**2).mean()), np.sqrt((top**2).mean())]
    )
    assert told["weight_gradient_rms"][0].tolist() == pytest.approx(
        [abs((x * low).mean()), abs((z * top).mean())]
    )
    assert told["weight_gradient_sample_rms"][0].tolist() == pytest.approx(
        [np.sqrt(((x * low) ** 2).mean()), np.sqrt(((z * top) ** 2).mean())]
    )
    assert told["weight_rms"][0].tolist() == [0.5, 2.0]
    assert told["activation_mean"][0, 0].item() == pytest.approx(z.mean())
    assert told["saturated"][0, 0].item() == 0 and told["dead"][0, 0].item() == 0


def test_only_the_last_layer_learns_where_that_is_asked_for():
    network, examples = stack_of([Run(**BASE, trained="last", optimizer="adam")])
    before = [block.clone() for block in network.blocks(network.theta)]
    for _ in train(network, examples):
        pass
    same = [torch.equal(a, b) for a, b in zip(before, network.blocks(network.theta), strict=True)]
    assert same == [True] * 4 + [False] * 2


def test_a_diverged_run_stays_at_its_last_finite_weights():
    runs = [
        Run(**{**BASE, "activation": "relu", "eta": eta, "cost": "mse_raw"}) for eta in (0.01, 1e6)
    ]
    network, examples = stack_of(runs)
    frozen = [done.frozen.tolist() for done in train(network, examples)]
    assert frozen[0] == [False, False]
    assert frozen[-1] == [False, True]
    assert all(block.isfinite().all() for block in network.blocks(network.theta))


def test_same_seed_same_order_and_start_under_every_treatment():
    plain, _ = stack_of([Run(**BASE)])
    treated, _ = stack_of([Run(**{**BASE, "eta": 0.5, "dropout": 0.5})])
    assert torch.equal(plain.theta, treated.theta)
    orders = Orders([Run(**BASE, seed=seed) for seed in (0, 1, 0)], 30).next()
    assert (orders[0] == orders[2]).all() and (orders[0] != orders[1]).any()


@pytest.mark.parametrize("batch_size", [30, 31, None])
def test_where_one_batch_holds_all_examples_their_order_is_their_own(batch_size):
    runs = [Run(**{**BASE, "batch_size": batch_size, "seed": seed}) for seed in (0, 1)]
    orders = Orders(runs, 30)
    for _ in range(2):
        assert orders.next().tolist() == [list(range(30))] * 2


def test_dropout_masks_of_one_seed_are_nested_and_have_their_rate():
    runs = [Run(**{**BASE, "width": 400, "dropout": rate}) for rate in (0.25, 0.5)]
    network = Network(runs, (5,), 3)
    network.initialize()
    network.learning(True)
    network.forward(torch.ones(2, 8, 5))
    mask = network.random[0].mask
    kept = mask > 0
    assert (kept[0] | ~kept[1]).all()  # what survives a half survives a quarter
    assert kept.double().mean((1, 2)).tolist() == pytest.approx([0.75, 0.5], abs=0.03)
    assert mask[0][kept[0]].unique().tolist() == pytest.approx([4 / 3])
    network.learning(False)
    z = torch.ones(2, 8, 400)
    assert network.random[0].forward(z) is z


def test_noise_has_each_runs_sigma():
    runs = [Run(**{**BASE, "input_noise": sigma}) for sigma in (0.1, 1.0)]
    network = Network(runs, (5,), 3)
    network.learning(True)
    noise = network.random[0]
    noisy = torch.cat([noise.forward(torch.zeros(2, 8, 5)).clone() for _ in range(300)], 1)
    assert noisy.std((1, 2)).tolist() == pytest.approx([0.1, 1.0], rel=0.05)
    torch.testing.assert_close(noisy[1], noisy[0] * 10)


def test_a_batch_larger_than_the_data_and_batches_of_one():
    for batch in (1, 1000, None):
        network, examples = stack_of([Run(**{**BASE, "batch_size": batch, "epochs": 1})], n=7)
        *_, last = train(network, examples)
        assert last.epoch == 1 and not last.frozen.any()


def test_a_stack_needs_runs_of_one_shape():
    with pytest.raises(ValueError, match="one shape"):
        Network([Run(depth=1), Run(depth=2)], (5,), 3)
    with pytest.raises(ValueError, match="at least one"):
        Network([], (5,), 3)


def test_no_global_generator_is_touched():
    before = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()
    network, examples = stack_of([Run(**{**BASE, "dropout": 0.5, "input_noise": 0.1})])
    for _ in train(network, examples):
        probes.evaluate(network, examples)
    assert random.getstate() == before[0]
    assert (np.random.get_state()[1] == before[1]).all()
    assert torch.equal(torch.get_rng_state(), before[2])


def test_rates_of_a_learner_follow_the_schedule():
    learner = Learner(*stack_of([Run(**{**BASE, "schedule": "cosine", "epochs": 10})]))
    learner.schedule(6)
    assert learner.eta.unique().tolist() == pytest.approx([0.025])
