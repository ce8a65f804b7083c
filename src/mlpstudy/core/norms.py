"""Normalised layers: a of the hidden units, made to have mean 0 and variance 1 before g.

    a' = gain (a - mean) / sqrt(variance + EPSILON) + shift

gain (1 at first) and shift (0) are learned, one of each unit or channel. What the mean and the
variance are taken over tells the two apart:

batch  (Ioffe and Szegedy 2015) the examples of the batch, for each unit; of a convolution also its
       places, for each channel, as torch.nn.BatchNorm1d and 2d do. When answering, those that ran
       along while training: they start at 0 and 1 and go MOMENTUM of the way to those of each batch,
       the variance being the unbiased one.
layer  (Ba, Kiros and Hinton 2016) the units of the layer, for each example; of a convolution all its
       channels and places, as torch.nn.GroupNorm(1, channels) does.

The running mean and variance stand among the parameters, so that they are kept, copied and put back
with these, but their gradient is 0 and nothing decays them.
"""

import torch
from torch import Tensor

from mlpstudy.core.modules import LANES, Asked, Buffers

EPSILON = 1e-5
MOMENTUM = 0.1


class Norm:
    """What both kinds share: a (R, B, places * n) -> the same shape.

    n: units of a dense layer, or channels. rows: examples in the batch that is learned from, the
    others being there to fill it; 0: the network answers. learning: whether running numbers move.
    """

    LEARNED = ("gain", "shift")
    KEPT: tuple[str, ...] = ()

    def __init__(self, n: int):
        self.n, self.room = n, -(-n // LANES) * LANES
        self.rows, self.learning = 0, False
        self.buffer = Buffers()

    def asks(self) -> list[Asked]:
        """The arrays that it wants to be bound to: see modules.Linear."""
        return [Asked((1, self.room), (1, self.n))] * len(self.LEARNED + self.KEPT)

    def bind(self, values: list[Tensor], slopes: list[Tensor]) -> None:
        """Take over arrays (R, 1, room), in the order of LEARNED and KEPT, and their gradients."""
        self.gain, self.shift, *self.kept = values
        self.dgain, self.dshift, *_ = slopes

    def reset(self) -> None:
        """The numbers before training."""
        self.gain[:, :, : self.n] = 1

    def forward(self, a: Tensor) -> Tensor:
        raise NotImplementedError

    def backward(self, delta: Tensor) -> Tensor:
        raise NotImplementedError

    def _wide(self, array: Tensor, name: str) -> Tensor:
        """(R, B, places * n) -> (R, B places, room): sums over its rows have the same bits in every
        stack (see Linear)."""
        flat = array.reshape(len(array), -1, self.n)
        if self.n == self.room:
            return flat
        whole = self.buffer(name, (*flat.shape[:2], self.room), flat)
        whole.narrow(2, 0, self.n).copy_(flat)
        return whole

    def _learn(self, delta: Tensor, normal: Tensor) -> None:
        """Leave the gradient of gain and shift, of arrays (R, B places, room)."""
        torch.sum(delta, 1, keepdim=True, out=self.dshift)
        torch.sum(delta * normal, 1, keepdim=True, out=self.dgain)


class BatchNorm(Norm):
    KEPT = ("mean", "variance")

    def reset(self) -> None:
        super().reset()
        self.kept[1][:, :, : self.n] = 1

    def forward(self, a: Tensor) -> Tensor:
        wide = self._wide(a, "a")
        mean, variance = self.kept
        if self.rows:
            self.count = self.rows * wide.shape[1] // a.shape[1]
            mean = wide[:, : self.count].sum(1, keepdim=True) / self.count
            squares = (wide[:, : self.count] - mean).square()
            variance = squares.sum(1, keepdim=True) / self.count
            self._follow(mean, variance)
        self.scale = 1 / (variance + EPSILON).sqrt()
        self.normal = (wide - mean) * self.scale
        return (self.normal * self.gain + self.shift)[:, :, : self.n].reshape(a.shape)

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        if self.learning:
            unbiased = variance * (self.count / (self.count - 1))
            for running, now in zip(self.kept, (mean, unbiased), strict=True):
                running.mul_(1 - MOMENTUM).add_(now, alpha=MOMENTUM)

    def backward(self, delta: Tensor) -> Tensor:
        wide = self._wide(delta, "delta")
        self._learn(wide, self.normal)
        among = (
            self.dshift + self.normal * self.dgain
        )  # what goes through the mean and the variance
        below = (wide - among / self.count) * (self.gain * self.scale)
        below[:, self.count :].zero_()
        return below[:, :, : self.n].reshape(delta.shape)


class LayerNorm(Norm):
    def forward(self, a: Tensor) -> Tensor:
        centred = a - a.mean(2, keepdim=True)
        self.scale = 1 / (centred.square().mean(2, keepdim=True) + EPSILON).sqrt()
        self.normal = centred.mul_(self.scale)
        return (self._wide(self.normal, "normal") * self.gain + self.shift)[:, :, : self.n].reshape(
            a.shape
        )

    def backward(self, delta: Tensor) -> Tensor:
        wide = self._wide(delta, "delta")
        self._learn(wide, self._wide(self.normal, "normal"))
        d = (wide * self.gain)[:, :, : self.n].reshape(delta.shape)
        among = d.mean(2, keepdim=True) + self.normal * (d * self.normal).mean(2, keepdim=True)
        return (d - among) * self.scale


NORMS: dict[str, type[Norm]] = {"batch": BatchNorm, "layer": LayerNorm}
