"""How the weights of a layer are drawn: W = gain * deviation(fan_in, fan_out) * a draw of size 1.

The draws come from the run's own stream, the weights of all layers first and then the biases, so
that two initializations of one seed differ by their scale and not by their luck.
"""

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from mlpstudy.core.native.orthonormal import orthonormalise
from mlpstudy.design.run import Run


def _normal(rng: Generator, fan_in: int, fan_out: int) -> np.ndarray:
    return rng.standard_normal((fan_in, fan_out))


def _uniform(rng: Generator, fan_in: int, fan_out: int) -> np.ndarray:
    return sqrt(3) * (2 * rng.random((fan_in, fan_out)) - 1)


def _orthogonal(rng: Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Orthonormal rows or columns, whichever are fewer, scaled to a mean square of 1 (Saxe)."""
    tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
    tall = tall.astype(np.float32).astype(
        np.float64
    )  # without the last bits of the C library's log
    q = orthonormalise(tall) * sqrt(max(fan_in, fan_out))
    return q if fan_in >= fan_out else q.T


LAWS = {"normal": _normal, "uniform": _uniform, "orthogonal": _orthogonal}


def _none(fan_in: int, fan_out: int) -> float:
    return 0.0


class Initializer(NamedTuple):
    draw: Callable[[Generator, int, int], np.ndarray]  # (fan_in, fan_out), mean square 1
    deviation: Callable[[int, int], float]  # of a weight
    bias: Callable[[int, int], float] = _none  # deviation of a bias, drawn by the same law
    of_matrix: bool = False  # the deviation is that of a matrix, whatever a kernel's fans are
    half_width: bool = False  # a gain and a size of the biases are half-widths, not deviations


# fmt: off
INITIALIZERS: dict[str, Initializer] = {
    "zeros": Initializer(_normal, _none),
    "small_normal": Initializer(_normal, lambda fan_in, fan_out: 0.01),
    "unit_normal": Initializer(_normal, lambda fan_in, fan_out: 1.0),
    "uniform": Initializer(_uniform, lambda fan_in, fan_out: sqrt(1 / 3), half_width=True),  # U(+-init_gain)
    "old_uniform": Initializer(_uniform, lambda fan_in, fan_out: sqrt(1 / (3 * fan_in))),  # U(+-1/sqrt n)
    "torch_linear": Initializer(_uniform, lambda fan_in, fan_out: sqrt(1 / (3 * fan_in)), lambda fan_in, fan_out: sqrt(1 / (3 * fan_in))),
    "lecun_normal": Initializer(_normal, lambda fan_in, fan_out: sqrt(1 / fan_in)),
    "lecun_uniform": Initializer(_uniform, lambda fan_in, fan_out: sqrt(1 / fan_in)),
    "glorot_normal": Initializer(_normal, lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),
    "glorot_uniform": Initializer(_uniform, lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),
    "he_normal": Initializer(_normal, lambda fan_in, fan_out: sqrt(2 / fan_in)),
    "he_uniform": Initializer(_uniform, lambda fan_in, fan_out: sqrt(2 / fan_in)),
    "orthogonal": Initializer(_orthogonal, lambda fan_in, fan_out: sqrt(1 / max(fan_in, fan_out)), of_matrix=True),
}
# fmt: on


def draw_parameters(
    name: str,
    gain: float,
    rng: Generator,
    fans: list[tuple[int, int]],
    places: list[int] | None = None,
    bias: float = 0.0,
):
    """The weights [(fan_in, fan_out)] and biases [(fan_out,)] of the layers of one run, float64.

    places: of each layer's kernel, 1 for a dense layer. In a convolution fan_in counts the places
    already; an input reaches a channel from as many, so that its fan_out is that often the channels
    (as in PyTorch and Keras). bias: the deviation of the biases, which are normal, or where the
    initializer counts in half-widths that of theirs, which are uniform; 0: as it has them.
    """
    how = INITIALIZERS[name]
    counted = [1] * len(fans) if how.of_matrix or places is None else places
    weights = [
        gain * how.deviation(fan[0], fan[1] * n) * how.draw(rng, *fan)
        for fan, n in zip(fans, counted, strict=True)
    ]
    return weights, [_bias(how, rng, *fan, bias) for fan in fans]


def _bias(how: Initializer, rng: Generator, fan_in: int, fan_out: int, size: float) -> np.ndarray:
    """(fan_out,)"""
    if size and how.half_width:
        return size * (2 * rng.random(fan_out) - 1)
    if size:
        return size * rng.standard_normal(fan_out)
    if deviation := how.bias(fan_in, fan_out):
        return deviation * how.draw(rng, 1, fan_out)[0]
    return np.zeros(fan_out)


def draw_layers(
    run: Run, rng: Generator, fans: list[tuple[int, int]], places: list[int] | None = None
):
    """The same, as a run asks for it."""
    return draw_parameters(run.initialization, run.init_gain, rng, fans, places, run.init_bias)
