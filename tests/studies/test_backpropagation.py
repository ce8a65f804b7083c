"""Backpropagation: the lecture's network worked out by hand, errors that would be found."""

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
from mlpstudy.design.study_file import load
from mlpstudy.statistics.contrasts import findings
from mlpstudy.studies.backpropagation import figures
from mlpstudy.studies.backpropagation import measure as measuring
from mlpstudy.studies.backpropagation.derive import derive, shown
from mlpstudy.studies.view import View
from mlpstudy.words import Words

FILE = Path(__file__).resolve().parents[2] / "config/studies/backpropagation.yaml"


@pytest.fixture(scope="module")
def study():
    return load(FILE, "smoke")


@pytest.fixture(scope="module")
def tables(study):
    measured = measuring.measure({**study.asked, "seeds": [0, 3]}, None)
    return measured | derive(View(study.resolved(), {}, *[pd.DataFrame()] * 3, measured=measured))


def test_the_lectures_network_by_hand(study):
    """All a are 0, so that z = 1/2 and g' = 1/4; L = (1/2 + 1)^2."""
    value = {(part, name): value for part, name, value in measuring.example(study.options)}
    assert [value["forward", f"a{k}"] for k in (1, 2, 3)] == [0, 0, 0]
    assert [value["forward", name] for name in ("z1", "z2", "y_hat", "L")] == [0.5, 0.5, 0.5, 2.25]
    assert value["backward", "delta3"] == 2 * 0.25 * 1.5
    assert value["backward", "delta1"] == 0.25 * 1 * 0.75
    assert value["backward", "delta2"] == 0.25 * -2 * 0.75
    assert value["backward", "dL/dw21 (1)"] == 0.5 * 0.1875  # x2 delta1
    assert value["backward", "dL/dw02 (1)"] == -0.375  # a bias: delta itself
    assert value["backward", "dL/dw21 (2)"] == 0.5 * 0.75  # z2 delta3
    assert value["after the step", "w21 (2)"] == -2 - 0.375
    hidden = 1 / (1 + np.exp([0.421875, -0.84375]))  # a1 and a2 after the step
    a3 = -0.25 + 0.625 * hidden[0] - 2.375 * hidden[1]
    assert value["after the step", "a3"] == pytest.approx(a3, abs=1e-12)
    assert value["after the step", "L"] == pytest.approx((1 / (1 + np.exp(-a3)) + 1) ** 2)


def test_every_activation_and_cost_is_checked(study):
    names = {(case.kind, case.name) for case in measuring.cases(study.options)}
    assert names >= {("activation", name) for name in ACTIVATIONS}
    assert names >= {("cost", name) for name in COSTS}


def test_a_wrong_slope_would_be_found(study, monkeypatch):
    right = ACTIVATIONS["tanh"]
    wrong = right._replace(dg=lambda a, z, out=None: right.dg(a, z, out=out).mul_(1.001))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    case = next(c for c in measuring.cases(study.options) if c.name == "tanh")
    *_, off_autograd, off_differences = measuring._check(case, study.options, 0)
    assert off_autograd > 1e-4 and off_differences > 1e-4


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


def test_taylors_remainder_is_what_differences_miss(tables):
    steps = tables["steps"]
    large = steps[(steps["precision"] == "double") & (steps["h"] == 1e-3)]
    np.testing.assert_allclose(large["off"], large["cut"], rtol=1e-3)


def test_the_worst_of_all_seeds(tables):
    worst = tables["worst"].set_index(["kind", "name"])["off_autograd"]
    checked = tables["checked"].query("kind == 'cost' and name == 'mse'")
    assert len(checked) == 2 and worst["cost", "mse"] == checked["off_autograd"].max()
    assert [len(table["frame"]) for table in shown(tables)] == [len(worst), len(tables["example"])]


@pytest.mark.parametrize(
    ("name", "conditions"),
    [("off_autograd", 3), ("off_differences", 3), ("off_with_the_sum", 3), ("off_as_input", 1)],
)
def test_identities_hold_exactly(study, tables, name, conditions):
    claim = next(claim for claim in study.claims if claim.statistic == name)
    found = findings(claim, tables[claim.contrast.table])
    assert [f.verdict for f in found] == ["supported"] * conditions
    assert {f.n for f in found} == {2} and all(f.low == f.value == f.high for f in found)


@pytest.mark.parametrize("name", ["example", "checked"])
def test_figures(study, tables, name):
    figure = getattr(figures, name)(tables, study.resolved(), Words("fr"))
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert name == "checked" or "0,1875" in texts


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert not study.runs and study.is_measured
    assert study.options["step"] in study.options["steps"]
