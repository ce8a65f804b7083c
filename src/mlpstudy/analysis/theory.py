"""Mean-field theory of signals and gradients in a wide random network (Poole et al. 2016,
Schoenholz et al. 2017), computed by quadrature and with nothing tuned.

q_l is the mean square of a at layer l, D the standard Gaussian, s_l the deviation of a weight:

    forward    q_(l+1) = fan_in s^2 E[g(sqrt(q_l) D)^2] + sb^2,   q_1 = fan_in s^2 mean(x^2) + sb^2
    backward   E[delta_l^2] = chi_l E[delta_(l+1)^2],   chi_l = fan_out s^2 E[g'(sqrt(q_l) D)^2]

with the weights between l and l + 1. For square layers fan_in = fan_out and sw2 = n s^2.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import brentq

from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.initializers import INITIALIZERS

# The trapezoidal rule: spectrally accurate on smooth g, and safe across the corners of the others.
# An even number of points leaves out 0, where the corner of most of them lies.
_D = np.linspace(-9, 9, 7200)
_WEIGHT = np.exp(-(_D**2) / 2)
_WEIGHT /= _WEIGHT.sum()


@cache
def second_moment(activation: str, q: float) -> float:
    """E[g(sqrt(q) D)^2]."""
    return _mean_square(ACTIVATIONS[activation].g(_a(q)))


@cache
def mean_output(activation: str, q: float) -> float:
    """E[g(sqrt(q) D)]."""
    return float(_WEIGHT @ ACTIVATIONS[activation].g(_a(q)).double().numpy())


@cache
def slope_moment(activation: str, q: float) -> float:
    """E[g'(sqrt(q) D)^2]."""
    how, a = ACTIVATIONS[activation], _a(q)
    return _mean_square(how.dg(a, how.g(a)))


@cache
def scatter(activation: str, q: float) -> float:
    """kappa = 3 E[g'^4] / E[g'^2]^2 - 1: in a layer of n units the square of delta, over its mean,
    scatters with variance kappa / n from one draw of the weights to the next. Gaussian weights."""
    how, a = ACTIVATIONS[activation], _a(q)
    square = how.dg(a, how.g(a)).double() ** 2
    mean = float(_WEIGHT @ square.numpy())
    return 3 * _mean_square(square) / mean**2 - 1 if mean else np.nan


def spread(
    activation: str,
    initialization: str,
    gain: float,
    depth: int,
    width: int,
    n_in: int,
    mean_square: float,
) -> float:
    """Standard deviation, over draws of the weights, of log10 of rms delta at the first hidden
    layer over that at the last: the logarithms of depth - 1 factors, each with a variance of
    kappa / n, add up, and the root halves them. Lowest order in 1 / width (Hanin 2018)."""
    q = profile(activation, initialization, gain, depth, width, n_in, mean_square).q[:-1]
    variance = sum(scatter(activation, float(x)) for x in q) / width
    return float(np.sqrt(variance) / (2 * np.log(10)))


def drift(
    activation: str,
    initialization: str,
    gain: float,
    depth: int,
    width: int,
    n_in: int,
    mean_square: float,
) -> float:
    """Decades of delta that a network of finite width is expected to lose per layer beside what the
    wide one does: the mean of a logarithm lies below the logarithm of the mean, here by half of
    kappa / n in ln delta^2 of each layer. Of one example: over many the fluctuations partly cancel,
    and the loss lies between that of the wide network and this much more."""
    q = profile(activation, initialization, gain, depth, width, n_in, mean_square).q[:-1]
    kappa = np.mean([scatter(activation, float(x)) for x in q])
    return float(kappa / width / (4 * np.log(10)))


def _a(q: float) -> torch.Tensor:
    return torch.from_numpy(np.sqrt(q) * _D)


def _mean_square(values: torch.Tensor) -> float:
    return float(_WEIGHT @ values.double().numpy() ** 2)


class Profile(NamedTuple):
    """Theory for the hidden layers 1..depth of one network."""

    q: np.ndarray  # (depth,) mean square of a
    log10_delta: np.ndarray  # (depth,) log10 of rms delta at layer l over that at layer depth
    log10_gradient: np.ndarray  # (depth,) the same of one example's weight gradient


def profile(
    activation: str,
    initialization: str,
    gain: float,
    depth: int,
    width: int,
    n_in: int,
    mean_square: float,
) -> Profile:
    """What theory says of a dense network without residual layers, at its initialization.

    mean_square: of one input, over examples and inputs.
    """
    how = INITIALIZERS[initialization]
    first = (gain * how.deviation(n_in, width)) ** 2
    square = (gain * how.deviation(width, width)) ** 2
    q = [n_in * first * mean_square + how.bias(n_in, width) ** 2]
    for _ in range(depth - 1):
        forward = width * square * second_moment(activation, q[-1])
        q.append(forward + how.bias(width, width) ** 2)
    chi = np.array([width * square * slope_moment(activation, x) for x in q[:-1]])
    with np.errstate(divide="ignore"):
        log_delta = np.append(np.cumsum(np.log10(chi)[::-1])[::-1] / 2, 0.0)
        below = [mean_square, *(second_moment(activation, x) for x in q[:-1])]
        log_z = np.log10(below) / 2
    return Profile(np.array(q), log_delta, log_delta + log_z - log_z[-1])


def residual_delta(
    activation: str,
    initialization: str,
    gain: float,
    depth: int,
    width: int,
    n_in: int,
    mean_square: float,
    scale: float,
) -> np.ndarray:
    """(depth,) log10 of rms delta at layer l over that at layer depth, with residual layers.

    z_1 = g(a_1); from the second layer on z_l = z_(l-1) + scale g(a_l), a_l = W_l z_(l-1). The
    terms of a sum are independent but for their means m, so that forward
    E[z_l^2] = E[z_(l-1)^2] + 2 scale m_(l-1) E[g] + scale^2 E[g^2]; backward, the two ways down
    add: e_(l-1) = e_l + W' delta_l and delta_l = scale g'(a_l) e_l give
    E[e_(l-1)^2] = (1 + scale^2 chi_l) E[e_l^2], as if W were drawn anew on the way back (Yang,
    Schoenholz 2017). Where g and g'' have means, as relu's do, W is not independent of the deltas
    that it hands down, and finite networks grow faster than this: see `coherent`.
    """
    how = INITIALIZERS[initialization]
    first = (gain * how.deviation(n_in, width)) ** 2
    sw2 = width * (gain * how.deviation(width, width)) ** 2
    q = [n_in * first * mean_square + how.bias(n_in, width) ** 2]
    m, square = mean_output(activation, q[0]), second_moment(activation, q[0])
    for _ in range(depth - 1):
        q.append(sw2 * square + how.bias(width, width) ** 2)
        mean = mean_output(activation, q[-1])
        square += 2 * scale * m * mean + scale**2 * second_moment(activation, q[-1])
        m += scale * mean
    slopes = np.array([slope_moment(activation, x) for x in q])
    factors = np.array([1.0, *[scale**2] * (depth - 1)])  # the first layer is not scaled
    growth = np.log10(1 + factors[1:] * sw2 * slopes[1:])
    e = np.append(np.cumsum(growth[::-1])[::-1], 0.0)  # log10 of E[e_l^2], the last layer's is 0
    log_delta = (e + np.log10(factors * slopes)) / 2
    return log_delta - log_delta[-1]


def coherent(activation: str, q: float = 1.0) -> bool:
    """Whether both g and g'' have a mean over a ~ N(0, q), E[g''] = E[g'(a) a] / q: then what
    residual layers hand down adds up coherently, and `residual_delta` does not hold."""
    how, a = ACTIVATIONS[activation], _a(q)
    bend = float(_WEIGHT @ (how.dg(a, how.g(a)) * a).double().numpy())
    return min(abs(mean_output(activation, q)), abs(bend)) > 1e-6


class Phase(NamedTuple):
    """Where deep square layers end up."""

    q: float  # the fixed point of the mean square of a; infinite where it grows without end
    chi: float  # < 1 the gradient vanishes, > 1 it explodes
    depth_scale: float  # -1 / ln chi: layers over which the mean square delta falls by e


SMALLEST, LARGEST = 1e-24, 1e12  # a mean square outside counts as 0 or infinite


def phase(activation: str, sw2: float, sb2: float = 0.0) -> Phase:
    """Where signals of unit inputs end: the fixed point next to q_1 = sw2 + sb2.

    Where the signal grows without end, chi is what it tends to: sw2 times the mean of the squared
    slopes far out on both sides, such as sw2 / 2 for elu and sw2 (1 + LEAK^2) / 2 for leaky_relu.
    """

    def growth(log_q: float) -> float:
        q = float(np.exp(log_q))
        return np.log(max(sw2 * second_moment.__wrapped__(activation, q) + sb2, 1e-300)) - log_q

    step = np.log(2.0)
    near = float(np.log(sw2 + sb2))
    direction = np.sign(growth(near))
    while np.log(SMALLEST) < near < np.log(LARGEST) and growth(near) * direction > 0:
        near += direction * step
    inside = np.log(SMALLEST) < near < np.log(LARGEST) and direction != 0
    q = float(np.exp(brentq(growth, near - direction * step, near) if inside else near))
    chi = sw2 * slope_moment.__wrapped__(activation, q)
    return Phase(np.inf if near >= np.log(LARGEST) else q, chi, _depth_scale(chi))


def phase_of(activation: str, initialization: str, gain: float, bias: float, width: int) -> Phase:
    """The phase of square layers at an initialization. gain: on the weights; bias: deviation of the
    biases beside that of the initialization."""
    how = INITIALIZERS[initialization]
    sw2 = width * (gain * how.deviation(width, width)) ** 2
    return phase(activation, float(sw2), float(how.bias(width, width) ** 2 + bias**2))


def _depth_scale(chi: float) -> float:
    if chi <= 0:
        return 0.0
    return float(np.inf) if abs(chi - 1) < 1e-9 else float(-1 / np.log(chi))


def critical_variance(activation: str, sb2: float = 0.0) -> float:
    """The sw2 at which chi = 1 at the fixed point; NaN where there is none between 0.01 and 1000."""

    def distance(log_sw2: float) -> float:
        chi = phase(activation, float(np.exp(log_sw2)), sb2).chi
        return np.log(min(max(chi, 1e-9), 1e9))

    low, high = np.log(0.01), np.log(1000)
    if distance(low) * distance(high) > 0:
        return np.nan
    return float(np.exp(brentq(distance, low, high, xtol=1e-8, maxiter=1000)))
