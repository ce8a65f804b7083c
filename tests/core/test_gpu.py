"""The same code on a GPU; skipped, and said so, where there is none."""

import numpy as np
import pytest
import torch

from mlpstudy.core.engines import device_of
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder

RUNS = {
    "dense": Run(dataset="iris", depth=2, width=8, activation="tanh", epochs=3),
    "adam, dropout, residual": Run(
        dataset="iris", depth=3, width=8, optimizer="adam", eta=0.01, dropout=0.25, residual="plain", epochs=3
    ),
    "convolution": Run(dataset="digits", train_size=64, depth=2, width=4, kernel=3, activation="relu", epochs=2),
    "pretraining": Run(dataset="iris", depth=2, width=8, pretraining="rbm", pretraining_epochs=1, epochs=2),
}  # fmt: skip


def curves(run: Run, device: str) -> np.ndarray:
    [[record]] = Recorder(lambda name: DATASETS[name](), device).record([run])
    return record.curves


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device: run the tests where there is one"
)
@pytest.mark.parametrize("name", RUNS)
def test_a_gpu_agrees_with_the_cpu(name):
    np.testing.assert_allclose(
        curves(RUNS[name], "cuda"), curves(RUNS[name], "cpu"), rtol=1e-2, atol=1e-2
    )


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_of("auto") == device_of("cpu") == "cpu"
    with pytest.raises(ValueError, match="no CUDA device"):
        device_of("cuda")
