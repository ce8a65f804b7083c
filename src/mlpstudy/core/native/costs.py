"""Costs, example by example: the delta = dL/da of the last layer, and what each example costs.

a, t and d are [output][example] with rows `stride` apart; the formulas, and what is chosen where a
cost has a corner, are those of mlpstudy.core.costs. Sums over the outputs run from the first on.
"""

from collections.abc import Callable
from typing import NamedTuple

from mlpstudy.core.native.compiled import chained, inlined, jit, like, part
from mlpstudy.core.native.functions import exp_below_one, log, log1p, sigmoid


class Cost(NamedTuple):
    """delta(a, t, d, C, stride, used, top, total, scale): d = scale dL/da.

    terms(a, t, C, stride, used, top, total): total[b] = the cost of example b. top and total are
    room for a number of each example.
    """

    delta: Callable
    terms: Callable


@jit
def softmax(a, d, C, stride, used, top, total):
    """d = exp(a - top), top the largest a of each example, and total its sum over the outputs."""
    for b in range(used):
        top[b] = a[b]
    for c in range(1, C):
        row = part(a, c * stride, used)
        for b in range(used):
            top[b] = row[b] if row[b] > top[b] else top[b]
    for b in range(used):
        total[b] = 0
    for c in range(C):
        row, p = part(a, c * stride, used), part(d, c * stride, used)
        for b in range(used):
            p[b] = exp_below_one(row[b] - top[b])
            total[b] += p[b]


@jit
def softmax_delta(a, t, d, C, stride, used, top, total, scale):
    """scale (p - t), p the softmax of a."""
    softmax(a, d, C, stride, used, top, total)
    for b in range(used):
        total[b] = like(d, 1) / total[b]
    for c in range(C):
        p, target = part(d, c * stride, used), part(t, c * stride, used)
        for b in range(used):
            p[b] = (p[b] * total[b] - target[b]) * scale


@jit
def nll_terms(a, t, C, stride, used, top, total):
    """log sum exp a - sum t a: the mass of a target is 1."""
    for b in range(used):
        top[b] = a[b]
    for c in range(1, C):
        row = part(a, c * stride, used)
        for b in range(used):
            top[b] = row[b] if row[b] > top[b] else top[b]
    for b in range(used):
        total[b] = 0
    for c in range(C):
        row = part(a, c * stride, used)
        for b in range(used):
            total[b] += exp_below_one(row[b] - top[b])
    for b in range(used):
        total[b] = log(total[b]) + top[b]
    for c in range(C):
        row, target = part(a, c * stride, used), part(t, c * stride, used)
        for b in range(used):
            total[b] -= row[b] * target[b]


@jit
def kl_terms(a, t, C, stride, used, top, total):
    """nll less the entropy of the target."""
    nll_terms(a, t, C, stride, used, top, total)
    for c in range(C):
        target = part(t, c * stride, used)
        for b in range(used):
            p = target[b]
            total[b] += p * log(p if p > 0 else like(p, 1))


@jit
def mse_delta(a, t, d, C, stride, used, top, total, scale):
    """e = 2 (p - t), and through the softmax p (e - sum p e)."""
    softmax(a, d, C, stride, used, top, total)
    for b in range(used):
        top[b] = 0
    for c in range(C):
        p, target = part(d, c * stride, used), part(t, c * stride, used)
        for b in range(used):
            p[b] /= total[b]
            top[b] += p[b] * ((p[b] - target[b]) * like(p, 2))
    for c in range(C):
        p, target = part(d, c * stride, used), part(t, c * stride, used)
        for b in range(used):
            p[b] *= ((p[b] - target[b]) * like(p, 2) - top[b]) * scale


@jit
def mse_terms(a, t, C, stride, used, top, total):
    """The squared distance of the softmax of a from the target."""
    for b in range(used):
        top[b] = a[b]
    for c in range(1, C):
        row = part(a, c * stride, used)
        for b in range(used):
            top[b] = row[b] if row[b] > top[b] else top[b]
    sums = part(total, stride, used)
    for b in range(used):
        sums[b] = 0
    for c in range(C):
        row = part(a, c * stride, used)
        for b in range(used):
            sums[b] += exp_below_one(row[b] - top[b])
    for b in range(used):
        total[b] = 0
    for c in range(C):
        row, target = part(a, c * stride, used), part(t, c * stride, used)
        for b in range(used):
            e = exp_below_one(row[b] - top[b]) / sums[b] - target[b]
            total[b] += e * e


def unit_by_unit(term: Callable, slope: Callable) -> Cost:
    """A cost that is a sum over the outputs: term(a, t), and its derivative slope(a, t)."""

    @jit
    def delta(a, t, d, C, stride, used, top, total, scale):
        for c in range(C):
            row, target = part(a, c * stride, used), part(t, c * stride, used)
            out = part(d, c * stride, used)
            for b in range(used):
                out[b] = slope(row[b], target[b]) * scale

    @jit
    def terms(a, t, C, stride, used, top, total):
        for b in range(used):
            total[b] = 0
        for c in range(C):
            row, target = part(a, c * stride, used), part(t, c * stride, used)
            for b in range(used):
                total[b] += term(row[b], target[b])

    return Cost(delta, terms)


@inlined
def binary_nll(a, t):
    return log1p(exp_below_one(-abs(a))) + (a if a > like(a, 0) else like(a, 0)) - t * a


@inlined
def binary_nll_slope(a, t):
    return sigmoid(a) - t


@inlined
def mse_sigmoid(a, t):
    e = sigmoid(a) - t
    return e * e


@inlined
def mse_sigmoid_slope(a, t):
    z = sigmoid(a)
    return (z - t) * z * (like(z, 1) - z) * like(z, 2)


@inlined
def mse_raw(a, t):
    e = a - t
    return e * e


@inlined
def mse_raw_slope(a, t):
    return (a - t) * like(a, 2)


@inlined
def perceptron(a, t):
    s = like(t, 2) * t - like(t, 1)
    return like(a, 0) if s * a >= like(a, 0) else -(s * a)


@inlined
def perceptron_slope(a, t):
    s = like(t, 2) * t - like(t, 1)
    return -s if s * a <= 0 else like(a, 0)


@inlined
def hinge(a, t):
    s = like(t, 2) * t - like(t, 1)
    return like(a, 0) if s * a >= like(a, 1) else like(a, 1) - s * a


@inlined
def hinge_slope(a, t):
    s = like(t, 2) * t - like(t, 1)
    return -s if s * a < 1 else like(a, 0)


COSTS: dict[str, Cost] = {
    "nll": Cost(softmax_delta, nll_terms),
    "kl": Cost(softmax_delta, kl_terms),
    "binary_nll": unit_by_unit(binary_nll, binary_nll_slope),
    "mse": Cost(mse_delta, mse_terms),
    "mse_sigmoid": unit_by_unit(mse_sigmoid, mse_sigmoid_slope),
    "mse_raw": unit_by_unit(mse_raw, mse_raw_slope),
    "perceptron": unit_by_unit(perceptron, perceptron_slope),
    "hinge": unit_by_unit(hinge, hinge_slope),
}


delta = chained(
    [cost.delta for cost in COSTS.values()], "a, t, d, C, stride, used, top, total, scale"
)
terms = chained([cost.terms for cost in COSTS.values()], "a, t, C, stride, used, top, total")
