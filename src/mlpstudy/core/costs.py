"""Costs: what each example costs, and the delta = dL/da that it sends back to the last layer.

a: (R, B, C) pre-activations of the last layer; t: (R, B, C) targets, one-hot, soft or real values.
`terms` are the costs of the single examples, a sum over the C outputs, of shape (R, B); `loss` is
their mean, of shape (R,); `delta` is the derivative of one example's term and has the shape of a.
Costs of a single output (see outputs.py) see t = P(second class), of shape (R, B, 1), when there are
two classes.
Where hinge and perceptron have a corner, the side that still learns is taken: the perceptron's
delta is 0 where s a > 0 and -s elsewhere, s = 2 t - 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from mlpstudy.design.run import Run


class Cost(NamedTuple):
    terms: Callable[[Tensor, Tensor], Tensor]  # terms(a, t) -> (R, B)
    delta: Callable[..., Tensor]  # delta(a, t, out=None) -> (R, B, C)

    def loss(self, a: Tensor, t: Tensor) -> Tensor:
        return self.terms(a, t).mean(1)


def softmax(a: Tensor, out: Tensor | None = None) -> Tensor:
    """Probabilities over the last axis; in few passes, as torch.softmax is slow on short rows."""
    p = torch.sub(a, a.amax(2, keepdim=True), out=out).exp_()
    return torch.div(p, p.sum(2, keepdim=True), out=out)


def _nll(a, t):
    # the mass of a target is 1: log sum exp a - sum t a; faster than log_softmax on short rows
    top = a.amax(2, keepdim=True)
    log_sum = (a - top).exp_().sum(2, keepdim=True).log().add_(top)
    return log_sum[:, :, 0] - (a * t).sum(2)


def _nll_delta(a, t, out=None):
    return softmax(a, out).sub_(t)


def _kl(a, t):
    return _nll(a, t) + (torch.xlogy(t, t)).sum(2)


def _binary_nll(a, t):
    return (torch.nn.functional.softplus(a) - t * a).sum(2)


def _binary_nll_delta(a, t, out=None):
    return torch.sigmoid(a, out=out).sub_(t)


def _mse(a, t):
    return ((softmax(a) - t).square()).sum(2)


def _mse_delta(a, t, out=None):
    # dL/dp = 2 (p - t), and through the softmax p (dL/dp - sum p dL/dp)
    p = softmax(a)
    e = torch.sub(p, t, out=out).mul_(2)
    return e.sub_((p * e).sum(2, keepdim=True)).mul_(p)


def _mse_sigmoid(a, t):
    return ((torch.sigmoid(a) - t).square()).sum(2)


def _mse_sigmoid_delta(a, t, out=None):
    z = torch.sigmoid(a)
    return torch.sub(z, t, out=out).mul_(z).mul_(1 - z).mul_(2)


def _mse_raw(a, t):
    return ((a - t).square()).sum(2)


def _mse_raw_delta(a, t, out=None):
    return torch.sub(a, t, out=out).mul_(2)


def _signed(a, t):
    s = 2 * t - 1
    return s, s * a


def _perceptron(a, t):
    return ((-_signed(a, t)[1]).clamp_min(0)).sum(2)


def _perceptron_delta(a, t, out=None):
    s, margin = _signed(a, t)
    return torch.mul(s, margin <= 0, out=out).neg_()


def _hinge(a, t):
    return ((1 - _signed(a, t)[1]).clamp_min(0)).sum(2)


def _hinge_delta(a, t, out=None):
    s, margin = _signed(a, t)
    return torch.mul(s, margin < 1, out=out).neg_()


# fmt: off
COSTS: dict[str, Cost] = {
    "nll": Cost(_nll, _nll_delta),  # softmax outputs
    "kl": Cost(_kl, _nll_delta),  # nll less the entropy of the target: the same delta
    "binary_nll": Cost(_binary_nll, _binary_nll_delta),  # sigmoid outputs
    "mse": Cost(_mse, _mse_delta),  # softmax outputs
    "mse_sigmoid": Cost(_mse_sigmoid, _mse_sigmoid_delta),  # the lecture's, sigmoid outputs
    "mse_raw": Cost(_mse_raw, _mse_raw_delta),  # linear outputs
    "perceptron": Cost(_perceptron, _perceptron_delta),
    "hinge": Cost(_hinge, _hinge_delta),
}
# fmt: on


def cost_of(run: Run) -> Cost:
    """A run's cost; where it takes the mean over the outputs, that of the table over their number."""
    cost = COSTS[run.cost]
    if run.reduction == "sum":
        return cost
    return Cost(
        lambda a, t: cost.terms(a, t) / a.shape[2],
        lambda a, t, out=None: cost.delta(a, t, out=out).div_(a.shape[2]),
    )


def named(a: Tensor) -> Tensor:
    """(R, B) the class that the strongest of the outputs a (R, B, C), or the sign of a single one,
    names."""
    return a.argmax(2) if a.shape[2] > 1 else (a[:, :, 0] > 0).long()
