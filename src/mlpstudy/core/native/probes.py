"""What is seen of the layers, in float64, which keeps what float32 would lose below 1e-38.

The measures are those of mlpstudy.core.measures, in their order; sums run over the units of each
example and then over the examples.
"""

from math import sqrt

from mlpstudy.core.native import activations, costs
from mlpstudy.core.native.compiled import entry, jit, like, merged, part
from mlpstudy.core.native.network import Mask, backward_to, forward_apart
from mlpstudy.core.native.products import gradient, rounded, turned

SATURATED = 1 / 20  # of the steepest slope


@entry
def probe(net, theta, wide, x, t, B, steepest, units, work, out):
    """Fill out (layers, measures). theta: float32; wide: room for it in float64; x, t: B examples;
    units: keys of the draws, which are not used."""
    for i in range(len(theta)):
        wide[i] = theta[i]
    used, C = rounded(B), net.fans[-1]
    ao = forward_apart(net, wide, x, 0, work, used, Mask(units, 0, 1.0), 0, 0)
    last = len(net.W) - 1
    a = part(work.a, ao, C * work.stride)
    d, e, scale = work.d, work.e, like(wide, 1 / net.over)
    costs.delta(net.cost, a, t, d, C, work.stride, used, work.top, work.total, scale)
    for k in range(last, -1, -1):
        z, zo = (work.z, net.rows[k - 1] * work.stride) if k > 0 else (x, 0)
        seen(net, wide, k, z, zo, d, B, used, work, out[k])
        slopes_seen(net, k, B, steepest, work, e, out[k])
        if k > 0:
            backward_to(net, wide, k, work, d, e, used, False)
        d, e = e, d


@merged
def seen(net, theta, k, z, zo, d, B, used, work, out):
    """Of layer k: its delta, gradient, weights and outputs. z[zo]: its inputs."""
    n, stride, fan_in, room = net.fans[k + 1], work.stride, net.fans[k], net.room[k]
    squares(d, 0, n, stride, B, work.top)
    squares(z, zo, fan_in, stride, B, work.total)
    total, together = 0.0, 0.0
    for b in range(B):
        total += work.top[b]
        together += (work.top[b] / n) * (work.total[b] / fan_in)
    out[0] = sqrt(total / (B * n))
    turned(d, n, stride, used, work.lines, work.turned)
    gradient(z, zo, stride, work.turned, room, B, work.dW, 0, fan_in, 0)
    out[1] = rms(work.dW, 0, fan_in, n, room) / B
    out[2] = sqrt(together / B)
    out[3] = rms(theta, net.W[k], fan_in, n, room)
    inner = work.a if k == len(net.W) - 1 else work.g
    out[4], out[5] = mean_and_deviation(inner, net.rows[k] * stride, n, stride, B)


@jit
def squares(z, zo, n, stride, B, sums):
    """sums[b] = the sum of z^2 over n units."""
    for b in range(B):
        sums[b] = 0
    for i in range(n):
        row = part(z, zo + i * stride, B)
        for b in range(B):
            sums[b] += row[b] * row[b]


@jit
def rms(W, w, rows, n, room):
    """The root of the mean square of a matrix."""
    total = 0.0
    for i in range(rows):
        row = part(W, w + i * room, n)
        for o in range(n):
            total += row[o] * row[o]
    return sqrt(total / (rows * n))


@jit
def mean_and_deviation(z, zo, n, stride, B):
    """Over units and examples."""
    total = 0.0
    for i in range(n):
        row = part(z, zo + i * stride, B)
        for b in range(B):
            total += row[b]
    mean, left = total / (n * B), 0.0
    for i in range(n):
        row = part(z, zo + i * stride, B)
        for b in range(B):
            left += (row[b] - mean) * (row[b] - mean)
    return mean, sqrt(left / (n * B))


@merged
def slopes_seen(net, k, B, steepest, work, e, out):
    """Of layer k: the share of units and examples that are saturated, and of units that are dead.

    e: room for the slopes.
    """
    out[6] = out[7] = float("nan")
    if k == len(net.W) - 1:
        return
    n, stride = net.fans[k + 1], work.stride
    at, size = net.rows[k] * stride, n * stride
    slope = part(e, 0, size)
    for i in range(size):
        slope[i] = 1
    activations.slopes(net.activation, part(work.a, at, size), part(work.g, at, size), slope)
    flat, dead = 0, 0
    for i in range(n):
        row, alive = part(slope, i * stride, B), 0
        for b in range(B):
            flat += abs(row[b]) <= SATURATED * steepest
            alive += row[b] != 0
        dead += alive == 0
    out[6], out[7] = flat / (n * B), dead / n
