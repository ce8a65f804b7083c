"""Matrix products of one run, cut into tiles; examples lie in the lanes.

An array of activations is [unit][example], its rows `stride` numbers apart; of W the rows are
`room` numbers apart, and its last row is the bias, which meets a row of ones.
"""

from numba import types
from numba.extending import overload

from mlpstudy.core.native import lanes
from mlpstudy.core.native.compiled import jit
from mlpstudy.core.native.lanes import LINE, TALL, turn


def up(n: int) -> int:
    """n rounded up to a whole LINE."""
    return -(-n // LINE) * LINE


rounded = jit(up)


def panel_of(array) -> int:
    """Columns of a tile in the type of an array: two vectors."""
    return lanes.PANEL * 4 // array.itemsize


@overload(panel_of, inline="always")
def _panel_of(array):
    columns = lanes.PANEL if array.dtype == types.float32 else lanes.PANEL // 2
    return lambda array: columns


@jit
def product(W, w, across, along, z, zo, K, a, ao, rows, stride, used):
    """a[o][b] = sum over k of W[w + o across + k along] z[k][b], for o < rows and b < used."""
    panel = panel_of(z)
    b = 0
    while b + panel <= used:
        o = 0
        while o + TALL <= rows:
            lanes.tall(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
            o += TALL
        while o + 4 <= rows:
            lanes.four(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
            o += 4
        while o + 2 <= rows:
            lanes.two(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
            o += 2
        if o < rows:
            lanes.one(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
        b += panel
    if b < used:  # half a panel
        o = 0
        while o + TALL <= rows:
            lanes.tall_narrow(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
            o += TALL
        while o < rows:
            lanes.one_narrow(W, w + o * across, across, along, z, zo + b, stride, K, a, ao + o * stride + b, stride, 0)  # fmt: skip
            o += 1


def _band(wide, narrow):
    """The function for some rows of a gradient, as many as both tiles have."""

    @jit
    def band(z, zo, stride, delta, room, B, dW, g, add):
        panel, o = panel_of(z), 0
        while o + panel <= room:
            wide(z, zo, stride, 1, delta, o, room, B, dW, g + o, room, add)
            o += panel
        if o < room:
            narrow(z, zo, stride, 1, delta, o, room, B, dW, g + o, room, add)

    return band


_more, _tall = _band(lanes.more, lanes.more_narrow), _band(lanes.tall, lanes.tall_narrow)
_four, _two = _band(lanes.four, lanes.four_narrow), _band(lanes.two, lanes.two_narrow)
_one = _band(lanes.one, lanes.one_narrow)


@jit
def gradient(z, zo, stride, delta, room, B, dW, g, rows, add):
    """dW[i][o] (+)= sum over the B examples of z[i][b] delta[b][o], for i < rows and o < room.

    delta: turned, see `turned`. add: 1 where dW holds the sum over earlier examples.
    """
    while rows > 0:
        if rows == TALL + 1:
            n = TALL + 1
            _more(z, zo, stride, delta, room, B, dW, g, add)
        elif rows >= TALL:
            n = TALL
            _tall(z, zo, stride, delta, room, B, dW, g, add)
        elif rows >= 4:
            n = 4
            _four(z, zo, stride, delta, room, B, dW, g, add)
        elif rows >= 2:
            n = 2
            _two(z, zo, stride, delta, room, B, dW, g, add)
        else:
            n = 1
            _one(z, zo, stride, delta, room, B, dW, g, add)
        rows -= n
        zo += n * stride
        g += n * room


@jit
def turned(d, n, stride, used, lines, out):
    """out[b][o] = d[o][b] for b < used, o < n; 0 from n to n rounded up. lines: 0, stride, ..."""
    room = rounded(n)
    for i in range(n * stride, room * stride):
        d[i] = 0
    for o in range(0, room, LINE):
        for b in range(0, used, LINE):
            turn(d, lines, o, b, out, b * room + o, room)


@jit
def taken(x, wide, n, starts, out, at, stride):
    """out[i][b] = x[starts[b] + i] for i < n (or n rounded up) and b < stride.

    x: rows of `wide` numbers, n rounded up.
    """
    if n < LINE // 2:
        for i in range(n):
            for b in range(stride):
                out[at + i * stride + b] = x[starts[b] + i]
        return
    for i in range(0, wide, LINE):
        for b in range(0, stride, LINE):
            turn(x, starts, b, i, out, at + i * stride + b, stride)
