"""The vanishing gradient: slopes, scatter and findings of hand-made layers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import vanishing as drawing
from mlpstudy.studies import vanishing
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/vanishing.yaml"
SEEDS = range(6)
# decades that delta loses with each layer, and the depth, of each network of the block `start`
RATES = {
    ("sigmoid", "old_uniform"): 0.8, ("sigmoid", "glorot_uniform"): 0.05,
    ("tanh", "old_uniform"): 0.5, ("tanh", "glorot_normal"): 0.1, ("threshold", "old_uniform"): np.nan,
}  # fmt: skip
DEPTH = 4


def rows_of(block, activation, initialization, decades, seed, epochs=(0,)):
    """A run and its layers: delta falls by so many decades with each layer on its way down."""
    name = f"{block}-{activation}-{initialization}-{seed}"
    run = {
        "run_id": name, "dataset": "digits", "activation": activation, "seed": seed, "depth": DEPTH,
        "initialization": initialization, "init_gain": 1.0, "width": 16, "n_inputs": 64,
        "input_mean_square": 1.0, "status": "finished",
    }  # fmt: skip
    layers = [
        {"run_id": name, "epoch": epoch, "layer": layer,
         "weight_gradient_sample_rms": 10.0 ** (0.2 * layer),
         "delta_rms": 0.0 if np.isnan(decades) else 10.0 ** (decades * (layer - DEPTH) - epoch)}
        for epoch in epochs
        for layer in range(1, DEPTH + 2)
    ]  # fmt: skip
    return run, layers


@pytest.fixture(scope="module")
def view():
    made = {"start": [], "training": []}
    for (activation, initialization), decades in RATES.items():
        made["start"] += [rows_of("start", activation, initialization, decades, s) for s in SEEDS]
    for activation in ("sigmoid", "tanh"):
        made["training"] += [
            rows_of("training", activation, "glorot_uniform", 0.3, s, (0, 2)) for s in SEEDS
        ]
    gaps = {"dataset": "digits", "activation": "relu", "initialization": "he_normal", "depth": 4}
    gaps |= {"width": 16, "n_inputs": 64, "input_mean_square": 1.0}
    gaps |= {"seed": list(range(7)), "gap": [-0.3, 0.3, -0.3, 0.3, -0.3, 0.3, -np.inf]}
    study = load(FILE)
    told = {"name": "vanishing", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    blocks = {name: [run["run_id"] for run, _ in rows] for name, rows in made.items()}
    every = [pair for rows in made.values() for pair in rows]
    runs = pd.DataFrame([run for run, _ in every])
    layers = pd.DataFrame([layer for _, layers in every for layer in layers])
    return View(told, blocks, runs, pd.DataFrame(), layers, measured={"gaps": pd.DataFrame(gaps)})


@pytest.fixture(scope="module")
def frames(view):
    return vanishing.summary(view)


def test_decades_are_the_slope_of_log_delta(frames):
    start = frames["rates"][frames["rates"]["block"] == "start"]
    told = start.set_index(["activation", "initialization"])
    for recipe, decades in RATES.items():
        assert told.loc[recipe, "value"] == pytest.approx(decades, nan_ok=True)
    assert told["blocked"].to_dict()["threshold", "old_uniform"] == len(SEEDS)
    assert told.loc[("sigmoid", "old_uniform"), "blocked"] == 0


def test_profiles_are_less_the_last_layers(frames):
    profiles = frames["profiles"]
    own = (profiles["activation"] == "sigmoid") & (profiles["initialization"] == "old_uniform")
    here = profiles[own & (profiles["measure"] == "delta") & (profiles["block"] == "start")]
    values = here.sort_values("layer")["value"]
    assert values.tolist() == pytest.approx([-2.4, -1.6, -0.8, 0])
    along = frames["along"]
    last = along[(along["layer"] == DEPTH) & (along["activation"] == "tanh")]
    assert last.set_index("epoch")["value"].to_dict() == {0: 0.0, 2: -2.0}  # since the start


def test_the_scatter_of_networks(frames):
    """Six gaps of +-0.3: a deviation of 0.3 sqrt(6/5); ReLU has kappa 5 at each of 3 layers of 16."""
    [cell] = frames["scatter"].to_dict("records")
    assert cell["n"] == 6  # the silent one is left out
    assert cell["value"] == pytest.approx(0.3 * np.sqrt(6 / 5))
    assert cell["predicted"] == pytest.approx(np.sqrt(3 * 5 / 16) / (2 * np.log(10)))
    assert cell["off"] == pytest.approx(np.log10(cell["value"] / cell["predicted"]))


def test_phases_tell_the_way_to_criticality(frames):
    phases = frames["phases"].set_index(["activation", "initialization"])
    tanh = phases.loc[("tanh", "glorot_normal")]  # square layers: sw2 = 1, where tanh is critical
    assert tanh["critical_sw2"] == pytest.approx(1, rel=1e-4)
    assert tanh["missing_gain"] == pytest.approx(1, rel=1e-4)
    assert phases.loc[("tanh", "old_uniform"), "missing_gain"] == pytest.approx(
        np.sqrt(3), rel=1e-4
    )
    assert np.isnan(phases.loc[("threshold", "old_uniform"), "critical_sw2"])


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in vanishing.findings(view, frames)}
    lost = found["decades_lost", "digits, sigmoid, old_uniform"]
    assert (lost.value, lost.n, lost.verdict) == (pytest.approx(0.8), 6, "supported")
    assert found["decades_lost", "digits, sigmoid, glorot_uniform"].verdict == "contradicted"
    saved = found["decades_saved", "digits, tanh: glorot_normal against old_uniform"]
    assert (saved.value, saved.n, saved.networks) == (pytest.approx(0.4), 6, 12)
    assert "glorot_normal" in saved.rerun and all("glorot_normal" in run for run in saved.runs)
    after = found["decades_lost_while_training", "digits, depth 4, after 2 passes"]
    assert (after.value, after.verdict) == (pytest.approx(0.3), "supported")
    assert found["scatter_error", "1 cells, width 16 to 16"].n == 7


def test_usual_initializations_decide_by_delta_and_by_dw(view, frames):
    """dW loses 0.2 decades per layer in each network here, whatever becomes of delta."""
    found = [f for f in vanishing.findings(view, frames) if f.statistic in vanishing.LOST]
    assert {(f.statistic, f.condition.removeprefix("digits, ")): f.decides for f in found} == {
        (statistic, recipe): decides
        for statistic in ("decades_lost", "gradient_decades_lost")
        for recipe, decides in {
            "sigmoid, glorot_uniform": True,
            "sigmoid, old_uniform": False,
            "tanh, old_uniform": False,
        }.items()
    }
    of_dw = [f for f in found if f.statistic == "gradient_decades_lost"]
    assert [f.value for f in of_dw] == pytest.approx([0.2] * 3)
    assert {f.verdict for f in of_dw} == {"supported"}


def test_agreement_is_told_cell_by_cell(frames):
    [table, theory] = vanishing.shown(frames)
    start = table["frame"]
    assert (start["off"].dropna() == (start["value"] - start["predicted"]).abs().dropna()).all()
    assert "missing_gain" in theory["frame"] and theory["theory"]


def test_figures(view, frames):
    drawn = {d.name: d for d in drawing.figures(frames, view.study)}
    assert list(drawn) == ["profiles", "rates", "theory", "training", "scatter"]
    panels = drawn["profiles"].figure.axes
    assert len({ax.get_ylim() for ax in panels}) == 1  # steep and flat look so
    assert "0.30 decades of delta per layer; after 2 passes, 0.30" in drawn["training"].title["en"]


@pytest.mark.parametrize(
    ("value", "written"), [(-0.004, "0.00"), (0.004, "0.00"), (-0.15, "-0.15")]
)
def test_a_rounded_nothing_has_no_sign(view, frames, value, written):
    rates = frames["rates"]
    other = {
        **frames,
        "rates": rates.assign(value=rates["value"].where(rates["value"].isna(), value)),
    }
    drawn = {d.name: d for d in drawing.figures(other, view.study)}
    texts = {text.get_text() for ax in drawn["rates"].figure.axes for text in ax.texts}
    assert texts - {"", "none"} == {written}


def test_pairs_are_counted_by_what_they_lose(view, frames):
    rates = frames["rates"].query("block == 'start'").iloc[:4]
    cells = rates.assign(
        activation=["sigmoid", "sigmoid", "tanh", "tanh"],
        initialization=["zeros", "he_normal"] * 2,
        value=[np.nan, 0.5, 0.1, -0.2],
    )
    title = drawing._map(cells, DEPTH).title["en"]
    assert title.startswith("Of 4 pairs of activation and initialization 2 lose")
    assert title.endswith("1 keep it and 1 make it grow")


def test_one_examples_delta_is_what_scatters():
    """Identity: delta at layer l is the product of the weights above, times that of the output."""
    study = load(FILE, "smoke")
    options = study.options | {"scatter_recipes": ["identity+lecun_normal"], "scatter_widths": [16]}
    options |= {"scatter_depth": 3, "scatter_seeds": 2}
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    gaps = vanishing.measure({"options": options}, networks)["gaps"]
    run = {"dataset": "digits", "activation": "identity", "initialization": "lecun_normal"}
    record = networks.train([vanishing.Run(**run, depth=3, width=16, epochs=0, seed=1)])[0]
    W = [record.weights[f"W{k}"].astype(float) for k in (1, 2, 3, 4)]
    part = networks.split(record.run).train
    out = part.x[:1].astype(float) @ W[0] @ W[1] @ W[2] @ W[3]
    delta = np.exp(out) / np.exp(out).sum() - part.target[:1]
    deltas = [delta @ W[3].T @ W[2].T @ W[1].T, delta @ W[3].T]
    first, last = (np.log10(np.sqrt(np.mean(d**2))) for d in deltas)
    assert gaps["gap"].iloc[1] == pytest.approx(first - last, abs=1e-5)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert study.is_measured and {"start", "deep", "training"} == set(study.blocks)
    start = {f"{run.activation}+{run.initialization}" for run in study.blocks["start"]}
    usual = [name.split("+")[0] for name in study.options["usual_recipes"]]
    assert len(usual) == len(set(usual))  # one initialization each
    if size != "smoke":
        assert set(study.options["usual_recipes"] + study.options["other_recipes"]) <= start
    assert len({run.initialization for run in study.blocks["start"]}) >= 7
