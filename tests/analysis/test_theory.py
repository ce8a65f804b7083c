"""Mean-field theory against integrals by scipy, closed forms and the literature."""

from math import sqrt

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from mlpstudy.analysis import theory
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.shapes import LEAK, SELU_SCALE

SMOOTH = ("sigmoid", "tanh", "gelu", "silu", "softplus", "gaussian", "softsign", "elu")


def by_scipy(function, q):
    value, _ = integrate.quad(
        lambda d: (
            function(torch.tensor([sqrt(q) * d], dtype=torch.float64)).item() ** 2
            * stats.norm.pdf(d)
        ),
        -9,
        9,
        points=[0],
        limit=200,
    )
    return value


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("q", [0.1, 2.0])
def test_moments_are_those_of_adaptive_quadrature(name, q):
    how = ACTIVATIONS[name]
    assert theory.second_moment(name, q) == pytest.approx(by_scipy(how.g, q), rel=1e-6)
    slope = by_scipy(lambda a: how.dg(a, how.g(a)), q)
    assert theory.slope_moment(name, q) == pytest.approx(slope, rel=2e-5)


@pytest.mark.parametrize("q", [1e-6, 1.0, 50.0])
def test_relu_halves_the_mean_square_and_the_slope(q):
    assert theory.second_moment("relu", q) == pytest.approx(q / 2, rel=1e-5)
    assert theory.slope_moment("relu", q) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize("q", [0.3, 4.0])
def test_threshold_and_gaussian_have_closed_forms(q):
    assert theory.second_moment("threshold", q) == pytest.approx(0.5)
    assert theory.second_moment("gaussian", q) == pytest.approx(1 / sqrt(1 + 2 * q))


@pytest.mark.parametrize(
    ("name", "sw2"), [("tanh", 1.0), ("relu", 2.0), ("identity", 1.0), ("leaky_relu", 2 / 1.0001)]
)
def test_critical_variances_are_those_of_the_literature(name, sw2):
    """Schoenholz et al. 2017 (tanh), He et al. 2015 (relu, leaky_relu)."""
    assert theory.critical_variance(name) == pytest.approx(sw2, rel=1e-5)


def test_selu_has_its_fixed_point_at_one():
    """Klambauer et al. 2017: unit variance is a fixed point under LeCun's weights."""
    assert theory.phase("selu", 1.0).q == pytest.approx(1.0, rel=1e-6)


def test_sigmoid_is_critical_at_a_gain_of_ten():
    """Half of the units are then on: q is half the variance of a weight, less a little, and
    sw2 E[g'^2] = sw2 / (6 sqrt(2 pi q)), the integral of g'^2 being 1/6, comes near 1."""
    assert theory.phase("sigmoid", 1.0).chi < 1 / 16  # never more than the largest slope squared
    sw2 = theory.critical_variance("sigmoid")
    told = theory.phase("sigmoid", sw2)
    assert told.chi == pytest.approx(1)
    assert 0.4 < told.q / sw2 < 0.5
    assert sw2 / (6 * np.sqrt(2 * np.pi * told.q)) == pytest.approx(1, rel=0.05)
    assert np.isnan(theory.critical_variance("threshold"))


def test_the_depth_scale_is_that_of_chi():
    told = theory.phase("tanh", 2.0)
    assert told.depth_scale == pytest.approx(-1 / np.log(told.chi))
    assert theory.phase("identity", 4.0).q == np.inf


@pytest.mark.parametrize(
    ("name", "sw2", "chi"),
    [
        ("identity", 2.0, 2.0),  # He
        ("identity", 64.0, 64.0),
        ("leaky_relu", 2.0, 1 + LEAK**2),
        ("leaky_relu", 5.0, 5 * (1 + LEAK**2) / 2),
        ("elu", 2.0, 1.0),
        ("elu", 3.0, 1.5),
        ("selu", 2.0, SELU_SCALE**2),
        ("relu", 4.0, 2.0),
        ("gelu", 4.0, 2.0),
        ("softplus", 4.0, 2.0),
    ],
)
def test_chi_is_known_where_the_signal_grows_without_end(name, sw2, chi):
    """Half of the units lie far out on each side, where the slopes are what they tend to."""
    told = theory.phase(name, sw2)
    assert told.q == np.inf
    assert told.chi == pytest.approx(chi, rel=1e-9)
    if chi != 1:
        assert told.depth_scale == pytest.approx(-1 / np.log(chi), rel=1e-5)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "threshold"])
@pytest.mark.parametrize("sw2", [0.3, 1.0, 2.0, 4.0, 64.0])
def test_every_activation_has_a_finite_chi(name, sw2):
    assert 0 < theory.phase(name, sw2).chi < np.inf


def test_a_profile_worked_by_hand():
    """ReLU, three layers of 10 from 20 inputs, weights N(0, 1/fan_in): half is lost at each layer."""
    told = theory.profile("relu", "lecun_normal", 1.0, 3, 10, 20, mean_square=0.8)
    assert told.q == pytest.approx([0.8, 0.4, 0.2], rel=1e-5)
    assert told.log10_delta == pytest.approx([np.log10(0.25) / 2, np.log10(0.5) / 2, 0], abs=1e-9)
    # one example's weight gradient: rms z below times rms delta; z^2 = 0.8, 0.4, 0.2
    assert told.log10_gradient == pytest.approx([0, 0, 0], abs=1e-5)


def test_a_profile_agrees_with_wide_random_networks():
    """Four layers of 400, in plain NumPy."""
    rng, n, depth = np.random.default_rng(0), 400, 4
    W = [rng.standard_normal((n, n)) / sqrt(n) for _ in range(depth)]
    z, a = rng.standard_normal((50, n)), []
    for w in W:
        a.append(z @ w)
        z = np.tanh(a[-1])
    delta = rng.standard_normal((50, n)) * (1 - np.tanh(a[-1]) ** 2)
    sizes = [np.sqrt((delta**2).mean())]
    for layer in range(depth - 2, -1, -1):
        delta = delta @ W[layer + 1].T * (1 - np.tanh(a[layer]) ** 2)
        sizes.insert(0, np.sqrt((delta**2).mean()))
    told = theory.profile("tanh", "lecun_normal", 1.0, depth, n, n, 1.0)
    assert np.log10(sizes) - np.log10(sizes[-1]) == pytest.approx(told.log10_delta, abs=0.03)
    assert told.q[0] == pytest.approx(1.0) and told.q[1] == pytest.approx(
        (a[1] ** 2).mean(), rel=0.1
    )


@pytest.mark.parametrize(("name", "kappa"), [("identity", 2), ("relu", 5)])
def test_the_scatter_of_a_layer_by_hand(name, kappa):
    """E g'^4 = E g'^2 is 1 for the identity, 1/2 for ReLU: kappa = 3 / that - 1."""
    assert theory.scatter(name, 0.7) == pytest.approx(kappa)


def test_a_threshold_hands_nothing_down_that_could_scatter():
    assert np.isnan(theory.scatter("threshold", 1.0))


def test_the_scatter_of_a_network_adds_up_over_its_layers():
    told = theory.spread("relu", "he_normal", 1.0, 5, 40, 64, 1.0)
    assert told == pytest.approx(np.sqrt(4 * 5 / 40) / (2 * np.log(10)))
