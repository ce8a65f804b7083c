"""The activations of compiled code, against torch's table and its autograd."""

import re

import numpy as np
import pytest
import torch
from numba import njit

from mlpstudy.core import activations as torchs
from mlpstudy.core.native import activations
from mlpstudy.core.native.activations import ACTIVATIONS
from mlpstudy.core.native.compiled import HOW

# By themselves, so that Python can call them.
activate = njit(**HOW)(activations.activate.py_func)
slopes = njit(**HOW)(activations.slopes.py_func)
KINDS = [np.float32, np.float64]
GRID = np.concatenate([np.linspace(-12, 12, 24_007), [1e-20, -1e-20, 1e-6, -1e-6, 0.0]])
EDGES = [-1.0, -0.5, 0.0, 0.5, 1.0]  # where a derivative may not exist


def _z(name, a):
    z = np.full_like(a, np.nan)
    activate(list(ACTIVATIONS).index(name), a, z)
    return z


def _slopes(name, a, z):
    delta = np.ones_like(a)
    slopes(list(ACTIVATIONS).index(name), a, z, delta)
    return delta


def _close(actual, expected):
    """To 1e-14 (float32: 5e-7), relative; of the largest value where torch cancels."""
    relative = 1e-14 if actual.dtype == np.float64 else 5e-7
    least = relative * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(actual, expected, rtol=relative, atol=least)


def test_both_engines_have_the_same_activations():
    assert list(ACTIVATIONS) == list(torchs.ACTIVATIONS)
    for name, shape in ACTIVATIONS.items():
        assert shape.slope == torchs.ACTIVATIONS[name].slope


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", torchs.ACTIVATIONS)
def test_outputs_are_those_of_torch(name, kind):
    a = GRID.astype(kind)
    _close(_z(name, a), torchs.ACTIVATIONS[name].g(torch.from_numpy(a)).numpy())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", torchs.ACTIVATIONS)
def test_slopes_are_those_of_torch(name, kind):
    a = GRID.astype(kind)
    z = torchs.ACTIVATIONS[name].g(torch.from_numpy(a))
    expected = torchs.ACTIVATIONS[name].dg(torch.from_numpy(a), z).numpy()
    _close(_slopes(name, a, z.numpy()), expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_the_derivatives(name):
    a = np.setdiff1d(GRID, EDGES)
    x = torch.tensor(a, requires_grad=True)
    z = torchs.ACTIVATIONS[name].g(x)
    expected = torch.autograd.grad(z.sum(), x)[0].numpy() if z.requires_grad else 0 * a
    _close(_slopes(name, a, _z(name, a)), expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_slope_is_above_the_steepest(name):
    steepest = np.abs(_slopes(name, GRID, _z(name, GRID))).max()
    assert steepest == pytest.approx(ACTIVATIONS[name].slope, rel=1e-4)


@pytest.mark.parametrize("name", ["tanh", "elu", "selu", "gelu", "silu", "softsign"])
def test_tiny_numbers_stay_tiny(name):
    """The output of a number of 1e-20 is its slope at 0 times the number."""
    a = np.array([1e-20, -1e-20], np.float32)
    z = _z(name, a)
    np.testing.assert_allclose(z, a * _slopes(name, a, z), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_not_finite_comes_out_as_from_torch(name, kind):
    """In float64: torch's gelu of infinity is NaN in float32."""
    a = np.array([np.inf, -np.inf, np.nan])
    expected = torchs.ACTIVATIONS[name].g(torch.from_numpy(a)).numpy()
    np.testing.assert_allclose(_z(name, a.astype(kind)), expected, rtol=2e-7)


@pytest.mark.parametrize("function", [activate, slopes])
def test_every_loop_is_vectorised_and_calls_nothing(function):
    """But the slope of the identity, which leaves no loop."""
    arrays = [np.ones(1, np.float32)] * (2 if function is activate else 3)
    function(0, *arrays)
    code = function.inspect_llvm(function.signatures[0])
    body = code[code.index("define") : code.index("\n}", code.index("define"))]
    assert set(re.findall(r"call [^@\n]*@(\w+)", body)) == {"llvm"}
    vectors = re.findall(r"^vector\.body\d*:", body, re.MULTILINE)
    assert len(vectors) == len(ACTIVATIONS) - (function is slopes)
