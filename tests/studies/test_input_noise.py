"""Noise on the inputs: ridge by its closed form and by brute force, and noisy examples by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study_file import load
from mlpstudy.studies.input_noise import derive, measure
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/input_noise.yaml"


@pytest.fixture(scope="module")
def measured():
    """The smallest study there is: two seeds of the smoke size."""
    study = load(FILE, "smoke")
    blocks = {name: [run for run in runs if run.seed < 2] for name, runs in study.blocks.items()}
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), blocks)
    return measure.measure(study.asked, networks), networks, blocks


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
    off = measure.off_ridge(pd.DataFrame({**key, **told}))["off"]
    assert off[0] == pytest.approx(0.1) and np.isnan(
        off[1]
    )  # a model that diverged is not left out


def test_networks_on_noisy_examples_stand_beside_how_they_end_on_clean_ones():
    key = {"dataset": "digits", "label_noise": 0.0, "eta": 0.1, "seed": 0}
    ends = dict.fromkeys((*derive.CHOICE, *derive.GUESS), 0.0)
    runs = [
        {**key, **ends, "run_id": f"sigma-{s}", "input_noise": s, "test_error": s / 10}
        for s in (0, 1, 2)
    ]
    noisy = [
        {**key, "input_noise": s, "test_noise": t, "error": 0.5} for s in (0, 1, 2) for t in (0, 1)
    ]
    blocks = {"clean": ["sigma-0", "sigma-1"], "wrong_labels": ["sigma-2"]}
    view = View({}, blocks, pd.DataFrame(runs), None, None, {"noisy": pd.DataFrame(noisy)})
    made = derive.derive(view)["noisy"]
    assert made["run_id"].tolist() == ["sigma-0", "sigma-0", "sigma-1", "sigma-1"]
    assert made["as_noisy"].tolist() == [True, True, False, True]
    assert made["test_error"].tolist() == [0.0, 0.0, 0.1, 0.1]
    assert set(made) <= set(derive.COLUMNS["noisy"])


def test_a_forgotten_factor_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "for_each: [dataset, test_noise]", "for_each: [dataset]"
    )
    (tmp_path / FILE.name).write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="test_noise varies here and is named nowhere"):
        load(tmp_path / FILE.name).resolved()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    clean = [run for name in measure.CLEAN for run in study.blocks.get(name, ())]
    tried = {run.input_noise for run in clean if run.dataset in study.options["tried"]}
    assert {0.0} < tried and {*study.options["tried"]} <= {run.dataset for run in clean}
    assert {*study.options["tested"]} & tried - {0.0}
    assert all(run.input_noise > 0 for run in study.blocks["linear"])


def test_networks_without_noise_are_those_of_dropout_without_dropout():
    ours, theirs = (
        load(FILE.with_name(f"{name}.yaml")).runs for name in ("input_noise", "dropout")
    )
    without_noise = {run for run in ours if run.depth and not run.input_noise}
    assert without_noise <= {run for run in theirs if not run.dropout}
