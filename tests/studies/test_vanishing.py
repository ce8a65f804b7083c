"""The vanishing gradient: slopes, scatter and theory of hand-made layers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis import theory
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.studies.vanishing.derive import COLUMNS, derive, shown
from mlpstudy.studies.vanishing.measure import measure
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/vanishing.yaml"
DEPTH, SEEDS = 4, range(6)
# decades that delta loses with each layer; dW always loses 0.2
RATES = {
    ("sigmoid", "old_uniform"): 0.8, ("tanh", "glorot_normal"): 0.1, ("tanh", "old_uniform"): 0.5,
    ("threshold", "old_uniform"): np.nan,
}  # fmt: skip
GAPS = {
    "dataset": "digits", "activation": "relu", "initialization": "he_normal", "depth": 4,
    "width": 16, "n_inputs": 64, "input_mean_square": 1.0, "seed": range(7),
    "gap": [-0.3, 0.3, -0.3, 0.3, -0.3, 0.3, -np.inf],
}  # fmt: skip


def rows_of(activation, initialization, seed, decades):
    """A run and its layers, the output layer among them, before training and after two passes."""
    run = {
        "cell_id": f"{activation}-{initialization}", "dataset": "digits", "seed": seed,
        "activation": activation, "initialization": initialization, "init_gain": 1.0,
        "depth": DEPTH, "width": 16, "epochs": 0, "n_inputs": 64, "input_mean_square": 1.0,
        "eta": 0.1, "validation_error": 0.9, "validation_loss": 2.3,
    }  # fmt: skip
    run["run_id"] = f"{run['cell_id']}-{seed}"
    deltas = [10.0 ** (decades * (layer - DEPTH)) for layer in range(1, DEPTH + 2)]
    layers = pd.DataFrame(
        {"run_id": run["run_id"], "layer": range(1, DEPTH + 2), "delta_rms": deltas}
    ).fillna(0.0)
    layers["weight_gradient_sample_rms"] = 10.0 ** (0.2 * layers["layer"])
    later = layers.assign(epoch=2, delta_rms=layers["delta_rms"] / 100)
    return run, pd.concat([layers.assign(epoch=0), later])


def derived(every):
    runs = pd.DataFrame([run for run, _ in every])
    layers = pd.concat([layers for _, layers in every], ignore_index=True)
    measured = {"gaps": pd.DataFrame(GAPS)}
    return derive(View({}, {"start": list(runs["run_id"])}, runs, pd.DataFrame(), layers, measured))


@pytest.fixture(scope="module")
def made():
    return derived(
        [rows_of(*recipe, s, decades) for recipe, decades in RATES.items() for s in SEEDS]
    )


@pytest.mark.parametrize("recipe", RATES, ids="-".join)
def test_decades_are_the_slope_of_the_logarithm(made, recipe):
    rates = made["rates"].set_index(["activation", "initialization"]).loc[recipe]
    assert len(rates) == 2 * len(SEEDS)  # one that no delta passes stands there too
    assert rates["decades"].tolist() == pytest.approx([RATES[recipe]] * 12, nan_ok=True)
    assert rates["gradient_decades"].tolist() == pytest.approx([0.2] * 12)


def test_a_run_that_is_blocked_beside_others_is_left_out():
    blocked = derived([rows_of("tanh", "old_uniform", s, 0.5 if s else np.nan) for s in SEEDS])
    assert blocked["rates"].groupby("epoch")["seed"].apply(list).to_dict() == dict.fromkeys(
        (0, 2), list(SEEDS)[1:]
    )
    assert blocked["cells"]["blocked"].tolist() == [1]


def test_profiles_are_less_the_last_layer_before_training(made):
    hidden = made["hidden"].query("activation == 'sigmoid' and seed == 0")
    values = hidden.groupby("epoch")["log10_delta"].apply(list).to_dict()
    assert values == {
        0: pytest.approx([-2.4, -1.6, -0.8, 0]), 2: pytest.approx([-4.4, -3.6, -2.8, -2])
    }  # fmt: skip
    assert hidden["foretold"].notna().all()
    assert made["hidden"].query("activation == 'threshold'").empty


def test_the_scatter_of_networks(made):
    """Six gaps of +-0.3: a deviation of 0.3 sqrt(6/5); ReLU has kappa 5 at each of 3 layers of 16."""
    scatter = made["scatter"]
    assert len(scatter) == 6  # the silent one is left out
    variance, foretold = 0.3**2 * 6 / 5, 3 * 5 / 16 / (2 * np.log(10)) ** 2
    assert scatter["square"].mean() == pytest.approx(variance)
    assert scatter["foretold_variance"].tolist() == pytest.approx([foretold] * 6)
    off = made["scattered"]["off"]
    assert off.tolist() == pytest.approx([np.log10(variance / foretold) / 2])


def test_agreement_is_that_of_each_cell(made):
    """Theory leaves open what lies between the loss of a wide network and `drift` more."""
    cells = made["cells"].set_index(["activation", "initialization"])
    assert cells["blocked"].to_dict()["threshold", "old_uniform"] == len(SEEDS)
    agreement = made["agreement"]
    assert list(agreement) == COLUMNS["agreement"] and len(agreement) == 3
    low, high = agreement["predicted"], agreement["predicted"] + agreement["drift"]
    known = cells[cells["off"].notna()]
    off = np.maximum(low.to_numpy() - known["high"], known["low"] - high.to_numpy()).clip(0)
    assert agreement["off"].tolist() == pytest.approx(off.tolist())
    assert (agreement["drift"] > 0).all()


def test_what_a_finite_width_adds_by_hand():
    """ReLU has kappa 5: ln delta^2 falls by 5 / 2n more with each layer, its root by half of it."""
    drift = theory.drift("relu", "he_normal", 1.0, 7, 10, 64, 1.0)
    assert drift == pytest.approx(5 / 20 / 2 / np.log(10), rel=1e-3)


def test_phases_tell_the_way_to_criticality(made):
    phases = made["phases"].set_index(["activation", "initialization"])
    tanh = phases.loc[("tanh", "glorot_normal")]  # square layers: sw2 = 1, where tanh is critical
    assert tanh["critical_sw2"] == pytest.approx(1, rel=1e-4)
    assert tanh["missing_gain"] == pytest.approx(1, rel=1e-4)
    gain = phases.loc[("tanh", "old_uniform"), "missing_gain"]
    assert gain == pytest.approx(np.sqrt(3), rel=1e-4)
    assert np.isnan(phases.loc[("threshold", "old_uniform"), "critical_sw2"])


def test_the_tables_that_are_shown(made):
    start, theory = shown(made)
    assert len(start["frame"]) == len(RATES) and theory["theory"]
    assert "missing_gain" in theory["frame"]


def test_one_examples_delta_is_what_scatters():
    """Identity: delta at layer l is the product of the weights above, times that of the output."""
    options = {"scatter_recipes": ["identity+lecun_normal"], "scatter_widths": [16]}
    options |= {"scatter_depth": 3, "scatter_seeds": 2}
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    gaps = measure({"options": options}, networks)["gaps"]
    run = Run(dataset="digits", activation="identity", initialization="lecun_normal", depth=3,
              width=16, epochs=0, seed=1)  # fmt: skip
    record = networks.train([run])[0]
    W = [record.weights[f"W{k}"].astype(float) for k in (1, 2, 3, 4)]
    part = networks.split(run).train
    out = part.x[:1].astype(float) @ W[0] @ W[1] @ W[2] @ W[3]
    delta = np.exp(out) / np.exp(out).sum() - part.target[:1]
    deltas = [delta @ W[3].T @ W[2].T @ W[1].T, delta @ W[3].T]
    first, last = (np.log10(np.sqrt(np.mean(d**2))) for d in deltas)
    assert gaps["gap"].iloc[1] == pytest.approx(first - last, abs=1e-5)


@pytest.mark.parametrize("size", SIZES)
def test_the_study_loads_at_each_size(size):
    study = load(FILE, size)
    assert study.is_measured and {"start", "usual", "deep", "training", "map", "map_deep"} == set(
        study.blocks
    )


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "dataset: [digits]", "dataset: [digits]\n      init_gain: [1.0, 2.0]", 1
    )
    path = tmp_path / "vanishing.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="init_gain varies here and is named nowhere"):
        expand(load(path))
