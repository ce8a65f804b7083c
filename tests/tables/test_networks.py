"""Trained networks to look at again: their weights are the pool's, and a pass gives all a and z."""

import numpy as np
import pytest
import torch

from mlpstudy.core.threads import one_thread
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

PLAIN = Run(dataset="iris", depth=2, width=5, activation="tanh", epochs=3, seed=1)
RESIDUAL = PLAIN.model_copy(update={"residual": "scaled", "dropout": 0.5, "depth": 3})


@pytest.fixture(scope="module")
def networks():
    return Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"a": [PLAIN, RESIDUAL]}
    )


@pytest.fixture(scope="module")
def records(networks):
    return networks.train([RESIDUAL, PLAIN, RESIDUAL])


def test_records_come_in_the_order_of_the_runs(records):
    assert [record.run for record in records] == [RESIDUAL, PLAIN, RESIDUAL]
    assert records[0] is records[2]


def test_the_curves_are_those_of_a_sweep(networks, records):
    """Keeping the weights changes no bit of what the pool holds."""
    others = [PLAIN.model_copy(update={"seed": seed}) for seed in range(4)]
    [stack] = Recorder(networks.dataset).record(others)
    assert stack[1].run == PLAIN
    assert stack[1].curves.tobytes() == records[1].curves.tobytes()
    assert stack[1].layers.tobytes() == records[1].layers.tobytes()


def test_a_pass_by_hand(networks, records):
    weights, x = records[1].weights, np.linspace(-2, 2, 28).reshape(7, 4)
    passed = networks.forward(records[1], x)
    z = [x]
    for layer in (1, 2, 3):
        a = z[-1] @ weights[f"W{layer}"].astype(float) + weights[f"b{layer}"]
        np.testing.assert_allclose(passed.a[layer - 1], a, rtol=1e-12)
        z.append(np.tanh(a))
    assert len(passed.a) == 3 and len(passed.z) == 3
    for ours, theirs in zip(passed.z, z[:3], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert passed.output is passed.a[-1]


def test_a_residual_layer_hands_on_its_sum(networks, records):
    x = networks.split(RESIDUAL).test.x
    passed = networks.forward(records[0], x)
    expected = passed.z[1] + np.tanh(passed.a[1]) / np.sqrt(3)
    np.testing.assert_allclose(passed.z[2], expected, rtol=1e-12)
    assert [z.shape[1] for z in passed.z] == [4, 5, 5, 5] and len(passed.a) == 4


def test_the_accuracy_is_that_of_the_record(networks, records):
    test = networks.split(PLAIN).test
    guess = networks.forward(records[1], test.x, torch.float32).output.argmax(1)
    assert (guess == test.y).mean() == pytest.approx(records[1].curves[-1, 2, 1])


def test_the_best_weights_are_those_of_the_best_pass(networks):
    run = PLAIN.model_copy(update={"eta": 3.0, "epochs": 6})
    [last], [best] = networks.train([run]), networks.train([run], keep="best")
    assert best.weights_epoch == best.curves[:, 1, 0].argmin() < 6
    assert any((last.weights[name] != best.weights[name]).any() for name in last.weights)


def test_one_run_may_stand_in_a_stack_with_many_weights(networks, records):
    weights = records[1].weights
    moved = {name: 2 * array for name, array in weights.items()}
    network = networks.stack([PLAIN, PLAIN], [weights, moved])
    a = network.forward(torch.ones(2, 3, 4, dtype=torch.float64))
    [alone] = networks.stack([PLAIN], [moved]).forward(torch.ones(1, 3, 4, dtype=torch.float64))
    torch.testing.assert_close(a[1], alone)
    assert not torch.equal(a[0], a[1])


def test_one_thread_is_given_back():
    before = torch.get_num_threads()
    with pytest.raises(KeyError), one_thread():
        assert torch.get_num_threads() == 1
        raise KeyError
    assert torch.get_num_threads() == before
