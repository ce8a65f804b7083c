"""Pretraining: against autograd, torch.optim and scikit-learn, and that nothing else is touched."""

import random
from itertools import count, product
from math import prod, sqrt

import numpy as np
import pytest
import torch
from sklearn.neural_network import BernoulliRBM
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from mlpstudy import rng
from mlpstudy.core import draws
from mlpstudy.core.batches import Examples, with_blank
from mlpstudy.core.initializers import draw_parameters
from mlpstudy.core.modules import Linear, Masking, Tied
from mlpstudy.core.network import Network
from mlpstudy.core.pretrain import MACHINES, Boltzmann, Inputs, pretraining
from mlpstudy.core.pretrain_cost import passes_spent
from mlpstudy.core.stack import Stack
from mlpstudy.core.train import Learner, train
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run

DATA = {name: DATASETS[name]() for name in ("digits", "moons", "sine")}
DENOISING = ("denoising_masking", "denoising_gaussian")


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def start(*runs: Run, dtype=torch.float32) -> tuple[Network, Examples]:
    """An initialized stack and its training examples."""
    data = DATA[runs[0].dataset]
    network = Network(list(runs), data.shape, data.classes, dtype=dtype)
    network.initialize()
    parts = [split(data, run).train for run in runs]
    return network, Examples(parts, range(len(runs)), network)


def pretrained(*runs: Run, dtype=torch.float32) -> Network:
    """The stack at pass 0."""
    network, examples = start(*runs, dtype=dtype)
    next(train(network, examples))
    return network


def parameters(network: Network, r: int = 0) -> list[torch.Tensor]:
    """W and b of every layer of one run."""
    return [block[r].clone() for block in network.blocks(network.theta)]


def prepared(kind: str, **settings) -> Run:
    """A run with two passes of pretraining for each of its layers, on few examples."""
    few = {"train_size": 100, "depth": 2, "width": 12, "pretraining_eta": 0.01}
    some = {"corruption": 0.3} if kind in DENOISING else {}
    return Run(**{"pretraining": kind, "pretraining_epochs": 2} | few | some | settings)


def as_bytes(network: Network, r: int = 0) -> list[bytes]:
    return [p.numpy().tobytes() for p in parameters(network, r)]


# Autoencoders, against PyTorch

PYTORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "hard_tanh": F.hardtanh,
    "identity": lambda a: a,
}


def drawn(kind, run: Run, layer: int, step: int, *size: int) -> torch.Tensor:
    """The draws (B, n) of one run at one step of its pretraining."""
    keys = rng.key(run.seed, "pretrain-noise", layer)[None]
    return torch.from_numpy(kind(keys, step, *size)[0])


def corruptions(run: Run, layer: int, size: tuple[int, int]):
    """For each step the factor and the term of a batch of that size, drawn one run at a time."""
    factor, term = torch.ones(size), torch.zeros(size)
    for step in count():
        if run.pretraining == "denoising_gaussian":
            term = run.corruption * drawn(draws.normals, run, layer, step, *size).double()
        if run.pretraining == "denoising_masking":
            levels = drawn(draws.levels, run, layer, step, *size)
            factor = levels >= round(65536 * run.corruption)
        yield factor, term


def pretrained_by_pytorch(run: Run) -> list[torch.Tensor]:
    """W and b of the hidden layers, by torch.nn and torch.optim in float64."""
    network, examples = start(run, dtype=torch.float64)
    g, z = PYTORCH[run.activation], examples.x[:-1]
    scale = {"none": 0.0, "plain": 1.0, "scaled": 1 / sqrt(run.depth)}[run.residual]
    learned = []
    for layer in range(run.depth):
        W, b = parameters(network)[2 * layer : 2 * layer + 2]
        init = rng.stream(run.seed, "pretrain-init", layer)
        fans = (run.width, z.shape[1])
        (V,), (c,) = draw_parameters(run.initialization, run.init_gain, init, [fans])
        tensors = [t.requires_grad_() for t in (W, b, torch.tensor(V), torch.tensor(c))]
        sgd = torch.optim.SGD(tensors, lr=run.pretraining_eta, momentum=run.momentum)
        orders = rng.stream(run.seed, "pretrain-order", layer)
        B = run.batch_size or len(z)
        corruption = corruptions(run, layer, (B, z.shape[1]))
        for _ in range(run.pretraining_epochs):
            for rows in torch.from_numpy(orders.permutation(len(z))).split(B):
                factor, term = (each[: len(rows)] for each in next(corruption))
                h = g((z[rows] * factor + term) @ tensors[0] + tensors[1])
                loss = (h @ tensors[2] + tensors[3] - z[rows]).square().sum(1).mean()
                sgd.zero_grad()
                loss.backward()
                sgd.step()
        W, b = (t.detach() for t in tensors[:2])
        learned += [W, b]
        z = scale * g(z @ W + b) + z if scale and layer else g(z @ W + b)
    return learned


@pytest.mark.parametrize("activation", PYTORCH)
def test_the_first_step_of_an_autoencoder_is_autograds(activation):
    one = {"depth": 1, "batch_size": None, "momentum": 0.0, "pretraining_epochs": 1}
    run = prepared("autoencoder", activation=activation, **one)
    ours = parameters(pretrained(run, dtype=torch.float64))
    before = parameters(start(run, dtype=torch.float64)[0])
    for mine, theirs, old in zip(ours, pretrained_by_pytorch(run), before, strict=False):
        torch.testing.assert_close(mine - old, theirs - old[: len(theirs)], rtol=1e-9, atol=1e-12)
        assert not torch.equal(mine, old)


@pytest.mark.parametrize("kind", [kind for kind in MACHINES if kind != "rbm"])
@pytest.mark.parametrize("residual", ["none", "plain", "scaled"])
def test_autoencoders_agree_with_pytorch(kind, residual):
    """Three layers, momentum and a short last batch; dropout and noise wait for the training."""
    later = {"dropout": 0.5, "input_noise": 0.5, "weight_decay": 0.1, "optimizer": "adam"}
    shape = {"depth": 3, "residual": residual, "activation": "tanh", "seed": 3}
    run = prepared(kind, train_size=150, schedule="cosine", trained="last", **later, **shape)
    ours = parameters(pretrained(run, dtype=torch.float64))
    for mine, theirs in zip(ours, pretrained_by_pytorch(run), strict=False):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", DENOISING)
def test_without_corruption_denoising_is_the_plain_autoencoder(kind):
    plain = pretrained(prepared("autoencoder"))
    assert as_bytes(pretrained(prepared(kind, corruption=0.0))) == as_bytes(plain)
    assert as_bytes(pretrained(prepared(kind))) != as_bytes(plain)


def test_when_all_inputs_are_masked_only_the_biases_learn():
    run = prepared("denoising_masking", corruption=1.0, depth=1)
    (W, b, *_), (W0, b0, *_) = parameters(pretrained(run)), parameters(start(run)[0])
    assert torch.equal(W, W0)
    assert not torch.equal(b, b0)


def test_masks_have_their_share_and_lie_within_one_another():
    shares, x = [0.0, 0.1, 0.5, 1.0], torch.ones(4, 100, 50)
    masking = Masking(shares, [7] * 4, x, "pretrain-noise")
    assert masking.forward(x) is x
    masking.learning = True
    steps = torch.stack([masking.forward(x).clone() for _ in range(20)])
    off = 1 - steps.mean((0, 2, 3))
    assert (off - torch.tensor(shares)).abs().max() < 5 * sqrt(0.25 / 100_000)
    assert off[0] == 0 and off[3] == 1
    assert (steps[:, 2] <= steps[:, 1]).all()


# RBM, against scikit-learn


def test_a_tied_module_has_the_other_ones_weights_and_biases_of_its_own():
    run = prepared("rbm", width=5)
    up = Linear(3, 5)
    down = Tied(up)
    stack = Stack([run] * 2, [up, down], [], torch.empty(0, dtype=torch.float64))
    sizes = [block.shape[1:].numel() for block in stack.blocks(stack.theta)]
    assert sizes == [3 * 5, 5, 0, 3]
    stack.theta.copy_(torch.from_numpy(np.random.default_rng(0).normal(size=len(stack.theta))))
    h = torch.ones(2, 4, 5, dtype=torch.float64)
    torch.testing.assert_close(down.forward(h), h @ up.W.mT + down.b)
    up.dW.fill_(2.0)
    assert (down.dW == 2.0).all() and down.dW.shape == (2, 5, 3)


def machine_of(run: Run, layer: int, v: np.ndarray) -> Boltzmann:
    """A machine with parameters of every sign, the visible biases included."""
    machine = Boltzmann([run], layer, v.shape[1], torch.empty(0, dtype=torch.float64))
    values = np.random.default_rng(1).normal(0, 0.5, len(machine.theta))
    machine.theta.copy_(torch.from_numpy(values))
    return machine


def step_of(machine: Boltzmann, v: np.ndarray) -> list[np.ndarray]:
    """W, b and c after one step on the batch v."""
    inputs = Inputs(with_blank(torch.from_numpy(v)), torch.zeros(1, 1, dtype=torch.int64), len(v))
    learner = Learner(machine, inputs)
    learner.schedule(1)
    learner.learn(torch.arange(len(v))[None])
    return [machine.up.W[0].numpy(), machine.up.b[0, 0].numpy(), machine.down.b[0, 0].numpy()]


class Given:
    """A generator for scikit-learn whose uniform numbers are known."""

    def __init__(self, *numbers: np.ndarray):
        self.numbers = list(numbers)

    def uniform(self, size) -> np.ndarray:
        return self.numbers.pop(0).reshape(size)


def test_a_step_of_cd_1_is_scikit_learns():
    run = prepared("rbm", width=5, batch_size=None, momentum=0.0, pretraining_eta=0.3, seed=2)
    v = np.random.default_rng(0).uniform(size=(11, 7))
    machine = machine_of(run, 1, v)
    theirs = BernoulliRBM(5, learning_rate=0.3)
    theirs.components_ = machine.up.W[0].numpy().T.copy()
    theirs.intercept_hidden_ = machine.up.b[0, 0].numpy().copy()
    theirs.intercept_visible_ = machine.down.b[0, 0].numpy().copy()
    u = drawn(draws.uniforms, run, 1, 0, 11, 12).numpy()
    theirs.h_samples_ = (u[:, :5] < theirs._mean_hiddens(v)).astype(float)
    theirs._fit(v, Given(u[:, 5:], np.zeros((11, 5))))
    ours = step_of(machine, v)
    expected = (theirs.components_.T, theirs.intercept_hidden_, theirs.intercept_visible_)
    for mine, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


def test_a_step_of_cd_1_with_gaussian_visible_units_by_hand():
    run = prepared("rbm", width=5, batch_size=None, momentum=0.0, pretraining_eta=0.3, seed=2)
    v = np.random.default_rng(0).normal(size=(11, 7))
    machine = machine_of(run, 0, v)
    W, b = machine.up.W[0].numpy().copy(), machine.up.b[0, 0].numpy().copy()
    c = machine.down.b[0, 0].numpy().copy()
    h = 1 / (1 + np.exp(-(v @ W + b)))
    v1 = (drawn(draws.uniforms, run, 0, 0, 11, 5).numpy() < h) @ W.T + c
    h1 = 1 / (1 + np.exp(-(v1 @ W + b)))
    expected = (W + 0.3 * (v.T @ h - v1.T @ h1) / 11, b + 0.3 * (h - h1).mean(0))
    ours = step_of(machine, v)
    for mine, other in zip(ours, (*expected, c + 0.3 * (v - v1).mean(0)), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


@pytest.mark.parametrize(
    ("residual", "gaussian"), [("none", [True, False, False]), ("plain", [True, False, True])]
)
def test_visible_units_are_gaussian_where_inputs_are_no_probabilities(residual, gaussian):
    network, examples = start(prepared("rbm", depth=3, residual=residual))
    found = []
    for machine, inputs in pretraining(network, examples):
        assert bool((inputs.x < 0).any() or (inputs.x > 1).any()) == machine.gaussian
        assert not machine.down.b.any()
        found.append(machine.gaussian)
    assert found == gaussian


# All kinds


def reconstruction_error(machine: Network, inputs: Inputs) -> float:
    """Mean square per input, without corruption and with probabilities for samples."""
    x, _ = inputs.batch(inputs.rows(torch.arange(inputs.N)[None]))
    if not isinstance(machine, Boltzmann):
        return float((machine.forward(x) - x).square().mean())
    mean = machine.down.forward(torch.sigmoid(machine.up.forward(x)))
    return float(((mean if machine.gaussian else torch.sigmoid(mean)) - x).square().mean())


@pytest.mark.parametrize("kind", MACHINES)
def test_the_reconstruction_of_digits_improves(kind):
    run = prepared(kind, train_size=None, width=32, pretraining_epochs=5)
    network, examples = start(run)
    for layer, (machine, inputs) in enumerate(pretraining(network, examples)):
        before = reconstruction_error(machine, inputs)
        for _ in train(machine, inputs, "pretrain-order", layer):
            pass
        after = reconstruction_error(machine, inputs)
        assert after < (0.4, 0.7)[layer] * before
        if layer == 0:  # giving back the mean of the standardised inputs costs 1
            assert after < 0.5


@pytest.mark.parametrize("kind", MACHINES)
@pytest.mark.parametrize("residual", ["none", "plain"])
def test_each_machine_changes_its_own_layer_alone(kind, residual):
    network, examples = start(prepared(kind, depth=3, residual=residual))
    known = parameters(network)
    for layer, (machine, inputs) in enumerate(pretraining(network, examples)):
        now = parameters(network)
        changed = [i for i in range(len(now)) if not torch.equal(now[i], known[i])]
        assert changed == ([2 * layer - 2, 2 * layer - 1] if layer else [])
        known = now
        for _ in train(machine, inputs, "pretrain-order", layer):
            pass
    changed = [not torch.equal(*pair) for pair in zip(parameters(network), known, strict=True)]
    assert changed == [False] * 4 + [True] * 2 + [False] * 2


def test_without_pretraining_nothing_is_done():
    run = Run(train_size=100, epochs=0)
    network, examples = start(run)
    assert list(pretraining(network, examples)) == []
    assert as_bytes(pretrained(run)) == as_bytes(network)


@pytest.mark.parametrize("kind", MACHINES)
def test_a_run_has_its_bits_alone_and_in_any_stack(kind):
    """Neighbours of its own seed and of others, one of which diverges, on one thread and on two."""
    run = prepared(kind, depth=3, width=64, residual="scaled", seed=5, epochs=0)
    other = {"pretraining_eta": 0.003, "initialization": "he_normal"}
    same_seed = run.model_copy(update=other | {"corruption": 0.6})
    neighbours = [run.model_copy(update=other | {"seed": seed}) for seed in (9, 1, 4, 2)]
    lost = run.model_copy(update={"pretraining_eta": 1e30, "seed": 3})
    stacks = [[run], [same_seed, run], [*neighbours, run, lost, same_seed]]
    found = set()
    for stack, threads in product(stacks, (1, 2)):
        torch.set_num_threads(threads)
        found.add(tuple(as_bytes(pretrained(*stack), stack.index(run))))
    assert len(found) == 1


@pytest.mark.parametrize("kind", MACHINES)
def test_a_run_that_diverges_is_frozen_at_pass_0(kind):
    well = prepared(kind, epochs=2)
    lost = well.model_copy(update={"pretraining_eta": 1e30})
    network, examples = start(well, lost)
    passes = train(network, examples)
    assert next(passes).frozen.tolist() == [False, True]
    before = as_bytes(network, 1)
    for done in passes:
        assert done.frozen.tolist() == [False, True]
        assert as_bytes(network, 1) == before
    assert network.theta.isfinite().all()


@pytest.mark.parametrize("kind", MACHINES)
def test_global_generators_are_untouched(kind):
    def states():
        numpy = repr(np.random.get_state())  # noqa: NPY002
        return [random.getstate(), numpy, torch.get_rng_state().tolist()]

    before = states()
    pretrained(prepared(kind))
    assert states() == before


# The budget


@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        # moons: 2 inputs, 2 outputs; weights 4 + 4 + 4 and 4
        ({"dataset": "moons", "depth": 3, "width": 2}, (2 * 5 * 12 + 8) / (3 * 16 - 4)),
        # a cost of one output for two classes; weights 10 and 5
        ({"dataset": "moons", "depth": 1, "width": 5, "cost": "hinge"}, 2 * 50 / (3 * 15 - 10)),
        # a regression; weights 3 + 9 and 3
        ({"dataset": "sine", "depth": 2, "width": 3, "cost": "mse_raw"}, (2 * 60 + 3) / 42),
    ],
)
def test_passes_spent_by_hand(settings, passes, monkeypatch):
    run = prepared("autoencoder", **settings)
    assert passes_spent(run) == pytest.approx(passes, rel=1e-15)
    monkeypatch.setattr(
        "mlpstudy.core.pretrain_cost.EXAMPLES", {}
    )  # a dataset of which nothing is known
    assert passes_spent(run) == pytest.approx(passes, rel=1e-15)
    assert passes_spent(Run(**settings)) == 0


@pytest.mark.parametrize("kind", MACHINES)
@pytest.mark.parametrize("residual", ["none", "plain"])
def test_passes_spent_is_the_ratio_of_the_operations_that_pytorch_counts(
    kind, residual, monkeypatch
):
    monkeypatch.setattr("mlpstudy.core.modules.LANES", 1)  # nothing is filled up with zeros
    monkeypatch.setattr("mlpstudy.core.batches.ROWS_TOGETHER", 1)
    in_place = {torch.ops.aten.baddbmm_: lambda _, a, b, **__: 2 * prod(a) * b[-1]}

    def operations(run: Run) -> int:
        network, examples = start(run)
        with FlopCounterMode(display=False, custom_mapping=in_place) as counter:
            for _ in train(network, examples):
                pass
        return counter.get_total_flops()

    run = prepared(kind, depth=3, residual=residual, epochs=0)
    plain = Run(train_size=100, depth=3, width=12, residual=residual, epochs=1)
    assert passes_spent(run) == pytest.approx(operations(run) / operations(plain), rel=1e-15)
