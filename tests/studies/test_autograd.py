"""Autograd: every session as written, a wrong one found; the trap and the graph worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from mlpstudy.analysis.pitfalls import SESSIONS, play
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study_file import load
from mlpstudy.statistics.contrasts import findings
from mlpstudy.studies.autograd import measure as measuring
from mlpstudy.studies.autograd.derive import derive, ratios, shown
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/autograd.yaml"


@pytest.mark.parametrize("claim", SESSIONS)
def test_pytorch_prints_what_is_written(claim):
    statements = play(SESSIONS[claim], claim)
    assert len(statements) >= 4
    for statement in statements:
        assert statement.as_written, statement


@pytest.mark.parametrize(
    ("session", "printed"),
    [
        (">>> 1 + 1\n3\n", "2"),
        (">>> 1 / 0\nTraceback (most recent call last):\nKeyError: 0\n", "ZeroDivisionError: division by zero"),
        (">>> 1 / 0\n", "ZeroDivisionError: division by zero"),
    ],
    ids=["another output", "another error", "an error"],
)  # fmt: skip
def test_what_is_otherwise_is_found(session, printed):
    [statement] = play(session)
    assert not statement.as_written
    assert statement.printed == printed


def test_the_lectures_regression_finds_the_least_squares():
    draws = np.random.default_rng(5)
    x, y = draws.normal(size=(40, 3)), draws.normal(size=40)
    w, b = measuring.fit(torch.from_numpy(x), torch.from_numpy(y), measuring.MENDED, 2000, 0.1)
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y, rcond=None)[0]
    np.testing.assert_allclose([*w[0], b.item()], exact, atol=1e-10)


def test_the_trap_finds_the_mean():
    """The cost of every prediction against every target is least where all predict the mean."""
    draws = np.random.default_rng(6)
    x, y = draws.normal(size=(40, 3)), draws.normal(size=40)
    w, b = measuring.fit(torch.from_numpy(x), torch.from_numpy(y), measuring.TRAP, 2000, 0.1)
    np.testing.assert_allclose([*w[0], b.item()], [0, 0, 0, y.mean()], atol=1e-10)


@pytest.mark.parametrize(("depth", "ratio"), [(1, 0.5), (4, 2), (7, 3.5)])
def test_the_graph_keeps_every_layer(depth, ratio):
    """ReLU keeps what it gives, which is what the next layer was given: depth arrays of 4 bytes."""
    memory = measuring._memory(depth, 8, 3)
    assert memory["kept"] == depth * 3 * 8 * 4
    assert memory["kept"] / memory["needed"] == ratio


@pytest.fixture(scope="module")
def study():
    return load(FILE, "smoke")


@pytest.fixture(scope="module")
def tables(study):
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    state = torch.get_rng_state()
    measured = measuring.measure({**study.asked, "seeds": [0, 1]}, networks)
    assert torch.equal(torch.get_rng_state(), state)
    return measured | derive(View(study.resolved(), {}, *[pd.DataFrame()] * 3, measured=measured))


def test_ratios_are_of_the_same_round():
    rows = [
        {"depth": 1, "width": 2, "examples": 3, "seed": seed, "pass": name, "seconds": seconds}
        for seed, times in enumerate([(1.0, 2.0, 4.0), (10.0, 11.0, 50.0)])
        for name, seconds in zip((measuring.FORWARD, measuring.GRAPH, measuring.BACKWARD), times, strict=True)
    ]  # fmt: skip
    of_rounds = ratios(pd.DataFrame(rows)).droplevel([0, 1, 2])
    assert of_rounds[measuring.GRAPH].tolist() == [2, 1.1]
    assert of_rounds[measuring.BACKWARD].tolist() == [4, 5]


def test_every_statement_is_counted(tables):
    sessions = tables["sessions"].set_index("claim")
    assert list(sessions.index) == [*(f"C{k}" for k in range(34, 40)), "E12"]
    assert (sessions["otherwise"] == 0).all()
    assert sessions["statements"].to_dict() == {c: len(play(SESSIONS[c])) for c in SESSIONS}
    assert [table["name"] for table in shown(tables)] == ["statements", "costs"]


@pytest.mark.parametrize(
    ("name", "values"),
    [("otherwise", [0] * 6), ("memory_of_the_graph", [0.5, 2])],
)
def test_what_has_no_chance_in_it_is_exact(study, tables, name, values):
    claims = [claim for claim in study.claims if claim.statistic == name]
    found = [f for claim in claims for f in findings(claim, tables[claim.contrast.table])]
    assert [(f.value, f.low, f.high) for f in found] == [(value,) * 3 for value in values]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert not study.runs and study.is_measured
