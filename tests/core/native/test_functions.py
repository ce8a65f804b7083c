"""The elementary functions of compiled code, against NumPy and SciPy in float64 and mpmath."""

import hashlib
import math
import re

import mpmath
import numpy as np
import pytest
import scipy.special
from numba import njit

from mlpstudy.core.native import functions
from mlpstudy.core.native.compiled import HOW

INF, NAN = math.inf, math.nan


def _over(function):
    @njit(**HOW)
    def over(x, z):
        for i in range(x.size):
            z[i] = function(x[i])

    return over


def _exact_sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


# The largest error of float32 and of float64, in units of the last place.
# fmt: off
FUNCTIONS = {
    "exp": (np.exp, mpmath.exp, 1.0, 1.0),
    "expm1": (np.expm1, mpmath.expm1, 1.5, 1.7),
    "log": (np.log, mpmath.log, 0.9, 0.9),
    "log1p": (np.log1p, mpmath.log1p, 1.5, 1.5),
    "tanh": (np.tanh, mpmath.tanh, 2.3, 2.3),
    "sigmoid": (scipy.special.expit, _exact_sigmoid, 2.3, 2.3),
    "erf": (scipy.special.erf, mpmath.erf, 1.2, 1.5),
}
# fmt: on
LOOPS = {name: _over(getattr(functions, name)) for name in [*FUNCTIONS, "normal_quantile"]}
BELOW_ONE = _over(functions.exp_below_one)


def _of(name, values, kind=np.float32):
    x = np.array(values, kind)
    z = np.full_like(x, NAN)
    LOOPS[name](x, z)
    return z


def _numbers():
    """Numbers of float32 of every size, subnormal ones included, and more where functions bend."""
    every = np.arange(0, 2**32, 7919, dtype=np.uint64).astype(np.uint32).view(np.float32)
    sizes = [np.linspace(0, end, 200_001, dtype=np.float32) for end in (1, 20, 105)]
    return np.concatenate([every, *sizes, *(-size for size in sizes)])


@pytest.fixture(scope="module", params=FUNCTIONS)
def name(request):
    return request.param


def test_float32_over_the_whole_range(name):
    exact, _, most, _ = FUNCTIONS[name]
    x = _numbers()
    z = _of(name, x)
    with np.errstate(all="ignore"):
        expected = exact(x.astype(np.float64))
        rounded = expected.astype(np.float32)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(z[~finite], rounded[~finite])
    unit = np.spacing(np.abs(rounded[finite])).astype(np.float64)
    assert (np.abs(z[finite] - expected[finite]) / unit).max() <= most
    numbers = ~np.isnan(rounded)
    np.testing.assert_array_equal(np.signbit(z[numbers]), np.signbit(rounded[numbers]))


def test_float64_at_a_sample(name):
    _, exact, _, most = FUNCTIONS[name]
    draws = np.random.default_rng(0)
    sizes = np.exp(draws.uniform(-700, 6.5, 400))
    x = np.concatenate([sizes, -sizes, draws.uniform(-6, 6, 800)])
    z = _of(name, x, np.float64)
    finite = np.isfinite(z)
    assert finite.sum() > 800 if name in ("log", "log1p") else finite.mean() > 0.9
    with mpmath.workdps(40):
        for number, value in zip(x[finite], z[finite], strict=True):
            expected = exact(mpmath.mpf(float(number)))
            unit = mpmath.mpf(float(np.spacing(abs(float(expected)))))
            assert abs(mpmath.mpf(float(value)) - expected) / unit <= most, number


SPECIAL = [
    ("exp", [0.0, -0.0, INF, -INF, NAN, 1000, -1000], [1, 1, INF, 0, NAN, INF, 0]),
    ("expm1", [0.0, -0.0, INF, -INF, NAN, 1000, -1000], [0.0, -0.0, INF, -1, NAN, INF, -1]),
    ("log", [1, 0.0, -0.0, INF, -INF, NAN, -1], [0.0, -INF, -INF, INF, NAN, NAN, NAN]),
    ("log1p", [0.0, -0.0, -1, INF, -INF, NAN, -2], [0.0, -0.0, -INF, INF, NAN, NAN, NAN]),
    ("tanh", [0.0, -0.0, INF, -INF, NAN, 100, -100], [0.0, -0.0, 1, -1, NAN, 1, -1]),
    ("sigmoid", [0.0, -0.0, INF, -INF, NAN, 800], [0.5, 0.5, 1, 0, NAN, 1]),
    ("erf", [0.0, -0.0, INF, -INF, NAN, 100, -100], [0.0, -0.0, 1, -1, NAN, 1, -1]),
    ("normal_quantile", [0.5, 0.0, 1, NAN, -1, 2], [0.0, -INF, INF, NAN, NAN, NAN]),
]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "x", "expected"), SPECIAL, ids=[row[0] for row in SPECIAL])
def test_special_values(name, x, expected, kind):
    z = _of(name, x, kind)
    np.testing.assert_array_equal(z, np.array(expected, kind))
    zero = z == 0
    np.testing.assert_array_equal(np.signbit(z[zero]), np.signbit(np.array(expected)[zero]))


@pytest.mark.parametrize("name", ["expm1", "log1p", "tanh"])
@pytest.mark.parametrize(
    ("kind", "tiny"), [(np.float32, [1e-9, 1e-20, 1e-38, 1e-45]), (np.float64, [1e-17, 5e-324])]
)
def test_tiny_arguments_are_kept(name, kind, tiny):
    x = np.array([*tiny, *(-size for size in tiny)], kind)
    np.testing.assert_array_equal(_of(name, x, kind), x)


def test_exp_underflows_gradually():
    smallest = np.finfo(np.float32).smallest_subnormal
    assert _of("exp", [-103.2])[0] == smallest
    assert _of("sigmoid", [-103.2])[0] == smallest


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_exp_of_what_is_not_positive_has_the_same_bits(kind):
    with np.errstate(invalid="ignore"):  # some of them are NaN
        numbers = _numbers().astype(kind)
    x = -np.abs(np.concatenate([numbers, np.linspace(0, 760, 100_001, dtype=kind)]))
    z = np.full_like(x, 2)
    BELOW_ONE(x, z)
    assert np.array_equal(z, _of("exp", x, kind), equal_nan=True)
    assert np.isnan(z).sum() == np.isnan(x).sum() > 0


def test_normal_quantile_inverts_the_distribution():
    """Down to the smallest float32; 1 - u is exact where u is above a half."""
    small = np.exp(np.linspace(math.log(2e-45), math.log(0.5), 100_001)).astype(np.float32)
    for u in (small, 1 - small[small > 1e-7]):
        expected = scipy.special.ndtri(u.astype(np.float64))
        z = _of("normal_quantile", u)
        np.testing.assert_allclose(z[u != 0.5], expected[u != 0.5], rtol=5e-7)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("name", LOOPS)
def test_a_number_alone_has_the_bits_of_one_among_many(name, kind):
    x = np.random.default_rng(1).uniform(0.01, 0.99, 101).astype(kind)
    alone = np.concatenate([_of(name, [number], kind) for number in x])
    assert _of(name, x, kind).tobytes() == alone.tobytes()


# Of the results for numbers of every size, in float32 and in float64: the same on every machine.
BITS = {
    "exp": "c19bd3b6308a783e",
    "expm1": "0b96d2f595cbb43c",
    "log": "2305318d39355b3a",
    "log1p": "82f5dfa71d79cad4",
    "tanh": "f86ffa8a014b5c81",
    "sigmoid": "ce193a5154b1f70f",
    "erf": "2481866d1bf2919b",
    "normal_quantile": "c60595f6aab5045b",
}


@pytest.mark.parametrize("name", LOOPS)
def test_bits_are_those_of_every_machine(name):
    digest = hashlib.sha256()
    for kind, whole, step in ((np.float32, np.uint32, 70_001), (np.float64, np.uint64, 2**48 - 59)):
        patterns = np.arange(0, 2 ** (8 * whole().itemsize), step, dtype=np.uint64)
        z = _of(name, patterns.astype(whole).view(kind), kind)
        digest.update(z[~np.isnan(z)].tobytes())
    assert digest.hexdigest()[:16] == BITS[name]


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_is_vectorised_and_calls_nothing(name):
    _of(name, [0.5])
    [signature] = (each for each in LOOPS[name].signatures if "float32" in str(each))
    code = LOOPS[name].inspect_llvm(signature)
    loop = code[code.index("define") : code.index("\n}", code.index("define"))]
    assert re.search(r"fma\.v\d+f32", loop)
    assert set(re.findall(r"call [^@\n]*@(\w+)", loop)) == {"llvm"}


def test_only_compiled_code_may_call_them():
    with pytest.raises(TypeError, match="tanh is for compiled code"):
        functions.tanh(0.5)
