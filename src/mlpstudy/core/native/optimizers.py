"""How a gradient becomes a step, parameter by parameter; the formulas are those of
mlpstudy.core.optimizers.

w, dW and the two arrays of state are slices of one layer; other numbers are doubles, and rounded to
their type here.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlpstudy.core.native.compiled import chained, jit, like
from mlpstudy.core.native.functions import sqrt

DECAY, EPSILON = 0.999, 1e-8  # of Adam
GROW, SHRINK, SMALLEST, LARGEST = 1.2, 0.5, 1e-6, 50.0  # of RPROP
FORGETS, RAISED = 0.99, 1e-8  # of RMSprop
ROUNDING = 1e-6  # beside the norm of a gradient that is cut
TWO_STATES = ("adam", "adamw", "rprop", "rmsprop")  # the others have one array of state


class Rate(NamedTuple):
    """Of one step of one run."""

    eta: float
    decay: float  # of the weights
    corrected: float  # of Adam: eta sqrt(1 - 0.999^t) / (1 - momentum^t)
    floor: float  # of Adam: what is added to the root
    clip: float  # the largest norm of a gradient; 0: any


@jit
def decayed(w, dW, decay):
    decay = like(w, decay)
    for i in range(len(w)):
        dW[i] += w[i] * decay


@jit
def scaled(w, factor):
    factor = like(w, factor)
    for i in range(len(w)):
        w[i] *= factor


@jit
def shortened(dW, longest):
    """Scale a gradient down to a norm, where its own is larger."""
    square = 0.0
    for i in range(len(dW)):
        g = np.float64(dW[i])
        square += g * g
    share = longest / (np.sqrt(square) + ROUNDING)
    if share < 1:
        scaled(dW, share)


@jit
def sgd(w, dW, v, two, rate, momentum):
    eta, mu = like(w, rate.eta), like(w, momentum)
    for i in range(len(w)):
        v[i] = v[i] * mu + dW[i]
        w[i] -= v[i] * eta


@jit
def nesterov(w, dW, v, two, rate, momentum):
    eta, mu = like(w, rate.eta), like(w, momentum)
    for i in range(len(w)):
        v[i] = v[i] * mu + dW[i]
        w[i] -= (v[i] * mu + dW[i]) * eta


@jit
def adam(w, dW, mean, square, rate, momentum):
    step, floor = like(w, rate.corrected), like(w, rate.floor)
    fresh = like(w, 1 - momentum)
    for i in range(len(w)):
        g = dW[i]
        mean[i] += (g - mean[i]) * fresh
        square[i] = square[i] * like(w, DECAY) + g * g * like(w, 1 - DECAY)
        w[i] -= mean[i] / (sqrt(square[i]) + floor) * step


@jit
def rmsprop(w, dW, v, square, rate, momentum):
    eta, mu, floor = like(w, rate.eta), like(w, momentum), like(w, RAISED)
    for i in range(len(w)):
        g = dW[i]
        square[i] = square[i] * like(w, FORGETS) + g * g * like(w, 1 - FORGETS)
        v[i] = v[i] * mu + g / (sqrt(square[i]) + floor)
        w[i] -= v[i] * eta


@jit
def rprop(w, dW, last, size, rate, momentum):
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


OPTIMIZERS: dict[str, Callable] = {
    "sgd": sgd,
    "nesterov": nesterov,
    "adam": adam,
    "rprop": rprop,
    "adamw": adam,  # but for the decay, see `update`
    "rmsprop": rmsprop,
}
DECOUPLED = list(OPTIMIZERS).index("adamw")

_step = chained(list(OPTIMIZERS.values()), "w, dW, one, two, rate, momentum")


@jit
def update(kind, w, dW, one, two, rate, momentum):
    """One step of one layer. kind: its place in OPTIMIZERS."""
    if rate.decay != 0:
        if kind == DECOUPLED:
            scaled(w, 1 - rate.eta * rate.decay)
        else:
            decayed(w, dW, rate.decay)
    _step(kind, w, dW, one, two, rate, momentum)
