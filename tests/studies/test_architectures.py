"""Convolutions, permutations and RBM features: differences worked by hand."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.network import Network
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.study import load
from mlpstudy.figures import architectures as drawing
from mlpstudy.studies import architectures
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/architectures.yaml"
STATISTICS = (
    "gap_reduced", "error_reduced", "permutation_cost", "permutation_costs_more",
    "gap_reduced_by_rbm", "error_reduced_by_rbm",
)  # fmt: skip
# By kernel, permuted and eta: training, validation and test error.
PAIR = {
    (3, False, 0.01): (0.0, 0.3, 0.125),
    (3, False, 0.1): (0.0, 0.5, 0.0),  # better on new examples, but not on validation
    (3, True, 0.01): (0.125, 0.3, 0.5),
    (0, False, 0.01): (0.125, 0.3, 0.375),
    (0, True, 0.01): (0.125, 0.3, 0.25),
}
RBM = {"none": (0.0, 0.3, 0.5), "rbm": (0.25, 0.3, 0.375)}


def view(lost: str = "") -> View:
    """Six seeds each; `lost` diverged after the pass before training."""
    fixed = {"dataset": "digits", "activation": "relu", "depth": 1, "train_size": 40, "epochs": 3}
    plain = {"pretraining": "none", "pretraining_eta": 0.1, "trained": "all"}
    cells = {
        f"pair-{kernel}-{permuted}-{eta}": (
            {"kernel": kernel, "permuted": permuted, "eta": eta, "width": 4 + kernel, **plain},
            errors,
        )
        for (kernel, permuted, eta), errors in PAIR.items()
    } | {
        f"rbm-{kind}": (
            {"kernel": 0, "permuted": False, "eta": 0.1, "width": 8, "trained": "all"}
            | {"pretraining": kind, "pretraining_eta": 0.1},
            errors,
        )
        for kind, errors in RBM.items()
    }
    runs, curves, blocks = [], [], {"pair": [], "rbm": []}
    for cell, (fields, errors) in cells.items():
        for seed in range(6):
            name = f"{cell}-{seed}"
            blocks[cell.partition("-")[0]].append(name)
            ended = {"status": "finished", "diverged_at": -1}
            if name == lost:
                ended = {"status": "diverged", "diverged_at": 1}
            size = {"n_parameters": 1000 + fields["kernel"]}
            runs.append({"run_id": name, "seed": seed, **fields, **fixed, **size, **ended})
            for epoch in range(1 if name == lost else 4):
                for part, error in zip(("train", "validation", "test"), errors, strict=True):
                    row = {"run_id": name, "epoch": epoch, "split": part, "loss": error}
                    curves.append(row | {"accuracy": 1 - error})
    claims = [
        {"id": "C24", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in STATISTICS
    ]
    study = {"name": "architectures", "options": {}, "claims": claims}
    return View(study, blocks, pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames():
    return architectures.summary(view())


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("gap_reduced", (0.375 - 0.125) - (0.125 - 0.0)),
        ("error_reduced", 0.375 - 0.125),
        ("permutation_cost", 0.5 - 0.125),
        ("permutation_costs_more", (0.5 - 0.125) - (0.25 - 0.375)),
        ("gap_reduced_by_rbm", 0.5 - 0.125),
        ("error_reduced_by_rbm", 0.5 - 0.375),
    ],
)
def test_each_difference_is_its_definition(frames, statistic, value):
    [found] = [f for f in architectures.findings(view(), frames) if f.statistic == statistic]
    assert (found.value, found.low, found.high) == pytest.approx((value, value, value))
    assert found.verdict == "supported"
    assert found.n == 6
    assert found.networks == {"permutation_costs_more": 24}.get(statistic, 12)
    assert found.condition.startswith("digits, ")


def test_eta_is_chosen_on_validation_and_not_on_test(frames):
    by_run = frames["by_run"]
    chosen = by_run[by_run["chosen"] & (by_run["kernel"] == 3) & ~by_run["permuted"]]
    assert set(chosen["eta"]) == {0.01} and len(chosen) == 6


def test_a_gap_that_an_rbm_closes_by_its_eta_alone_is_shown_at_both():
    """Of each kind and eta: training error, test error and whether validation chose the eta."""
    ends = {
        ("none", 0.1): (0.0, 0.5, False), ("none", 0.3): (0.0, 0.7, True),
        ("rbm", 0.1): (0.25, 0.5, True), ("rbm", 0.3): (0.0, 0.75, False),
    }  # fmt: skip
    rows = [
        {"run_id": f"{kind}-{eta}-{seed}", "pretraining": kind, "eta": eta, "pretraining_eta": 0.1}
        | {"trained": "all", "seed": seed, "chosen": chosen, "test_error": test}
        | {"gap": test - train}
        for (kind, eta), (train, test, chosen) in ends.items()
        for seed in range(6)
    ]
    made = dict(architectures._by_rbm(pd.DataFrame(rows), "mnist_1d"))["gap_reduced_by_rbm"]
    assert made.value.value == pytest.approx(0.7 - 0.25)
    assert made.common.value == pytest.approx(0.7 - 0.75)
    assert made.edge == "both"  # the smaller of two etas for the RBM, the larger one without


def test_a_run_that_diverged_errs_everywhere():
    frames = architectures.summary(view(lost="pair-0-False-0.01-0"))
    cell = frames["cells"].query("block == 'pair' and kernel == 0 and not permuted").iloc[0]
    assert cell["value"] == pytest.approx((1 + 5 * 0.375) / 6)
    assert cell["train_error"] == pytest.approx((1 + 5 * 0.125) / 6)
    assert (cell["diverged"], cell["n"]) == (1, 6)


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": {}})
    assert [d.name for d in drawn] == ["errors", "differences", "rbm"]
    assert [d.n for d in drawn] == [24, 24, 12]
    assert "errs less in 1 and has a smaller gap in 1 of 1" in drawn[1].title["en"]
    for table in architectures.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


def test_only_what_there_is_is_drawn(frames):
    pairs = {name: frame[frame["block"] == "pair"] for name, frame in frames.items()}
    assert [d.name for d in drawing.figures(pairs, {})] == ["errors", "differences"]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_networks_of_a_pair_are_equally_large(size):
    for name, runs in load(FILE, size).blocks.items():
        data = EXAMPLES[runs[0].dataset]
        cells = {(r.kernel, r.width): r for r in runs}.values()
        sizes = [Network([run], data.shape, data.classes).n_parameters for run in cells]
        assert max(sizes) <= 1.03 * min(sizes), name
        if not name.startswith("rbm"):
            assert {bool(r.kernel) for r in runs} == {True, False}
            assert np.unique([r.permuted for r in runs]).tolist() == [False, True]


@pytest.mark.parametrize("size", ["default", "full"])
def test_both_sides_have_four_etas_a_factor_of_three_apart(size):
    for name, runs in load(FILE, size).blocks.items():
        sides = {(r.kernel, r.permuted, r.pretraining, r.trained) for r in runs}
        grids = {
            side: sorted(
                {r.eta for r in runs if (r.kernel, r.permuted, r.pretraining, r.trained) == side}
            )
            for side in sides
        }
        (grid,) = {tuple(grid) for grid in grids.values()}
        assert len(grid) >= 4 and max(b / a for a, b in pairwise(grid)) < 3.5, name
