"""Every combination of depth, width, activation and initialization; and which law delta follows."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.studies.vanishing import mapped
from mlpstudy.studies.vanishing.laws import LAW, LAWS, laws

CELL = {"dataset": "digits", "depth": 3, "width": 8, "activation": "tanh",
        "initialization": "orthogonal"}  # fmt: skip


def test_an_exponential_and_a_power_are_told_apart():
    layer = np.arange(1, 21)
    wave = 0.01 * (-1.0) ** layer  # what neither law explains
    logs = {"exponential": 0.3 * layer + wave, "power": 0.5 * np.log10(layer) + wave}
    hidden = [
        pd.DataFrame({**CELL, "seed": 0, "run_id": name, "layer": layer, "log10_delta": log})
        for name, log in logs.items()
    ]
    table = laws(pd.concat(hidden))
    assert list(table) == LAWS and len(LAW) == 6
    exponential, power = table["exponential_over_power"]
    assert exponential < -1 and power > 1
    assert table["power"][1] == pytest.approx(0.5, abs=0.01)


def test_of_the_map_those_runs_are_looked_at_that_are_best_on_validation():
    rows = [
        {**CELL, "run_id": f"{eta}-{seed}", "eta": eta, "seed": seed, "validation_error": error,
         "validation_loss": 1.0}
        for eta, error in {0.01: 0.3, 0.1: 0.2}.items()
        for seed in range(2)
    ]  # fmt: skip
    assert mapped.chosen(pd.DataFrame(rows))["run_id"].tolist() == ["0.1-0", "0.1-1"]


def test_a_cell_has_its_medians_before_and_after_training():
    rates = [
        {**CELL, "run_id": str(seed), "seed": seed, "epoch": epoch, "decades": start - epoch,
         "gradient_decades": start / 2, "predicted": 0.3}
        for seed, start in enumerate([0.1, 0.5, 0.2])
        for epoch in (0, 1, 2)
    ]  # fmt: skip
    untrained = [{**rates[0], "depth": 9, "run_id": "deep"}]
    table = mapped.cells(pd.DataFrame(rates + untrained))
    assert list(table) == mapped.MAP
    first, second = table.to_dict("records")
    assert first == CELL | {
        "delta_decades": 0.2, "dW_decades": 0.1, "delta_decades_trained": pytest.approx(-1.8),
        "chi_decades": pytest.approx(0.3), "run": "2",
    }  # fmt: skip
    assert second["run"] == "deep" and np.isnan(second["delta_decades_trained"])


def test_layers_are_medians_before_training():
    rows = [
        {
            **CELL,
            "epoch": epoch,
            "layer": layer,
            "log10_delta": -layer * size,
            "log10_gradient": size,
        }
        for epoch in (0, 1)
        for layer in (1, 2)
        for size in (1.0, 2.0, 9.0)
    ]
    table = mapped.layers(pd.DataFrame(rows))
    assert list(table) == mapped.LAYERS
    assert table["delta"].tolist() == [-2, -4] and table["dW"].tolist() == [2, 2]
