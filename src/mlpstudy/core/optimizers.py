"""How a gradient becomes a step: theta <- theta - ..., once for all parameters of all runs.

theta, gradient and every per-run rate are flat vectors over all parameters of the stack (see
Network.spread), so that an update is a few operations whatever the depth.
"""

import torch
from torch import Tensor


class SGD:
    """v <- mu v + dL/dtheta; theta <- theta - eta v. mu = 0 is plain gradient descent."""

    def __init__(self, theta: Tensor, momentum: Tensor):
        self.momentum = momentum
        self.v = torch.zeros_like(theta)

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        self.v.mul_(self.momentum).add_(gradient)
        theta.addcmul_(self.v, eta, value=-1)


class Nesterov(SGD):
    """v <- mu v + dL/dtheta; theta <- theta - eta (dL/dtheta + mu v)  (Sutskever et al. 2013)."""

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        self.v.mul_(self.momentum).add_(gradient)
        gradient.addcmul_(self.v, self.momentum)
        theta.addcmul_(gradient, eta, value=-1)


class Adam:
    """Kingma and Ba 2015; `momentum` is its first decay, the second is 0.999."""

    DECAY, EPSILON = 0.999, 1e-8

    def __init__(self, theta: Tensor, momentum: Tensor):
        self.momentum = momentum
        self.mean, self.square = torch.zeros_like(theta), torch.zeros_like(theta)
        self.remaining = torch.ones_like(theta)  # momentum ** t
        self.t = 0
        self.scratch = torch.empty_like(theta)

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        self.t += 1
        self.remaining.mul_(self.momentum)
        torch.sub(gradient, self.mean, out=self.scratch)
        self.mean.add_(self.scratch).addcmul_(self.scratch, self.momentum, value=-1)
        self.square.mul_(self.DECAY).addcmul_(gradient, gradient, value=1 - self.DECAY)
        # theta -= eta mean / (1 - momentum^t) / (sqrt(square / (1 - decay^t)) + epsilon)
        torch.sqrt(self.square, out=self.scratch)
        self.scratch.mul_((1 - self.DECAY**self.t) ** -0.5).add_(self.EPSILON)
        self.scratch.addcmul_(self.scratch, self.remaining, value=-1)
        torch.div(self.mean, self.scratch, out=self.scratch)
        theta.addcmul_(self.scratch, eta, value=-1)


class Rprop:
    """Riedmiller and Braun 1993, without weight backtracking; eta is the first step.

    A step grows by 1.2 while its gradient keeps its sign, shrinks by half when it turns (and
    rests once), between 1e-6 and 50. Momentum plays no part.
    """

    GROW, SHRINK, SMALLEST, LARGEST = 1.2, 0.5, 1e-6, 50.0

    def __init__(self, theta: Tensor, momentum: Tensor):
        self.last = torch.zeros_like(theta)
        self.size: Tensor | None = None

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        if self.size is None:
            self.size = eta.clone()
        turn = torch.sign(self.last * gradient)
        factor = 1 + turn.clamp_min(0) * (self.GROW - 1) + turn.clamp_max(0) * (1 - self.SHRINK)
        self.size.mul_(factor).clamp_(self.SMALLEST, self.LARGEST)
        self.last.copy_(gradient).mul_(turn >= 0)
        # What does not learn (eta = 0) rests.
        theta.addcmul_(torch.sign(self.last).mul_(eta > 0), self.size, value=-1)


OPTIMIZERS = {"sgd": SGD, "nesterov": Nesterov, "adam": Adam, "rprop": Rprop}
