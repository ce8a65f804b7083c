"""Passes of one run after another over the same examples, in the same order."""

from typing import NamedTuple

import numpy as np

from mlpstudy.core.native import costs, optimizers
from mlpstudy.core.native.compiled import borrowed, entry, jit, like, merged, part
from mlpstudy.core.native.draws import levels, normals
from mlpstudy.core.native.lanes import LINE
from mlpstudy.core.native.network import Mask, backward, copied, forward, forward_apart
from mlpstudy.core.native.optimizers import Rate
from mlpstudy.core.native.products import rounded, taken

MEASURED = 64  # examples that are measured together
PACKED = (
    2**18
)  # numbers of inputs that are laid out at once, for all runs: about what a cache holds


class Examples(NamedTuple):
    """What is learned: N rows and an empty one, each `wide` numbers (n rounded up) apart."""

    x: np.ndarray  # (N + 1) n_in
    t: np.ndarray  # (N + 1) C
    N: int
    batch: int
    noisy: bool  # whether something is drawn for the inputs: noise that is added to them
    masked: bool  # or, where this is so, levels that say which of them are set to 0
    steps: int  # of the training in all: the last pass may be cut short
    weights: np.ndarray  # (classes,) what an example counts; of no length: all of them 1


class Part(NamedTuple):
    """What is measured: chunks of MEASURED examples, each [unit][example]."""

    x: np.ndarray  # (chunks, n_in + 1, MEASURED), the last row ones
    t: np.ndarray  # (chunks, C, MEASURED)
    y: np.ndarray  # (N,) the classes
    spread: np.ndarray  # (C,) variance of each target of a regression
    N: int
    classes: int


class Treated(NamedTuple):
    """What each run of the group has of its own."""

    eta: np.ndarray  # (R, passes)
    decay: np.ndarray  # (R,)
    clip: np.ndarray  # (R,) the largest norm of a gradient; 0: any
    sigma: np.ndarray  # (R,) of the noise on the inputs
    hidden: np.ndarray  # (R,) the level below which an input is set to 0
    raised: np.ndarray  # (R,) what the other inputs are multiplied with
    patience: np.ndarray  # (R,) passes without a lower validation loss that end it; 0: none do
    off: np.ndarray  # (R,) see Mask
    kept: np.ndarray  # (R,)


class State(NamedTuple):
    """Where each run stands: arrays that a call goes on from, and leaves behind."""

    theta: np.ndarray  # (R, numbers)
    finite: np.ndarray  # its last finite values
    one: np.ndarray  # state of the optimizer
    two: np.ndarray
    best: np.ndarray  # theta of the lowest validation loss
    lowest: np.ndarray  # (R,) that loss
    best_pass: np.ndarray  # (R,)
    diverged_at: np.ndarray  # (R,) -1 where it did not
    stopped_at: np.ndarray  # (R,) the pass after which its patience ended; -1 where it did not
    powers: np.ndarray  # (2,) momentum^t and 0.999^t, t the steps so far
    curves: np.ndarray  # (R, passes + 1, 3, 2) loss and accuracy of each part
    answers: np.ndarray  # (R, N of all parts) the classes named; of a regression (R, 0)
    best_answers: np.ndarray  # those of the lowest validation loss


class Draws(NamedTuple):
    """The keys of what is drawn: the same for all runs of the group, which share a seed."""

    units: np.ndarray  # (L - 1, 2) of each layer
    noise: np.ndarray  # (2,)


class Block(NamedTuple):
    """Some steps of a pass, laid out as the lanes want them."""

    x: np.ndarray
    t: np.ndarray
    noise: np.ndarray
    noisy: np.ndarray  # inputs of one chunk with a run's noise, or some of them set to 0
    starts: np.ndarray  # where the examples of a chunk begin


def steps_together(n: int, chunks: int, stride: int) -> int:
    """Steps that are laid out at once, of n inputs and so many chunks."""
    return max(1, PACKED // (chunks * (-(-n // LINE) * LINE + 1) * stride))


together = jit(steps_together)


@entry
def learn(net, examples, parts, treated, draws, state, work, measuring, block, orders, before, n):
    """n passes of all runs after `before` ones, and their scores; n = 0: the scores as they are.

    orders: (n, N) of the examples, or one for all passes.
    """
    net, examples, parts, treated = (
        borrowed(net),
        borrowed(examples),
        borrowed(parts),
        borrowed(treated),
    )
    draws, state, work, measuring = (
        borrowed(draws),
        borrowed(state),
        borrowed(work),
        borrowed(measuring),
    )
    block, orders = borrowed(block), borrowed(orders)
    R = len(state.theta)
    if n == 0:
        for r in range(R):
            if goes_on(state, r):
                watch(net, parts, treated, draws, state, measuring, r, before)
    for p in range(n):
        for r in range(R):
            if goes_on(state, r):
                copied(state.theta[r], state.finite[r])
        one_pass(net, examples, treated, draws, state, work, block, orders, before, p)
        for r in range(R):
            if goes_on(state, r):
                watch(net, parts, treated, draws, state, measuring, r, before + p + 1)


@jit
def goes_on(state, r):
    """Whether a run still learns."""
    return state.diverged_at[r] < 0 and state.stopped_at[r] < 0


@merged
def one_pass(net, examples, treated, draws, state, work, block, orders, first, p):
    """All steps of a pass: some of them for every run, then the next ones."""
    batch, stride, before = examples.batch, work.stride, first + p
    steps = -(-examples.N // batch)
    chunks = -(-min(batch, examples.N) // stride)  # of a step
    laid = together(net.fans[0], chunks, stride)
    # Where a batch holds all examples, those of the pass before are still there.
    stays = p > 0 and len(orders) == 1 and laid >= steps and not examples.noisy
    left = min(steps, examples.steps - before * steps)
    for start in range(0, left, laid):
        end = min(start + laid, left)
        if not stays:
            order = orders[min(p, len(orders) - 1)]
            lay_out(net, examples, draws, block, order, stride, start, end, before * steps)
        one, two = state.powers[0], state.powers[1]
        for r in range(len(state.theta)):
            if goes_on(state, r):
                state.powers[0], state.powers[1] = one, two
                run_steps(net, examples, treated, draws, state, work, block, r, start, end, before)


@jit
def lay_out(net, examples, draws, block, order, stride, start, end, steps):
    """The batches from start to end as chunks of [unit][example], and their noise."""
    net, examples, draws, block = (
        borrowed(net), borrowed(examples), borrowed(draws), borrowed(block)
    )  # fmt: skip
    N, batch, n, C = examples.N, examples.batch, net.fans[0], net.fans[-1]
    wide, wide_t = rounded(n), rounded(C)
    at = 0
    for s in range(start, end):
        B = min(batch, N - s * batch)
        for first in range(0, B, stride):
            for b in range(stride):
                i = first + b
                block.starts[b] = order[s * batch + i] if i < B else N
            for b in range(stride):
                block.starts[b] *= wide
            xo = at * (wide + 1) * stride
            taken(examples.x, wide, n, block.starts, block.x, xo, stride)
            filled(part(block.x, xo + n * stride, stride))
            for b in range(stride):
                block.starts[b] = block.starts[b] // wide * wide_t
            taken(examples.t, wide_t, C, block.starts, block.t, at * wide_t * stride, stride)
            if examples.noisy:
                used = rounded(min(stride, B - first))
                noise = part(block.noise, xo, n * stride)
                if examples.masked:
                    levels(draws.noise, steps + s, first, n, used, stride, noise)
                else:
                    normals(draws.noise, steps + s, first, n, used, stride, noise)
            at += 1


@merged
def run_steps(net, examples, treated, draws, state, work, block, r, start, end, before):
    """The steps from start to end of one run."""
    N, batch, stride = examples.N, examples.batch, work.stride
    steps = -(-N // batch)
    mask = Mask(draws.units, treated.off[r], treated.kept[r])
    theta, one, two = state.theta[r], state.one[r], state.two[r]
    n, C = net.fans[0], net.fans[-1]
    at = 0
    for s in range(start, end):
        B = min(batch, N - s * batch)
        chunks = -(-B // stride)
        rate = rate_of(net, treated, state, r, before)
        for c in range(chunks):
            first = c * stride
            count = min(stride, B - first)
            used = rounded(count)
            x, xo = block.x, at * (rounded(n) + 1) * stride
            if examples.masked:
                hidden, raised = like(theta, treated.hidden[r]), like(theta, treated.raised[r])
                with_mask(block, xo, n, stride, hidden, raised)
                x, xo = block.noisy, 0
            elif treated.sigma[r] != 0:
                with_noise(block, xo, (n + 1) * stride, like(theta, treated.sigma[r]))
                x, xo = block.noisy, 0
            ao = forward(net, theta, x, xo, work, used, mask, before * steps + s, first)
            a, t = part(work.a, ao, C * stride), part(block.t, at * rounded(C) * stride, C * stride)
            scale = like(theta, 1 / (B * net.over))
            costs.delta(net.cost, a, t, work.d, C, stride, used, work.top, work.total, scale)
            if len(examples.weights):
                weighed(work.d, t, examples.weights, C, stride, used, work.top)
            backward(net, theta, one, two, x, xo, work, used, count, c, chunks, rate)
            at += 1


@jit
def weighed(d, t, weights, C, stride, used, counts):
    """delta of the outputs times what each example counts: over the classes, the target's share times
    the weight; a single output has the share of the second class."""
    single = len(weights) > C
    for b in range(used):
        counts[b] = weights[0] if single else t[b] * weights[0]
    for c in range(1, len(weights)):
        weight, row = weights[c], 0 if single else c * stride
        if single:
            weight = weight - weights[0]
        for b in range(used):
            counts[b] += t[row + b] * weight
    for c in range(C):
        for b in range(used):
            d[c * stride + b] *= counts[b]


@merged
def rate_of(net, treated, state, r, p):
    """What the next step is multiplied with, and what Adam's root is raised by."""
    eta = treated.eta[r, p]
    state.powers[0] *= net.momentum
    state.powers[1] *= optimizers.DECAY
    grown = np.sqrt(1 - state.powers[1])
    corrected = eta * grown / (1 - state.powers[0])
    return Rate(eta, treated.decay[r], corrected, optimizers.EPSILON * grown, treated.clip[r])


@jit
def with_noise(block, xo, n, sigma):
    x, e, out = part(block.x, xo, n), part(block.noise, xo, n), block.noisy
    for i in range(n):
        out[i] = x[i] + e[i] * sigma


@jit
def with_mask(block, xo, n, stride, hidden, raised):
    x, level = part(block.x, xo, n * stride), part(block.noise, xo, n * stride)
    out, zero = block.noisy, like(hidden, 0)
    for i in range(n * stride):
        out[i] = x[i] * (raised if level[i] >= hidden else zero)
    filled(part(out, n * stride, stride))


@merged
def watch(net, parts, treated, draws, state, work, r, epoch):
    """Scores after a pass; a run that is not finite goes back to where it was, and stays there; one
    whose patience ends stays where it is."""
    theta = state.theta[r]
    if not all_finite(theta):
        state.diverged_at[r] = epoch
        copied(state.finite[r], theta)
        return
    if parts[0].N == 0:
        return
    scores, mask = state.curves[r, epoch], Mask(draws.units, 0, 1.0)
    answers, at = state.answers[r], 0
    for p in range(3):
        n = parts[p].N if parts[p].classes else 0
        score(net, theta, parts[p], mask, work, scores[p], part(answers, at, n))
        at += n
    for p in range(3):
        if not (np.isfinite(scores[p, 0]) and np.isfinite(scores[p, 1])):
            state.diverged_at[r] = epoch
            copied(state.finite[r], theta)
            return
    if scores[1, 0] < state.lowest[r]:
        state.lowest[r], state.best_pass[r] = scores[1, 0], epoch
        copied(answers, state.best_answers[r])
        if state.best.shape[1]:
            copied(theta, state.best[r])
    if treated.patience[r] > 0 and epoch - state.best_pass[r] >= treated.patience[r]:
        state.stopped_at[r] = epoch


@jit
def filled(row):
    for i in range(len(row)):
        row[i] = 1


@jit
def all_finite(theta):
    lost = False
    for i in range(len(theta)):
        nothing = theta[i] - theta[i]  # but for inf and nan
        lost |= nothing != nothing
    return not lost


@jit
def score(net, theta, measured, mask, work, out, answers):
    """Loss and accuracy of one part; of a regression R2 (see mlpstudy.core.probes). answers (N,): the
    class that is named, of each example."""
    net, measured, work = borrowed(net), borrowed(measured), borrowed(work)
    C, stride = net.fans[-1], work.stride
    loss, right = 0.0, 0
    for c in range(C):
        work.left[c] = 0
    for first in range(0, measured.N, stride):
        chunk, count = first // stride, min(stride, measured.N - first)
        used = rounded(count)
        xo = chunk * (net.fans[0] + 1) * stride
        ao = forward_apart(net, theta, measured.x, xo, work, used, mask, 0, 0)
        a, t = part(work.a, ao, C * stride), part(measured.t, chunk * C * stride, C * stride)
        costs.terms(net.cost, a, t, C, stride, used, work.top, work.total)
        for b in range(count):
            loss += work.total[b]
        if measured.classes:
            named = part(answers, first, count)
            right += correct(a, part(measured.y, first, count), C, stride, named)
        else:
            for c in range(C):
                for b in range(count):
                    e = np.float64(a[c * stride + b]) - t[c * stride + b]
                    work.left[c] += e * e
    out[0] = loss / (measured.N * net.over)
    out[1] = (
        right / measured.N
        if measured.classes
        else explained(work.left, measured.N, measured.spread)
    )


@jit
def correct(a, y, C, stride, named):
    """How many examples the strongest output, or the sign of a single one, is right about; the class
    that it names goes to `named`."""
    right = 0
    for b in range(len(y)):
        guess = 0
        if C == 1:
            guess = 1 if a[b] > 0 else 0
        for c in range(1, C):
            if a[c * stride + b] > a[guess * stride + b]:
                guess = c
        named[b] = guess
        right += guess == y[b]
    return right


@jit
def explained(left, N, spread):
    """The share of the targets' variance that is explained, averaged over the outputs."""
    total = 0.0
    for c in range(len(spread)):
        if spread[c] > 0:
            total += 1 - left[c] / N / spread[c]
        else:
            total += 1.0 if left[c] == 0 else 0.0
    return total / len(spread)
