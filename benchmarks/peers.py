"""The engines: each as a good user of its library would write it, one small function per engine.

An engine trains `networks` networks of one Work: one_pass() trains all of them for one pass, and
evaluate() gives the losses and accuracies of all of them on the training, validation and test
examples together. `threads` are
those that clock.threads lets the libraries use.
"""

import importlib.util
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.work import BATCH, ETA, MOMENTUM, Work, examples, measured
from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.native import layout
from mlpstudy.core.native.engine import initialize
from mlpstudy.core.native.group import Group
from mlpstudy.core.network import Network
from mlpstudy.core.train import train
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run

MODULES = {"relu": nn.ReLU, "tanh": nn.Tanh}
ENDLESS = 100_000  # passes: the clock decides when it is over
CYCLE, PASSES = 1000, 10  # of the native engine: passes with draws of their own, and of a call


class Engine(NamedTuple):
    networks: int
    one_pass: Callable[[], object]
    evaluate: Callable[[], tuple[np.ndarray, np.ndarray]]  # losses (R,), accuracies (R,)
    passes: int = 1  # that a call of one_pass makes
    watched: Callable[[], object] | None = None  # one_pass that evaluates after each, by itself

    @property
    def trained(self) -> int:
        """Networks times passes of a call."""
        return self.networks * self.passes


# Our engines


def runs_of(work: Work, R: int, epochs: int = ENDLESS) -> list[Run]:
    """R networks, of seeds 0 to R - 1."""
    settings = {
        "depth": work.hidden,
        "width": work.width,
        "activation": work.activation,
        "initialization": "torch_linear",
        "optimizer": work.optimizer,
        "eta": ETA[work.optimizer],
        "momentum": MOMENTUM,
        "batch_size": BATCH,
        "epochs": epochs,
    }
    return [Run(seed=seed, **settings) for seed in range(R)]


def part_of(x: np.ndarray, y: np.ndarray) -> Part:
    return Part(x, np.eye(10, dtype=np.float32)[y], y)


def stack_of(work: Work, R: int, device: str = "cpu") -> tuple[Network, Examples, Examples]:
    """A stack of the torch engine, what it learns, and what its evaluation sees."""
    network = Network(runs_of(work, R), (64,), 10, device=device)
    network.initialize()
    parts = [part_of(*of(work.examples)) for of in (examples, measured)]
    return network, *(Examples([part], [0] * R, network) for part in parts)


class Alone:
    """A network of the native engine, trained PASSES passes at a time as where nobody looks at its
    layers in between, with the scores of its parts after each or without."""

    def __init__(self, run: Run, work: Work):
        x, y = measured(work.examples)
        cut = [work.examples, work.examples + work.examples // 4]
        parts = [part_of(*each) for each in zip(*(np.split(each, cut) for each in (x, y)))]
        self.parts = tuple(layout.part_of(p.x, p.target, p.y, 10) for p in parts)
        self.shares = np.array([len(p.y) for p in parts]) / len(y)
        self.group = Group([run], work.layers, parts[0].x, parts[0].target, self.parts)
        initialize(self.group)
        self.done = 0

    def learn(self, watched: bool) -> None:
        self.group.parts = self.parts if watched else layout.nothing()
        self.group.learn(self.done, self.done + PASSES)
        self.done = (self.done + PASSES) % CYCLE  # the pass names draws and eta, no more

    def scores(self) -> np.ndarray:
        """Loss and accuracy of the three parts together."""
        self.group.parts = self.parts
        self.group.measure()
        return self.shares @ self.group.state.curves[0, 0]


def native(work: Work, R: int, threads: int = 1) -> Engine:
    if threads > 1:
        return _on_threads(threads, partial(native, work, R))
    networks = [Alone(run, work) for run in runs_of(work, R, CYCLE)]

    def learn(watched: bool) -> None:
        for network in networks:
            network.learn(watched)

    def evaluate():
        return tuple(np.array([network.scores() for network in networks]).T)

    return Engine(R, partial(learn, False), evaluate, PASSES, partial(learn, True))


def torch_engine(work: Work, R: int, threads: int = 1) -> Engine:
    """As the recorder does it: a stack of R networks for every thread, each on one thread."""
    if threads > 1:
        return _on_threads(threads, partial(torch_engine, work, R))
    network, data, seen = stack_of(work, R)
    passes = train(network, data)
    next(passes)  # what is yielded before the first pass
    return Engine(R, lambda: next(passes), probes.Evaluation(network, seen))


def _on_threads(threads: int, make: Callable[[], Engine]) -> Engine:
    pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
    stacks = list(pool.map(lambda _: make(), range(threads)))

    def evaluate():
        scores = pool.map(lambda stack: stack.evaluate(), stacks)
        return tuple(np.concatenate(score) for score in zip(*scores))

    def on_all(jobs: list[Callable[[], object]]) -> Callable[[], object]:
        return lambda: list(pool.map(lambda job: job(), jobs))

    return Engine(
        sum(stack.networks for stack in stacks),
        on_all([stack.one_pass for stack in stacks]),
        evaluate,
        stacks[0].passes,
        on_all([both(stack) for stack in stacks]),
    )


def both(engine: Engine) -> Callable[[], object]:
    """A pass and an evaluation."""

    def one_pass():
        engine.one_pass()
        engine.evaluate()

    return engine.watched or one_pass


# PyTorch, one network at a time


def module_of(work: Work) -> nn.Sequential:
    hidden = [m for i, o in work.fans[:-1] for m in (nn.Linear(i, o), MODULES[work.activation]())]
    return nn.Sequential(*hidden, nn.Linear(*work.fans[-1]))


def optimizer_of(work: Work, parameters) -> torch.optim.Optimizer:
    if work.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=ETA["adam"])
    return torch.optim.SGD(parameters, lr=ETA["sgd"], momentum=MOMENTUM)


def learn(model, optimizer, batches) -> None:
    """The training loop of every tutorial. batches: of x (B, 64) and y (B,)."""
    loss = nn.CrossEntropyLoss()
    for x, y in batches:
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()


def tensors(work: Work, of=examples) -> tuple[torch.Tensor, torch.Tensor]:
    x, y = of(work.examples)
    return torch.from_numpy(x), torch.from_numpy(y)


def _torch_engine(work: Work, batches) -> Engine:
    x, y = tensors(work)
    model = module_of(work)
    optimizer = optimizer_of(work, model.parameters())

    seen_x, seen_y = tensors(work, measured)

    def evaluate():
        with torch.no_grad():
            a = model(seen_x)
            accuracy = (a.argmax(1) == seen_y).float().mean()
            return np.array([nn.functional.cross_entropy(a, seen_y)]), np.array([accuracy])

    return Engine(1, lambda: learn(model, optimizer, batches(x, y)), evaluate)


def plain(work: Work, R: int = 1, threads: int = 1) -> Engine:
    """The whole set in memory, cut by a random permutation."""

    def batches(x, y):
        return ((x[rows], y[rows]) for rows in torch.randperm(len(x)).split(BATCH))

    return _torch_engine(work, batches)


def dataloader(work: Work, R: int = 1, threads: int = 1) -> Engine:
    loader = DataLoader(TensorDataset(*tensors(work)), batch_size=BATCH, shuffle=True)
    return _torch_engine(work, lambda x, y: loader)


# scikit-learn


def sklearn(work: Work, R: int = 1, threads: int = 1) -> Engine:
    x, y = examples(work.examples)
    model = MLPClassifier(
        hidden_layer_sizes=(work.width,) * work.hidden,
        activation=work.activation,
        solver=work.optimizer,
        alpha=0,
        batch_size=BATCH,
        learning_rate_init=ETA[work.optimizer],
        momentum=MOMENTUM,
        nesterovs_momentum=False,
        random_state=0,
    )
    model.partial_fit(
        x, y, classes=np.arange(10)
    )  # makes the network; one pass more than asked for

    def one_pass():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.partial_fit(x, y)

    seen_x, seen_y = measured(work.examples)

    def evaluate():
        p = model.predict_proba(seen_x)
        loss = -np.log(np.maximum(p[np.arange(len(seen_y)), seen_y], 1e-30)).mean()
        return np.array([loss]), np.array([(p.argmax(1) == seen_y).mean()])

    return Engine(1, one_pass, evaluate)


# PyTorch, all networks at once, derived by vmap


def torch_vmap(work: Work, R: int, threads: int = 1) -> Engine:
    x, y = tensors(work)
    models = [module_of(work) for _ in range(R)]
    parameters, buffers = stack_module_state(models)
    optimizer = optimizer_of(work, parameters.values())
    skeleton = module_of(work).to("meta")

    def loss(parameters, x, y):
        return nn.functional.cross_entropy(functional_call(skeleton, (parameters, buffers), x), y)

    slopes = vmap(grad(loss))

    def one_pass():
        orders = torch.stack([torch.randperm(len(x)) for _ in range(R)])
        for rows in orders.split(BATCH, 1):
            detached = {name: p.detach() for name, p in parameters.items()}
            for name, slope in slopes(detached, x[rows], y[rows]).items():
                parameters[name].grad = slope
            optimizer.step()

    seen_x, seen_y = tensors(work, measured)

    def evaluate():
        with torch.no_grad():
            a = vmap(lambda p: functional_call(skeleton, (p, buffers), seen_x))(parameters)
            loss = vmap(nn.functional.cross_entropy, (0, None))(a, seen_y)
            return loss.numpy(), (a.argmax(2) == seen_y).float().mean(1).numpy()

    return Engine(R, one_pass, evaluate)


# JAX, all networks at once, a whole pass compiled


def has_jax() -> bool:
    return importlib.util.find_spec("jax") is not None


def jax_vmap(work: Work, R: int, threads: int = 1) -> Engine:
    """vmap over the networks, scan over the steps, jit over the pass; optimizers by hand."""
    os.environ.setdefault("NPROC", str(torch.get_num_threads()))  # read when JAX starts
    import jax
    import jax.numpy as jnp

    x, y = map(jnp.asarray, examples(work.examples))
    g = {"relu": jax.nn.relu, "tanh": jnp.tanh}[work.activation]
    draw = np.random.default_rng(0).uniform
    theta = [
        [jnp.asarray(draw(-1, 1, (R, *s)) / np.sqrt(i), jnp.float32) for s in ((i, o), (o,))]
        for i, o in work.fans
    ]
    trees = jax.tree_util.tree_map

    def forward(theta, x):
        *hidden, (W, b) = theta
        for V, c in hidden:
            x = g(x @ V + c)
        return x @ W + b

    def loss(theta, x, y):
        return -jax.nn.log_softmax(forward(theta, x))[jnp.arange(len(y)), y].mean()

    def sgd(theta, state, slope):
        state = trees(lambda v, d: MOMENTUM * v + d, state, slope)
        return trees(lambda p, v: p - ETA["sgd"] * v, theta, state), state

    def adam(theta, state, slope):
        t, mean, square = state
        t = t + 1
        mean = trees(lambda m, d: 0.9 * m + 0.1 * d, mean, slope)
        square = trees(lambda s, d: 0.999 * s + 0.001 * d * d, square, slope)
        theta = trees(
            lambda p, m, s: (
                p - ETA["adam"] * m / (1 - 0.9**t) / (jnp.sqrt(s / (1 - 0.999**t)) + 1e-8)
            ),
            theta,
            mean,
            square,
        )
        return theta, (t, mean, square)

    update = {"sgd": sgd, "adam": adam}[work.optimizer]

    def one_network(theta, state, key):
        rows = jax.random.permutation(key, len(x))[: work.steps * BATCH].reshape(-1, BATCH)

        def step(carry, rows):
            slope = jax.grad(loss)(carry[0], x[rows], y[rows])
            return update(*carry, slope), None

        return jax.lax.scan(step, (theta, state), rows)[0]

    whole_pass = jax.jit(jax.vmap(one_network), donate_argnums=(0, 1))
    zeros = trees(jnp.zeros_like, theta)
    state = (
        zeros if work.optimizer == "sgd" else (jnp.zeros(R), zeros, trees(jnp.zeros_like, theta))
    )
    now = {"theta": theta, "state": state, "key": jax.random.key(0)}

    def one_pass():
        now["key"], key = jax.random.split(now["key"])
        keys = jax.random.split(key, R)
        now["theta"], now["state"] = whole_pass(now["theta"], now["state"], keys)
        jax.block_until_ready(now["theta"])

    seen_x, seen_y = map(jnp.asarray, measured(work.examples))

    @jax.jit
    def scores(theta):
        a = jax.vmap(forward, (0, None))(theta, seen_x)
        chosen = jax.nn.log_softmax(a)[:, jnp.arange(len(seen_y)), seen_y]
        return -chosen.mean(1), (a.argmax(2) == seen_y).mean(1)

    return Engine(R, one_pass, lambda: tuple(map(np.asarray, scores(now["theta"]))))


ENGINES: dict[str, Callable[[Work, int, int], Engine]] = {
    "native": native,
    "torch": torch_engine,
    "plain": plain,
    "dataloader": dataloader,
    "sklearn": sklearn,
    "torch_vmap": torch_vmap,
    "jax_vmap": jax_vmap,
}
OURS = ("native", "torch")
STACKED = (*OURS, "torch_vmap", "jax_vmap")  # the others train one network at a time
THREADED = (*OURS, "plain", "sklearn")


def installed() -> list[str]:
    return [name for name in ENGINES if name != "jax_vmap" or has_jax()]
