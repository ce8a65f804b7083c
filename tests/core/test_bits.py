"""A run alone, in any stack, at any position and on any number of threads: the same bits."""

import numpy as np
import pytest
import torch

from mlpstudy.core import probes
from mlpstudy.core.batches import Examples
from mlpstudy.core.network import Network
from mlpstudy.core.train import train
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder

BASE = dict(dataset="iris", depth=2, width=16, activation="tanh", epochs=2, seed=3)
RUNS = {
    "dense": {},
    "one unit": {"width": 1},
    "three units": {"width": 3, "batch_size": 7},
    "wide": {"width": 64, "depth": 4},
    "linear": {"depth": 0},
    "full batch": {"batch_size": None},
    "one example": {"batch_size": 1, "epochs": 1},
    "dropout": {"dropout": 0.5},
    "a little dropout": {"dropout": 0.003},
    "noise": {"input_noise": 0.3},
    "residual": {"residual": "scaled", "depth": 3},
    "adam": {"optimizer": "adam", "eta": 0.01},
    "nesterov": {"optimizer": "nesterov"},
    "rprop": {"optimizer": "rprop", "batch_size": None},
    "adamw": {"optimizer": "adamw", "eta": 0.01, "weight_decay": 0.1},
    "rmsprop": {"optimizer": "rmsprop", "eta": 0.01},
    "clip": {"clip": 0.1, "warmup": 1},
    "clip, three units": {"clip": 0.1, "width": 3, "batch_size": 7},
    "decay, cosine": {"weight_decay": 0.01, "schedule": "cosine"},
    "orthogonal": {"initialization": "orthogonal"},
    "hinge": {"cost": "hinge"},
    "squared": {"cost": "mse"},
    "convolution": {"dataset": "digits", "train_size": 60, "kernel": 3, "width": 4, "epochs": 1},
    "batch norm": {"norm": "batch", "weight_decay": 0.01},
    "batch norm, three units": {"norm": "batch", "width": 3, "batch_size": 7, "optimizer": "adam", "eta": 0.01},
    "layer norm": {"norm": "layer"},
    "layer norm, three units": {"norm": "layer", "width": 3, "batch_size": 7, "clip": 0.1},
    "layer norm, one unit": {"norm": "layer", "width": 1, "residual": "plain"},
    "batch norm, convolution": {"dataset": "digits", "train_size": 60, "kernel": 3, "width": 4, "epochs": 1, "norm": "batch"},
    "layer norm, convolution": {"dataset": "digits", "train_size": 60, "kernel": 3, "width": 4, "epochs": 1, "norm": "layer"},
    "class weights": {"class_weights": "balanced", "train_size": 50},
    "patience": {"patience": 1, "epochs": 6, "eta": 0.4},
    "autoencoder": {"pretraining": "autoencoder", "pretraining_epochs": 1},
    "denoising": {"pretraining": "denoising_masking", "pretraining_epochs": 1, "corruption": 0.3},
    "rbm": {"pretraining": "rbm", "pretraining_epochs": 1, "activation": "sigmoid"},
    **{name: {"activation": name, "width": 10} for name in ("relu", "gelu", "selu", "softplus", "gaussian")},
}  # fmt: skip


def bits(record) -> list[bytes]:
    arrays = [record.curves, record.layers, *record.weights.values()]
    return [np.ascontiguousarray(array).tobytes() for array in arrays]


def trained(runs, threads: int = 1) -> dict:
    recorder = Recorder(lambda name: DATASETS[name](), keep="last", threads=threads)
    return {record.run: bits(record) for stack in recorder.record(runs) for record in stack}


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(1)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_gives_the_same_bits_alone_and_in_stacks(name):
    run = Run(**{**BASE, **RUNS[name]})
    alone = trained([run])[run]
    others = [
        run.model_copy(update={"seed": seed, "eta": 0.02}) for seed in (*range(3), 3, *range(4, 40))
    ]
    for stack in ([run, others[0]], [*others[:5], run, others[7]], [*others, run]):
        assert trained(stack)[run] == alone, f"a stack of {len(stack)}"
    torch.set_num_threads(2)  # of whoever asks: the recorder's own count
    assert trained([run], threads=2)[run] == alone, "alone on two threads"
    assert trained([others[2], run, others[9]], threads=2)[run] == alone, (
        "in a stack on two threads"
    )


def test_two_threads_change_nothing_where_they_have_work_to_do():
    run = Run(dataset="digits", depth=2, width=128, activation="relu", epochs=1, seed=1)
    alone = trained([run])[run]
    torch.set_num_threads(2)
    assert trained([run.model_copy(update={"seed": s}) for s in range(4)])[run] == alone


@pytest.mark.parametrize("changes", [{}, {"pretraining": "autoencoder", "pretraining_epochs": 1}])
def test_the_core_by_itself_keeps_its_bits_on_any_number_of_threads(changes):
    settings = {"dataset": "digits", "width": 128, "activation": "relu", "epochs": 2, **changes}
    runs = [Run(seed=seed, **settings) for seed in range(4)]
    data = DATASETS["digits"]()
    seen = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        network = Network(runs, data.shape, data.classes)
        network.initialize()
        examples = Examples([split(data, runs[0]).train], [0] * 4, network)
        scores = [probes.evaluate(network, examples) for _ in train(network, examples)]
        assert torch.get_num_threads() == threads
        seen.append((network.theta.numpy().tobytes(), np.stack(scores).tobytes()))
    assert seen[0] == seen[1]


def test_the_layers_below_the_last_keep_their_weights_where_only_it_learns():
    run = Run(**{**BASE, "trained": "last", "weight_decay": 0.1, "optimizer": "adam"})
    data = DATASETS["iris"]()
    network = Network([run], data.shape, data.classes)
    network.initialize()
    before = [block.clone() for block in network.blocks(network.theta)]
    list(train(network, Examples([split(data, run).train], [0], network)))
    same = [torch.equal(a, b) for a, b in zip(before, network.blocks(network.theta))]
    assert same == [True] * 4 + [False] * 2


def test_a_diverging_neighbour_changes_nothing(monkeypatch):
    calm = Run(**{**BASE, "activation": "relu", "cost": "mse_raw", "eta": 0.01})
    wild = calm.model_copy(update={"eta": 1e9})
    alone = trained([calm])[calm]
    recorder = Recorder(lambda name: DATASETS[name](), keep="last")
    (records,) = recorder.record([wild, calm])
    told = {record.run: record for record in records}
    assert bits(told[calm]) == alone and told[calm].status == "finished"
    assert told[wild].status == "diverged" and told[wild].diverged_at == 1
    assert len(told[wild].curves) == 1 and told[wild].probed.tolist() == [0]
    assert all(np.isfinite(W).all() for W in told[wild].weights.values())


def test_chunks_of_any_size_give_the_same_bits(monkeypatch):
    runs = [Run(**{**BASE, "seed": seed}) for seed in range(7)]
    whole = trained(runs)
    monkeypatch.setattr("mlpstudy.core.torch_engine.networks_that_fit", lambda *_: 2)
    assert trained(runs) == whole
