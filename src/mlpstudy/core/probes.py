"""Pure measures of a network: arrays of shape (R,) or (R, layers)."""

from typing import NamedTuple

import torch
from torch import Tensor

from mlpstudy.core.batches import Examples
from mlpstudy.core.costs import correct
from mlpstudy.core.network import Network

ROWS = 64  # examples per block of an evaluation: fixed, as the bits of a sum depend on it
PROBED = 128  # training examples that the layers are probed on, the first of the run's split
SATURATED = 1 / 20  # of the steepest slope


class Score(NamedTuple):
    loss: Tensor  # (R,)
    accuracy: Tensor  # (R,); of a regression, the share of the variance that is explained


def evaluate(network: Network, examples: Examples) -> Score:
    """Loss and accuracy of every run on all its examples, without dropout or noise."""
    network.learning(False)
    device = network.like.device
    loss = torch.zeros(network.R, dtype=torch.float64, device=device)
    right = torch.zeros_like(loss)
    for start in range(0, examples.N, ROWS):
        order = torch.arange(start, min(start + ROWS, examples.N), device=device)
        rows = examples.rows(order.expand(network.R, -1))
        x, t = examples.batch(rows)
        a = network.forward(x)
        loss += network.cost.loss(a, t).double() * len(order)
        right += _hits(network, a, t, examples.labels(rows))
    return Score(loss / examples.N, right / examples.N)


def _hits(network: Network, a: Tensor, t: Tensor, y: Tensor) -> Tensor:
    if network.classes:
        return correct(a, y).sum(1).double()
    return (1 - (a - t).square().mean(2)).sum(1).double()  # targets have variance 1


LAYER_MEASURES = (
    "delta_rms",
    "weight_gradient_rms",
    "weight_gradient_sample_rms",
    "weight_rms",
    "activation_mean",
    "activation_std",
    "saturated",
    "dead",
)


def layers(network: Network, examples: Examples) -> dict[str, Tensor]:
    """Every measure of LAYER_MEASURES as (R, layers), the last layer being the output.

    delta_rms: of dL/da of one example; weight_gradient_rms: of the mean over the examples;
    weight_gradient_sample_rms: of one example; activation_*: of z, of a at the output;
    saturated: share of units and examples with |g'| under a twentieth of its largest value;
    dead: share of units whose g' is 0 on every example. All on the first PROBED training examples,
    in the dtype of the network (float64 keeps what float32 would lose below 1e-38).
    """
    rows = examples.rows(torch.arange(min(PROBED, examples.N)).expand(network.R, -1))
    network.learning(False)
    network.learn_from(*examples.batch(rows.to(network.like.device)))
    B = rows.shape[1]
    slopes = [_slopes(m) for m in network.activations]
    nothing = torch.full_like(network.layers[-1].b[:, 0, 0], torch.nan)
    outputs = [m.z for m in network.activations] + [network.last]
    measures = {
        "delta_rms": [_rms(m.delta) * B for m in network.layers],
        "weight_gradient_rms": [_rms(m.dW) for m in network.layers],
        "weight_gradient_sample_rms": [_sample_rms(m) * B for m in network.layers],
        "weight_rms": [_rms(m.W) for m in network.layers],
        "activation_mean": [z.flatten(1).mean(1) for z in outputs],
        "activation_std": [z.flatten(1).std(1, correction=0) for z in outputs],
        "saturated": [s for s, _ in slopes] + [nothing],
        "dead": [d for _, d in slopes] + [nothing],
    }
    return {name: torch.stack(columns, 1) for name, columns in measures.items()}


def _rms(array: Tensor) -> Tensor:
    return array.flatten(1).square().mean(1).sqrt()


def _sample_rms(layer) -> Tensor:
    """rms over examples and weights of z_i delta_j."""
    squares = layer.z.square().mean(2) * layer.delta.square().mean(2)
    return squares.mean(1).sqrt()


def _slopes(activation) -> tuple[Tensor, Tensor]:
    slope = activation.dg(activation.a, activation.z).abs()
    saturated = (slope <= SATURATED * activation.steepest).flatten(1).double().mean(1)
    return saturated, (slope == 0).all(1).double().mean(1)
