"""The gradient of a network's cost in three ways: by hand, as the core does it; by autograd, from
the same chain written with torch.nn.functional; and by differences, from forward passes alone.

A gradient is a vector (P,) over all parameters of one network, in the order W1, b1, W2, ...; the
cost is the mean over the examples. x (B, n_in), t (B, n_out).
"""

from math import prod, sqrt

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import grad

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import cost_of
from mlpstudy.core.modules import Dropout
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run


def vectors(network: Network, flat: Tensor) -> Tensor:
    """Each run's numbers of a vector over all parameters of a stack: (R, P)."""
    return torch.cat([block.flatten(1) for block in network.blocks(flat)], 1)


def vector(network: Network, flat: Tensor, r: int = 0) -> Tensor:
    """Run r's numbers of a vector over all parameters of a stack: (P,)."""
    return torch.cat([block[r].flatten() for block in network.blocks(flat)])


def put(network: Network, theta: Tensor) -> None:
    """Give every run r of a stack the parameters theta[r]; theta (R, P)."""
    sizes = [prod(block.shape[1:]) for block in network.blocks(network.theta)]
    for block, part in zip(network.blocks(network.theta), theta.split(sizes, 1), strict=True):
        block.copy_(part.view(block.shape))


def by_hand(network: Network, x: Tensor, t: Tensor) -> Tensor:
    """The core's own backward pass, for the first run of a stack that learns."""
    network.learning(True)
    inputs, targets = (part.expand(network.R, *part.shape) for part in (x, t))
    network.learn_from(inputs, targets, len(x))
    return vector(network, network.gradient)


def by_autograd(network: Network, dims: tuple[int, ...], x: Tensor, t: Tensor) -> Tensor:
    """PyTorch's, for the first run; dropout and noise are those that `by_hand` has just drawn."""
    parameters = [b[0].clone().requires_grad_() for b in network.blocks(network.theta)]
    masks = [m.mask[0] for m in network.random if isinstance(m, Dropout)]
    run = network.runs[0]
    if run.input_noise or run.input_dropout:
        x = network.layers[0].z[0]
        masks = masks[1:] if run.input_dropout else masks
    a = chain(run, dims, parameters, x, masks)
    loss = cost_of(run).loss(a[None], t[None]).sum()
    found = grad(loss, parameters, allow_unused=True, materialize_grads=True)
    return torch.cat([part.flatten() for part in found])


def chain(run: Run, dims: tuple[int, ...], parameters: list, x: Tensor, masks=()) -> Tensor:
    """The network of a run with given parameters W1, b1, ...: x (B, n_in) -> a (B, n_out)."""
    g, z, layers = ACTIVATIONS[run.activation].g, x, list(parameters)
    scale = 1 / sqrt(run.depth) if run.residual == "scaled" else 1.0
    for layer in range(run.depth):
        W, b = layers.pop(0), layers.pop(0)
        if run.kernel:
            a, dims = _slide(run, layer, dims, z, W, b)
        else:
            a = z @ W + b
        z = z + scale * g(a) if run.residual != "none" and layer else g(a)
        if masks:
            z = z * masks[layer]
    W, b = layers
    return z @ W + b


def _slide(run: Run, layer: int, dims: tuple, z: Tensor, W: Tensor, b: Tensor) -> tuple:
    """A convolution as torch has it, channels first; what it gives is flat, channels last."""
    side = run.kernel_above or run.kernel if layer else run.kernel
    channels = len(W) // side ** len(dims)
    picture = z.view(len(z), *dims, channels).movedim(-1, 1)
    kernel = W.view(*[side] * len(dims), channels, -1).movedim((-1, -2), (0, 1))
    convolve = F.conv1d if len(dims) == 1 else F.conv2d
    stride = run.stride_above if layer else run.stride
    a = convolve(picture, kernel, b.flatten(), stride=stride, padding=run.padding)
    return a.movedim(1, -1).reshape(len(z), -1), tuple(a.shape[2:])


def by_differences(
    network: Network, dims: tuple[int, ...], x: Tensor, t: Tensor, h: float, central: bool = True
) -> Tensor:
    """(L(w + h) - L(w - h)) / 2 h for each parameter, or (L(w + h) - L(w)) / h.

    One forward pass of a stack of copies of the first run, each with one parameter moved; copies
    have one seed, so that all of them see the same dropout and the same noise.
    """
    theta = vector(network, network.theta)
    steps = torch.eye(len(theta), dtype=theta.dtype) * h
    below = theta - steps if central else theta[None]
    copies = torch.cat([theta + steps, below])
    run, n_out = network.runs[0], network.n_out
    stack = Network([run] * len(copies), dims, network.classes or 0, n_out, theta.dtype)
    stack.learning(True)
    put(stack, copies)
    a = stack.forward(x.expand(len(copies), *x.shape))
    L = stack.cost.loss(a, t.expand(len(copies), *t.shape))
    return (L[: len(theta)] - L[len(theta) :]) / (2 * h if central else h)


def off(gradient: Tensor, exact: Tensor) -> float:
    """The largest difference, as a share of the largest number of the exact gradient."""
    return float((gradient - exact).abs().max() / exact.abs().max())
