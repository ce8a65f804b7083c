"""Pure measures of a network: arrays of shape (R,) or (R, layers)."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mlpstudy.core.batches import Examples
from mlpstudy.core.costs import named
from mlpstudy.core.measures import PROBED, SATURATED
from mlpstudy.core.network import Network
from mlpstudy.core.replay import Replay
from mlpstudy.core.threads import one_thread

ROWS = 64  # examples per block of an evaluation: fixed, as the bits of a sum depend on it


class Score(NamedTuple):
    loss: np.ndarray  # (R,)
    accuracy: np.ndarray  # (R,); of a regression R2, see _r2


class Evaluation:
    """Loss and accuracy of every run on all its examples, without dropout or noise: each call gives
    those of the network as it is."""

    def __init__(self, network: Network, examples: Examples):
        self.network, self.examples = network, examples
        self.scored = Replay(self._scored, network.like.device)
        self.labels = np.stack(examples.labelled)  # (R, N)

    def __call__(self) -> Score:
        return self.answered()[0]

    @one_thread()
    def answered(self) -> tuple[Score, np.ndarray]:
        """The score, and the class that each example is named (R, N); of a regression (R, 0)."""
        self.network.learning(False)
        terms, scored = (array.double().cpu().numpy() for array in self.scored())
        if not self.network.classes:
            return Score(_means(terms), _r2(scored)), np.zeros((self.network.R, 0))
        return Score(_means(terms), _means(scored == self.labels)), scored

    def _scored(self) -> tuple[Tensor, Tensor]:
        """What each example costs (R, N), and which class it is named (R, N) or, of a regression, the
        outputs and targets (2, R, N, k)."""
        network, examples = self.network, self.examples
        terms, scored = [], []
        for order in torch.arange(examples.N, device=network.like.device).split(ROWS):
            rows, B = examples.rows(order.expand(network.R, -1)), len(order)
            x, t = examples.batch(rows)
            a = network.forward(x)
            terms.append(network.cost.terms(a, t)[:, :B])
            if network.classes:
                scored.append(named(a[:, :B]))
            else:
                scored.append(torch.stack([a[:, :B], t[:, :B]]))
        return torch.cat(terms, 1), torch.cat(scored, 1 if network.classes else 2)


def evaluate(network: Network, examples: Examples) -> Score:
    """One evaluation."""
    return Evaluation(network, examples)()


def _means(terms: np.ndarray) -> np.ndarray:
    """(R,) of (R, N), in float64. NumPy's order of summation does not depend on the stack."""
    return np.ascontiguousarray(terms).mean(1)


def _r2(scored: np.ndarray) -> np.ndarray:
    """(R,) the share of the targets' variance that is explained, of outputs and targets (2, R, N, k):
    1 - sum (a - t)^2 / sum (t - mean t)^2, the mean being that of these examples, and
    averaged over the k outputs. Targets that are all the same count 1 where they are met, else 0.
    """
    a, t = np.ascontiguousarray(scored.swapaxes(2, 3))
    left, there = np.square(a - t).mean(2), t.var(2) * (np.ptp(t, axis=2) > 0)
    with np.errstate(over="ignore", invalid="ignore"):
        share = 1 - left / np.where(there > 0, there, 1)
    return np.where(there > 0, share, (left == 0).astype(float)).mean(1)


@one_thread()
def layers(network: Network, examples: Examples) -> dict[str, np.ndarray]:
    """Every measure of LAYER_MEASURES as (R, layers), the last layer being the output.

    delta_rms: of dL/da of one example; weight_gradient_rms: of the mean over the examples;
    weight_gradient_sample_rms: of one example; activation_*: of z, of a at the output;
    saturated: share of units and examples with |g'| under a twentieth of its largest value;
    dead: share of units whose g' is 0 on every example. All on the first PROBED training examples,
    in the dtype of the network (float64 keeps what float32 would lose below 1e-38). The network is
    on the CPU: NumPy takes the means, as torch's depend on the stack and on the threads.
    """
    rows = examples.rows(torch.arange(min(PROBED, examples.N)).expand(network.R, -1))
    network.learning(False)
    B = rows.shape[1]
    x, t = examples.batch(rows)
    network.learn_from(x, t, B)

    def real(array: Tensor) -> np.ndarray:
        """Without the rows that fill the batch; a convolution has several for each example."""
        return np.ascontiguousarray(array[:, : array.shape[1] * B // x.shape[1]].numpy())

    slopes = [_slopes(m, real) for m in network.activations]
    nothing = np.full(network.R, np.nan)
    outputs = [_flat(real(m.z)) for m in network.activations] + [_flat(real(network.last))]
    measures = {
        "delta_rms": [_rms(_flat(real(m.delta))) * B for m in network.layers],
        "weight_gradient_rms": [_rms(_flat(m.dW.numpy())) for m in network.layers],
        "weight_gradient_sample_rms": [
            _sample_rms(real(m.z), real(m.delta), B) * B for m in network.layers
        ],
        "weight_rms": [_rms(_flat(m.W.numpy())) for m in network.layers],
        "activation_mean": [z.mean(1) for z in outputs],
        "activation_std": [z.std(1) for z in outputs],
        "saturated": [s for s, _ in slopes] + [nothing],
        "dead": [d for _, d in slopes] + [nothing],
    }
    return {name: np.stack(columns, 1) for name, columns in measures.items()}


def _flat(array: np.ndarray) -> np.ndarray:
    """(R, everything else), contiguous: a mean along it has one order of summation."""
    return np.ascontiguousarray(array).reshape(len(array), -1)


def _rms(array: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(array).mean(1))


def _sample_rms(z: np.ndarray, delta: np.ndarray, B: int) -> np.ndarray:
    """rms over examples and weights of z_i delta_j, in a convolution summed over its places."""
    if z.shape[1] == B:
        return np.sqrt((np.square(z).mean(2) * np.square(delta).mean(2)).mean(1))
    gradients = (_sample_gradients(*run, B) for run in zip(z, delta, strict=True))
    return np.array([np.sqrt(np.square(gradient).mean()) for gradient in gradients])


def _sample_gradients(z: np.ndarray, delta: np.ndarray, B: int) -> np.ndarray:
    """(B, fan_in, fan_out) of one run: z (B places, fan_in), delta (B places, fan_out)."""
    z, delta = (torch.tensor(a).view(B, len(a) // B, -1) for a in (z, delta))
    return torch.bmm(z.mT, delta).numpy()


def _slopes(activation, real) -> tuple[np.ndarray, np.ndarray]:
    slope = np.abs(real(activation.dg(activation.a, activation.z)))
    saturated = (slope <= SATURATED * activation.steepest).reshape(len(slope), -1).mean(1)
    return saturated, (slope == 0).all(1).mean(1)
