"""Pretraining by the native engine, against the torch one: the same draws, other arithmetic."""

import numpy as np
import pytest

from mlpstudy.core import torch_engine
from mlpstudy.core.engines import Learned, Task, unserved
from mlpstudy.core.native import engine
from mlpstudy.core.native.pretrain import MACHINES
from mlpstudy.core.pretrain import MACHINES as TORCHS
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.run import Run

# Smooth, and with steps that do not fly apart: else a last bit grows.
BASE = dict(
    dataset="iris", depth=3, width=10, activation="sigmoid", epochs=3, seed=3, eta=0.02,
    momentum=0.8, pretraining_epochs=3, pretraining_eta=0.01,
)  # fmt: skip
DIGITS = {"dataset": "digits", "train_size": 150, "pretraining_eta": 0.003}
CASES = {
    "plain": {},
    "residual": {"residual": "plain"},
    "scaled": {"residual": "scaled"},
    "one layer, one unit": {"depth": 1, "width": 1},
    "full batch": {"batch_size": None},
    "remainder": {"batch_size": 7},
    "one example": {"batch_size": 1, "pretraining_epochs": 1, "epochs": 1},
    "chunks": {**DIGITS, "batch_size": 100},
    "a chunk and one": {**DIGITS, "batch_size": 65},
    "width of a line": {**DIGITS, "width": 16},
    "wide": {**DIGITS, "width": 70, "depth": 2},
    "dropout": {"dropout": 0.3},
    "dropout, residual": {"dropout": 0.3, "residual": "scaled"},
    "noise, decay, Adam": {"input_noise": 0.2, "weight_decay": 0.01, "optimizer": "adam"},
    "last": {"trained": "last"},
    "dropped inputs, biases, mean": {"input_dropout": 0.2, "init_bias": 0.3, "reduction": "mean"},
    "steps": {"epochs": 20, "steps": 15},
    "regression": {"dataset": "sine", "cost": "mse_raw"},
}
DENOISING = {"corruption": 0.3}


def prepared(kind: str, **settings) -> Run:
    some = DENOISING if kind.startswith("denoising") else {}
    return Run(**{**BASE, "pretraining": kind, **some, **settings})


def learned(by, *runs: Run, keep="last") -> Learned:
    """Of runs with examples of their own."""
    data = DATASETS[runs[0].dataset]()
    targets = 1 if data.classes else data.y.shape[1]
    seeds = sorted({run.seed for run in runs})
    splits = [split(data, runs[0].model_copy(update={"seed": seed})) for seed in seeds]
    which = [seeds.index(run.seed) for run in runs]
    task = Task(list(runs), data.shape, data.classes, targets, splits, which)
    return by.learn(task, keep, lambda passes: None, "cpu")


def as_bytes(result: Learned, r: int) -> list[bytes]:
    return [W.tobytes() for W in (*result.weights[r].values(), result.curves[r])]


def compare(ours: Learned, theirs: Learned) -> None:
    np.testing.assert_array_equal(ours.diverged_at, theirs.diverged_at)
    np.testing.assert_array_equal(ours.weights_epoch, theirs.weights_epoch)
    there = theirs.diverged_at < 0
    losses = (each.curves[there, ..., 0] for each in (ours, theirs))
    np.testing.assert_allclose(*losses, atol=2e-6, rtol=2e-6)
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        assert mine.keys() == other.keys()
        for W in mine:
            np.testing.assert_allclose(mine[W], other[W], atol=5e-6, err_msg=W)


def test_both_engines_have_the_same_machines():
    assert MACHINES.keys() == TORCHS.keys()


@pytest.mark.parametrize("kind", MACHINES)
@pytest.mark.parametrize("name", CASES)
def test_both_engines_prepare_the_same_networks(name, kind):
    run = prepared(kind, **CASES[name])
    assert not unserved(run)
    slower = run.model_copy(update={"pretraining_eta": run.pretraining_eta / 2})
    runs = [run, slower, run.model_copy(update={"seed": 4})]
    compare(*(learned(by, *runs) for by in (engine, torch_engine)))


@pytest.mark.parametrize("kind", [kind for kind in MACHINES if kind != "rbm"])
@pytest.mark.parametrize("activation", ["tanh", "gelu", "softsign"])
def test_autoencoders_of_other_activations(kind, activation):
    run = prepared(kind, activation=activation)
    compare(*(learned(by, run) for by in (engine, torch_engine)))


@pytest.mark.parametrize("kind", [kind for kind in MACHINES if kind.startswith("denoising")])
def test_without_corruption_a_denoising_autoencoder_is_an_autoencoder(kind):
    plain, denoising = (learned(engine, prepared(k, corruption=0.0)) for k in ("autoencoder", kind))
    assert as_bytes(denoising, 0) == as_bytes(plain, 0)


@pytest.mark.parametrize("kind", MACHINES)
def test_pretraining_changes_the_hidden_layers_alone(kind):
    run = prepared(kind, epochs=0)
    plain = Run(**{**BASE, "pretraining_epochs": 0, "epochs": 0})
    (ours,), (theirs,) = (learned(engine, each).weights for each in (run, plain))
    same = {name: np.array_equal(ours[name], theirs[name]) for name in ours}
    assert same == {name: name in ("W4", "b4") for name in ours}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_run_has_its_bits_alone_and_in_any_stack(kind):
    run = prepared(kind, residual="scaled", dropout=0.2)
    lost = run.model_copy(update={"pretraining_eta": 1e30})
    others = {"pretraining_eta": 0.003, "initialization": "he_normal"}
    same_seed = run.model_copy(update={**others, "corruption": 0.6 * bool(run.corruption)})
    other_seed = run.model_copy(update={**others, "seed": 9})
    stacks = [[run], [same_seed, run], [other_seed, lost, run, same_seed]]
    found = {tuple(as_bytes(learned(engine, *stack), stack.index(run))) for stack in stacks}
    assert len(found) == 1


@pytest.mark.parametrize("keep", ["last", "best"])
@pytest.mark.parametrize("kind", MACHINES)
def test_a_run_that_diverges_is_frozen_at_pass_0(kind, keep):
    run = prepared(kind, dataset="digits", train_size=100)
    lost = run.model_copy(update={"pretraining_eta": 1e30})
    frozen = lost.model_copy(update={"epochs": 0})
    ours = learned(engine, lost, run, keep=keep)
    assert ours.diverged_at.tolist() == [0, -1] and ours.weights_epoch[0] == 0
    before = learned(engine, frozen, keep=keep)
    for name, W in ours.weights[0].items():
        assert np.isfinite(W).all()
        np.testing.assert_array_equal(W, before.weights[0][name])
    theirs = learned(torch_engine, lost, run, keep=keep)
    np.testing.assert_array_equal(ours.diverged_at, theirs.diverged_at)
    np.testing.assert_array_equal(ours.weights_epoch, theirs.weights_epoch)
