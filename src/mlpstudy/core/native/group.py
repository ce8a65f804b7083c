"""Runs of one shape that share their seed and their examples: their batches are laid out once."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mlpstudy import rng
from mlpstudy.core.native import passes
from mlpstudy.core.native.draws import LEVELS
from mlpstudy.core.native.layout import (
    layer,
    net_of,
    nothing,
    numbers,
    rows_of,
    work_for,
    zeros,
)
from mlpstudy.core.native.optimizers import TWO_STATES
from mlpstudy.core.native.passes import MEASURED, Block, Draws, Examples, Part, State, Treated
from mlpstudy.core.native.products import up
from mlpstudy.core.schedules import etas_of
from mlpstudy.design.length import passes as passes_of
from mlpstudy.design.length import steps_of_pass
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes

DROPPED = "input-dropout"  # what the draws of switched off inputs are for
LANES = 64  # examples of a batch that are computed together, at most
ANSWER = np.int16  # a class
AT_ONCE = 2**20  # numbers in the orders of one call


class Purposes(NamedTuple):
    """What a group's random numbers are for, and which part of it."""

    order: str = "order"
    noise: str = "noise"
    part: int = 0


class Group:
    """R runs whose weights are 0 until `put` or `initialize`.

    x (N, n_in), t (N, C): what they learn, as the cost sees it. parts: what is measured after every
    pass, three or, to measure nothing, none. best: whether the weights of the best pass are kept.
    masks: whether inputs are set to 0, of each run a share `corruption`; a run's own
    `input_dropout` does so, too, and raises the others. weights (classes,): what examples count, none:
    all the same. dtype: of all arithmetic, and of the parts.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        sizes: LayerSizes,
        x: np.ndarray,
        t: np.ndarray,
        parts: tuple[Part, ...] = (),
        best: bool = False,
        purposes: Purposes = Purposes(),  # noqa: B008 (it is immutable)
        masks: bool = False,
        weights: Sequence[float] | np.ndarray = (),
        dtype: Any = np.float32,
    ):
        self.runs, run, N, self.zeros = list(runs), runs[0], len(x), partial(zeros, dtype=dtype)
        self.net, self.sizes, self.parts = net_of(run, sizes), sizes, parts or nothing(dtype)
        self.passes, batch = passes_of(run, N), min(run.batch_size or N, N)
        drops, masks = run.input_dropout > 0, masks or run.input_dropout > 0
        steps = run.steps or self.passes * steps_of_pass(run, N)
        self.examples = Examples(
            rows_of(x, dtype),
            rows_of(t, dtype),
            N,
            batch,
            masks or run.input_noise > 0,
            masks,
            steps,
            np.array(weights, dtype),
        )
        self.work = work_for(self.net, min(LANES, up(batch)), dtype, switches=run.dropout > 0)
        self.measuring = work_for(self.net, MEASURED, dtype, learns=False)
        self.block = self._block()
        self.state = self._state(best)
        self.treated = treated(self.runs, self.passes)
        self.draws = Draws(
            np.array([rng.key(run.seed, "dropout", k) for k in range(max(1, run.depth))]),
            rng.key(run.seed, DROPPED if drops else purposes.noise, purposes.part),
        )
        self.stream = rng.stream(run.seed, purposes.order, purposes.part)

    def _block(self) -> Block:
        n, stride, examples = int(self.net.fans[0]), self.work.stride, self.examples
        steps, chunks = -(-examples.N // examples.batch), -(-examples.batch // stride)
        laid = chunks * min(steps, passes.steps_together(n, chunks, stride))
        inputs = (up(n) + 1) * stride
        return Block(
            x=self.zeros(laid * inputs),
            t=self.zeros(laid * up(self.net.fans[-1]) * stride),
            noise=self.zeros(laid * inputs if examples.noisy else 1),
            noisy=self.zeros(inputs if examples.noisy else 1),
            starts=np.zeros(stride, np.int64),
        )

    def _state(self, best: bool) -> State:
        R, n, run = len(self.runs), numbers(self.net), self.runs[0]
        two = self.zeros((R, n if run.optimizer in TWO_STATES else 0))
        if run.optimizer == "rprop":  # eta is the first step
            two[:] = [[each.eta] for each in self.runs]
        return State(
            theta=self.zeros((R, n)),
            finite=self.zeros((R, n)),
            one=self.zeros((R, n)),
            two=two,
            best=self.zeros((R, n if best else 0)),
            lowest=np.full(R, np.inf),
            best_pass=np.full(R, -1),
            diverged_at=np.full(R, -1),
            stopped_at=np.full(R, -1),
            powers=np.ones(2),
            curves=np.full((R, self.passes + 1 if self.parts[0].N else 0, 3, 2), np.nan),
            answers=np.zeros((R, self.answers), ANSWER),
            best_answers=np.zeros((R, self.answers), ANSWER),
        )

    @property
    def answers(self) -> int:
        """Examples of all parts, of which each is named a class."""
        return sum(part.N for part in self.parts if part.classes)

    def put(self, r: int, k: int, W: np.ndarray, b: np.ndarray) -> None:
        """Give layer k of run r its W (fan_in, fan_out) and b (fan_out,)."""
        whole = layer(self.net, self.state.theta[r], k)
        whole[:-1, : W.shape[1]], whole[-1, : W.shape[1]] = W, b

    def get(self, theta: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """W (fan_in, fan_out) and b (1, fan_out) of layer k, of one run's theta: copies."""
        whole = layer(self.net, theta, k)[:, : self.net.fans[k + 1]]
        return whole[:-1].copy(), whole[-1:].copy()

    @property
    def ended(self) -> bool:
        """Whether no run learns any more."""
        return bool(((self.state.diverged_at >= 0) | (self.state.stopped_at >= 0)).all())

    def measure(self) -> None:
        """The scores before the first pass."""
        self._learn(np.zeros((0, self.examples.N), np.int64), 0)

    def learn(self, before: int, after: int, progress: Callable[[int], None] = lambda n: None):
        """The passes from before + 1 to after."""
        N, batch = self.examples.N, self.examples.batch
        for n, orders in orders_of(self.stream, N, batch, after - before):
            self._learn(orders, before, n)
            before += n
            progress(n * len(self.runs))

    def _learn(self, orders: np.ndarray, before: int, n: int = 0) -> None:
        passes.learn(
            self.net, self.examples, self.parts, self.treated, self.draws, self.state, self.work,
            self.measuring, self.block, orders, before, n,
        )  # fmt: skip


def orders_of(
    stream: np.random.Generator, N: int, batch: int, times: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Of so many passes some, n, and the orders (n, N) of their examples, then the next ones: one order for all
    of them where a batch holds all examples."""
    while times > 0:
        n = min(times, max(1, AT_ONCE // N))
        whole = batch >= N
        yield n, np.array([np.arange(N)] if whole else [stream.permutation(N) for _ in range(n)])
        times -= n


def treated(runs: Sequence[Run], n: int) -> Treated:
    """What differs between runs of one group, of n passes."""
    off = np.array([round(LEVELS * run.dropout) for run in runs])
    dropped = np.array([round(LEVELS * run.input_dropout) for run in runs])
    masked = np.array([round(LEVELS * run.corruption) for run in runs])
    return Treated(
        eta=np.array([etas_of(run, n) for run in runs]),
        decay=np.array([run.weight_decay for run in runs]),
        clip=np.array([run.clip for run in runs]),
        patience=np.array([run.patience or 0 for run in runs]),
        sigma=np.array([run.input_noise for run in runs]),
        hidden=np.where(dropped > 0, dropped, masked),
        raised=LEVELS / (LEVELS - dropped),
        off=off,
        kept=LEVELS / (LEVELS - off),
    )
