"""Gradients of single examples, and of deep networks, that are easily lost."""

import numpy as np
import pytest
import torch

from mlpstudy.core.batches import Examples
from mlpstudy.core.network import Network
from mlpstudy.core.optimizers import Rprop
from mlpstudy.core.probes import layers
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run


@pytest.mark.parametrize("dataset", ["digits", "sine"], ids=["convolution", "dense"])
def test_the_gradient_of_one_example_is_what_that_example_alone_gives(dataset):
    kernel = {"kernel": 3, "padding": 1} if dataset == "digits" else {"cost": "mse_raw"}
    run = Run(dataset=dataset, depth=2, width=3, activation="tanh", train_size=7, **kernel)
    data = DATASETS[dataset]()
    network = Network([run], data.shape, data.classes, dtype=torch.float64)
    network.initialize()
    part = split(data, run).train
    told = layers(network, Examples([part], [0], network))["weight_gradient_sample_rms"][0]
    squares = np.zeros(len(network.layers))
    for i in range(7):
        one = (torch.from_numpy(array[i : i + 1]).double()[None] for array in (part.x, part.target))
        network.learn_from(*one, 1)
        squares += [module.dW.square().mean().item() for module in network.layers]
    np.testing.assert_allclose(told, np.sqrt(squares / 7), rtol=1e-10)


def test_rprop_sees_the_signs_of_gradients_whose_product_is_too_small_to_write():
    """Deep networks live there: 1e-25 squared is 0 in float32."""
    theta, eta = torch.zeros(2), torch.full((2,), 0.1)
    rprop = Rprop(theta, 0.0)
    for _ in range(3):
        rprop.step(theta, torch.tensor([1e-25, 1.0]), eta)
    assert theta.tolist() == pytest.approx([-0.1 * (1 + 1.2 + 1.44)] * 2)
