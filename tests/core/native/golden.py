"""Small trainings whose bits are pinned: digests of what comes of each.

golden.csv holds what they are to be, on every machine. A change that means to change bits writes it
anew, and says so:

    python -m tests.core.native.golden > tests/core/native/golden.csv
"""

import hashlib
from collections.abc import Iterable

import numpy as np

from mlpstudy.core.engines import Learned, Task
from mlpstudy.core.native import engine
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import data_key, split
from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run
from mlpstudy.rng import stream

COLUMNS = ("weights", "curves", "layers")
# Every field that differs from its default is one that a case below is about, or makes it small.
BASE = dict(dataset="iris", depth=2, width=20, activation="tanh", batch_size=16, epochs=4, seed=3)
OPTIONS = {
    "plain": {},
    "linear": {"depth": 0},
    "deep": {"depth": 6, "width": 5},
    "one unit": {"depth": 1, "width": 1},
    "wide": {"width": 70},
    "no passes": {"epochs": 0},
    "full batch": {"batch_size": None},
    "one example a step": {"batch_size": 1, "epochs": 2},
    "batches of 7, with a rest": {"batch_size": 7},
    "batches of more than a chunk": {"dataset": "digits", "batch_size": 70},
    "one example": {"train_size": 1},
    "many inputs in blocks": {"dataset": "digits", "batch_size": 1, "epochs": 2},
    "momentum 0": {"momentum": 0.0},
    "weight decay": {"weight_decay": 0.01},
    "adam, weight decay": {"optimizer": "adam", "weight_decay": 0.01, "eta": 0.01},
    "dropout": {"dropout": 0.3},
    "input noise": {"input_noise": 0.5},
    "noise, dropout, chunks": {"dataset": "digits", "batch_size": 70, "dropout": 0.2, "input_noise": 0.1},
    "label noise": {"label_noise": 0.3},
    "label smoothing": {"label_smoothing": 0.2, "cost": "kl"},
    "permuted": {"permuted": True},
    "residual": {"residual": "plain", "depth": 4},
    "residual, scaled, dropout": {"residual": "scaled", "depth": 4, "dropout": 0.2},
    "last layer": {"trained": "last"},
    "two classes, one output": {"dataset": "moons", "cost": "binary_nll"},
    "two classes, hinge": {"dataset": "moons", "cost": "hinge"},
    "regression": {"dataset": "sine", "cost": "mse_raw"},
    "restart": {"restart": 1, "init_gain": 2.0},
    "biases": {"init_bias": 0.3, "initialization": "he_normal"},
    "uniform weights and biases": {"initialization": "uniform", "init_gain": 0.5, "init_bias": 0.2},
    "input dropout": {"input_dropout": 0.2},
    "input dropout, dropout, chunks": {"dataset": "digits", "batch_size": 70, "dropout": 0.3, "input_dropout": 0.2},
    "mean over the outputs": {"cost": "mse_sigmoid", "reduction": "mean"},
    "steps": {"epochs": 20, "steps": 13},
    "steps, full batch": {"epochs": 20, "steps": 3, "batch_size": None},
    "gradients that are cut": {"clip": 0.2},
    "cut, adamw, chunks": {"dataset": "digits", "batch_size": 70, "clip": 0.5, "optimizer": "adamw", "weight_decay": 0.1, "eta": 0.01},
    "cut, last layer": {"clip": 0.1, "trained": "last"},
    "warm-up": {"warmup": 2, "schedule": "cosine"},
    "class weights": {"class_weights": "balanced"},
    "class weights, one output": {"dataset": "moons", "cost": "binary_nll", "class_weights": "balanced", "label_smoothing": 0.1},
    "patience": {"patience": 2, "epochs": 30, "eta": 0.5},
    "diverges": {"activation": "identity", "cost": "mse_raw", "eta": 1e4},
}  # fmt: skip
TABLES = ("activation", "cost", "optimizer", "initialization", "schedule")
PRETRAINED = {"activation": "sigmoid", "pretraining_epochs": 2, "pretraining_eta": 0.02}
KINDS = {
    "autoencoder": {},
    "denoising_masking": {"corruption": 0.3},
    "denoising_gaussian": {"corruption": 0.3},
    "rbm": {},
}
CASES = (
    OPTIONS
    | {f"{field}: {name}": {field: name} for field in TABLES for name in names_of(field)}
    | {
        f"pretraining: {kind}": {**PRETRAINED, "pretraining": kind, **more}
        for kind, more in KINDS.items()
    }
)
RUNS = {name: Run(**{**BASE, **changes}) for name, changes in CASES.items()}


def _set(name: str, N: int, n: int, classes: int) -> Dataset:
    """Inputs that are eighths, and what a product of two of them tells."""
    x = stream(0, "data").integers(-16, 17, (N, n)) / 8
    product = x[:, :2] * x[:, 1:3]
    y = np.digitize(product[:, 0], [-1, 0, 1][: classes - 1]) if classes else product
    return Dataset(name, x, y, classes, (n,), name, "eighths")


# In place of the datasets of these names, whose bits are not the engine's.
DATA = {
    "iris": _set("iris", 120, 5, 3),
    "moons": _set("moons", 90, 3, 2),
    "sine": _set("sine", 90, 4, 0),
    "digits": _set("digits", 160, 400, 4),
}


def task(runs: list[Run]) -> Task:
    """Of runs of one shape."""
    data = DATA[runs[0].dataset]
    shared = list({data_key(run): run for run in runs}.values())
    which = [[data_key(s) for s in shared].index(data_key(run)) for run in runs]
    targets = 1 if data.classes else data.y.shape[1]
    return Task(runs, data.shape, data.classes, targets, [split(data, s) for s in shared], which)


def learn(runs: list[Run]) -> Learned:
    return engine.learn(task(runs), "last", lambda passes: None, "cpu")


def digests(learned: Learned, r: int = 0) -> tuple[str, ...]:
    """Of one run, in the order of COLUMNS."""
    layers = [learned.probed[p][r] for p in sorted(learned.probed)]
    weights = learned.weights[r] or {}
    passes = np.array([learned.diverged_at[r], learned.weights_epoch[r]], float)
    return (
        _digest([weights[name] for name in sorted(weights)]),
        _digest([learned.curves[r], passes]),
        _digest(layers),
    )


def _digest(arrays: Iterable[np.ndarray]) -> str:
    whole = hashlib.sha256()
    for array in arrays:
        one_nan = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)  # of many
        whole.update(one_nan.astype(array.dtype.newbyteorder("<")).tobytes())
    return whole.hexdigest()[:16]


def table() -> str:
    """What golden.csv holds."""
    lines = [",".join(("run", *COLUMNS))]
    for name, run in RUNS.items():
        lines.append(",".join((f'"{name}"', *digests(learn([run])))))
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
