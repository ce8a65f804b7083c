"""Training: a generator that yields after every pass and knows nobody who watches."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from mlpstudy.core.batches import Rows
from mlpstudy.core.draws import Orders
from mlpstudy.core.optimizers import OPTIMIZERS
from mlpstudy.core.pretrain import pretraining
from mlpstudy.core.replay import Replay
from mlpstudy.core.schedules import eta_of
from mlpstudy.core.stack import Stack
from mlpstudy.core.threads import one_thread
from mlpstudy.design.length import passes, steps_left


class Pass(NamedTuple):
    epoch: int  # 0 before training
    frozen: Tensor  # (R,) the runs that diverged in this pass or before


def train(network: Stack, examples: Rows, purpose: str = "order", part: int = 0) -> Iterator[Pass]:
    """Train the network's runs on their examples; its weights are those of the yielded pass.

    A run whose weights are no longer finite is put back to its last finite ones and stays there.
    purpose and part name the stream of the orders. Pretraining comes before pass 0; a run that
    diverges in it is frozen there.
    """
    runs, epochs = network.runs, passes(network.runs[0], examples.N)
    learner = Learner(network, examples)
    finite_runs = Replay(partial(_finite, network), network.like.device)
    orders = Orders(runs, examples.N, purpose, part)
    frozen = _pretrain(network, examples)
    finite = network.theta.clone()
    yield Pass(0, frozen.clone())
    for epoch in range(1, epochs + 1):
        learner.schedule(epoch)
        with one_thread():
            order = torch.from_numpy(orders.next()).to(network.like.device)
            learner.learn(order, steps_left(runs[0], examples.N, epoch - 1))
            frozen |= ~finite_runs()
        if frozen.any():
            network.copy_runs(frozen, finite, network.theta)
        finite.copy_(network.theta)
        yield Pass(epoch, frozen.clone())


@one_thread()
def _pretrain(network: Stack, examples: Rows) -> Tensor:
    """Train the hidden layers one by one where the runs ask for it; (R,) the runs that diverge."""
    frozen = torch.zeros(network.R, dtype=torch.bool, device=network.like.device)
    for layer, (machine, inputs) in enumerate(pretraining(network, examples)):
        *_, last = train(machine, inputs, "pretrain-order", layer)
        frozen |= last.frozen
    return frozen


class Step(NamedTuple):
    """A step on batches of one size: `update` reads the places of its examples (R, B) in `rows`."""

    rows: Tensor
    update: Callable[[], None]


class Learner:
    """The steps of a stack on its examples: per-run rates, spread over all parameters, and one
    update for all."""

    def __init__(self, network: Stack, examples: Rows):
        self.network, self.examples, runs = network, examples, network.runs
        self.epochs = passes(runs[0], examples.N)
        self.last_only = runs[0].trained == "last"
        network.layers[-1].first = (
            self.last_only or len(network.layers) == 1
        )  # nothing below learns
        self.optimizer: Any = OPTIMIZERS[runs[0].optimizer](network.theta, runs[0].momentum)
        if runs[0].class_weights == "balanced":
            network.class_weights = examples.class_weights()
        decay = [run.weight_decay for run in runs]
        self.decay = network.decays(decay) if any(decay) else None
        clips = [run.clip for run in runs]
        self.limits = network.like.new_tensor(clips).view(-1, 1, 1) if any(clips) else None
        self.rates: list[float] = []
        one_rate = len({(run.eta, run.schedule) for run in runs}) == 1 and not self.last_only
        self.eta = network.like.new_empty(1) if one_rate else torch.empty_like(network.theta)
        self.steps: dict[int, Step] = {}  # by the number of examples

    def schedule(self, epoch: int) -> None:
        """Set eta(t) for a pass."""
        runs = self.network.runs
        rates = [eta_of(run, epoch, self.epochs) for run in runs]
        if rates != self.rates:
            self.rates = rates
            self.eta.copy_(self.network.spread(rates, self.last_only))

    def learn(self, order: Tensor, steps: int | None = None) -> None:
        """One pass in the given order (R, N), a batch at a time, or its first steps."""
        size = self.network.runs[0].batch_size or self.examples.N
        self.network.learning(True)
        for rows in self.examples.rows(order).split(size, dim=1)[:steps]:
            step = self._step(rows)
            step.rows.copy_(rows)
            step.update()
        self.network.learning(False)

    def _step(self, like: Tensor) -> Step:
        """The step for as many examples as there are in `like` (R, B)."""
        B = like.shape[1]
        if B not in self.steps:
            rows = torch.empty(like.shape, dtype=like.dtype, device=like.device)
            self.steps[B] = Step(rows, Replay(partial(self._update, rows), like.device))
        return self.steps[B]

    def _update(self, rows: Tensor) -> None:
        network = self.network
        network.learn_from(*self.examples.batch(rows), rows.shape[1])
        if self.limits is not None:
            network.clip(self.limits)
        if self.decay is not None and self.optimizer.decoupled:
            network.theta.mul_(1 - self.eta * self.decay)
        elif self.decay is not None:
            network.gradient.addcmul_(network.theta, self.decay)
        self.optimizer.step(network.theta, network.gradient, self.eta)


def _finite(network: Stack) -> Tensor:
    """(R,) whether every parameter of a run is finite."""
    nothing = network.theta - network.theta  # but for inf and nan
    return torch.stack([block.sum((1, 2)) == 0 for block in network.blocks(nothing)]).all(0)
