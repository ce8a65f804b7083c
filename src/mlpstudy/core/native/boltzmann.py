"""A restricted Boltzmann machine, trained by CD-1: the step is said in mlpstudy.core.pretrain.

W, b and c are one matrix [(n + 1)][room], n visible units and `width` hidden ones: b is its last
row and c its column `width`, so that either meets a row of ones. Where the two cross, nothing counts.
"""

from typing import NamedTuple

import numpy as np

from mlpstudy import rng
from mlpstudy.core.native.compiled import borrowed, entry, jit, like, merged, part
from mlpstudy.core.native.draws import uniforms
from mlpstudy.core.native.functions import sigmoid
from mlpstudy.core.native.group import LANES, orders_of
from mlpstudy.core.native.layout import rows_of, zeros
from mlpstudy.core.native.network import copied
from mlpstudy.core.native.optimizers import Rate, sgd
from mlpstudy.core.native.passes import all_finite, filled
from mlpstudy.core.native.products import gradient, product, rounded, taken, turned, up
from mlpstudy.design.run import Run, machine_run


class Machine(NamedTuple):
    """A machine, and how it learns."""

    n: int  # visible units
    width: int  # hidden ones
    gaussian: bool  # the visible units; else Bernoulli
    N: int  # examples
    batch: int
    eta: float
    momentum: float
    key: np.ndarray  # (2,) of its draws


class State(NamedTuple):
    """Where it stands."""

    theta: np.ndarray
    finite: np.ndarray  # its last finite values
    velocity: np.ndarray


class Work(NamedTuple):
    """Where it is computed, `stride` examples at a time: arrays are [unit][example]."""

    stride: int
    v: np.ndarray  # a batch, and a row of ones
    h: np.ndarray  # P(h = 1 | v), and a row of ones
    sample: np.ndarray  # of h, and a row of ones
    v1: np.ndarray  # the reconstruction, and a row of ones
    h1: np.ndarray  # P(h = 1 | v1), and a row of ones
    drawn: np.ndarray  # uniform numbers for the hidden units and, after them, the visible ones
    d: np.ndarray
    turned: np.ndarray  # d with its examples in rows
    dW: np.ndarray
    lines: np.ndarray  # 0, stride, 2 stride, ...
    starts: np.ndarray  # where the examples of a chunk begin


def train(
    run: Run, layer: int, x: np.ndarray, W: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, bool]:
    """W (n, width) and b of a hidden layer after the passes of its machine on x (N, n), and whether
    they stayed finite."""
    machine, width, rows = _machine(run, layer, x), run.width, rows_of(x)
    work, state = _work(machine), State(*(_matrix(machine) for _ in State._fields))
    theta = state.theta.reshape(x.shape[1] + 1, -1)
    theta[:-1, :width], theta[-1, :width] = W, b
    stream, before, finite = rng.stream(run.seed, "pretrain-order", layer), 0, True
    for n, orders in orders_of(stream, machine.N, machine.batch, run.pretraining_epochs):
        finite = finite and learn(machine, rows, state, work, orders, before, n)
        before += n
    return theta[:-1, :width], theta[-1, :width], finite


def _machine(run: Run, layer: int, x: np.ndarray) -> Machine:
    (N, n), key, learns = x.shape, rng.key(run.seed, "pretrain-noise", layer), machine_run(run)
    gaussian = layer == 0 or (layer > 1 and run.residual != "none")
    batch = min(learns.batch_size or N, N)
    return Machine(n, run.width, gaussian, N, batch, learns.eta, learns.momentum, key)


def _matrix(machine: Machine) -> np.ndarray:
    return zeros((machine.n + 1) * up(machine.width + 1))


def _work(machine: Machine) -> Work:
    stride, n, width = min(LANES, up(machine.batch)), up(machine.n + 1), up(machine.width + 1)

    def units(many: int, ones: int) -> np.ndarray:
        array = zeros(many * stride)
        array[ones * stride : (ones + 1) * stride] = 1
        return array

    return Work(
        stride=stride,
        v=zeros(n * stride),
        h=units(width, machine.width),
        sample=units(width, machine.width),
        v1=units(n, machine.n),
        h1=units(width, machine.width),
        drawn=zeros((n + width) * stride),
        d=zeros(width * stride),
        turned=zeros(width * stride),
        dW=_matrix(machine),
        lines=np.arange(width) * stride,
        starts=np.zeros(stride, np.int64),
    )


@entry
def learn(machine, x, state, work, orders, before, n):
    """n passes after `before` ones, over examples x, rows rounded up; whether it stayed finite.

    orders: (n, N) of the examples, or one for all passes.
    """
    machine, state, work = borrowed(machine), borrowed(state), borrowed(work)
    for p in range(n):
        copied(state.theta, state.finite)
        one_pass(machine, x, state, work, orders[min(p, len(orders) - 1)], before + p)
        if not all_finite(state.theta):
            copied(state.finite, state.theta)
            return False
    return True


@merged
def one_pass(machine, x, state, work, order, before):
    """A step for each batch; a large batch comes in chunks, whose gradients add up."""
    N, batch, stride = machine.N, machine.batch, work.stride
    steps = -(-N // batch)
    for s in range(steps):
        B = min(batch, N - s * batch)
        for first in range(0, B, stride):
            count = min(stride, B - first)
            used = rounded(count)
            visible(machine, x, work, order, s * batch + first, count)
            reconstruct(machine, state.theta, work, used, before * steps + s, first)
            descend(machine, work, used, count, like(work.d, 1 / B), min(first, 1))
        rate = Rate(machine.eta, 0.0, 0.0, 0.0, 0.0)
        sgd(state.theta, work.dW, state.velocity, state.velocity, rate, machine.momentum)


@merged
def visible(machine, x, work, order, start, count):
    """v: some examples of a batch."""
    n, wide, stride = machine.n, rounded(machine.n), work.stride
    for b in range(stride):
        work.starts[b] = (order[start + b] if b < count else machine.N) * wide
    taken(x, wide, n, work.starts, work.v, 0, stride)
    filled(part(work.v, n * stride, stride))


@merged
def reconstruct(machine, theta, work, used, step, first):
    """h, a sample of it, v1 and h1 of v."""
    n, width, stride = machine.n, machine.width, work.stride
    room, drawn = rounded(width + 1), width if machine.gaussian else width + n
    upwards(theta, work.v, work.h, n, width, room, stride, used)
    uniforms(machine.key, step, first, drawn, used, stride, work.drawn)
    below(work.drawn, part(work.h, 0, width * stride), work.sample)
    product(theta, 0, room, 1, work.sample, 0, width + 1, work.v1, 0, n, stride, used)
    if not machine.gaussian:
        v1 = part(work.v1, 0, n * stride)
        squash(v1)
        below(part(work.drawn, width * stride, n * stride), v1, v1)
    upwards(theta, work.v1, work.h1, n, width, room, stride, used)


@jit
def upwards(theta, v, h, n, width, room, stride, used):
    """h = sigmoid(v W + b)"""
    product(theta, 0, 1, room, v, 0, n + 1, h, 0, width, stride, used)
    squash(part(h, 0, width * stride))


@jit
def squash(a):
    for i in range(len(a)):
        a[i] = sigmoid(a[i])


@jit
def below(drawn, p, sample):
    """sample = 1 with probability p, else 0"""
    zero, one = like(p, 0), like(p, 1)
    for i in range(len(p)):
        sample[i] = one if drawn[i] < p[i] else zero


@merged
def descend(machine, work, used, B, scale, add):
    """dW (+)= scale (<v1 h1> - <v h>), summed over B examples."""
    terms(machine, work, work.v1, work.h1, used, B, scale, add)
    terms(machine, work, work.v, work.h, used, B, -scale, 1)


@jit
def terms(machine, work, v, h, used, B, scale, add):
    """dW (+)= scale v h, summed over B examples."""
    n, width, stride = machine.n, machine.width + 1, work.stride
    for i in range(width * stride):
        work.d[i] = h[i] * scale
    turned(work.d, width, stride, used, work.lines, work.turned)
    gradient(v, 0, stride, work.turned, rounded(width), B, work.dW, 0, n + 1, add)
