"""Pieces of ReLU networks against brute force, Zaslavsky's formula and constructions."""

import numpy as np
import pytest

from mlpstudy.analysis import linear_pieces as lp
from mlpstudy.rng import stream


def _forward(layers, x):
    for W, b in layers[:-1]:
        x = np.maximum(x @ W + b, 0)
    return x @ layers[-1][0] + layers[-1][1]


def test_absolute_value_has_two_pieces():
    # |x| = relu(x) + relu(-x)
    layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.array([[1.0], [1.0]]), np.zeros(1))]
    assert lp.pieces(layers, -1, 1) == 2
    assert lp.pieces(layers, 0.5, 1) == 1


def test_bends_that_cancel_are_no_pieces():
    # relu(x) - relu(-x) = x
    layers = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.array([[1.0], [-1.0]]), np.zeros(1))]
    assert lp.pieces(layers, -1, 1) == 1


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_corners_tell_the_whole_function(depth):
    layers = lp.random_network(1, 9, depth, stream(depth, "study"))
    x, y = lp.corners(layers, -2, 2)
    between = np.linspace(-2, 2, 4001)
    assert np.allclose(np.interp(between, x, y[:, 0]), _forward(layers, between[:, None])[:, 0])


@pytest.mark.parametrize("depth", [1, 3])
def test_pieces_against_changes_of_the_pattern_on_a_fine_grid(depth):
    layers = lp.random_network(1, 7, depth, stream(1, "study"))
    z, on = np.linspace(-2, 2, 400_001)[:, None], []
    for W, b in layers[:-1]:
        z = np.maximum(z @ W + b, 0)
        on.append(z > 0)
    patterns = np.concatenate(on, 1)
    changes = (patterns[1:] != patterns[:-1]).any(1).sum()
    assert lp.corners(layers, -2, 2)[0].size - 1 == changes + 1


@pytest.mark.parametrize(("folds", "depth"), [(2, 1), (2, 6), (3, 3), (5, 2)])
def test_zigzag_has_the_pieces_of_its_construction(folds, depth):
    layers = lp.zigzag(folds, depth)
    assert lp.pieces(layers, 0, 1) == folds**depth
    x = np.arange(folds**depth + 1) / folds**depth
    assert np.allclose(_forward(layers, x[:, None])[:, 0], np.arange(len(x)) % 2)


def test_lines_in_general_position():
    layers = lp.random_network(2, 6, 1, stream(0, "study"))
    # On a window that holds all crossings: 1 + 6 + 15.
    assert len(lp.regions(layers, lp.square(1e4))) == lp.most_pieces_shallow(6, 2) == 22


def test_regions_cover_the_window_and_give_the_outputs():
    layers = lp.random_network(2, 6, 3, stream(5, "study"))
    found = lp.regions(layers, lp.square(2))
    area = 0.0
    for polygon, A in found:
        x, y = polygon.T
        area += np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2
        middle = polygon.mean(0)
        assert np.allclose(np.append(middle, 1) @ A, _forward(layers, middle[None])[0])
    assert area == pytest.approx(16)
    assert len(found) <= lp.most_pieces_deep(6, 3, 2)


def test_regions_on_a_line_are_those_of_a_thin_window():
    # A thin strip along x2 = 0 has the pieces of the network restricted to it, not fewer.
    layers = lp.random_network(2, 5, 2, stream(6, "study"))
    strip = np.array([[-2, -1e-6], [2, -1e-6], [2, 1e-6], [-2, 1e-6]])
    line = [(layers[0][0][:1], layers[0][1]), *layers[1:]]
    assert len(lp.regions(layers, strip)) == lp.corners(line, -2, 2)[0].size - 1


def test_expected_pieces_of_wide_networks():
    for depth in (1, 3):
        counted = [
            lp.corners(lp.random_network(1, 100, depth, stream(s, "study")), -1, 1)[0].size - 1
            for s in range(40)
        ]
        expected = lp.expected_pieces(100, depth, 1)
        error = np.std(counted) / np.sqrt(len(counted))
        assert abs(np.mean(counted) - expected) < 4 * error + 0.02 * expected


def test_bounds():
    assert lp.most_pieces_shallow(5) == 6
    assert lp.most_pieces_deep(5, 2) == 36
    assert lp.montufar(5, 2) == 30 and lp.montufar(4, 2, 2) == 2**2 * 11


@pytest.mark.parametrize(("width", "depth", "near"), [(12, 1, 0.0), (24, 3, 0.05)])
def test_expected_regions(width, depth, near):
    counted = [
        len(lp.regions(lp.random_network(2, width, depth, stream(s, "study")), lp.square(1.5)))
        for s in range(60 if depth == 1 else 8)
    ]
    expected = lp.expected_regions(width, depth, 1.5)
    error = np.std(counted, ddof=1) / np.sqrt(len(counted))
    assert abs(np.mean(counted) - expected) < 4 * error + near * expected


@pytest.mark.parametrize(("folds", "depth"), [(2, 1), (2, 3), (3, 2)])
def test_zigzag_of_the_plane_has_the_squares_of_its_construction(folds, depth):
    layers = lp.zigzag_plane(folds, depth)
    window = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
    assert len(lp.regions(layers, window)) == folds ** (2 * depth)
    x = np.array([[0.5 / folds**depth, 0.0], [1.0, 1 / folds**depth]])
    along = [_forward(lp.zigzag(folds, depth), x[:, i : i + 1]) for i in (0, 1)]
    assert np.allclose(_forward(layers, x), along[0] + along[1])


def test_a_plane_through_three_points():
    layers = lp.random_network(5, 6, 2, stream(3, "study"))
    points = stream(4, "study").normal(size=(3, 5))
    origin, axes, at = lp.plane_of(points)
    assert np.allclose(axes @ axes.T, np.eye(2)) and np.allclose(origin + at @ axes, points)
    assert np.allclose(_forward(lp.on_plane(layers, origin, axes), at), _forward(layers, points))


def test_patterns_on_a_line_through_inputs():
    # |x1| of (-1, 0) to (3, 0): one bend, at a quarter of the way
    layers = [(np.array([[1.0, -1.0], [0.0, 0.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    line = lp.on_line(layers, np.array([-1.0, 0.0]), np.array([3.0, 0.0]))
    assert lp.patterns(line, 0, 1) == 2
    assert lp.corners(line, 0, 1)[0] == pytest.approx([0, 0.25, 0.25, 1])  # of both units
    mute = [*line[:-1], (np.zeros((2, 1)), np.zeros(1))]  # no output shows it
    assert (lp.pieces(mute, 0, 1), lp.patterns(mute, 0, 1)) == (1, 2)


@pytest.mark.parametrize("depth", [1, 3])
def test_expected_patterns_of_wide_networks(depth):
    start, end = np.eye(8)[:2]
    assert lp.expected_patterns(10, start, end) == pytest.approx(6)  # a right angle: half of them
    counted = []
    for number in range(40):
        layers = lp.random_network(8, 150, depth, stream(number, "study"), bias=0.0)
        counted.append(lp.patterns(lp.on_line(layers, start, end), 0, 1))
    assert np.mean(counted) == pytest.approx(
        lp.expected_patterns(150 * depth, start, end), rel=0.05
    )
