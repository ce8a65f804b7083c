"""The shapes of a neuron: z = g(a) and its slope dg(a, z) = g'(a), unit by unit.

Every function takes an optional `out` of the shape of `a`, writes there and returns it, so that a
training step allocates nothing; without `out` it can be differentiated by autograd, the oracle of
the tests. Where the derivative does not exist the lower slope is taken (relu: 0 at a = 0), and a
threshold has slope 0 everywhere: its derivative is the lecture's «dérivée problématique».
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

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

aten = torch.ops.aten


class Activation(NamedTuple):
    g: Callable[..., Tensor]  # g(a, out=None)
    dg: Callable[..., Tensor]  # dg(a, z, out=None)
    slope: float  # the largest |g'|: below a twentieth of it a unit counts as saturated


def _quick(name: str):
    """torch's function, or NumPy's where its loop for this CPU is vectorised.

    Both keep the relative accuracy of tiny arguments, where deep networks live; NumPy's takes from
    a sixth (tanh) to a half of the time.
    """
    torchs, numpys = getattr(torch, name), getattr(np, name)
    loops = np.lib.introspect.opt_func_info(func_name=f"^{name}$").get(name, {})
    if loops.get("ff", {}).get("current", "baseline").startswith("baseline"):
        return torchs

    def function(a, out=None):
        if a.requires_grad or a.is_cuda:
            return torchs(a, out=out)
        out = torch.empty_like(a) if out is None else out
        numpys(a.numpy(), out=out.numpy())
        return out

    return function


_tanh, _exp, _expm1, _log1p = map(_quick, ("tanh", "exp", "expm1", "log1p"))


def _slope_of(backward: Callable, *settings):
    """The slope as what torch's own backward makes, in one operation, of a delta of 1."""

    def slope(a, z, out=None):
        one = torch.ones_like(a) if out is None else out.fill_(1)
        return backward(one, *settings, z if settings else a, grad_input=one)

    return slope


def _elu(a, out=None):
    below = _expm1(torch.clamp_max(a, 0, out=out), out=out)
    return torch.maximum(a, below, out=out)  # a < expm1(a) < 0, or expm1(0) = 0 < a


def _selu(a, out=None):
    below = _expm1(torch.clamp_max(a, 0, out=out), out=out)
    return torch.add(torch.clamp_min(a, 0), below, alpha=SELU_ALPHA, out=out).mul_(SELU_SCALE)


def _gelu(a, out=None):
    return F.gelu(a) if out is None else aten.gelu.out(a, out=out)


def _silu(a, out=None):
    return F.silu(a) if out is None else aten.silu.out(a, out=out)


def _softplus(a, out=None):
    tail = _exp(torch.abs(a, out=out).neg_(), out=out)
    return _log1p(tail, out=out).add_(torch.clamp_min(a, 0))


def _gaussian(a, out=None):
    return _exp(torch.square(a, out=out).mul_(-0.5), out=out)


def _softsign(a, out=None):
    return torch.div(a, torch.abs(a).add_(1), out=out)


def _one_minus_square(a, z, out=None):
    return torch.addcmul(z.new_ones(()), z, z, value=-1, out=out)


def _inside(limit):
    def slope(a, z, out=None):
        return torch.lt(torch.abs(a), limit, out=torch.empty_like(a) if out is None else out)

    return slope


def _threshold(a, out=None):
    return torch.gt(a, 0, out=torch.empty_like(a) if out is None else out)


def _constant(value):
    def slope(a, z, out=None):
        return (torch.empty_like(a) if out is None else out).fill_(value)

    return slope


# fmt: off
ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(torch.sigmoid, lambda a, z, out=None: torch.addcmul(z, z, z, value=-1, out=out), SIGMOID_SLOPE),
    "tanh": Activation(_tanh, _one_minus_square, 1.0),
    "relu": Activation(lambda a, out=None: torch.clamp_min(a, 0, out=out), lambda a, z, out=None: torch.sign(z, out=out), 1.0),
    "leaky_relu": Activation(lambda a, out=None: torch.maximum(a, a * LEAK, out=out), lambda a, z, out=None: torch.sign(z, out=out).clamp_min_(LEAK), 1.0),
    "elu": Activation(_elu, lambda a, z, out=None: torch.clamp_max(z, 0, out=out).add_(1), 1.0),
    "selu": Activation(_selu, _slope_of(aten.elu_backward.grad_input, SELU_ALPHA, SELU_SCALE, 1, True), SELU_SLOPE),
    "gelu": Activation(_gelu, _slope_of(aten.gelu_backward.grad_input), GELU_SLOPE),
    "silu": Activation(_silu, _slope_of(aten.silu_backward.grad_input), SILU_SLOPE),
    "softplus": Activation(_softplus, lambda a, z, out=None: torch.sigmoid(a, out=out), 1.0),
    "softsign": Activation(_softsign, lambda a, z, out=None: torch.abs(z, out=out).neg_().add_(1).square_(), 1.0),
    "hard_tanh": Activation(lambda a, out=None: torch.clamp(a, -1, 1, out=out), _inside(1.0), 1.0),
    "ramp": Activation(lambda a, out=None: torch.add(a, 0.5, out=out).clamp_(0, 1), _inside(0.5), 1.0),  # «rampe»
    "gaussian": Activation(_gaussian, lambda a, z, out=None: torch.mul(a, z, out=out).neg_(), GAUSSIAN_SLOPE),  # «radiale»
    "threshold": Activation(_threshold, _constant(0.0), 0.0),  # «seuil»
    "identity": Activation(lambda a, out=None: torch.add(a, 0, out=out), _constant(1.0), 1.0),
}
# fmt: on
