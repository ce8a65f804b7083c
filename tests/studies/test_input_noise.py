"""Noise on the inputs: ridge by its closed form and by brute force, and findings by hand."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import input_noise as drawing
from mlpstudy.studies import input_noise
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/input_noise.yaml"
SEEDS = range(6)


@pytest.fixture(scope="module")
def measured():
    """The smallest study there is: two seeds of the smoke size."""
    study = load(FILE, "smoke")
    blocks = {name: [run for run in runs if run.seed < 2] for name, runs in study.blocks.items()}
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), blocks)
    return input_noise.measure(study.asked, networks), networks, blocks


def test_ridge_is_its_closed_form(measured):
    tables, networks, blocks = measured
    run = blocks["linear"][0]
    train = networks.split(run).train
    x, t = (part.astype(float) for part in (train.x, train.target))
    x, t = x - x.mean(0), t - t.mean(0)  # the bias is not held back
    W = np.linalg.solve(x.T @ x + len(x) * run.input_noise**2 * np.eye(x.shape[1]), x.T @ t)
    here = tables["weights"][tables["weights"]["seed"] == run.seed]
    np.testing.assert_allclose(here["ridge"], W.ravel(), atol=1e-10)
    np.testing.assert_allclose(here["least_squares"], np.linalg.lstsq(x, t)[0].ravel(), atol=1e-6)


def test_ridge_is_least_squares_on_many_noisy_copies():
    """Bishop 1995, by brute force: 4,000 copies of 20 examples, each with noise of its own."""
    draws, sigma = np.random.default_rng(1), 0.7
    x, t = draws.normal(size=(20, 3)), draws.normal(size=(20, 1))
    copies = np.tile(x, (4000, 1)) + sigma * draws.normal(size=(80_000, 3))
    design = np.column_stack([copies, np.ones(len(copies))])
    W = np.linalg.lstsq(design, np.tile(t, (4000, 1)))[0][:3]
    centred = x - x.mean(0)
    ridge = np.linalg.solve(
        centred.T @ centred + 20 * sigma**2 * np.eye(3), centred.T @ (t - t.mean())
    )
    np.testing.assert_allclose(W, ridge, atol=0.01)


def test_without_noise_a_network_errs_as_its_tables_say(measured):
    tables, networks, blocks = measured
    record = networks.train(blocks["clean"][:1])[0]
    run = record.run
    noisy = tables["noisy"].set_index(["input_noise", "eta", "seed", "test_noise"])["error"]
    test = networks.split(run).test
    right = networks.forward(record, test.x.astype(float)).output.argmax(1) == test.y
    assert noisy[run.input_noise, run.eta, run.seed, 0.0] == pytest.approx(1 - right.mean())


def test_the_share_of_the_way():
    key = {"dataset": "d", "input_noise": 1.0, "seed": [0, 0, 1, 1], "weight": [0, 1, 0, 1]}
    told = {
        "learned": [0.3, 0.4, 1, np.nan],
        "ridge": [0.0, 0.0, 1, 1],
        "least_squares": [3.0, 4.0, 2, 2],
    }
    off = input_noise.off_ridge(pd.DataFrame({**key, **told}))["off"]
    assert off[0] == pytest.approx(0.1) and np.isnan(
        off[1]
    )  # a model that diverged is not left out


@pytest.fixture(scope="module")
def view():
    runs, curves, noisy = [], [], []
    for sigma, accuracy in ((0.0, 0.8), (1.0, 0.9)):
        for seed in SEEDS:
            name = f"{sigma}-{seed}"
            told = {
                "dataset": "digits",
                "label_noise": 0.0,
                "input_noise": sigma,
                "eta": 0.1,
                "seed": seed,
            }
            runs.append({"run_id": name, **told, "status": "finished"})
            for split in ("train", "validation", "test"):
                curves.append({"run_id": name, "epoch": 1, "split": split, "loss": 2 - accuracy,
                               "accuracy": accuracy})  # fmt: skip
            errors = {0.0: 1 - accuracy, 1.0: 0.5 - 0.2 * sigma}
            noisy += [{**told, "test_noise": s, "error": error} for s, error in errors.items()]
    weights = {
        "dataset": "diabetes",
        "input_noise": 1.0,
        "weight": 0,
        "ridge": 0.0,
        "least_squares": 1.0,
    }
    weights = pd.DataFrame({**weights, "seed": list(SEEDS), "learned": 0.1})
    study = load(FILE)
    told = {"name": "input_noise", "options": study.options | {"sigmas": [1.0]}}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    measured = {"noisy": pd.DataFrame(noisy), "weights": weights}
    measured["off_ridge"] = input_noise.off_ridge(weights)
    blocks = {"clean": [run["run_id"] for run in runs]}
    frames = pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame()
    return View(told, blocks, *frames, measured=measured)


def test_findings(view):
    found = input_noise.findings(view, input_noise.summary(view))
    told = {f.statistic: (f.condition, f.value, f.n, f.verdict) for f in found}
    assert told == {
        "error_saved": ("digits, clean labels, sigma 1", pytest.approx(0.1), 6, "supported"),
        "loss_saved": ("digits, clean labels, sigma 1", pytest.approx(0.1), 6, "supported"),
        "error_saved_on_noisy": ("digits, sigma 1", pytest.approx(0.2), 6, "supported"),
        "off_ridge": ("diabetes, sigma 1", pytest.approx(0.1), 6, "supported"),
    }


def test_eta_is_chosen_by_what_is_compared_and_both_stand_at_the_controls(view):
    """With noise a ten times larger eta errs less and has the larger loss."""
    larger = view.runs.query("input_noise == 1").assign(eta=1.0)
    names = larger["run_id"].map(lambda name: f"{name}-larger")
    curves = view.curves[view.curves["run_id"].isin(larger["run_id"])]
    curves = curves.assign(run_id=curves["run_id"] + "-larger", loss=3.0, accuracy=0.95)
    runs = pd.concat([view.runs, larger.assign(run_id=names)], ignore_index=True)
    more = {"runs": runs, "curves": pd.concat([view.curves, curves], ignore_index=True)}
    noisy = view.measured["noisy"]
    noisy = pd.concat([noisy, noisy.query("input_noise == 1").assign(eta=1.0)])
    more["measured"] = view.measured | {"noisy": noisy}
    seen = dataclasses.replace(view, blocks={"clean": [*runs["run_id"]]}, **more)
    found = {f.statistic: f for f in input_noise.findings(seen, input_noise.summary(seen))}
    error, loss = found["error_saved"], found["loss_saved"]
    assert (error.value, error.common[0]) == pytest.approx((0.95 - 0.8, 0.9 - 0.8))
    assert (error.edge, error.runs[0]) == ("upper", "1.0-0-larger")
    assert (loss.value, loss.common[0], loss.edge) == (pytest.approx(0.1), loss.value, "lower")


def test_figures_and_tables(view):
    frames = input_noise.summary(view)
    drawn = drawing.figures(frames, view.study)
    assert [(d.name, d.n) for d in drawn] == [("sigma", 12), ("noisy", 12), ("ridge", None)]
    cells, off = input_noise.shown(frames)
    assert cells["frame"]["test_error"].tolist() == pytest.approx([0.2, 0.1])
    assert off["frame"]["value"].tolist() == pytest.approx([0.1])


def test_a_sigma_that_nothing_was_learned_with_has_no_finding(view):
    """One that was not tried on noisy inputs has none there."""
    options = view.study["options"] | {"sigmas": [1.0, 3.0]}
    more = dataclasses.replace(view, study=view.study | {"options": options})
    noisy = view.measured["noisy"]
    also = pd.concat([noisy, noisy.query("input_noise == 0").assign(test_noise=3.0)])
    more = dataclasses.replace(more, measured=view.measured | {"noisy": also})
    found = input_noise.findings(more, input_noise.summary(more))
    assert {f.condition for f in found if "sigma 3" in f.condition} == set()
    assert any("sigma 1" in f.condition for f in found)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    swept = {run.input_noise for run in study.blocks["clean"]}
    assert {0.0, *map(float, study.options["sigmas"])} <= {*study.options["learned"]} <= swept
    assert study.options["drawn"] in {run.dataset for run in study.blocks["linear"]}
    assert all(run.input_noise > 0 for run in study.blocks["linear"])
