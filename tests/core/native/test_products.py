"""Products of tiles against exact sums, for every shape of what is left over."""

from fractions import Fraction

import numpy as np
import pytest

from mlpstudy.core.native import products
from mlpstudy.core.native.compiled import entry
from mlpstudy.core.native.layout import rows_of, zeros
from mlpstudy.core.native.products import up

TYPES = (np.float32, np.float64)


@entry
def product(W, across, along, z, K, a, rows, stride, used):
    products.product(W, 0, across, along, z, 0, K, a, 0, rows, stride, used)


@entry
def gradient(z, stride, delta, room, B, dW, rows, add):
    products.gradient(z, 0, stride, delta, room, B, dW, 0, rows, add)


@entry
def turned(d, n, stride, used, lines, out):
    products.turned(d, n, stride, used, lines, out)


@entry
def taken(x, wide, n, starts, out, stride):
    products.taken(x, wide, n, starts, out, 0, stride)


def eighths(shape, dtype, seed=0) -> np.ndarray:
    """Numbers whose products and sums are exact."""
    return (np.random.default_rng(seed).integers(-64, 65, shape) / 8).astype(dtype)


def aligned(array: np.ndarray) -> np.ndarray:
    flat = zeros(array.size, array.dtype)
    flat[:] = array.ravel()
    return flat


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("used", [16, 32, 48, 64])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 8, 13, 21])
def test_a_product_is_exact(rows, used, dtype):
    """Of W (K, room) forth and back: a = W' z, and d = W a."""
    K, stride, room = 11, 64, up(rows)
    W, z = eighths((K, room), dtype), eighths((K, stride), dtype, 1)
    a = zeros(rows * stride, dtype)
    product(aligned(W), 1, room, aligned(z), K, a, rows, stride, used)
    np.testing.assert_array_equal(a.reshape(rows, stride)[:, :used], W[:, :rows].T @ z[:, :used])
    assert not a.reshape(rows, stride)[:, used:].any()
    back = zeros(K * stride, dtype)
    product(aligned(W), room, 1, a, rows, back, K, stride, used)
    expected = W[:, :rows] @ a.reshape(rows, stride)[:, :used]
    np.testing.assert_array_equal(back.reshape(K, stride)[:, :used], expected)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("room", [16, 32, 48])
@pytest.mark.parametrize("rows", [1, 2, 4, 7, 8, 9, 13, 17])
@pytest.mark.parametrize("B", [1, 7, 64])
def test_a_gradient_is_exact_and_adds_up(B, rows, room, dtype):
    stride = up(B)
    z, delta = eighths((rows, stride), dtype), eighths((stride, room), dtype, 1)
    dW = zeros(rows * room, dtype)
    for add in (0, 1):
        gradient(aligned(z), stride, aligned(delta), room, B, dW, rows, add)
        expected = (1 + add) * (z[:, :B] @ delta[:B])
        np.testing.assert_array_equal(dW.reshape(rows, room), expected)


def single(exact: Fraction) -> np.float32:
    """The float32 number next to an exact one; of two that are as near, the even one."""
    near = np.float32(float(exact))
    around = [np.nextafter(near, np.float32(s * np.inf)) for s in (-1, 1)]
    return min(
        [near, *around],
        key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.int32)) & 1),
    )


@pytest.mark.parametrize("rows", [1, 5, 8])
def test_a_sum_runs_from_the_first_on_and_rounds_once_for_each_product(rows):
    """The specification of the bits, in exact arithmetic."""
    K, stride = 9, 32
    drawn = np.random.default_rng(2)
    W = drawn.standard_normal((K, 16)).astype(np.float32)
    z = drawn.standard_normal((K, stride)).astype(np.float32)
    a = zeros(rows * stride)
    product(aligned(W), 1, 16, aligned(z), K, a, rows, stride, stride)
    for o in range(rows):
        for b in range(0, stride, 5):
            total = np.float32(0)
            for k in range(K):
                terms = [Fraction(float(x)) for x in (W[k, o], z[k, b], total)]
                total = single(terms[0] * terms[1] + terms[2])
            assert a[o * stride + b] == total


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("n", [1, 15, 16, 17, 40])
def test_delta_is_turned_about(n, dtype):
    stride, used, room = 64, 48, up(n)
    d = eighths((room, stride), dtype)
    out = zeros(room * stride, dtype)
    turned(aligned(d), n, stride, used, np.arange(room) * stride, out)
    rows = out.reshape(stride, room)
    np.testing.assert_array_equal(rows[:used, :n], d[:n, :used].T)
    assert not rows[:, n:].any()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("n", [1, 7, 8, 16, 30])
def test_examples_are_taken_in_their_order(n, dtype):
    N, stride = 20, 32
    x, wide = eighths((N, n), dtype), up(n)
    order = np.random.default_rng(3).integers(0, N + 1, stride)
    out = zeros(wide * stride, dtype)
    taken(rows_of(x, dtype), wide, n, order * wide, out, stride)
    with_empty = np.vstack([x, np.zeros((1, n), dtype)])
    np.testing.assert_array_equal(out.reshape(wide, stride)[:n], with_empty[order].T)
