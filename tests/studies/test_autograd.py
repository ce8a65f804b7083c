"""Autograd: every session as written, a wrong one found; the trap and the graph worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from mlpstudy.analysis.pitfalls import SESSIONS, play
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import autograd as drawing
from mlpstudy.studies import autograd
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
    w, b = autograd.fit(torch.from_numpy(x), torch.from_numpy(y), autograd.MENDED, 2000, 0.1)
    exact = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y, rcond=None)[0]
    np.testing.assert_allclose([*w[0], b.item()], exact, atol=1e-10)


def test_the_trap_finds_the_mean():
    """The cost of every prediction against every target is least where all predict the mean."""
    draws = np.random.default_rng(6)
    x, y = draws.normal(size=(40, 3)), draws.normal(size=40)
    w, b = autograd.fit(torch.from_numpy(x), torch.from_numpy(y), autograd.TRAP, 2000, 0.1)
    np.testing.assert_allclose([*w[0], b.item()], [0, 0, 0, y.mean()], atol=1e-10)


@pytest.mark.parametrize(("depth", "ratio"), [(1, 0.5), (4, 2), (7, 3.5)])
def test_the_graph_keeps_every_layer(depth, ratio):
    """ReLU keeps what it gives, which is what the next layer was given: depth arrays of 4 bytes."""
    told = autograd._memory(depth, 8, 3)
    assert told["kept"] == depth * 3 * 8 * 4
    assert told["kept"] / told["needed"] == ratio


@pytest.fixture(scope="module")
def view():
    study = load(FILE, "smoke")
    networks = Networks(lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep))
    state = torch.get_rng_state()
    measured = autograd.measure({**study.asked, "seeds": [0, 1]}, networks)
    assert torch.equal(torch.get_rng_state(), state)
    told = {"name": "autograd", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    return View(told, {}, *[pd.DataFrame()] * 3, measured=measured)


def test_ratios_are_of_the_same_round():
    rows = [
        {"depth": 1, "width": 2, "examples": 3, "seed": seed, "pass": name, "seconds": seconds}
        for seed, times in enumerate([(1.0, 2.0, 4.0), (10.0, 11.0, 50.0)])
        for name, seconds in zip((autograd.FORWARD, autograd.GRAPH, autograd.BACKWARD), times, strict=True)
    ]  # fmt: skip
    ratios = autograd._ratios(pd.DataFrame(rows)).set_index(["pass", "seed"])["ratio"]
    assert ratios.to_dict() == {
        (autograd.GRAPH, 0): 2, (autograd.BACKWARD, 0): 4,
        (autograd.GRAPH, 1): 1.1, (autograd.BACKWARD, 1): 5,
    }  # fmt: skip


def test_findings_and_figures(view):
    frames = autograd.summary(view)
    found = autograd.findings(view, frames)
    sessions = [f for f in found if f.statistic == "otherwise"]
    assert [f.claim for f in sessions] == [f"C{k}" for k in range(34, 40)]
    assert {f.verdict for f in sessions} == {"supported"}
    assert sum(f.n for f in sessions) == sum(len(play(SESSIONS[f.claim])) for f in sessions)
    memory = {f.condition: f.value for f in found if f.statistic == "memory_of_the_graph"}
    assert memory == {"1 layer of 16, 1 example": 0.5, "4 layers of 64, 32 examples": 2}
    assert [d.name for d in drawing.figures(frames, view.study)] == ["trap", "graph"]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert not study.runs and study.is_measured
    assert all(len(text.split()) == 3 for text in study.options["networks"])
