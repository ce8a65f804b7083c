"""The native engine against the torch one: the same networks, the same draws, other arithmetic."""

import numpy as np
import pytest

from mlpstudy.core import torch_engine
from mlpstudy.core.engines import Task, unserved
from mlpstudy.core.native import engine
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import data_key, split
from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run

# Smooth, and with a step that does not fly apart: else a last bit grows.
BASE = dict(
    dataset="iris", depth=3, width=10, activation="tanh", epochs=5, seed=3, eta=0.02, momentum=0.8
)
CASES = {
    "plain": {},
    "linear": {"depth": 0},
    "one unit": {"width": 1, "depth": 1},
    "full batch": {"batch_size": None},
    "one example": {"batch_size": 1, "epochs": 2},
    "seven": {"batch_size": 7},
    "chunks": {"dataset": "digits", "train_size": 300, "batch_size": 200},
    "wide": {"dataset": "digits", "width": 70, "train_size": 100},
    "dropout": {"dropout": 0.3},
    "dropout in chunks": {"dataset": "digits", "train_size": 300, "batch_size": 200, "dropout": 0.2},
    "noise": {"input_noise": 0.3},
    "noise in chunks": {"dataset": "digits", "train_size": 150, "batch_size": 100, "input_noise": 0.3},
    "residual": {"residual": "plain"},
    "scaled, dropout": {"residual": "scaled", "dropout": 0.2},
    "decay, cosine": {"weight_decay": 0.01, "schedule": "cosine"},
    "step": {"schedule": "step"},
    "last": {"trained": "last"},
    "clip": {"clip": 0.3, "weight_decay": 0.01},
    "clip, last": {"clip": 0.1, "trained": "last"},
    "clip in chunks": {"dataset": "digits", "train_size": 150, "batch_size": 100, "clip": 0.1},
    "adamw": {"optimizer": "adamw", "eta": 0.01, "weight_decay": 0.1, "warmup": 2},
    "adamw, last": {"optimizer": "adamw", "eta": 0.01, "weight_decay": 0.1, "trained": "last"},
    "biases": {"init_bias": 0.3, "initialization": "he_normal"},
    "input dropout": {"input_dropout": 0.2},
    "input dropout in chunks": {"dataset": "digits", "train_size": 150, "batch_size": 100, "input_dropout": 0.3, "dropout": 0.2},
    "mean": {"reduction": "mean"},
    "steps": {"epochs": 20, "steps": 11, "schedule": "cosine", "dropout": 0.2},
    "label noise": {"label_noise": 0.3, "label_smoothing": 0.1, "cost": "kl"},
    "regression": {"dataset": "sine", "cost": "mse_raw"},
    "two classes": {"dataset": "moons", "cost": "binary_nll"},
    "class weights": {"class_weights": "balanced", "train_size": 50, "label_smoothing": 0.1},
    "class weights, one output": {"dataset": "moons", "train_size": 31, "cost": "binary_nll", "class_weights": "balanced"},
    "class weights in chunks": {"dataset": "digits", "train_size": 150, "batch_size": 100, "class_weights": "balanced"},
    **{f"activation {name}": {"activation": name} for name in names_of("activation")},
    **{f"cost {name}": {"cost": name} for name in names_of("cost")},
    **{f"optimizer {name}": {"optimizer": name, "eta": 0.01} for name in names_of("optimizer")},
    **{f"initialization {name}": {"initialization": name} for name in names_of("initialization")},
}  # fmt: skip


def task(runs: list[Run]) -> Task:
    data = DATASETS[runs[0].dataset]()
    shared = list({data_key(run): run for run in runs}.values())
    which = [[data_key(s) for s in shared].index(data_key(run)) for run in runs]
    splits = [split(data, run) for run in shared]
    targets = 1 if data.classes else data.y.shape[1]
    return Task(runs, data.shape, data.classes, targets, splits, which)


def both(run: Run, keep: str):
    runs = [run, run.model_copy(update={"eta": run.eta / 2}), run.model_copy(update={"seed": 4})]
    asked = task(runs)
    return [e.learn(asked, keep, lambda passes: None, "cpu") for e in (engine, torch_engine)]


@pytest.mark.parametrize("name", CASES)
def test_both_engines_train_the_same_networks(name):
    run = Run(**{**BASE, **CASES[name]})
    assert not unserved(run)
    native, reference = both(run, "last")
    assert native.n_parameters == reference.n_parameters
    np.testing.assert_array_equal(native.diverged_at, reference.diverged_at)
    np.testing.assert_array_equal(native.weights_epoch, reference.weights_epoch)
    np.testing.assert_allclose(
        native.curves[..., 0], reference.curves[..., 0], atol=2e-6, rtol=2e-6
    )
    for ours, theirs in zip(native.weights, reference.weights, strict=True):
        assert ours.keys() == theirs.keys()
        for W in ours:
            np.testing.assert_allclose(ours[W], theirs[W], atol=5e-6)
    for epoch, theirs in reference.probed.items():
        exact = {"rtol": 1e-7, "atol": 1e-12} if epoch == 0 else {"rtol": 1e-3, "atol": 1e-5}
        np.testing.assert_allclose(native.probed[epoch], theirs, **exact)


@pytest.mark.parametrize("name", ["plain", "two classes"])
def test_the_best_weights_are_those_of_the_lowest_validation_loss(name):
    run = Run(**{**BASE, **CASES[name], "eta": 0.1, "epochs": 12})
    native, reference = both(run, "best")
    np.testing.assert_array_equal(native.weights_epoch, reference.weights_epoch)
    np.testing.assert_array_equal(native.weights_epoch, native.curves[:, :, 1, 0].argmin(1))


def test_a_run_that_diverges_stays_where_it_was_and_harms_no_other():
    wild = Run(**{**BASE, "activation": "identity", "cost": "mse_raw", "eta": 1e4, "epochs": 6})
    tame = wild.model_copy(update={"eta": 0.001})
    asked = task([wild, tame])
    together = engine.learn(asked, "last", lambda passes: None, "cpu")
    alone = engine.learn(task([tame]), "last", lambda passes: None, "cpu")
    assert together.diverged_at[0] > 0 and together.diverged_at[1] == -1
    assert together.weights_epoch[0] == together.diverged_at[0] - 1
    assert all(np.isfinite(W).all() for W in together.weights[0].values())
    assert together.curves[1].tobytes() == alone.curves[0].tobytes()
