"""The slips in the lecture's slides: each row of its errata, tested.

Gradients are checked against central differences on the slide's own network: two inputs, two
hidden units, one output, all logistic, squared cost.
"""

import ast

import numpy as np
import pytest
import torch

from mlpstudy.rng import stream

RNG = stream(0, "study")
X, Y = np.array([0.7, -1.2]), 0.2
W1, W2 = RNG.normal(size=(2, 2)), RNG.normal(size=2)


def g(a):
    return 1 / (1 + np.exp(-a))


def dg(a):
    return g(a) * (1 - g(a))


def cost_of_hidden(a):
    """The cost as a function of the activations of the hidden units."""
    return (g(W2 @ g(a)) - Y) ** 2


def cost_of_output(a):
    """The cost as a function of the activation of the output."""
    return (g(a) - Y) ** 2


def differences(f, at, step=1e-6):
    """The gradient of f by central differences; its error is about 1e-10 here."""
    at = np.asarray(at, dtype=float)
    steps = np.eye(at.size) * step
    slopes = [(f(at + s.reshape(at.shape)) - f(at - s.reshape(at.shape))) for s in steps]
    return np.reshape(slopes, at.shape) / (2 * step)


HIDDEN = W1 @ X
OUTPUT = float(W2 @ g(HIDDEN))


@pytest.mark.parametrize("y", [-1, 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_perceptron_gradient(y, sign):
    w = sign * np.array([0.4, -0.3])
    measured = differences(lambda w: max(0.0, -(w @ X) * y), w)
    np.testing.assert_allclose(measured, 0 * X if y * (w @ X) > 0 else -y * X, atol=1e-8)


def test_derivative_of_the_cell_itself():
    above = differences(cost_of_output, OUTPUT)
    measured = differences(cost_of_hidden, HIDDEN)
    np.testing.assert_allclose(measured, dg(HIDDEN) * W2 * above, rtol=1e-6)
    assert not np.allclose(measured, dg(OUTPUT) * W2 * above, rtol=1e-2)


def test_sign_of_delta():
    slide = dg(OUTPUT) * (Y - g(OUTPUT))
    eta = 1e-2
    assert cost_of_output(OUTPUT - eta * slide) > cost_of_output(OUTPUT)
    assert cost_of_output(OUTPUT + eta * slide) < cost_of_output(OUTPUT)


def test_factor_two():
    measured = differences(cost_of_output, OUTPUT)
    np.testing.assert_allclose(measured, 2 * dg(OUTPUT) * (g(OUTPUT) - Y), rtol=1e-6)


def test_input_is_the_output_below():
    delta = differences(cost_of_output, OUTPUT)
    measured = differences(lambda w: cost_of_output(w @ g(HIDDEN)), W2)
    np.testing.assert_allclose(measured, delta * g(HIDDEN), rtol=1e-6)
    assert not np.allclose(measured, delta * HIDDEN, rtol=1e-2)


def test_target_out_of_reach():
    outputs = g(np.array([-700.0, -30.0, 0.0, 30.0, 700.0]))
    assert outputs.min() >= 0 and outputs.max() <= 1
    assert ((outputs - -1) ** 2).min() >= 1  # the cost that is always left


def test_shape_of_w():
    d, above = 3, 2
    z = np.ones(d)
    assert (np.ones((above, d)) @ z).shape == (above,)
    with pytest.raises(ValueError, match="mismatch"):
        np.ones((d, above)) @ z


def test_shifted_indices():
    weights = {1: np.diag([1.0, 2.0]), 2: np.array([[0.0, 1.0], [1.0, 1.0]])}
    z0 = np.array([1.0, 1.0])
    z1 = weights[1] @ z0  # z^k = W^k z^(k-1)
    by_the_first = weights[2] @ z1
    by_the_second = weights[1] @ z1  # z^(k+1) = W^k z^k
    assert not np.allclose(by_the_first, by_the_second)


def test_transposed_difference():
    a, b = torch.zeros(5, 1), torch.zeros(5)
    assert (a.t() - b).shape == (1, 5)
    assert (a - b).shape == (5, 5)


def test_random_excludes_its_end():
    drawn = torch.zeros(10_000).random_(10, 15, generator=torch.Generator().manual_seed(0))
    assert sorted(set(drawn.tolist())) == [10, 11, 12, 13, 14]


def test_parenthesis():
    line = "print(torch.tensor([[1.,2.,3.],[2.,3,4.]])"
    with pytest.raises(SyntaxError, match="never closed"):
        ast.parse(line)
    ast.parse(line + ")")


def test_name_of_the_data():
    line = "data_x, data_y = ...\nyhat = (x @ w.T) + b"
    names = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)]
    given = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    assert "x" in read - given and "data_x" in given - read
