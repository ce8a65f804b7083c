"""The shapes of a neuron: z = g(a) and its slope dg(a, z) = g'(a), unit by unit.

Every function takes an optional `out` of the shape of `a`, writes there and returns it, so that a
training step allocates nothing; without `out` it can be differentiated by autograd, the oracle of
the tests. Where the derivative does not exist the lower slope is taken (relu: 0 at a = 0), and a
threshold has slope 0 everywhere: its derivative is the lecture's «dérivée problématique».
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017
LEAK = 0.01
LARGE = 40.0  # of 2 a: e / (e + 2) is 1 long before, and inf / inf would not be


class Activation(NamedTuple):
    g: Callable[..., Tensor]  # g(a, out=None)
    dg: Callable[..., Tensor]  # dg(a, z, out=None)
    slope: float  # the largest |g'|: below a twentieth of it a unit counts as saturated


def _tanh(a, out=None):
    # torch.tanh takes nearly twice as long; expm1 keeps the relative accuracy of tiny arguments.
    e = torch.mul(a, 2, out=out).clamp_max_(LARGE).expm1_()
    return torch.div(e, e + 2, out=out)


def _elu(a, out=None):
    below = torch.clamp_max(a, 0).expm1_()
    return torch.clamp_min(a, 0, out=out).add_(below)


def _selu(a, out=None):
    below = torch.clamp_max(a, 0).expm1_()
    return torch.clamp_min(a, 0, out=out).add_(below, alpha=SELU_ALPHA).mul_(SELU_SCALE)


def _selu_slope(a, z, out=None):
    # z < 0: z + scale alpha; z > 0: scale
    above = torch.sign(z).clamp_min_(0).mul_(SELU_SCALE * (1 - SELU_ALPHA))
    return torch.clamp_max(z, 0, out=out).add_(SELU_SCALE * SELU_ALPHA).add_(above)


def _gelu(a, out=None):
    return torch.mul(_normal_cdf(a), a, out=out)


def _gelu_slope(a, z, out=None):
    density = torch.square(a, out=out).mul_(-0.5).exp_().mul_(1 / math.sqrt(2 * math.pi))
    return density.mul_(a).add_(_normal_cdf(a))


def _normal_cdf(a):
    return torch.mul(a, math.sqrt(0.5)).erf_().add_(1).mul_(0.5)


def _silu(a, out=None):
    return torch.mul(torch.sigmoid(a), a, out=out)


def _silu_slope(a, z, out=None):
    # s + z (1 - s) with s = sigmoid(a)
    s = torch.sigmoid(a)
    return torch.sub(1, s, out=out).mul_(z).add_(s)


def _softplus(a, out=None):
    tail = torch.abs(a).neg_().exp_().log1p()
    return torch.clamp_min(a, 0, out=out).add_(tail)


def _softsign(a, out=None):
    return torch.div(a, torch.abs(a).add_(1), out=out)


def _one_minus_square(a, z, out=None):
    return torch.square(z, out=out).neg_().add_(1)


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
    "sigmoid": Activation(torch.sigmoid, lambda a, z, out=None: torch.addcmul(z, z, z, value=-1, out=out), 0.25),
    "tanh": Activation(_tanh, _one_minus_square, 1.0),
    "relu": Activation(lambda a, out=None: torch.clamp_min(a, 0, out=out), lambda a, z, out=None: torch.sign(z, out=out), 1.0),
    "leaky_relu": Activation(lambda a, out=None: torch.maximum(a, a * LEAK, out=out), lambda a, z, out=None: torch.sign(z, out=out).clamp_min_(LEAK), 1.0),
    "elu": Activation(_elu, lambda a, z, out=None: torch.clamp_max(z, 0, out=out).add_(1), 1.0),
    "selu": Activation(_selu, _selu_slope, SELU_SCALE * SELU_ALPHA),
    "gelu": Activation(_gelu, _gelu_slope, 1.1289),
    "silu": Activation(_silu, _silu_slope, 1.0998),
    "softplus": Activation(_softplus, lambda a, z, out=None: torch.sigmoid(a, out=out), 1.0),
    "softsign": Activation(_softsign, lambda a, z, out=None: torch.abs(z, out=out).neg_().add_(1).square_(), 1.0),
    "hard_tanh": Activation(lambda a, out=None: torch.clamp(a, -1, 1, out=out), _inside(1.0), 1.0),
    "ramp": Activation(lambda a, out=None: torch.add(a, 0.5, out=out).clamp_(0, 1), _inside(0.5), 1.0),  # «rampe»
    "gaussian": Activation(lambda a, out=None: torch.square(a, out=out).mul_(-0.5).exp_(), lambda a, z, out=None: torch.mul(a, z, out=out).neg_(), math.exp(-0.5)),  # «radiale»
    "threshold": Activation(_threshold, _constant(0.0), 0.0),  # «seuil»
    "identity": Activation(lambda a, out=None: torch.add(a, 0, out=out), _constant(1.0), 1.0),
}
# fmt: on
