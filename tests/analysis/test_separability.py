"""Separability, Cover's count and Novikoff's bound, on cases worked by hand; the rule against the core."""

import numpy as np
import pytest
import torch

from mlpstudy.analysis import separability as sep
from mlpstudy.core.costs import COSTS
from mlpstudy.rng import stream

SQUARE = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])


def test_a_neuron_separates_and_but_not_xor():
    x = sep.with_one(SQUARE)
    assert sep.separable(x, np.array([-1, -1, -1, 1]))
    assert not sep.separable(x, np.array([-1, 1, 1, -1]))


def test_cover_against_all_labellings_of_five_points():
    x = stream(0, "study").normal(size=(5, 2))
    labellings = np.array(np.meshgrid(*[[-1, 1]] * 5)).reshape(5, -1).T
    can = [sep.separable(x, s) for s in labellings]
    # 2 (binom(4, 0) + binom(4, 1)) = 10 of 32
    assert sum(can) == 10 and sep.cover(5, 2) == 10 / 32


def test_cover_is_a_half_at_two_points_per_weight():
    assert [sep.cover(2 * d, d) for d in (1, 3, 11)] == [0.5] * 3
    assert sep.cover(3, 3) == 1


def test_widest_margin():
    # Two points on either side of x_1 = 0: the margin is the distance 2, whatever x_2 is.
    x = np.array([[2.0, 5.0], [-2.0, 5.0], [3.0, 0.0]])
    s = np.array([1.0, -1.0, 1.0])
    w = sep.widest(x, s)
    assert w / np.linalg.norm(w) == pytest.approx([1, 0])
    assert sep.margin(x, s, w) == pytest.approx(2)
    assert sep.novikoff_bound(x, s, w) == pytest.approx(29 / 4)


def test_no_direction_has_a_wider_margin():
    rng = stream(3, "study")
    x = rng.normal(size=(30, 4))
    s = np.sign(x @ [1, -1, 2, 0.5])
    best = sep.margin(x, s, sep.widest(x, s))
    others = sep.widest(x, s) + 0.1 * rng.normal(size=(500, 4))
    assert best > 0
    assert all(sep.margin(x, s, w) <= best + 1e-9 for w in others)


def test_perceptron_stays_below_the_bound_and_separates():
    rng = stream(1, "study")
    x = rng.normal(size=(60, 3))
    s = np.sign(x @ [1.0, 2.0, -1.0])
    ended = sep.perceptron(x, s, stream(0, "order"), 1000)
    assert ended.converged and sep.margin(x, s, ended.w) > 0
    assert ended.mistakes == sum(ended.per_pass) <= sep.novikoff_bound(x, s, sep.widest(x, s))


def test_the_rule_is_a_step_along_the_gradient_of_the_perceptron_cost():
    x, s = stream(2, "study").normal(size=(20, 3)), np.tile([1.0, -1.0], 10)
    w, order = np.zeros(3), stream(4, "order").permutation(20)
    for i in order:
        a, t = torch.tensor([[[x[i] @ w]]]), torch.tensor([[[(s[i] + 1) / 2]]], dtype=torch.double)
        w = w - COSTS["perceptron"].delta(a, t).item() * x[i]
    ended = sep.perceptron(x, s, stream(4, "order"), 1)
    assert ended.w == pytest.approx(w)
    assert not ended.converged
