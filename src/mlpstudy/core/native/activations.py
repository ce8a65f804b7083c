"""The shapes of a neuron for compiled code: z = g(a) and its slope dg(a, z) = g'(a).

Numbers, not arrays: the same conventions as those of mlpstudy.core.activations, and the same names
(a test compares them line by line). To add one is to add a line in each table.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from mlpstudy.core.native.compiled import inlined, jit, like
from mlpstudy.core.native.functions import erf, exp_below_one, expm1, log1p, sigmoid, tanh
from mlpstudy.core.shapes import (
    GAUSSIAN_SLOPE,
    GELU_SLOPE,
    LEAK,
    SELU_ALPHA,
    SELU_SCALE,
    SELU_SLOPE,
    SIGMOID_SLOPE,
    SILU_SLOPE,
)

ROOT_HALF = 0.7071067811865476
NORMAL_PEAK = 0.3989422804014327  # the density of a standard normal distribution at 0


class Shape(NamedTuple):
    g: Callable  # g(a)
    dg: Callable  # dg(a, z)
    slope: float = 1.0  # the largest |g'|: below a twentieth of it a unit counts as saturated


@inlined
def _above(x, least):
    """max(x, least), and NaN where x is."""
    return like(x, least) if x <= like(x, least) else x


@inlined
def _below(x, most):
    """min(x, most), and NaN where x is."""
    return like(x, most) if x >= like(x, most) else x


@inlined
def _inside(a, limit):
    """1 where |a| < limit, else 0."""
    return like(a, 1) if abs(a) < like(a, limit) else like(a, 0)


@inlined
def _relu_slope(a, z):
    return like(z, 1) if z > like(z, 0) else like(z, 0)


@inlined
def _leaky_relu(a):
    return a * like(a, LEAK) if a <= like(a, 0) else a


@inlined
def _leaky_relu_slope(a, z):
    return like(z, 1) if z > like(z, 0) else like(z, LEAK)


@inlined
def _elu(a):
    return expm1(a) if a <= like(a, 0) else a


@inlined
def _selu(a):
    curve = expm1(a) * like(a, SELU_ALPHA)
    return like(a, SELU_SCALE) * (curve if a <= like(a, 0) else a)


@inlined
def _selu_slope(a, z):
    return z + like(z, SELU_SLOPE) if z <= like(z, 0) else like(z, SELU_SCALE)


@inlined
def _below_in_normal(a):
    """Phi(a), the share of a standard normal distribution below a."""
    return like(a, 0.5) * (like(a, 1) + erf(a * like(a, ROOT_HALF)))


@inlined
def _gelu(a):
    return a * _below_in_normal(a)


@inlined
def _gelu_slope(a, z):
    return _below_in_normal(a) + a * (like(a, NORMAL_PEAK) * _gaussian(a))


@inlined
def _silu_slope(a, z):
    s = sigmoid(a)
    return s * (like(a, 1) + a * (like(a, 1) - s))


@inlined
def _softplus(a):
    return log1p(exp_below_one(-abs(a))) + _above(a, 0)


@inlined
def _softsign(a):
    return a / (abs(a) + like(a, 1))


@inlined
def _softsign_slope(a, z):
    rest = like(z, 1) - abs(z)
    return rest * rest


@inlined
def _gaussian(a):
    return exp_below_one(a * a * like(a, -0.5))


@inlined
def _threshold(a):
    return like(a, 1) if a > like(a, 0) else like(a, 0)


# fmt: off
ACTIVATIONS: dict[str, Shape] = {
    "sigmoid": Shape(sigmoid, inlined(lambda a, z: z - z * z), SIGMOID_SLOPE),
    "tanh": Shape(tanh, inlined(lambda a, z: like(z, 1) - z * z)),
    "relu": Shape(inlined(lambda a: _above(a, 0)), _relu_slope),
    "leaky_relu": Shape(_leaky_relu, _leaky_relu_slope),
    "elu": Shape(_elu, inlined(lambda a, z: _below(z, 0) + like(z, 1))),
    "selu": Shape(_selu, _selu_slope, SELU_SLOPE),
    "gelu": Shape(_gelu, _gelu_slope, GELU_SLOPE),
    "silu": Shape(inlined(lambda a: a * sigmoid(a)), _silu_slope, SILU_SLOPE),
    "softplus": Shape(_softplus, inlined(lambda a, z: sigmoid(a))),
    "softsign": Shape(_softsign, _softsign_slope),
    "hard_tanh": Shape(inlined(lambda a: _above(_below(a, 1), -1)), inlined(lambda a, z: _inside(a, 1))),
    "ramp": Shape(inlined(lambda a: _above(_below(a + like(a, 0.5), 1), 0)), inlined(lambda a, z: _inside(a, 0.5))),
    "gaussian": Shape(_gaussian, inlined(lambda a, z: -a * z), GAUSSIAN_SLOPE),
    "threshold": Shape(_threshold, inlined(lambda a, z: like(a, 0)), 0.0),
    "identity": Shape(inlined(lambda a: a), inlined(lambda a, z: like(a, 1))),
}
# fmt: on


def _by_kind(head: str, statement: str, functions: list[Callable]) -> Callable:
    """The function of this head that does the statement, with the function f of its kind, at every
    i. It is written out: one loop for each kind, so that each is vectorised."""
    lines = [f"def {head}:"]
    for kind in range(len(functions)):
        lines += [f"    if kind == {kind}:", "        for i in range(z.size):"]
        lines += [f"            {statement.replace('f(', f'f{kind}(')}"]
    names: dict[str, Any] = {f"f{kind}": function for kind, function in enumerate(functions)}
    exec("\n".join(lines), names)
    return jit(names[head.partition("(")[0]])


# Of arrays of one dimension and one length; `kind` is the place of the activation in the table.
activate = _by_kind(
    "activate(kind, a, z)",  # z = g(a)
    "z[i] = f(a[i])",
    [shape.g for shape in ACTIVATIONS.values()],
)
slopes = _by_kind(
    "slopes(kind, a, z, delta)",  # delta = delta * g'(a)
    "delta[i] *= f(a[i], z[i])",
    [shape.dg for shape in ACTIVATIONS.values()],
)
