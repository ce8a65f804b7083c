"""The sets of examples: what each holds, against the libraries and against hand-made facts."""

import random
import socket
from functools import cache

import numpy as np
import pytest
import torch
from sklearn import datasets as sklearn_datasets

from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.design.names import names_of

FROM_SKLEARN = ("digits", "breast_cancer", "wine", "iris", "diabetes")
FROM_PACKAGES = (*FROM_SKLEARN, "mnist_5k", "mnist_1d", "mnist_1d_published")
MADE_HERE = tuple(name for name in DATASETS if name not in FROM_PACKAGES)

SIZES = {  # examples, inputs, classes
    "digits": (1797, 64, 10),
    "breast_cancer": (569, 30, 2),
    "wine": (178, 13, 3),
    "iris": (150, 4, 3),
    "diabetes": (442, 10, 0),
    "mnist_5k": (5000, 784, 10),
    "mnist_1d": (5000, 40, 10),
    "mnist_1d_published": (5500, 40, 10),
    "xor": (1000, 2, 2),
    "xor_4": (4, 2, 2),
    "moons": (1000, 2, 2),
    "circles": (1000, 2, 2),
    "spirals": (1000, 2, 2),
    "blobs": (900, 2, 3),
    "checkerboard": (1600, 2, 2),
    "parity": (256, 8, 2),
    "ball": (1200, 8, 2),
    "sine": (1000, 1, 0),
    "sawtooth": (1000, 1, 0),
    "radial": (1600, 2, 0),
}
PICTURES = {"digits": (8, 8), "mnist_5k": (28, 28)}


def global_generators() -> tuple[bytes, ...]:
    numpy = np.random.get_state()
    return (
        repr(random.getstate()).encode(),
        repr((numpy[0], numpy[1].tobytes(), *numpy[2:])).encode(),
        torch.get_rng_state().numpy().tobytes(),
    )


@cache
def made(name: str) -> tuple[Dataset, bool]:
    """The dataset (the slow ones once), and whether the global generators were left alone."""
    random.seed(1), np.random.seed(2), torch.manual_seed(3)
    before = global_generators()
    return DATASETS[name](), global_generators() == before


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a dataset asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_is_finite_and_of_its_size(name):
    dataset, _ = made(name)
    n, inputs, classes = SIZES[name]
    assert dataset.name == name
    assert dataset.x.shape == (n, inputs)
    assert dataset.x.dtype == np.float64
    assert np.isfinite(dataset.x).all()
    assert dataset.shape == PICTURES.get(name, (inputs,))
    assert dataset.classes == classes
    assert dataset.title and dataset.source and "\n" not in dataset.title + dataset.source


@pytest.mark.parametrize("name", DATASETS)
def test_targets_are_labels_or_finite_values(name):
    dataset, _ = made(name)
    if dataset.classes:
        assert dataset.y.dtype == np.int64
        assert dataset.y.shape == (len(dataset.x),)
        assert np.unique(dataset.y).tolist() == list(range(dataset.classes))
    else:
        assert dataset.y.dtype == np.float64
        assert dataset.y.shape == (len(dataset.x), 1)
        assert np.isfinite(dataset.y).all() and np.ptp(dataset.y) > 0


@pytest.mark.parametrize("name", DATASETS)
def test_global_generators_are_left_alone(name):
    _, untouched = made(name)
    assert untouched


def test_global_generators_are_given_back_after_an_error(monkeypatch):
    import mnist1d.data

    def fail(_):
        random.seed(0), np.random.seed(0)
        raise RuntimeError

    monkeypatch.setattr(mnist1d.data, "make_dataset", fail)
    before = global_generators()
    with pytest.raises(RuntimeError):
        DATASETS["mnist_1d"]()
    assert global_generators() == before


@pytest.mark.parametrize("name", MADE_HERE)
def test_made_again_it_is_the_same_points(name):
    again = DATASETS[name]()
    assert np.array_equal(again.x, made(name)[0].x)
    assert np.array_equal(again.y, made(name)[0].y)


@pytest.mark.parametrize("name", MADE_HERE)
def test_classes_that_are_made_here_are_of_equal_size(name):
    dataset, _ = made(name)
    if dataset.classes:
        assert len(set(np.bincount(dataset.y))) == 1


@pytest.mark.parametrize("name", FROM_SKLEARN)
def test_bundled_sets_are_scikit_learns(name):
    x, y = getattr(sklearn_datasets, f"load_{name}")(return_X_y=True)
    dataset, _ = made(name)
    assert np.array_equal(dataset.x * (16 if name == "digits" else 1), x)
    assert np.array_equal(dataset.y.reshape(y.shape), y)


@pytest.mark.parametrize("name", ["mnist_5k", "mnist_1d"])
def test_the_digit_sets_have_500_of_each(name):
    assert np.bincount(made(name)[0].y).tolist() == [500] * 10


@pytest.mark.parametrize("name", PICTURES)
def test_pixels_are_between_0_and_1(name):
    x = made(name)[0].x
    assert (x.min(), x.max()) == (0, 1)


def test_mnist_1d_is_the_packages_own_of_seed_42():
    """Its training examples come first, and it was standardised as a whole."""
    x = made("mnist_1d")[0].x
    assert x.mean() == pytest.approx(0, abs=1e-8)
    assert x.std() == pytest.approx(1, abs=1e-8)


def test_the_published_parts_are_the_packages_own():
    """4000 and 1000 of its curves, and between them 500 that are none of them."""
    from mnist1d.data import get_dataset_args, make_dataset

    published, _ = made("mnist_1d_published")
    theirs = make_dataset(get_dataset_args())
    x, y = published.x, published.y
    np.testing.assert_allclose(x[:4000], theirs["x"], atol=1e-6)
    np.testing.assert_allclose(x[4500:], theirs["x_test"], atol=1e-6)
    assert np.array_equal(np.delete(y, range(4000, 4500)), [*theirs["y"], *theirs["y_test"]])
    assert len(np.unique(x, axis=0)) == 5500
    assert (published.watched, published.held_out) == (500, 1000)
    assert x[4000:4500].std() == pytest.approx(1, rel=0.05)


def test_xor_4_by_hand():
    dataset, _ = made("xor_4")
    assert dataset.x.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert dataset.y.tolist() == [0, 1, 1, 0]


def test_xor_labels_are_the_quadrants_but_for_the_noise():
    """P(beyond an axis) = P(N > 1 / 0.35) = 0.21 % for each axis: 4.3 of 1000 are expected."""
    dataset, _ = made("xor")
    wrong = np.sum((dataset.x.prod(axis=1) < 0) != dataset.y)
    assert 0 < wrong < 15


def test_parity_counts_the_minus_ones():
    dataset, _ = made("parity")
    assert np.array_equal(dataset.y, (dataset.x == -1).sum(axis=1) % 2)
    assert len(np.unique(dataset.x, axis=0)) == 2**8


def test_ball_is_decided_by_the_radius_alone():
    dataset, _ = made("ball")
    square = np.square(dataset.x).sum(axis=1)
    assert square[dataset.y == 1].max() < square[dataset.y == 0].min()


def test_checkerboard_is_decided_by_the_square():
    dataset, _ = made("checkerboard")
    column, row = np.floor(dataset.x).T
    assert np.array_equal(dataset.y, (column + row) % 2)
    assert {*column, *row} == {0, 1, 2, 3}


def test_circles_and_moons_and_spirals_are_where_they_should_be():
    circles, moons, spirals = (made(name)[0] for name in ("circles", "moons", "spirals"))
    radius = np.linalg.norm(circles.x, axis=1)
    assert np.mean((radius < 0.75) == circles.y) > 0.98
    upper = np.linalg.norm(moons.x[moons.y == 0], axis=1)
    lower = np.linalg.norm(moons.x[moons.y == 1] - [1, 0.5], axis=1)
    for distance in (upper, lower):  # a noisy circle of radius 1: mean 1 + 0.15^2 / 2
        assert distance.mean() == pytest.approx(1 + 0.15**2 / 2, abs=4 * 0.15 / np.sqrt(500))
        assert distance.std() == pytest.approx(0.15, rel=4 / np.sqrt(2 * 500))
    radius = np.linalg.norm(spirals.x, axis=1)
    assert 1 < radius.max() < 1 + 5 * 0.04
    turned = np.arctan2(*spirals.x.T[::-1]) - 3 * np.pi * radius - np.pi * spirals.y
    assert np.mean(np.cos(turned[radius > 0.3]) > 0) > 0.98


def test_blobs_are_nearest_to_their_own_centre():
    dataset, _ = made("blobs")
    centres = 4 * np.array([[1, 0], [-0.5, np.sqrt(0.75)], [-0.5, -np.sqrt(0.75)]])
    nearest = np.linalg.norm(dataset.x[:, None] - centres, axis=2).argmin(axis=1)
    assert np.mean(nearest == dataset.y) > 0.995


def test_regressions_by_hand():
    sine, sawtooth, radial = (made(name)[0] for name in ("sine", "sawtooth", "radial"))
    assert sine.x[0, 0] == pytest.approx(-0.999)
    assert sine.x[250 - 125, 0] == pytest.approx(-0.749)
    assert sine.y[125, 0] == pytest.approx(np.sin(2 * np.pi * -0.749))
    # Eight pieces of slope +-4 in x, between 0 and 1: up from x = -1 to -0.75, down to -0.5, ...
    assert sawtooth.y[:, 0] == pytest.approx(
        np.interp(sawtooth.x[:, 0], np.linspace(-1, 1, 9), [0, 1] * 4 + [0])
    )
    centre = np.abs(radial.x).max(axis=1) < 0.03
    assert centre.sum() == 4
    assert radial.y[centre, 0] == pytest.approx(np.exp(-2 * (0.025 / 0.3) ** 2))


def test_names_are_found_without_importing():
    assert names_of("dataset") == tuple(DATASETS)
