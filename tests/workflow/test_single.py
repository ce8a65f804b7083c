"""Single experiments: a run alone, by hand and by Snakemake, and its replay."""

import json

import numpy as np
import pytest

from mlpstudy.archive import load_arrays
from mlpstudy.tables.files import read_table

WORDS = ("dataset=iris", "depth=2", "width=5", "activation=tanh", "epochs=3", "seed=3")


@pytest.fixture(scope="module")
def folder(smoke):
    done = smoke.mlpstudy("run", *WORDS)
    assert done.returncode == 0, done.stderr
    return smoke.folder / done.stdout.strip().splitlines()[-1]


def test_a_run_leaves_its_settings_tables_weights_and_pictures(folder):
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert told["fields"]["depth"] == 2 and told["fields"]["seed"] == 3
    assert told["fields"]["optimizer"] == "sgd"  # defaults are resolved
    curves = read_table(folder, "curves")
    assert len(curves) == 4 * 3
    last = curves[(curves["epoch"] == 3) & (curves["split"] == "test")].iloc[0]
    row = read_table(folder, "runs").iloc[0]
    assert told["final"]["test"] == {
        "loss": last["loss"],
        "accuracy": last["accuracy"],
        "balanced_accuracy": row["test_balanced_accuracy"],
        "f1": row["test_f1"],
    }
    assert set(read_table(folder, "layers")["layer"]) == {1, 2, 3}
    for picture in ("curves", "gradients"):
        assert (folder / f"{picture}.png").read_bytes().startswith(b"\x89PNG")


def test_its_weights_give_its_accuracy(folder):
    """The network again in plain NumPy, from the weights in the folder."""
    from mlpstudy.data.datasets import DATASETS
    from mlpstudy.data.split import split
    from mlpstudy.design.command_line import run_of

    weights = load_arrays(folder / "weights.npz")
    assert weights["W1"].shape == (4, 5) and weights["b3"].shape == (1, 3)
    test = split(DATASETS["iris"](), run_of(WORDS)).test
    z = test.x
    for layer in (1, 2):
        z = np.tanh(z @ weights[f"W{layer}"] + weights[f"b{layer}"])
    guess = (z @ weights["W3"] + weights["b3"]).argmax(1)
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert (guess == test.y).mean() == pytest.approx(told["final"]["test"]["accuracy"])


def test_replays_agree_bit_for_bit(smoke):
    done = smoke.cold.mlpstudy("replay", "--sample", "8", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all 8 runs agree, bit for bit" in done.stdout


def test_a_replay_sees_a_changed_number(smoke, tmp_path):
    """The comparison itself: one bit of one loss is enough."""
    from mlpstudy.runs.single import _differing

    job = next((smoke.folder / "results/smoke/jobs").iterdir())
    curves = read_table(job, "curves")
    altered = curves.copy()
    altered.loc[5, "loss"] = np.nextafter(altered.loc[5, "loss"], np.inf)
    assert _differing(curves, curves.copy()) == []
    assert _differing(curves, altered) == ["loss"]


def test_snakemake_makes_a_single_run_of_a_study(smoke):
    runs = read_table(next((smoke.folder / "results/smoke/jobs").iterdir()), "runs")
    name = runs["run_id"].iloc[0]
    done = smoke.snakemake(f"results/runs/{name}/run.json")
    assert done.returncode == 0, done.stderr
    told = json.loads((smoke.folder / f"results/runs/{name}/run.json").read_text())
    assert told["run_id"] == name
    alone = read_table(smoke.folder / f"results/runs/{name}", "curves")
    swept = read_table(next((smoke.folder / "results/smoke/jobs").iterdir()), "curves")
    swept = swept[swept["run_id"] == name].reset_index(drop=True)
    assert alone["loss"].to_numpy().tobytes() == swept["loss"].to_numpy().tobytes()


def test_the_plan_says_how_much_there_is(smoke):
    told, n = smoke.mlpstudy("plan").stdout, len(smoke.project().pool)
    assert f"together: {n:,} networks, each once" in told
    assert f"{n:,} are trained already" in told


def test_the_list_names_what_there_is(smoke):
    told = smoke.mlpstudy("list").stdout
    for name in ("vanishing", "digits", "leaky_relu", "glorot_uniform"):
        assert name in told
