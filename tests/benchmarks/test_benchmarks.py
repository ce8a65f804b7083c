"""That the benchmark's engines do the same work, and that its tables hold what they say."""

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks import clock, measure, shares, write
from benchmarks.peers import ENGINES, STACKED, core_on, has_jax
from benchmarks.work import Work

SMALL = Work(1, 8, examples=64)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch):
    monkeypatch.setattr(clock, "TURN", 0.0)


def engines():
    return [name for name in ENGINES if name != "jax_vmap" or has_jax()]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", engines())
def test_every_engine_learns_and_all_reach_about_the_same_loss(name, optimizer):
    work = Work(1, 16, optimizer, examples=256)
    R = 2 if name in STACKED else 1
    engine = ENGINES[name](work, R)
    before = engine.evaluate()[0]
    for _ in range(20):
        engine.one_pass()
    loss, accuracy = engine.evaluate()
    assert len(loss) == len(accuracy) == engine.networks == R
    limit = {"sgd": 0.3, "adam": 0.9}[optimizer]  # all start near log 10; sklearn, a pass later
    assert (np.array(before) > 1).all() and (np.array(loss) < limit).all()
    assert (np.array(accuracy) > 0.75).all()


def test_stacks_on_two_threads_are_the_same_networks():
    engine, alone = core_on(2, SMALL, 3), ENGINES["core"](SMALL, 3)
    engine.one_pass()
    alone.one_pass()
    loss, _ = engine.evaluate()
    assert engine.networks == 6
    assert loss.tolist() == alone.evaluate()[0].tolist() * 2


def test_the_flop_of_a_pass_are_those_of_its_products():
    # 64 x 8 and 8 x 10 weights; three products each, but no delta for the inputs
    assert SMALL.flop == 2 * 64 * (3 * (64 * 8 + 8 * 10) - 64 * 8)
    assert SMALL.n_parameters == 64 * 8 + 8 + 8 * 10 + 10


def test_threads_are_put_back():
    before = torch.get_num_threads()
    with clock.threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_ratios_are_medians_over_the_rounds():
    seconds = {"peer": np.array([2.0, 9.0, 4.0]), "core": np.array([1.0, 3.0, 1.0])}
    assert clock.ratio(seconds, "peer", "core") == 3.0


def test_a_contest_has_a_row_for_every_engine_and_names_its_best(monkeypatch):
    monkeypatch.setattr(measure, "rule", lambda work: 2)
    table = pd.DataFrame(measure.contest(SMALL, 1, True, around=True))
    cores = table[table["engine"] == "core"]
    assert cores["R"].tolist() == [1, 2, 4]
    assert (cores["times_core"] == 1.0).sum() == 1  # the best, of itself; no test depends on times
    assert {*engines(), "products", "large product"} == set(table["engine"])
    assert (table["ms"] > 0).all()
    shown = write.ratios(table)
    assert shown["layers x width"].tolist() == ["1x8"]


def test_the_parts_of_a_step_add_up(monkeypatch):
    monkeypatch.setattr(shares, "rule", lambda work: 2)
    parts = shares.shares(SMALL)
    assert parts.sum() == pytest.approx(1)
    assert (parts.drop("Everything else") > 0).all()
