"""The lecture's modules, each for R networks at once: forward keeps what backward needs.

    z^k = M^k(z^(k-1), W^k)              forward(z): (R, B, n_in) -> (R, B, n_out)
    delta^(k-1) = delta^k dM^k/dz^(k-1)  backward(delta): (R, B, n_out) -> (R, B, n_in)

`backward` leaves the gradient of the module's own parameters in dW and db. Arrays are written into
buffers that are used again at the next step: what a module returns holds until its next call.
"""

from functools import partial
from itertools import product
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.draws import LEVELS, Draws, levels, normals, thresholds
from mlpstudy.core.replay import from_host
from mlpstudy.design.sizes import slid

LANES = 16  # numbers: a line of memory, and of the vector units


class Buffers:
    """Arrays of a module, by name and shape, made once and full of 0 at first."""

    def __init__(self):
        self.arrays: dict[tuple, Tensor] = {}

    def __call__(self, name: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
        array = self.arrays.get((name, shape))
        if array is None:
            array = self.arrays[name, shape] = like.new_zeros(shape)
        return array


class Asked(NamedTuple):
    """An array that a module asks for: a matrix of `room` for each run, of which it uses `fans`."""

    room: tuple[int, int]
    fans: tuple[int, int]


class Arrays(NamedTuple):
    """What a linear module is bound to: (R, ...) with room."""

    W: Tensor
    b: Tensor
    dW: Tensor
    db: Tensor


class Linear:
    """a = z W + b: z (R, B, fan_in), W (R, fan_in, fan_out), b (R, 1, fan_out).

    The last bits of a matrix product depend on where its matrices begin in memory. So that a run's
    numbers do not depend on its neighbours, W is kept in an array of `room` rows and columns, both
    multiples of LANES; what is beyond the fans is 0, and stays so.
    """

    places = 1  # of a kernel
    whole: Arrays

    def __init__(self, fan_in: int, fan_out: int):
        self.fans = (fan_in, fan_out)
        self.room = (_room(fan_in), _room(fan_out))
        self.first = False  # nothing below wants to know
        self.buffer = Buffers()

    def asks(self) -> list[Asked]:
        """The arrays for W and b that it wants to be bound to."""
        (_, n), (_, wide) = self.fans, self.room
        return [Asked(self.room, self.fans), Asked((1, wide), (1, n))]

    def bind(self, W: Tensor, b: Tensor, dW: Tensor, db: Tensor) -> None:
        """Take over arrays with room: W and dW (R, *room), b and db (R, 1, room[1])."""
        self.whole = Arrays(W, b, dW, db)
        self.W, self.dW = (array[:, : self.fans[0], : self.fans[1]] for array in (W, dW))
        self.b, self.db = (array[:, :, : self.fans[1]] for array in (b, db))

    def copy_from(self, other: "Linear") -> None:
        """Take over the numbers of a module of the same fans."""
        self.W.copy_(other.W)
        self.b.copy_(other.b)

    def forward(self, z: Tensor) -> Tensor:
        return self._sum(z, self.filled(z, 0, "z"))

    def backward(self, delta: Tensor) -> Tensor | None:
        below = self._share(delta)
        return None if below is None else self._cut(below, 0)

    def _sum(self, z: Tensor, inside: Tensor) -> Tensor:
        """a, where inside is z with columns of 0 up to the room."""
        self.z, self.inside = z, inside
        W, b, _, _ = self.whole
        a = self.buffer("a", (*z.shape[:2], self.room[1]), z)
        return self._cut(torch.baddbmm(b, inside, W, out=a), 1)

    def _share(self, delta: Tensor) -> Tensor | None:
        """dW and db, and the delta of what is below (R, B, room[0]) where it is wanted."""
        W, _, dW, db = self.whole
        self.delta, delta = delta, self.filled(delta, 1, "delta")
        torch.bmm(self.inside.mT, delta, out=dW)
        torch.sum(delta, 1, keepdim=True, out=db)
        if self.first:
            return None
        below = self.buffer("below", self.inside.shape, delta)
        return torch.bmm(delta, W.mT, out=below)

    def filled(self, array: Tensor, side: int, name: str) -> Tensor:
        """An array (R, B, fans[side]) with columns of 0 up to the room of that side."""
        if self.fans[side] == self.room[side]:
            return array
        whole = self.buffer(f"{name} filled", (*array.shape[:2], self.room[side]), array)
        whole.narrow(2, 0, self.fans[side]).copy_(array)
        return whole

    def _cut(self, whole: Tensor, side: int) -> Tensor:
        """The other way round: (R, B, room[side]) -> (R, B, fans[side]), contiguous."""
        if self.fans[side] == self.room[side]:
            return whole
        array = self.buffer(f"cut {side}", (*whole.shape[:2], self.fans[side]), whole)
        return array.copy_(whole.narrow(2, 0, self.fans[side]))


class Tied(Linear):
    """a = z W' + c, where W is that of another linear module, bound before: only c is its own."""

    def __init__(self, other: Linear):
        super().__init__(*other.fans[::-1])
        self.other = other

    def asks(self) -> list[Asked]:
        """No row for W."""
        (_, n), (_, wide) = self.fans, self.room
        return [Asked((0, wide), (0, n)), Asked((1, wide), (1, n))]

    def bind(self, W: Tensor, b: Tensor, dW: Tensor, db: Tensor) -> None:
        """Take over arrays as asked for."""
        super().bind(self.other.whole.W.mT, b, self.other.whole.dW.mT, db)


def _room(fan: int) -> int:
    return -(-fan // LANES) * LANES


class Convolve(Linear):
    """A linear module whose weights slide over a line or a picture; channels come last.

    z (R, B, height * width * channels_in), W (R, side * side * channels_in, channels_out).
    A line is a picture of height 1 and its kernel has one row. dims: (length,) or (height, width).
    """

    def __init__(self, dims, channels_in, channels_out, kernel, stride=1, padding=0):
        flat = len(dims) == 1
        self.height, self.width = (1, *dims) if flat else dims
        self.kernel = (1, kernel) if flat else (kernel, kernel)
        self.padding = (0, padding) if flat else (padding, padding)
        self.stride = (1, stride) if flat else (stride, stride)
        self.channels_in, self.channels_out = channels_in, channels_out
        sides = slid(dims, kernel, stride, padding)
        if min(sides) < 1:
            size = dims[0] if sides[0] < 1 else dims[1]
            raise ValueError(
                f"a kernel of {kernel} does not fit into {size} inputs with a padding of {padding}"
            )
        self.rows, self.columns = (1, *sides) if flat else sides
        self.n_out = self.rows * self.columns * channels_out
        self.places = prod(self.kernel)
        super().__init__(self.places * channels_in, channels_out)

    def forward(self, z: Tensor) -> Tensor:
        R, B = z.shape[:2]
        bordered = self._bordered("z", z, R, B)  # its border stays 0
        self._within(bordered).copy_(z.view(R, B, self.height, self.width, self.channels_in))
        patches = self.buffer("patches", (R, B * self.rows * self.columns, self.room[0]), z)
        seen = patches.narrow(2, 0, self.fans[0])
        self._by_place(seen, R, B).flatten(5).copy_(self._seen(bordered))
        return self._sum(seen, patches).view(R, B, self.n_out)

    def backward(self, delta: Tensor) -> Tensor | None:
        R, B = delta.shape[:2]
        below = self._share(delta.view(R, -1, self.channels_out))
        if below is None:
            return None
        places = self._by_place(below.narrow(2, 0, self.fans[0]), R, B)
        bordered = self._bordered("delta", delta, R, B).zero_()
        for i, j, window in self._windows(bordered):
            window.add_(places[:, :, :, :, i, j])  # errors from several sources add
        return self._within(bordered).reshape(R, B, -1)

    def _bordered(self, name: str, like: Tensor, R: int, B: int) -> Tensor:
        """An array for inputs with a border."""
        top, left = self.padding
        shape = (R, B, self.height + 2 * top, self.width + 2 * left, self.channels_in)
        return self.buffer(f"{name} bordered", shape, like)

    def _within(self, bordered: Tensor) -> Tensor:
        (top, left), (_, _, high, wide, _) = self.padding, bordered.shape
        return bordered[:, :, top : high - top, left : wide - left]

    def _by_place(self, patches: Tensor, R: int, B: int) -> Tensor:
        """(R, B * rows * columns, fan_in) -> (R, B, rows, columns, *kernel, channels_in)"""
        return patches.view(R, B, self.rows, self.columns, *self.kernel, self.channels_in)

    def _seen(self, bordered: Tensor) -> Tensor:
        """What the kernel sees wherever it stands, a row of it lying in one piece:
        (R, B, rows, columns, kernel[0], kernel[1] * channels_in)."""
        (R, B, _, _, channels), (high, wide) = bordered.shape, self.kernel
        run, example, row, column, _ = bordered.stride()
        down, right = self.stride
        return bordered.as_strided(
            (R, B, self.rows, self.columns, high, wide * channels),
            (run, example, down * row, right * column, row, 1),
        )

    def _windows(self, bordered: Tensor):
        """For each place (i, j) of the kernel, what it sees as the kernel slides."""
        down, right = self.stride
        for i, j in product(*map(range, self.kernel)):
            rows = slice(i, i + down * (self.rows - 1) + 1, down)
            columns = slice(j, j + right * (self.columns - 1) + 1, right)
            yield i, j, bordered[:, :, rows, columns]


class Activate:
    """z = g(a), unit by unit; nothing to learn."""

    def __init__(self, name: str):
        self.g, self.dg, self.steepest = ACTIVATIONS[name]
        self.buffer = Buffers()

    def forward(self, a: Tensor) -> Tensor:
        self.a = a
        self.z = self.g(a, out=self.buffer("z", a.shape, a))
        return self.z

    def backward(self, delta: Tensor) -> Tensor:
        slope = self.dg(self.a, self.z, out=self.buffer("delta", self.a.shape, self.a))
        return slope.mul_(delta)


class Dropout:
    """z m / (1 - rate): each output is switched off with its run's rate while training.

    A rate is a number of LEVELS, and the scale uses that realised rate. Runs of one seed see the
    same draws, whatever their rates.
    """

    def __init__(
        self, rates: list[float], seeds: list[int], part: int, like: Tensor, purpose="dropout"
    ):
        self.off = _each(thresholds(rates), like, torch.int32)
        self.scale = LEVELS / _each([LEVELS - off for off in thresholds(rates)], like)
        self.draws = Draws(levels, seeds, purpose, part)
        self.learning = False
        self.buffer = Buffers()

    def forward(self, z: Tensor) -> Tensor:
        if not self.learning:
            return z
        self.mask = self.buffer("mask", z.shape, z)
        torch.ge(drawn(self.draws, z), self.off, out=self.mask)
        self.mask.mul_(self.scale)
        return torch.mul(z, self.mask, out=self.buffer("z", z.shape, z))

    def backward(self, delta: Tensor) -> Tensor:
        if not self.learning:
            return delta
        return torch.mul(delta, self.mask, out=self.buffer("delta", delta.shape, delta))


class Noise:
    """x + sigma e, e standard Gaussian, while training: every run has its own sigma."""

    def __init__(
        self, sigmas: list[float], seeds: list[int], like: Tensor, purpose: str = "noise", part=0
    ):
        self.sigma = _each(sigmas, like)
        self.draws = Draws(normals, seeds, purpose, part)
        self.learning = False
        self.buffer = Buffers()

    def forward(self, x: Tensor) -> Tensor:
        if not self.learning:
            return x
        noise = drawn(self.draws, x).to(x.dtype)
        return torch.addcmul(x, noise, self.sigma, out=self.buffer("z", x.shape, x))

    def backward(self, delta: Tensor) -> Tensor:
        return delta


class Masking:
    """x m while training: each input is set to 0 with its run's share, the others stay as they are.

    A share is a number of LEVELS. Runs of one seed see the same draws, whatever their shares.
    """

    def __init__(self, shares: list[float], seeds: list[int], like: Tensor, purpose: str, part=0):
        self.off = _each(thresholds(shares), like, torch.int32)
        self.draws = Draws(levels, seeds, purpose, part)
        self.learning = False
        self.buffer = Buffers()

    def forward(self, x: Tensor) -> Tensor:
        if not self.learning:
            return x
        kept = torch.ge(drawn(self.draws, x), self.off, out=self.buffer("kept", x.shape, x))
        return kept.mul_(x)

    def backward(self, delta: Tensor) -> Tensor:
        return delta


def drawn(draws: Draws, like: Tensor) -> Tensor:
    """The next draws for an array (R, B, n)."""
    return from_host(partial(draws.next, *like.shape[1:]), like.device)


def _each(values: list, like: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    """(R, 1, 1) one number for each run."""
    return torch.tensor(values, dtype=dtype or like.dtype, device=like.device)[:, None, None]


class Residual:
    """z + scale M(z): the delta goes both ways and its two parts add."""

    def __init__(self, modules: list, scale: float = 1.0):
        self.modules, self.scale = modules, scale
        self.buffer = Buffers()

    def forward(self, z: Tensor) -> Tensor:
        inner = z
        for module in self.modules:
            inner = module.forward(inner)
        return torch.add(z, inner, alpha=self.scale, out=self.buffer("z", z.shape, z))

    def backward(self, delta: Tensor) -> Tensor:
        inner = torch.mul(delta, self.scale, out=self.buffer("inner", delta.shape, delta))
        for module in reversed(self.modules):
            inner = module.backward(inner)
        return torch.add(delta, inner, out=self.buffer("delta", delta.shape, delta))
