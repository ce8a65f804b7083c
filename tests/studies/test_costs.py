"""Costs: the laws by numerical integration, KL by scipy, and findings of given runs by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import special
from scipy.integrate import quad

from mlpstudy.core.costs import COSTS
from mlpstudy.design.study import load
from mlpstudy.figures import costs as drawing
from mlpstudy.studies import costs
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/costs.yaml"
SEEDS = range(6)


@pytest.mark.parametrize("s", [0.0, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("kind", [costs.SQUARED, costs.CROSS])
def test_the_law_is_the_integral_of_one_over_the_delta(kind, s):
    z = special.expit
    delta = {costs.CROSS: lambda a: 1 - z(a), costs.SQUARED: lambda a: 2 * (1 - z(a)) ** 2 * z(a)}
    time = quad(lambda a: 1 / delta[kind](a), -s, 0, epsabs=1e-12)[0]
    assert costs.law(kind, s) == pytest.approx(time, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", [costs.SQUARED, costs.CROSS])
def test_a_unit_keeps_to_the_law(kind):
    told = costs._unit(kind, [1.0, 3.0], 0.01)
    np.testing.assert_allclose(told["time"], told["foretold"], rtol=0.01, atol=0.01)


def test_kl_is_scipys():
    draws = np.random.default_rng(0)
    a, t = draws.normal(size=(7, 4)), draws.dirichlet(np.ones(4), 7)
    ours = COSTS["kl"].terms(torch.from_numpy(a)[None], torch.from_numpy(t)[None])[0]
    theirs = special.rel_entr(t, special.softmax(a, axis=1)).sum(axis=1)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_the_identities_tell_soft_from_one_hot():
    soft, hard = costs._identities(20, 3)
    assert soft["off_entropy"] < 1e-12 < 0.1 < soft["off_nll"]  # the entropy itself
    assert hard["off_nll"] < 1e-12 and soft["off_delta"] == hard["off_delta"] == 0


# Of each start: passes and test accuracy with the squared cost and with cross-entropy
RESULTS = {"ordinary": ((4, 0.9), (4, 0.95)), "saturated": ((20, 0.7), (3, 0.9))}


@pytest.fixture(scope="module")
def view():
    runs, curves, blocks = [], [], {}
    for start, results in RESULTS.items():
        for cost, (passes, accuracy) in zip(("mse", "nll"), results, strict=True):
            for seed in SEEDS:
                name = f"{start}-{cost}-{seed}"
                blocks.setdefault(start, []).append(name)
                runs.append({
                    "run_id": name, "dataset": "digits", "cost": cost, "depth": 2, "eta": 0.1,
                    "seed": seed, "status": "finished", "epochs": 20,
                })  # fmt: skip
                for epoch in (0, passes, 20):
                    for split in ("train", "validation", "test"):
                        now = accuracy if epoch >= passes else 0.1
                        curves.append({"run_id": name, "epoch": epoch, "split": split,
                                       "loss": 1 - now, "accuracy": now})  # fmt: skip
    study = load(FILE)
    told = {"name": "costs", "options": study.options | {"levels": ["digits 0.65"]}}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    measured = {
        "shapes": costs._shapes(study.options),
        "unit": pd.concat([costs._unit(kind, [1.0, 2.0], 0.01) for kind in costs.LOGISTIC]),
        "identities": pd.DataFrame([row for seed in SEEDS for row in costs._identities(10, seed)]),
        "trained": pd.DataFrame(
            {"dataset": "digits", "label_smoothing": 0.2, "seed": [0, 1], "off": [0.0, 3.0]}
        ),
    }
    frames = pd.DataFrame(runs), pd.DataFrame(curves).drop_duplicates(), pd.DataFrame()
    return View(told, blocks, *frames, measured=measured)


def test_findings(view):
    found = costs.findings(view, costs.summary(view))
    told = {(f.statistic, f.condition): (f.value, f.verdict) for f in found}
    z = special.expit(-4)
    assert told["delta_left", "a = -4"] == (pytest.approx(2 * z * (1 - z)), "supported")
    assert told["passes_lost_ordinary", "digits"] == (0, "contradicted")  # not one pass
    assert told["passes_lost_saturated", "digits"] == (17, "supported")
    assert told["off_accuracy", "digits"] == (pytest.approx(0.05), "contradicted")
    assert told["off_trained", "digits, label smoothing 0.2"] == (3, "contradicted")
    assert told["off_one_hot", ""][1] == told["off_entropy", ""][1] == "supported"
    assert ("off_accuracy", "digits, saturated") not in told and len(found) == 10


def test_where_no_network_learns_the_passes_say_nothing(view):
    options = view.study["options"] | {"levels": ["digits 0.99"]}
    unlearned = replace(view, study=view.study | {"options": options})
    found = costs.findings(unlearned, costs.summary(unlearned))
    lost = [f.verdict for f in found if f.statistic.startswith("passes_lost")]
    assert lost == ["not_learned", "not_learned"]


@pytest.mark.parametrize(
    ("squared", "told"), [(10, "as many"), (10.4, "as many"), (15, "1.5 times as many")]
)
def test_what_is_nearly_the_same_is_not_told_as_a_multiple(squared, told):
    assert drawing._times(pd.Series({"squared": squared, "cross-entropy": 10}))["en"] == told


def test_figures_and_tables(view):
    frames = costs.summary(view)
    drawn = drawing.figures(frames, view.study)
    assert [(d.name, d.n) for d in drawn] == [("delta", None), ("training", 24)]
    assert (
        drawn[1]
        .title["en"]
        .endswith("as many from an ordinary start, 6.7 times as many from a saturated one")
    )
    cells, unit = costs.shown(frames)
    assert cells["frame"]["passes"].tolist() == [4, 4, 3, 20]
    assert unit["frame"]["z"].iloc[0] == pytest.approx(special.expit(-1))


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    level = costs.levels(study.options["levels"])
    starts = {name: runs for name, runs in study.blocks.items() if name != "same"}
    assert {run.dataset for runs in starts.values() for run in runs} <= set(level)
    assert {run.cost for runs in starts.values() for run in runs} == set(costs.KIND)
    assert {run.cost for run in study.blocks["same"]} == {"nll", "kl"}
