"""That the benchmark's engines do the same work, and that its tables hold what they say."""

import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch

from benchmarks import clock, floors, gpu, measure, peak, shares, write, xor
from benchmarks.peers import ENGINES, OURS, STACKED, installed
from benchmarks.work import Work

SMALL = Work(1, 8, examples=64)


@pytest.fixture(autouse=True)
def short_turns(monkeypatch):
    monkeypatch.setattr(clock, "TURN", 0.0)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", installed())
def test_every_engine_learns_and_all_reach_about_the_same_loss(name, optimizer):
    work = Work(1, 16, optimizer, examples=256)
    R = 2 if name in STACKED else 1
    engine = ENGINES[name](work, R, 1)
    before = engine.evaluate()[0]
    for _ in range(30):
        engine.one_pass()
    loss, accuracy = engine.evaluate()
    assert len(loss) == len(accuracy) == engine.networks == R
    limit = {"sgd": 0.6, "adam": 0.9}[optimizer]  # with unseen examples; all start near log 10
    assert (np.array(before) > 1).all() and (np.array(loss) < limit).all()
    assert (np.array(accuracy) > 0.75).all()


@pytest.mark.parametrize("name", OURS)
def test_stacks_on_two_threads_are_the_same_networks(name):
    engine, alone = (ENGINES[name](SMALL, 3, threads) for threads in (2, 1))
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
    monkeypatch.setattr(measure, "ROUNDS", {True: 2})
    table = pd.DataFrame(measure.contest(SMALL, 1, True, full=True))
    stacks = table.groupby("engine")["R"].agg(list)
    assert stacks["native"] == [1, 2] and stacks["torch"] == [1, 2, 4] and stacks["plain"] == [1]
    ours = table[table["engine"] == measure.base()]
    assert (ours["times"] == 1.0).sum() == 1  # the best, of itself; no test depends on times
    assert {*installed(), "products", "large product"} == set(table["engine"])
    assert (table["ms"] > 0).all()
    assert write.ratios(table)["layers x width"].tolist() == ["1x8"]
    assert write.stacks(table)["engine"].tolist() == [n for n in OURS if n in installed()]


def test_the_parts_of_a_step_add_up(monkeypatch):
    monkeypatch.setattr(shares, "rule", lambda work: 2)
    parts = shares.shares(SMALL)
    assert parts.sum() == pytest.approx(1)
    assert (parts.drop("Everything else") > 0).all()


def test_the_batched_loop_learns_xor_and_one_of_its_steps_is_worked_by_hand():
    loop = xor.BatchedLoop(networks=8)
    before = [p.detach().clone() for p in loop.theta]
    loop(passes=1)
    x, t = (np.array(a) for a in zip(*[((-1, -1), 0), ((1, 1), 0), ((-1, 1), 1), ((1, -1), 1)]))
    W1, b1, W2, b2 = (p[3].double().numpy() for p in before)
    z = np.tanh(x @ W1 + b1)
    delta = (1 / (1 + np.exp(-(z @ W2 + b2))) - t[:, None]) / 4
    np.testing.assert_allclose(
        loop.theta[2][3].detach(), W2 - xor.ETA * z.T @ delta, rtol=1e-4, atol=1e-6
    )
    for _ in range(10):
        loop()
    assert loop.loss().min() < 0.05


def test_the_peak_counts_chains_that_are_worked_by_hand(monkeypatch):
    spin = peak._spin(lanes=8, chains=8)
    assert spin(0) == sum(range(8))  # each chain begins with its number
    assert spin(1) == pytest.approx(0.999 * sum(range(8)) + 8 * 0.001)
    monkeypatch.setattr(peak, "STEPS", 1000)
    assert peak._rate(8, 8) > 0


def test_floors_are_read_off_the_contest():
    rows = [
        ("2x16", "sgd", "relu", "torch", 2.5),
        ("2x16", "sgd", "tanh", "torch", 1.9),
        ("2x16", "sgd", "relu", "jax_vmap", 1.6),
        ("2x16", "sgd", "tanh", "jax_vmap", 2.4),
    ]
    table = pd.DataFrame(rows, columns=["work", "optimizer", "activation", "engine", "times"])
    rows = [floor.row for floor in floors.ratios(table, write.NAMES)]
    assert [(r["networks"], r["floor"], r["reached"], r[""]) for r in rows] == [
        ("2x16", "2.0", "1.90 (sgd tanh) to 2.50", "missed"),
        ("2x16", "1.5", "1.60 (sgd relu) to 2.40", "met"),
        ("median of all", "1.8", "2.00", "met"),
    ]


@pytest.fixture
def short_gpu(monkeypatch):
    monkeypatch.setattr(gpu, "TURN", 0.0)
    monkeypatch.setattr(gpu, "TURNS", 1)


def test_the_script_for_a_gpu_without_one_says_so_in_a_line(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit, match="^python -m benchmarks.gpu: this machine has no CUDA dev"):
        gpu.main()


def test_the_script_for_a_gpu_compares_a_device_with_the_cpu(monkeypatch, short_gpu):
    monkeypatch.setattr(gpu, "CASES", {name: gpu.CASES[name] for name in ("noise", "full batch")})
    monkeypatch.setattr(gpu, "WORKS", [SMALL])
    monkeypatch.setattr(gpu, "STACKS", (1, 2))
    monkeypatch.setattr(gpu, "LARGEST", {8: 2})
    agreements, text = gpu.measure("cpu", "a CPU")
    assert agreements == [
        gpu.Agreement(case, loss=0.0, weight=0.0, limit=1e-4, same_twice=True, same_alone=True)
        for case in gpu.CASES
    ]
    assert "2 of 2 cases" in text and "| 1x8 | sgd | 2 |" in text


def test_what_misses_its_limit_or_its_bits_does_not_hold():
    good = gpu.Agreement("a", 1e-5, 1e-5, 1e-4, same_twice=True, same_alone=False)
    assert good.holds
    assert not good._replace(weight=1e-3).holds and not good._replace(same_twice=False).holds


def test_after_the_time_is_up_nothing_new_is_begun(capsys):
    assert list(gpu.until(time.monotonic() - 1, iter([lambda: 1]))) == []
    assert "no time" in capsys.readouterr().out
    assert list(gpu.until(time.monotonic() + 60, iter([lambda: 1]))) == [1]


@pytest.mark.parametrize("name", ["bench", "gpu"])
def test_readme_has_the_place_that_is_written_anew(name):
    text = (write.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert text.count(f"<!-- {name} -->\n") == text.count(f"<!-- /{name} -->") == 1


def test_readme_shows_three_works_that_are_always_measured():
    measured = {(work.name, work.optimizer, work.activation) for work in measure.QUICK}
    assert len(write.IN_README) == 3 and set(write.IN_README) <= measured
