"""One network, forth and back: the lecture's chain, written for compiled code.

Activations are [unit][example], `stride` lanes to a row. The outputs of every layer end in a row of
ones, which the bias of the next one meets. Layer k (0 is the first) has a, g(a) and z, what it
hands on, in rows rows[k] to rows[k] + fans[k + 1] of three arrays.
"""

from typing import NamedTuple

import numpy as np

from mlpstudy.core.native import activations
from mlpstudy.core.native.compiled import borrowed, jit, like, merged, part
from mlpstudy.core.native.draws import levels
from mlpstudy.core.native.optimizers import shortened, update
from mlpstudy.core.native.products import gradient, product, turned


class Net(NamedTuple):
    """What the runs of a stack have in common. L layers, the last one that of the outputs."""

    fans: np.ndarray  # (L + 1,) inputs, and units of each layer
    room: np.ndarray  # (L,) of a row of W: units rounded up
    W: np.ndarray  # (L,) where the weights of each layer begin; the biases are their last row
    rows: np.ndarray  # (L,) where the outputs of each layer begin
    activation: int  # its place in activations.ACTIVATIONS
    cost: int  # its place in costs.COSTS
    optimizer: int  # its place in optimizers.OPTIMIZERS
    momentum: float
    residual: float  # scale of z + scale g(a), from the second layer on; 0: none
    lowest: int  # the first layer that learns
    dropout: bool
    over: int  # outputs that the cost is averaged over; 1: it is their sum


class Work(NamedTuple):
    """Where one network is computed, `stride` examples at a time: nothing in it outlives a batch."""

    stride: int
    a: np.ndarray
    g: np.ndarray
    z: np.ndarray  # the array of g where nothing is added and no unit switched off
    mask: np.ndarray  # what each unit's output is multiplied with
    level: np.ndarray  # what is drawn for the units of a layer
    d: np.ndarray  # delta of a layer
    e: np.ndarray  # and of the one below
    skip: np.ndarray  # what goes past a residual layer
    turned: np.ndarray  # delta with its examples in rows
    dW: np.ndarray
    lines: np.ndarray  # 0, stride, 2 stride, ...
    top: np.ndarray  # a number for each example
    total: np.ndarray
    left: np.ndarray  # (C,) double: what a regression leaves unexplained


class Mask(NamedTuple):
    """Which units of a run are off: a unit whose level is below `off`; `kept` is 1 / (1 - rate)."""

    keys: np.ndarray  # (L - 1, 2) of the draws of each layer
    off: int
    kept: float


@merged
def forward(net, theta, x, xo, work, used, mask, step, first):
    """Where a of the last layer begins in work.a, of the inputs at x[xo].

    mask: units are switched off where its `off` is above 0. step, first: the batch, and which of its
    examples x[xo] is.
    """
    net, work, mask = borrowed(net), borrowed(work), borrowed(mask)
    z, zo = borrowed(x), xo
    for k in range(len(net.W)):
        layer(net, theta, k, z, zo, work, used)
        z, zo = work.z, net.rows[k] * work.stride
        if mask.off > 0 and k < len(net.W) - 1:
            levels(mask.keys[k], step, first, net.fans[k + 1], used, work.stride, work.level)
            n = net.fans[k + 1] * work.stride
            inside = work.g if net.residual == 0 else z
            factor = part(work.mask, zo, n)
            switch(part(work.level, 0, n), mask, part(inside, zo, n), factor, part(z, zo, n))
    return zo


# For who is not in a hurry: a function of its own, which compiles faster than one more copy.
forward_apart = jit(forward.py_func)


@jit
def switch(level, mask, z, factor, out):
    """out = z factor, the factor 0 of what is switched off."""
    kept, zero = like(z, mask.kept), like(z, 0)
    for i in range(len(level)):
        factor[i] = kept if level[i] >= mask.off else zero
    for i in range(len(level)):
        out[i] = z[i] * factor[i]


@merged
def layer(net, theta, k, z, zo, work, used):
    """a, g(a) and what layer k hands on, of what comes in at z[zo]."""
    n, at, stride = net.fans[k + 1], net.rows[k] * work.stride, work.stride
    product(theta, net.W[k], 1, net.room[k], z, zo, net.fans[k] + 1, work.a, at, n, stride, used)
    if k == len(net.W) - 1:
        return
    activations.activate(net.activation, part(work.a, at, n * stride), part(work.g, at, n * stride))
    if net.residual != 0:
        inner, out = part(work.g, at, n * stride), part(work.z, at, n * stride)
        if k == 0:
            copied(inner, out)
        else:
            added(part(z, zo, n * stride), like(theta, net.residual), inner, out)


@jit
def copied(source, target):
    for i in range(len(source)):
        target[i] = source[i]


@jit
def added(z, scale, inner, out):
    for i in range(len(z)):
        out[i] = z[i] + scale * inner[i]


@merged
def backward(net, theta, one, two, x, xo, work, used, B, chunk, chunks, rate):
    """From delta of the last layer in work.d to dW of each, and a step of each after the last chunk.

    A batch of more examples than work has lanes comes in chunks of B examples, whose gradients add
    up; where they are cut to a norm, all layers wait for it. one, two: the optimizer's state.
    """
    d, e, stride = work.d, work.e, work.stride
    for k in range(len(net.W) - 1, net.lowest - 1, -1):
        if k > net.lowest:
            backward_to(net, theta, k, work, d, e, used, net.dropout)
        turned(d, net.fans[k + 1], stride, used, work.lines, work.turned)
        z, zo = (work.z, net.rows[k - 1] * stride) if k > 0 else (x, xo)
        room, rows, w = net.room[k], net.fans[k] + 1, net.W[k]
        g = w if chunks > 1 or rate.clip > 0 else 0
        gradient(z, zo, stride, work.turned, room, B, work.dW, g, rows, chunk > 0)
        if chunk == chunks - 1 and rate.clip == 0:
            n = rows * room
            dW, W = part(work.dW, g, n), part(theta, w, n)
            update(net.optimizer, W, dW, part(one, w, n), part(two, w, n), rate, net.momentum)
        d, e = e, d
    if chunk == chunks - 1 and rate.clip > 0:
        step_shortened(net, theta, one, two, work.dW, rate)


@jit
def step_shortened(net, theta, one, two, gradient, rate):
    """A step of all layers that learn, their gradient cut to a norm."""
    start, last = net.W[net.lowest], len(net.W) - 1
    n = net.W[last] + (net.fans[last] + 1) * net.room[last] - start
    dW = part(gradient, start, n)
    shortened(dW, rate.clip)
    state = part(one, start, n), part(two, start, n)
    update(net.optimizer, part(theta, start, n), dW, state[0], state[1], rate, net.momentum)


@merged
def backward_to(net, theta, k, work, d, e, used, dropout):
    """e = delta of layer k - 1, of d = delta of layer k."""
    n, stride = net.fans[k], work.stride
    product(theta, net.W[k], net.room[k], 1, d, 0, net.fans[k + 1], e, 0, n, stride, used)
    at, n = net.rows[k - 1] * stride, n * stride
    inner = part(e, 0, n)
    if net.residual != 0 and k < len(net.W) - 1:
        for i in range(n):
            inner[i] += work.skip[i]
    if dropout:
        mask = part(work.mask, at, n)
        for i in range(n):
            inner[i] *= mask[i]
    if net.residual != 0 and k > 1:
        copied(inner, work.skip)
        scale = like(theta, net.residual)
        for i in range(n):
            inner[i] *= scale
    activations.slopes(net.activation, part(work.a, at, n), part(work.g, at, n), inner)
