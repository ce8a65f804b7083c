"""Deep linear networks: autograd as the oracle, closed solutions of the law, and whitening."""

import numpy as np
import pytest
import torch

from mlpstudy.analysis import deep_linear as dl
from mlpstudy.rng import stream


def test_a_step_is_the_gradient_of_the_cost():
    rng = stream(0, "study")
    x = dl.whitened(rng.normal(size=(50, 6)), 4)
    y = rng.normal(size=(50, 3))
    W = dl.at_random([4, 5, 5, 3], 0.5, [rng])
    after = dl.descend(W, y.T @ x / len(x), 0.1, 1, 1)
    ours = [torch.tensor(w[0], requires_grad=True) for w in W]
    out = torch.tensor(x).T
    for w in ours:
        out = w @ out
    (0.5 * (torch.tensor(y).T - out).square().sum() / len(x)).backward()
    moved = [w.detach() - 0.1 * w.grad for w in ours]
    assert np.allclose(after[1, 0], (moved[2] @ moved[1] @ moved[0]).numpy())


def test_the_law_has_its_known_solutions():
    s, times, start = np.array([1.0, 0.4]), np.linspace(0, 8, 30), 0.01
    one = s + (start - s) * np.exp(-times[:, None])
    assert np.allclose(dl.strengths(s, 1, start, times), one, atol=1e-6)
    grown = np.exp(2 * s * times[:, None])
    two = s * grown / (grown - 1 + s / start)
    assert np.allclose(dl.strengths(s, 2, start, times), two, atol=1e-6)


@pytest.mark.parametrize("matrices", [1, 2, 3])
def test_networks_started_on_the_modes_follow_the_law(matrices):
    rng = stream(1, "study")
    x = dl.whitened(rng.normal(size=(60, 7)), 5)
    y = x[:, :3] @ rng.normal(size=(3, 4)) + 0.1 * rng.normal(size=(60, 4))
    U, s, V = dl.modes(x, y)
    C = U @ np.diag(s) @ V.T
    W = [w[None] for w in dl.on_modes(U, V, matrices, 0.01, rng)]
    kept = dl.descend(W, C, 0.002, 4000, 400)[:, 0]
    seen = np.einsum("or,toi,ir->tr", U, kept, V)
    times = 0.002 * np.arange(0, 4001, 400)
    assert np.allclose(seen, dl.strengths(s, matrices, 0.01, times), atol=3e-3)


def test_whitened_inputs():
    x = stream(2, "study").normal(size=(40, 3)) @ np.diag([5, 1, 0.2])
    z = dl.whitened(np.column_stack([x, x[:, 0]]), 10)
    assert z.shape == (40, 3) and np.allclose(z.T @ z / 40, np.eye(3))


def test_product_of_layers():
    W = [np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])]
    # x -> (x + 5, 2 x + 6) -> 3 (x + 5) + 4 (2 x + 6) + 7
    one, bias = dl.product(W, [np.array([5.0, 6.0]), np.array([7.0])])
    assert one.tolist() == [[11.0]] and bias.tolist() == [46.0]


def test_when():
    values, times = np.array([0.0, 1.0, 3.0]), np.array([0.0, 10.0, 20.0])
    assert dl.when(values, times, 2) == 15 and dl.when(values, times, 4) == np.inf
    assert dl.when(values, times, 0) == 0


def test_half_times_are_those_of_the_law():
    s, start = np.array([1.0, 0.4]), np.array([[0.01, 0.3]])
    times = np.linspace(0, 8, 4001)
    law = [dl.strengths(s[[k]], 2, start[0, k], times)[:, 0] for k in (0, 1)]
    halves = [dl.when(law[k], times, s[k] / 2) for k in (0, 1)]
    assert halves[1] == 0  # it starts beyond its half
    assert dl.half_times(s, start)[0] == pytest.approx(halves, abs=1e-4)


def test_modes_of_two_small_random_matrices_are_learned_when_saxe_says():
    s, rng = np.array([1.0, 0.6]), stream(2, "study")
    U, V = (np.linalg.qr(rng.normal(size=(n, 2)))[0] for n in (3, 4))
    W = dl.at_random([4, 6, 3], 1e-6, [rng, stream(3, "study")])
    w1, w2 = W[0][1] @ V[:, 0], W[1][1].T @ U[:, 0]
    started = dl.started(W, U, V)
    assert started[1, 0] == pytest.approx(np.sum((w1 + w2) ** 2) / 4)
    kept = dl.descend(W, U * s @ V.T, 0.01, 2500, 1)
    seen = np.einsum("or,tkoi,ir->tkr", U, kept, V)
    times = 0.01 * np.arange(len(kept))
    found = [[dl.when(seen[:, k, m], times, s[m] / 2) for m in (0, 1)] for k in (0, 1)]
    assert np.allclose(found, dl.half_times(s, started), rtol=0.02)
