"""How a gradient becomes a step: theta <- theta - ..., once for all parameters of all runs.

theta and gradient are flat vectors over all parameters of the stack, and so is eta where it is not
one number for all (see Network.spread): an update is a few operations whatever the depth. The runs
of a stack share their momentum. A step reads and writes tensors that stay where they are, Adam's
corrections among them: so a GPU can replay it.
"""

import torch
from torch import Tensor


class SGD:
    """v <- mu v + dL/dtheta; theta <- theta - eta v. mu = 0 is plain gradient descent.

    decoupled: whether weight decay stands beside the gradient, else it is part of it.
    """

    decoupled = False

    def __init__(self, theta: Tensor, momentum: float):
        self.momentum = momentum
        self.v = torch.zeros_like(theta)

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        torch.add(gradient, self.v, alpha=self.momentum, out=self.v)
        theta.addcmul_(self.v, eta, value=-1)


class Nesterov(SGD):
    """v <- mu v + dL/dtheta; theta <- theta - eta (dL/dtheta + mu v)  (Sutskever et al. 2013)."""

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        torch.add(gradient, self.v, alpha=self.momentum, out=self.v)
        theta.addcmul_(gradient.add_(self.v, alpha=self.momentum), eta, value=-1)


class Adam:
    """Kingma and Ba 2015; `momentum` is its first decay, the second is 0.999."""

    DECAY, EPSILON = 0.999, 1e-8
    decoupled = False

    def __init__(self, theta: Tensor, momentum: float):
        self.momentum = momentum
        self.mean, self.square = torch.zeros_like(theta), torch.zeros_like(theta)
        self.decays = torch.tensor([momentum, self.DECAY], dtype=torch.float64, device=theta.device)
        self.powers = torch.ones_like(self.decays)  # momentum^t, decay^t
        self.ratio = torch.empty_like(theta)

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        self.mean.lerp_(gradient, 1 - self.momentum)
        self.square.mul_(self.DECAY).addcmul_(gradient, gradient, value=1 - self.DECAY)
        mean, square = 1 - self.powers.mul_(self.decays)
        # theta -= eta mean / (1 - momentum^t) / (sqrt(square / (1 - decay^t)) + epsilon)
        torch.sqrt(self.square, out=self.ratio).mul_(mean / square.sqrt()).add_(mean * self.EPSILON)
        torch.div(self.mean, self.ratio, out=self.ratio)
        theta.addcmul_(self.ratio, eta, value=-1)


class AdamW(Adam):
    """Loshchilov and Hutter 2019: Adam, and the weight decay beside it, theta <- theta (1 - eta decay),
    not in the gradient that Adam scales."""

    decoupled = True


class RMSprop:
    """Hinton 2012; the mean of squares forgets with 0.99, and `momentum` keeps a share of the step."""

    DECAY, EPSILON = 0.99, 1e-8
    decoupled = False

    def __init__(self, theta: Tensor, momentum: float):
        self.momentum = momentum
        self.v, self.square = torch.zeros_like(theta), torch.zeros_like(theta)
        self.ratio = torch.empty_like(theta)

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        self.square.mul_(self.DECAY).addcmul_(gradient, gradient, value=1 - self.DECAY)
        torch.sqrt(self.square, out=self.ratio).add_(self.EPSILON)
        torch.div(gradient, self.ratio, out=self.ratio)
        torch.add(self.ratio, self.v, alpha=self.momentum, out=self.v)
        theta.addcmul_(self.v, eta, value=-1)


class Rprop:
    """Riedmiller and Braun 1993, without weight backtracking; eta is the first step.

    A step grows by 1.2 while its gradient keeps its sign, shrinks by half when it turns (and
    rests once), between 1e-6 and 50. Momentum plays no part.
    """

    GROW, SHRINK, SMALLEST, LARGEST = 1.2, 0.5, 1e-6, 50.0
    decoupled = False

    def __init__(self, theta: Tensor, momentum: float):
        self.last = torch.zeros_like(theta)
        self.size: Tensor | None = None

    def step(self, theta: Tensor, gradient: Tensor, eta: Tensor) -> None:
        if self.size is None:
            self.size = eta.expand_as(theta).clone()
        turn = torch.sign(self.last).mul_(torch.sign(gradient))  # their product would underflow
        factor = 1 + turn.clamp_min(0) * (self.GROW - 1) + turn.clamp_max(0) * (1 - self.SHRINK)
        self.size.mul_(factor).clamp_(self.SMALLEST, self.LARGEST)
        self.last.copy_(gradient).mul_(turn >= 0)
        # What does not learn (eta = 0) rests.
        theta.addcmul_(torch.sign(self.last).mul_(eta > 0), self.size, value=-1)


OPTIMIZERS = {
    "sgd": SGD,
    "nesterov": Nesterov,
    "adam": Adam,
    "rprop": Rprop,
    "adamw": AdamW,
    "rmsprop": RMSprop,
}
