"""Arrays as compiled code wants them: lines of memory, rows of ones, chunks of examples."""

from math import prod, sqrt
from typing import Any

import numpy as np

from mlpstudy.core.native import activations, costs, optimizers
from mlpstudy.core.native.lanes import LINE
from mlpstudy.core.native.network import Net, Work
from mlpstudy.core.native.passes import MEASURED, Part
from mlpstudy.core.native.products import up
from mlpstudy.design.run import Run
from mlpstudy.design.sizes import LayerSizes

BYTES = 64  # of a line of memory
ONLY = 1  # a number, where an array is not needed: compiled code takes no None


def zeros(shape: int | tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    """An array of 0 that begins at a line of memory."""
    dtype, shape = np.dtype(dtype), (shape,) if isinstance(shape, int | np.integer) else shape
    size = int(prod(shape)) * dtype.itemsize
    raw = np.zeros(size + BYTES, np.uint8)
    start = -raw.ctypes.data % BYTES
    return raw[start : start + size].view(dtype).reshape(shape)


def net_of(run: Run, sizes: LayerSizes) -> Net:
    """The networks of runs like this one, without convolutions."""
    fans = [sizes[0].fan_in, *(layer.fan_out for layer in sizes)]
    room = [up(n) for n in fans[1:]]
    weights = [(n + 1) * wide for n, wide in zip(fans, room, strict=False)]
    scales = {"none": 0.0, "plain": 1.0, "scaled": 1 / sqrt(max(1, run.depth))}
    return Net(
        fans=np.array(fans),
        room=np.array(room),
        W=np.cumsum([0, *weights])[:-1],
        rows=np.cumsum([0, *(n + 1 for n in fans[1:])])[:-1],
        activation=list(activations.ACTIVATIONS).index(run.activation),
        cost=list(costs.COSTS).index(run.cost),
        optimizer=list(optimizers.OPTIMIZERS).index(run.optimizer),
        momentum=run.momentum,
        residual=scales[run.residual],
        lowest=len(room) - 1 if run.trained == "last" else 0,
        dropout=run.dropout > 0,
        over=fans[-1] if run.reduction == "mean" else 1,
    )


def numbers(net: Net) -> int:
    """Of one run's parameters, room included."""
    return int(net.W[-1] + (net.fans[-2] + 1) * net.room[-1])


def layer(net: Net, theta: np.ndarray, k: int) -> np.ndarray:
    """W of layer k of one run and, below, its biases: (fan_in + 1, room), of which fan_out count."""
    shape = int(net.fans[k]) + 1, int(net.room[k])
    return theta[net.W[k] : net.W[k] + prod(shape)].reshape(shape)


def work_for(net: Net, stride: int, dtype: Any = np.float32, learns=True, switches=False) -> Work:
    """Where one network is computed, `stride` examples at a time.

    learns: forth and back; switches: units are switched off on the way.
    """
    rows = int(net.rows[-1] + up(net.fans[-1])) + LINE
    widest = up(max(net.fans) + 1)
    outputs, lane, back = rows * stride, stride, widest * stride if learns else ONLY
    g = zeros(outputs, dtype)
    z = zeros(outputs, dtype) if net.residual or switches else g
    for k, row in enumerate(net.rows[:-1]):
        one = int(row + net.fans[k + 1]) * stride
        z[one : one + stride] = 1
    return Work(
        stride=stride,
        a=zeros(outputs, dtype),
        g=g,
        z=z,
        mask=zeros(outputs if switches else ONLY, dtype),
        level=zeros((widest + LINE) * stride if switches else ONLY, np.uint16),
        d=zeros(back, dtype),
        e=zeros(back, dtype),
        skip=zeros(back, dtype),
        turned=zeros(back, dtype),
        dW=zeros(numbers(net) if learns else ONLY, dtype),
        lines=np.arange(widest) * stride,
        top=zeros(lane, dtype),
        total=zeros(2 * lane, dtype),
        left=np.zeros(net.fans[-1]),
    )


def rows_of(array: np.ndarray, dtype: Any = np.float32) -> np.ndarray:
    """The rows of an array (N, n), filled up to whole LINEs, and an empty one; flat."""
    rows = zeros((len(array) + 1, up(array.shape[1])), dtype)
    rows[:-1, : array.shape[1]] = array
    return rows.reshape(-1)


def chunks_of(array: np.ndarray, ones: int = 0, stride: int = MEASURED, dtype: Any = np.float32):
    """The rows of an array (N, n) as chunks (n + ones, stride), the last rows of each full of ones;
    flat."""
    N, n = array.shape
    chunks = zeros((-(-N // stride), n + ones, stride), dtype)
    chunks[:, n:] = 1
    for first in range(0, N, stride):
        rows = array[first : first + stride]
        chunks[first // stride, :n, : len(rows)] = rows.T
    return chunks.reshape(-1)


def part_of(
    x: np.ndarray, t: np.ndarray, y: np.ndarray, classes: int, dtype: Any = np.float32
) -> Part:
    """What is measured: x (N, n_in), t (N, C) as the cost sees them, y (N,) the classes."""
    values = t.astype(float)
    spread = values.var(0) * (np.ptp(values, 0) > 0) if len(x) else np.zeros(t.shape[1])
    labels = np.array(y, np.int64)
    chunks = chunks_of(x, ones=1, dtype=dtype), chunks_of(t, dtype=dtype)
    return Part(*chunks, labels, spread, len(x), classes)


def nothing(dtype: Any = np.float32) -> tuple[Part, Part, Part]:
    """Three parts without examples."""
    return (part_of(np.zeros((0, 1)), np.zeros((0, 1)), np.zeros(0), 0, dtype),) * 3
