"""Backpropagation: the lecture's network worked out by hand, errors that would be found, findings."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from mlpstudy.analysis import gradients
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import COSTS
from mlpstudy.core.network import Network
from mlpstudy.design.run import Run
from mlpstudy.design.study import load
from mlpstudy.figures import backpropagation as drawing
from mlpstudy.studies import backpropagation
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/backpropagation.yaml"


@pytest.fixture(scope="module")
def study():
    return load(FILE, "smoke")


@pytest.fixture(scope="module")
def measured(study):
    return backpropagation.measure({**study.asked, "seeds": [0, 3]}, None)


@pytest.fixture(scope="module")
def view(study, measured):
    told = {"name": "backpropagation", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    return View(told, {}, *[pd.DataFrame()] * 3, measured=measured)


def test_the_lectures_network_by_hand(study):
    """All a are 0, so that z = 1/2 and g' = 1/4; L = (1/2 + 1)^2."""
    told = {(part, name): value for part, name, value in backpropagation.example(study.options)}
    assert [told["forward", f"a{k}"] for k in (1, 2, 3)] == [0, 0, 0]
    assert [told["forward", name] for name in ("z1", "z2", "y_hat", "L")] == [0.5, 0.5, 0.5, 2.25]
    assert told["backward", "delta3"] == 2 * 0.25 * 1.5
    assert told["backward", "delta1"] == 0.25 * 1 * 0.75
    assert told["backward", "delta2"] == 0.25 * -2 * 0.75
    assert told["backward", "dL/dw21 (1)"] == 0.5 * 0.1875  # x2 delta1
    assert told["backward", "dL/dw02 (1)"] == -0.375  # a bias: delta itself
    assert told["backward", "dL/dw21 (2)"] == 0.5 * 0.75  # z2 delta3
    assert told["after the step", "w21 (2)"] == -2 - 0.375
    hidden = 1 / (1 + np.exp([0.421875, -0.84375]))  # a1 and a2 after the step
    a3 = -0.25 + 0.625 * hidden[0] - 2.375 * hidden[1]
    assert told["after the step", "a3"] == pytest.approx(a3, abs=1e-12)
    assert told["after the step", "L"] == pytest.approx((1 / (1 + np.exp(-a3)) + 1) ** 2)


def test_every_activation_and_cost_is_checked(study):
    names = {(case.kind, case.name) for case in backpropagation.cases(study.options)}
    assert names >= {("activation", name) for name in ACTIVATIONS}
    assert names >= {("cost", name) for name in COSTS}


def test_a_wrong_slope_would_be_found(study, monkeypatch):
    right = ACTIVATIONS["tanh"]
    wrong = right._replace(dg=lambda a, z, out=None: right.dg(a, z, out=out).mul_(1.001))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    case = next(c for c in backpropagation.cases(study.options) if c.name == "tanh")
    told = backpropagation._check(case, study.options, 0)
    assert told["off_autograd"] > 1e-4 and told["off_differences"] > 1e-4


def test_differences_of_a_square_are_exact_but_for_h():
    """One weight, one example, L = (w x + b - t)^2: L' = 2 x e, and one-sided differences add h x^2."""
    network = Network(
        [Run(depth=0, width=1, cost="mse_raw")], (1,), 0, targets=1, dtype=torch.float64
    )
    gradients.put(network, torch.tensor([[3.0, 1.0]], dtype=torch.float64))  # w, b
    x, t = torch.tensor([[2.0]]).double(), torch.tensor([[4.0]]).double()  # e = 3
    one = gradients.by_differences(network, (1,), x, t, 0.5, central=False)
    assert one.tolist() == [12 + 0.5 * 4, 6 + 0.5]
    assert gradients.by_differences(network, (1,), x, t, 0.5).tolist() == [12, 6]
    assert gradients.by_hand(network, x, t).tolist() == [12, 6]


def test_taylors_remainder_is_what_differences_miss(view):
    frames = backpropagation.summary(view)
    steps = frames["steps_mean"]
    large = steps[(steps["precision"] == "double") & (steps["h"] == 1e-3)]
    np.testing.assert_allclose(large["value"], large["cut"], rtol=1e-3)


def test_findings_and_figures(view):
    frames = backpropagation.summary(view)
    found = backpropagation.findings(view, frames)
    known = {"C06": 6, "C07": 8, "C08": 2}
    assert {id: sum(f.claim == id for f in found) for id in known} == known
    exact = [f for f in found if f.statistic != "off_with_one_source"]  # that needs six seeds
    assert {f.verdict for f in exact} == {"supported"}
    drawn = drawing.figures(frames, view.study)
    assert [d.name for d in drawn] == ["example", "checked", "steps", "sources"]
    assert "0.1875" in drawn[0].title["en"]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert not study.runs and study.measures
    assert study.options["step"] in study.options["steps"]
