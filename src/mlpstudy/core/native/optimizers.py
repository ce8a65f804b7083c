"""How a gradient becomes a step, parameter by parameter; the formulas are those of
mlpstudy.core.optimizers.

w, dW and the two arrays of state are slices of one layer; other numbers are doubles, and rounded to
their type here.
"""

from typing import NamedTuple

from mlpstudy.core.native.compiled import jit, like
from mlpstudy.core.native.functions import sqrt

NAMES = ("sgd", "nesterov", "adam", "rprop")
STATES = (1, 1, 2, 2)  # arrays of state
SGD, NESTEROV, ADAM, RPROP = range(4)
DECAY, EPSILON = 0.999, 1e-8
GROW, SHRINK, SMALLEST, LARGEST = 1.2, 0.5, 1e-6, 50.0


class Rate(NamedTuple):
    """Of one step of one run."""

    step: float  # eta; of Adam eta sqrt(1 - 0.999^t) / (1 - momentum^t)
    decay: float  # of the weights
    floor: float  # of Adam: what is added to the root


@jit
def decayed(w, dW, decay):
    decay = like(w, decay)
    for i in range(len(w)):
        dW[i] += w[i] * decay


@jit
def sgd(w, dW, v, step, momentum):
    step, mu = like(w, step), like(w, momentum)
    for i in range(len(w)):
        v[i] = v[i] * mu + dW[i]
        w[i] -= v[i] * step


@jit
def nesterov(w, dW, v, step, momentum):
    step, mu = like(w, step), like(w, momentum)
    for i in range(len(w)):
        v[i] = v[i] * mu + dW[i]
        w[i] -= (v[i] * mu + dW[i]) * step


@jit
def adam(w, dW, mean, square, step, momentum, floor):
    step, floor, fresh = like(w, step), like(w, floor), like(w, 1 - momentum)
    for i in range(len(w)):
        g = dW[i]
        mean[i] += (g - mean[i]) * fresh
        square[i] = square[i] * like(w, DECAY) + g * g * like(w, 1 - DECAY)
        w[i] -= mean[i] / (sqrt(square[i]) + floor) * step


@jit
def rprop(w, dW, last, size):
    zero, one = like(w, 0), like(w, 1)
    for i in range(len(w)):
        g, before = dW[i], last[i]
        same = (g > zero and before > zero) or (g < zero and before < zero)
        turn = (g > zero and before < zero) or (g < zero and before > zero)
        factor = like(w, GROW) if same else (like(w, SHRINK) if turn else one)
        size[i] = min(max(size[i] * factor, like(w, SMALLEST)), like(w, LARGEST))
        last[i] = zero if turn else g
        sign = one if last[i] > zero else (-one if last[i] < zero else last[i])  # 0, or nan
        w[i] -= sign * size[i]


@jit
def update(kind, w, dW, one, two, rate, momentum):
    """One step of one layer. kind: its place in NAMES."""
    if rate.decay != 0:
        decayed(w, dW, rate.decay)
    if kind == SGD:
        sgd(w, dW, one, rate.step, momentum)
    elif kind == NESTEROV:
        nesterov(w, dW, one, rate.step, momentum)
    elif kind == ADAM:
        adam(w, dW, one, two, rate.step, momentum, rate.floor)
    else:
        rprop(w, dW, one, two)
