"""Pretraining as an experiment: fair grids, equal budgets, autoencoders that denoise."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from mlpstudy.core.pretrain_cost import passes_spent
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import cell_id, run_id
from mlpstudy.design.study_file import load
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/pretraining.yaml"


def test_denoising_autoencoders_do_denoise():
    """Networks of one seed end apart by their kind of pretraining, the study's own four."""
    runs = load(FILE, "full").blocks["pretrained_1"]
    short = {"pretraining_epochs": 1, "epochs": 1}
    kinds = {
        run.pretraining: run.model_copy(update=short)
        for run in runs
        if (run.dataset, run.seed, run.eta, run.pretraining_eta) == ("wine", 0, 0.1, 0.1)
    }
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    weights = [record.weights["W1"] for record in networks.train(list(kinds.values()))]
    assert len(kinds) == 4
    for one, other in combinations(weights, 2):
        assert np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_inputs_are_corrupted_where_an_autoencoder_denoises_and_nowhere_else(size):
    runs = [run for block in load(FILE, size).blocks.values() for run in block]
    for run in runs:
        assert (run.corruption > 0) == run.pretraining.startswith("denoising")


@pytest.mark.parametrize("size", ["default", "full"])
def test_five_values_a_factor_of_three_apart_and_the_same_for_both_sides(size):
    blocks = load(FILE, size).blocks
    for depth, names in ((1, ["pretrained_1"]), (6, ["autoencoders_6", "rbm_6"])):
        control = sorted({run.eta for run in blocks[f"control_{depth}"]})
        for name in names:
            etas = sorted({run.eta for run in blocks[name]})
            assert etas == control
            for grid in etas, sorted({run.pretraining_eta for run in blocks[name]}):
                assert len(grid) >= 5 and max(b / a for a, b in pairwise(grid)) < 3.5


def test_where_networks_may_fail_to_train_there_are_sixteen_seeds():
    for name, runs in load(FILE).blocks.items():
        if name.endswith("_6"):
            assert len({run.seed for run in runs}) == 16


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_budgets_are_equal_but_for_the_larger_one(size):
    blocks = load(FILE, size).blocks
    control = {run.epochs for run in blocks["control_1"]}.pop()
    for runs in blocks.values():
        for run in {cell_id(run): run for run in runs}.values():
            assert abs(run.epochs + passes_spent(run) - control) < 1.2, run_id(run)


def test_a_field_that_no_claim_names_is_refused(tmp_path):
    file = tmp_path / FILE.name
    text = FILE.read_text(encoding="utf-8").replace(
        "grid: {eta: [0.003", "grid: {momentum: [0, 0.9], eta: [0.003"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="momentum varies here and is named nowhere"):
        _ = load(file).runs
