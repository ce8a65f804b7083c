"""Passes and starts: quantiles, starts needed and the best of k, worked by hand."""

from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from mlpstudy.core.network import Network
from mlpstudy.data.split import data_key
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.statistics.intervals import Interval, wilson, wilson_bounds
from mlpstudy.studies.passes_and_restarts.derive import (
    derive,
    expected_of_best,
    passes_needed,
    share_learned,
    starts_needed,
)
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/passes_and_restarts.yaml"
SEEDS = range(6)
# By eta and restart: training accuracies of the passes 0 to 4. The best of all is 0.8, so 0.792 is
# near. At eta 0.1 three starts of four learn, after 1, 2 and 4 passes; at eta 0.5 one does.
CURVES = {
    (0.1, 0): [0.1, 0.8, 0.8, 0.8, 0.8],
    (0.1, 1): [0.1, 0.5, 0.8, 0.5, 0.5],  # lost again: it was there
    (0.1, 2): [0.1, 0.2, 0.3, 0.7, 0.8],
    (0.1, 3): [0.1, 0.2, 0.3, 0.7, 0.79],
    (0.5, 0): [0.1, 0.8, 0.8, 0.8, 0.8],
    (0.5, 1): [0.1, 0.1, 0.1, 0.1, 0.1],
    (0.5, 2): [0.1, 0.1, 0.1, 0.1, 0.1],
    (0.5, 3): [0.1, 0.1, 0.1, 0.1, 0.1],
}
# By restart at the end: validation loss and error, test error, training loss.
ENDS = {0: (0.5, 0.3, 0.4, 1), 1: (0.2, 0.2, 0.1, 2), 2: (0.3, 0.2, 0.3, 3), 3: (0.9, 0.9, 0.8, 4)}
MEASURES = ["validation_loss", "validation_error", "test_error", "train_loss"]


def view(whole=()) -> View:
    runs, curves = [], []
    for (eta, restart), accuracies in CURVES.items():
        for seed in SEEDS:
            fields = {"run_id": f"{eta}-{restart}-{seed}", "eta": eta, "restart": restart}
            ends = dict(zip(MEASURES, ENDS[restart], strict=True))
            runs.append({**fields, "seed": seed, **ends})
            curve = {"run_id": fields["run_id"], "epoch": np.arange(5), "split": "train"}
            curves.append(pd.DataFrame({**curve, "accuracy": accuracies}))
    runs = pd.DataFrame(runs).assign(dataset="wine", activation="relu", epochs=4, batch_size=32)
    options = {"near": 0.99, "certain": 0.95, "best_of": [2, 4, 9], "whole": list(whole)}
    study = {"name": "passes_and_restarts", "options": options}
    return View(study, {}, runs, pd.concat(curves, ignore_index=True), pd.DataFrame())


def needed(whole=()) -> pd.DataFrame:
    return derive(view(whole))["needed"].set_index("needs")


def test_a_start_has_learned_when_it_was_near_the_best_of_its_split():
    shares = derive(view())["runs"].groupby("eta")[["reached", "missed"]].mean()
    assert shares["reached"].to_dict() == {0.1: 0.75, 0.5: 0.25}
    assert (shares.sum(axis=1) == 1).all()


def test_a_step_after_all_examples_is_another_task():
    batches = view()
    first = batches.runs[batches.runs["restart"] == 0]
    curves = batches.curves[batches.curves["run_id"].isin(first["run_id"])]
    whole = (
        frame.assign(run_id="w" + frame["run_id"])
        for frame in (first.assign(batch_size=np.nan), curves)
    )
    runs, curves = (
        pd.concat(parts, ignore_index=True)
        for parts in zip((batches.runs, batches.curves), whole, strict=True)
    )
    both = View(batches.study, {}, runs, curves, pd.DataFrame())
    rows = derive(both)["needed"].set_index(["step_after", "needs"])
    assert rows.loc[("a batch", "passes of half"), "value"] == 2
    alone = rows.loc[("all examples", "passes of half")]
    assert alone[["value", "n", "networks"]].tolist() == [1, 6, 6]


def test_what_the_eta_with_which_most_learn_needs():
    # After 1, 2 and 4 passes a quarter, a half and three quarters of the 24 starts are there.
    rows = needed()
    assert set(rows["eta"]) == {0.1} and set(rows["edge"]) == {"lower"}
    half, most = rows.loc["passes of half"], rows.loc["passes of nine tenths"]
    # A quarter never learns: passes are those of the 18 that do.
    assert (half["value"], half["n"], half["networks"], half["learned"]) == (2, 6, 18, True)
    assert (most["value"], most["high"], most["learned"]) == (4, 4, True)
    assert rows.loc["starts", ["value", "networks"]].tolist() == [3, 24]  # ln 0.05 / ln 0.25 = 2.2


def test_where_no_start_learns_the_task_is_not_learned():
    nobody = view()
    # One start of another activation, on the same split, is better than all of these.
    first = nobody.runs[nobody.runs["seed"] == SEEDS[0]]
    run = first.head(1).assign(run_id="best", activation="tanh")
    best = nobody.curves.groupby("epoch").head(1).assign(run_id="best", accuracy=1.0)
    curves = pd.concat([nobody.curves[nobody.curves["run_id"].isin(first["run_id"])], best])
    runs = pd.concat([first, run], ignore_index=True)
    made = derive(View(nobody.study, {}, runs, curves, pd.DataFrame()))
    rows = made["needed"].set_index(["activation", "needs"])
    half = rows.loc[("relu", "passes of half")]
    assert (half["value"], half["networks"], half["learned"]) == (inf, 4, False)
    assert rows.loc[("relu", "starts"), "value"] == inf


def test_where_no_example_is_held_out_each_start_is_a_unit():
    starts = needed(["wine"]).loc["starts"]
    low, high = wilson_bounds(0.75, 23)  # n - 1 in the variance between 24 starts
    ends = starts_needed(Interval(0.75, low, high), 0.95)
    assert starts["n"] == 24 and tuple(starts[["value", "low", "high"]]) == ends
    assert derive(view(["wine"]))["best_of"].empty


def test_passes_needed_are_an_order_statistic_and_seeds_are_resampled():
    passes = pd.Series([3, 5, 9, 9] * 6)
    reached, seed = passes < 9, pd.Series(np.repeat(range(6), 4))
    assert passes_needed(passes, reached, seed, 0.25) == (3, 3, 3)  # every seed has the same four
    assert passes_needed(passes, reached, seed, 0.5) == (5, 5, 5)
    assert passes_needed(passes, reached, seed, 0.75) == (inf, inf, inf)
    # The same 24 starts by luck of their seed: half of the seeds never learn.
    ordered = passes.sort_values(kind="stable").reset_index(drop=True)
    assert passes_needed(ordered, ordered < 9, seed, 0.5) == (5, 3, inf)


@pytest.mark.parametrize(
    ("share", "starts"),
    [(0, inf), (1, 1), (0.95, 1), (0.5, 5), (0.1, 29), (0.75, 3)],
    # ln 0.05 / ln 0.5 = 4.3; / ln 0.9 = 28.4; / ln 0.25 = 2.2.
)
def test_starts_needed(share, starts):
    assert starts_needed(Interval(share, 0, 1), 0.95) == (starts, 1, inf)


def test_starts_needed_takes_the_ends_of_the_interval_in_reverse():
    # 5 of 10: Wilson's interval is 0.2366 to 0.7634, and ln 0.05 / ln(1 - p) 2.08 and 11.1.
    assert starts_needed(wilson(5, 10), 0.95) == (5, 3, 12)


@pytest.mark.parametrize(
    ("by_seed", "n"),
    [
        ([2, 2, 2, 2, 2, 2], 6),  # nothing varies: the seeds
        ([4, 4, 4, 4, 4, 4], 6),
        ([4, 4, 4, 0, 0, 0], 6),  # 1/4 over 6/4 / 30: 5, and no fewer than the seeds
        ([4, 0, 2, 2, 2, 2], 15),  # 1/4 over 1/2 / 30
        ([3, 1, 2, 3, 1, 2], 24),  # 1/4 over 1/4 / 30: 30, and no more than the 24 starts
    ],
)
def test_share_learned_counts_the_starts_that_the_seeds_are_worth(by_seed, n):
    reached = pd.Series([k < learned for learned in by_seed for k in range(4)])
    p = sum(by_seed) / 24
    low, high = wilson_bounds(p, n)
    share = share_learned(reached, pd.Series(np.repeat(range(6), 4)))
    assert share == (p, pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(("k", "expected"), [(1, 0.3), (2, 0.7 / 3), (3, 0.1)])
def test_expected_of_best(k, expected):
    # Of the choices {3, 1}, {3, 2}, {1, 2} the best are 1, 2, 1: (0.1 + 0.5 + 0.1) / 3.
    score, value = np.array([3.0, 1.0, 2.0]), np.array([0.3, 0.1, 0.5])
    assert expected_of_best(score, value, k) == pytest.approx(expected)


@pytest.mark.parametrize(("k", "expected"), [(3, 0.3), (2, 0.9 / 3)])
def test_equal_scores_are_picked_with_equal_chances(k, expected):
    # {1, 1}: 0.3 on average; {1, inf} twice: 0.2 and 0.4.
    score, value = np.array([1.0, 1.0, inf]), np.array([0.2, 0.4, 0.9])
    assert expected_of_best(score, value, k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rule", "k", "gain"),
    [
        # Test errors .4 .1 .3 .8, mean .4. The best of all four: .1 by validation loss,
        # (.1 + .3) / 2 by validation accuracy, for two are equal, .4 by training loss.
        ("validation loss", 4, 0.3),
        ("validation accuracy", 4, 0.2),
        ("training loss", 4, 0),
        # The validation loss orders 1 2 0 3; weights 3 2 1 0 sixths: (.3 + .6 + .4) / 6.
        ("validation loss", 2, 0.4 - 1.3 / 6),
    ],
)
def test_gain_of_the_best_by_each_rule(rule, k, gain):
    best = derive(view())["best_of"]
    assert set(best["k"]) == {2, 4}  # of four starts there is no best of nine
    gains = best[(best["rule"] == rule) & (best["k"] == k)].set_index("seed")["gain"]
    assert gains.to_dict() == dict.fromkeys(SEEDS, pytest.approx(gain))


def test_a_restart_is_other_weights_on_the_same_examples():
    runs = [Run(depth=1, width=3, seed=5, restart=restart) for restart in (0, 1)]
    assert data_key(runs[0]) == data_key(runs[1])
    network = Network(runs, (4,), 3)
    network.initialize()
    W = network.layers[0].W
    alone = Network([Run(depth=1, width=3, seed=5)], (4,), 3)
    alone.initialize()
    assert torch.equal(W[0], alone.layers[0].W[0])
    assert not torch.isclose(W[0], W[1]).any()


@pytest.mark.parametrize("size", SIZES)
def test_each_cell_has_as_many_starts(size):
    for name, runs in load(FILE, size).blocks.items():
        starts = {(run.seed, run.restart) for run in runs}
        cells = {run.model_copy(update={"seed": 0, "restart": 0}) for run in runs}
        assert len(runs) == len(starts) * len(cells), name
        fewest = 6 if size == "smoke" else 16 if name in ("xor", "parity") else 8
        assert len({run.seed for run in runs}) >= fewest, name


def test_starts_that_are_pooled_without_a_word_are_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace("    over: restart\n", "", 1)
    path = tmp_path / "passes_and_restarts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="restart varies here and is named nowhere"):
        expand(load(path))
