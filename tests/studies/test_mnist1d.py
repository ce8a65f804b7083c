"""The protocol of MNIST-1D: its networks have the published sizes, and accuracies to compare with."""

from math import isnan
from pathlib import Path

import pandas as pd

from mlpstudy.core.engines import engine_of
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.length import passes
from mlpstudy.design.sizes import layer_sizes
from mlpstudy.design.study_file import load
from mlpstudy.studies.mnist1d.derive import derive
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/mnist1d.yaml"
PARAMETERS = {"logistic": 410, "mlp": 15210, "convolution": 5210}  # as its code prints them


def test_the_networks_have_as_many_parameters_as_published():
    shape = EXAMPLES["mnist_1d_published"].shape
    for block, runs in load(FILE).blocks.items():
        assert {layer_sizes(run, shape, 10).n_parameters for run in runs} == {PARAMETERS[block]}
        assert {engine_of(run, "cpu", "auto") for run in runs} == {
            "torch" if block == "convolution" else "native"
        }


def test_eight_thousand_steps_are_two_hundred_passes():
    runs = load(FILE, "full").runs
    assert {run.steps: passes(run, 4000) for run in runs} == {1000: 25, 8000: 200}


def test_the_convolution_has_no_published_accuracy_on_permuted_inputs():
    kinds = [("logistic", 0), ("mlp", 0), ("convolution", 5)]
    rows = [
        {"run_id": f"{name}-{permuted}", "kernel": kernel, "permuted": permuted}
        for name, kernel in kinds
        for permuted in (False, True)
    ]
    blocks = {name: [f"{name}-False", f"{name}-True"] for name, _ in kinds}
    view = View({}, blocks, pd.DataFrame(rows), pd.DataFrame(), pd.DataFrame())
    published = derive(view)["runs"]["published"].tolist()
    assert published[:5] == [0.32, 0.32, 0.68, 0.68, 0.94] and isnan(published[5])
