"""The error surface of tiny networks: slopes against the core, minima and twins by hand."""

import numpy as np
import pytest
import torch
from scipy.special import expit

from mlpstudy.analysis.slices import direction, losses
from mlpstudy.analysis.surface import Tiny, bent_down, flat_share, plane_through
from mlpstudy.core.costs import COSTS
from mlpstudy.core.network import Network
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run
from mlpstudy.rng import stream

X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
T = np.array([0.0, 1.0, 1.0, 0.0])


def _outputs(run, weights):
    """a of the core's network with given weights at X, (1, 4, n_out)."""
    network = Network([run], (2,), 2, dtype=torch.float64)
    for k, layer in enumerate(network.layers, start=1):
        layer.W[0].copy_(torch.from_numpy(weights[f"W{k}"]))
        layer.b[0, 0].copy_(torch.from_numpy(weights[f"b{k}"]))
    return network.forward(torch.from_numpy(X)[None])


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("cost", ["mse", "nll"])
def test_loss_by_hand(activation, cost, biases):
    tiny = Tiny(X, T, 2, activation, cost, biases, decay=0.1)
    theta = stream(1, "study").normal(size=tiny.size)
    W = np.array([theta[:2], theta[2:4]])  # a row for each unit
    b, v, c = (theta[4:6], theta[6:8], theta[8]) if biases else (0.0, theta[4:], 0.0)
    g = {"tanh": np.tanh, "sigmoid": expit}[activation]
    y = expit(g(X @ W.T + b) @ v + c)
    terms = {"mse": (y - T) ** 2, "nll": -np.log(np.where(T == 1, y, 1 - y))}[cost]
    expected = terms.mean() + 0.05 * (theta**2).sum()
    assert tiny.loss(theta) == pytest.approx([expected], rel=1e-14)


def test_points_of_several_stacks_are_those_of_one(monkeypatch):
    theta = stream(6, "study").normal(size=(7, 9))
    alone = np.concatenate([Tiny(X, T, 2).slope(p) for p in theta])
    assert np.array_equal(Tiny(X, T, 2).slope(theta), alone)
    monkeypatch.setattr("mlpstudy.analysis.surface.TOGETHER", 3)
    assert np.array_equal(Tiny(X, T, 2).slope(theta), alone)


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("cost", ["mse", "nll"])
def test_slope_against_central_differences(activation, cost, biases):
    tiny = Tiny(X, T, 3, activation, cost, biases, decay=0.01)
    theta = stream(2, "study").normal(size=(4, tiny.size))
    for p, slope in zip(theta, tiny.slope(theta), strict=True):
        step = 1e-6 * np.eye(tiny.size)
        assert slope == pytest.approx((tiny.loss(p + step) - tiny.loss(p - step)) / 2e-6, abs=1e-8)


def test_twins_are_the_same_function_and_one_minimum():
    tiny = Tiny(X, T, 2, "tanh", "nll")
    theta = stream(3, "study").normal(size=9)
    twins = tiny.twins(theta)
    assert len(twins) == 8  # 2 orders, 2 x 2 signs
    assert np.allclose(tiny.loss(twins), tiny.loss(theta))
    assert tiny.distinct(np.concatenate([twins, theta[None] + 1])) == [0, 8]
    assert len(Tiny(X, T, 2, "sigmoid").twins(theta)) == 2


def test_minima_of_a_surface_with_two():
    # One input, no biases: (w, v) and (-w, -v) are the same function, so one minimum has two places.
    x, t = np.array([[-2.0], [-1.0], [0.5], [1.0], [2.0]]), np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    tiny = Tiny(x, t, 1, "tanh", "nll", biases=False, decay=0.01)
    places, values = tiny.minima(stream(0, "study").normal(0, 2, (20, 2)))
    assert np.ptp(values) < 1e-8 and len(tiny.distinct(places)) == 1
    assert {tuple(np.sign(p)) for p in places} == {(1, 1), (-1, -1)}
    assert tiny.curvature(places[0]).min() > 0


def _places(x, t, seeds: int = 5):
    tiny = Tiny(np.array(x)[:, None], np.array(t), 1, "tanh", "nll", biases=False)
    return tiny, tiny.ends(stream(0, "study").normal(0, 1, (seeds, 2)), 1e-9)


def test_a_minimum_is_strict_where_the_classes_overlap():
    # Two of three are ones at x = 1, three of four at x = 2, and the mirror image below 0. With
    # v tanh(w) = ln 2 and v tanh(2w) = ln 3 both shares are met: tanh(w)^2 = 2 ln 2 / ln 3 - 1.
    above = {1.0: [1, 1, 0], 2.0: [1, 1, 1, 0]}
    x = [sign * at for sign in (1, -1) for at, ones in above.items() for _ in ones]
    t = [float(one == (sign > 0)) for sign in (1, -1) for ones in above.values() for one in ones]
    tiny, ends = _places(x, t)
    assert len(ends) and all(map(tiny.is_strict, ends))
    tanh_w = np.sqrt(2 * np.log(2) / np.log(3) - 1)
    place = [np.arctanh(tanh_w), np.log(2) / tanh_w]
    np.testing.assert_allclose(np.abs(ends), np.tile(place, (len(ends), 1)), rtol=1e-5)


def test_where_the_classes_part_the_loss_only_levels_off():
    tiny, ends = _places([-2.0, -1, 1, 2], [0.0, 0, 1, 1])
    assert len(ends) and not any(map(tiny.is_strict, ends))
    assert tiny.loss(ends).max() < 1e-6 and np.abs(ends).max(1).min() > 5


def test_descent_follows_the_slope():
    tiny = Tiny(X, T, 2)
    start = stream(4, "study").normal(size=9)
    path = tiny.descend(start, 0.5, 2)
    assert path.shape == (3, 1, 9)
    assert np.allclose(path[1] - path[0], -0.5 * tiny.slope(start))


def test_flat_share():
    assert flat_share(np.array([[3.0, 4.0], [0.04, 0.0], [0.0, 1.0], [0.0, 0.0]]), 0.01) == 0.5


def test_plane_through_three_places():
    a, b, c = np.array([[0.0, 0, 0], [2, 0, 0], [1, 3, 0]])
    origin, axes = plane_through(a, b, c)
    assert np.allclose(axes, [[1, 0, 0], [0, 1, 0]]) and np.allclose(origin, a)


def test_a_bowl_is_convex_and_a_saddle_is_not():
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    assert bent_down(x**2 + 2 * y**2) == 0
    assert bent_down(x**2 - y**2) == 1
    assert bent_down(np.where(x < 0, x**2, -(x**2)) + y**2) == pytest.approx(3.5 / 7, abs=0.1)


def test_filter_normalised_slices():
    run = Run(dataset="xor_4", depth=2, width=4, activation="tanh", cost="binary_nll")
    rng = stream(5, "study")
    shapes = {"W1": (2, 4), "b1": (4,), "W2": (4, 4), "b2": (4,), "W3": (4, 1), "b3": (1,)}
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    axes = direction(weights, rng), direction(weights, rng)
    for name, d in axes[0].items():
        own = 0 if name.startswith("b") else np.linalg.norm(weights[name], axis=0)
        assert np.linalg.norm(d, axis=0) == pytest.approx(own, rel=1e-6)
    target = np.eye(2, dtype=np.float32)[T.astype(int)]
    part = Part(X.astype(np.float32), target, T.astype(int))
    steps = np.array([-0.5, 0.0, 1.0])
    found = losses(run, weights, axes, steps, part, (2,), 2)
    for row, up in enumerate(steps):
        for column, across in enumerate(steps):
            there = {n: weights[n] + across * axes[0][n] + up * axes[1][n] for n in weights}
            a = _outputs(run, there)
            expected = COSTS["binary_nll"].loss(a, torch.from_numpy(T)[None, :, None]).item()
            assert found[row, column] == pytest.approx(expected, rel=1e-4)
