"""What examples count by their class: against scikit-learn's formula and PyTorch's weighted cost."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

from mlpstudy.core.batches import Examples
from mlpstudy.core.class_weights import balanced
from mlpstudy.core.network import Network
from mlpstudy.core.train import Learner
from mlpstudy.data.split import Part
from mlpstudy.design.run import Run


@pytest.mark.parametrize("y", [[0, 0, 0, 1], [2, 0, 2, 2, 1, 2], [0, 0, 2]])
def test_weights_are_scikit_learns(y):
    y = np.array(y)
    there = np.unique(y)
    expected = np.zeros(3)
    expected[there] = compute_class_weight("balanced", classes=there, y=y)
    np.testing.assert_allclose(balanced(y, 3), expected)
    assert balanced(y, 3)[y].mean() == pytest.approx(1)


def part(classes: int, shift: int = 0) -> Part:
    y = np.array([0, 0, 0, 1, 0, 0, classes - 1, 1, 0, 0])
    y = (y + shift) % classes
    x = np.random.default_rng(shift).standard_normal((len(y), 4))
    return Part(x, np.eye(classes)[y], y)


@pytest.mark.parametrize(("cost", "classes"), [("nll", 3), ("nll", 2), ("binary_nll", 2)])
def test_the_gradient_is_that_of_pytorchs_weighted_cost(cost, classes):
    """Each run with the frequencies of its own part, in a batch that is filled up."""
    run = Run(depth=0, cost=cost, class_weights="balanced", batch_size=None)
    network = Network([run, run.model_copy(update={"seed": 1})], (4,), classes, dtype=torch.float64)
    network.initialize()
    parts = [part(classes), part(classes, 1)]
    examples = Examples(parts, [0, 1], network)
    Learner(network, examples)
    rows = examples.rows(torch.arange(10).expand(2, -1))
    network.learn_from(*examples.batch(rows), 10)
    for r, each in enumerate(parts):
        W, b = (block[r].clone().requires_grad_() for block in network.blocks(network.theta))
        a, y = torch.from_numpy(each.x) @ W + b, torch.from_numpy(each.y)
        weight = torch.from_numpy(balanced(each.y, classes))
        if cost == "nll":
            loss = F.cross_entropy(a, y, weight=weight, reduction="sum") / 10
        else:
            terms = F.binary_cross_entropy_with_logits(a[:, 0], y.double(), reduction="none")
            loss = (weight[y] * terms).mean()
        expected = torch.autograd.grad(loss, (W, b))
        for ours, theirs in zip(network.blocks(network.gradient), expected, strict=True):
            torch.testing.assert_close(ours[r], theirs, rtol=1e-10, atol=1e-12)


def test_a_soft_target_counts_by_its_shares():
    network = Network([Run(depth=0, class_weights="balanced")], (4,), 3, dtype=torch.float64)
    network.class_weights = torch.tensor([[[1.0, 2.0, 4.0]]], dtype=torch.float64)
    t = torch.tensor([[[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]], dtype=torch.float64)
    assert network.counts(t).flatten().tolist() == [1.5, 4.0]
