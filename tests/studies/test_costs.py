"""Costs: the laws by numerical integration, KL by scipy, and findings of given runs by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import special
from scipy.integrate import quad

from mlpstudy.core.costs import COSTS
from mlpstudy.design import yaml_file
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load
from mlpstudy.studies.costs import measure
from mlpstudy.studies.costs.derive import KIND
from mlpstudy.studies.declared import Declared
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/costs.yaml"
SEEDS = range(6)


@pytest.mark.parametrize("s", [0.0, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("kind", measure.LOGISTIC)
def test_the_law_is_the_integral_of_one_over_the_delta(kind, s):
    z = special.expit
    delta = {
        measure.CROSS: lambda a: 1 - z(a),
        measure.SQUARED: lambda a: 2 * (1 - z(a)) ** 2 * z(a),
    }
    time = quad(lambda a: 1 / delta[kind](a), -s, 0, epsabs=1e-12)[0]
    assert measure.law(kind, s) == pytest.approx(time, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", measure.LOGISTIC)
def test_a_unit_keeps_to_the_law(kind):
    unit = measure._unit(kind, [1.0, 3.0], 0.01)
    np.testing.assert_allclose(unit["time"], unit["foretold"], rtol=0.01, atol=0.01)


def test_kl_is_scipys():
    draws = np.random.default_rng(0)
    a, t = draws.normal(size=(7, 4)), draws.dirichlet(np.ones(4), 7)
    ours = COSTS["kl"].terms(torch.from_numpy(a)[None], torch.from_numpy(t)[None])[0]
    theirs = special.rel_entr(t, special.softmax(a, axis=1)).sum(axis=1)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_the_identities_tell_soft_from_one_hot():
    soft, hard = measure._identities(20, 3)
    assert soft["off_entropy"] < 1e-12 < 0.1 < soft["off_nll"]  # the entropy itself
    assert hard["off_nll"] < 1e-12 and soft["off_delta"] == hard["off_delta"] == 0


# Of each block: passes and test accuracy with the squared cost and with cross-entropy
RESULTS = {"ordinary": ((4, 0.9), (4, 0.95)), "saturated": ((20, 0.7), (3, 0.9))}
EPOCHS = 20


def curve(run_id: str, passes: int, accuracy: float) -> pd.DataFrame:
    """Guessing up to a pass, and one accuracy from there on, on all parts."""
    rows = [
        {"run_id": run_id, "epoch": epoch, "split": split, "accuracy": now, "loss": 1 - now}
        for epoch in range(EPOCHS + 1)
        for now in [accuracy if epoch >= passes else 0.1]
        for split in ("train", "validation", "test")
    ]
    return pd.DataFrame(rows)


def declared(level: float = 0.65) -> Declared:
    rows, curves, blocks = [], [], {}
    for block, results in RESULTS.items():
        for cost, result in zip(("mse", "nll"), results, strict=True):
            for seed in SEEDS:
                name = f"{block}-{cost}-{seed}"
                blocks.setdefault(block, []).append(name)
                gain = 5.0 if block == "saturated" else 1.0
                rows.append({"run_id": name, "cost": cost, "seed": seed, "init_gain": gain})
                curves.append(curve(name, *result))
    fixed = {"dataset": "digits", "eta": 0.1, "epochs": EPOCHS, "status": "finished"}
    fixed |= {"label_smoothing": 0.0, "classes": 10, "majority": 0.1, "n_parameters": 1}
    study = load(FILE).resolved()
    study["reach"] = study["reach"] | {"level": {"digits": level}}
    options = study["options"]
    units = [measure._unit(kind, [1.0, 2.0], 0.01) for kind in measure.LOGISTIC]
    identities = [row for seed in SEEDS for row in measure._identities(10, seed)]
    trained = {"dataset": "digits", "label_smoothing": 0.2, "seed": [0, 1], "off": [0.0, 3.0]}
    measured = {
        "shapes": measure._shapes(options),
        "unit": pd.concat(units),
        "identities": pd.DataFrame(identities),
        "trained": pd.DataFrame(trained),
    }
    runs, curves = pd.DataFrame(rows).assign(**fixed), pd.concat(curves, ignore_index=True)
    return Declared(View(study, blocks, runs, curves, pd.DataFrame(), measured))


@pytest.fixture(scope="module")
def found() -> dict[tuple, tuple]:
    """(value, verdict) by the name of the claim and the values of the condition."""
    return {(f.statistic, *f.condition.values()): (f.value, f.verdict) for f in declared().findings}


@pytest.mark.parametrize(
    ("finding", "value", "verdict"),
    [
        (("delta_left", -4.0), 2 * special.expit(-4) * special.expit(4), "supported"),
        (("passes_lost_ordinary", "digits"), 0, "negligible"),  # not one pass
        (("passes_lost_saturated", "digits"), 17, "supported"),
        (("off_accuracy", "digits"), 0.05, "contradicted"),  # 0.9 against 0.95
        (("off_trained", "digits", 0.2), 3, "contradicted"),
    ],
)
def test_what_the_claims_come_to(found, finding, value, verdict):
    assert found[finding] == (pytest.approx(value), verdict)


def test_what_is_exact_needs_no_interval(found):
    assert found["off_one_hot",][1] == found["off_entropy",][1] == "supported"
    assert {key[1] for key in found if key[0] == "off_law"} == set(measure.LOGISTIC)
    assert len(found) == 10


def test_where_no_network_learns_the_passes_say_nothing():
    lost = [f.verdict for f in declared(0.99).findings if f.statistic.startswith("passes_lost")]
    assert lost == ["not_learned", "not_learned"]


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    starts = {name: runs for name, runs in study.blocks.items() if name != "same"}
    assert {run.dataset for runs in starts.values() for run in runs} <= set(study.reach.level)
    assert {run.cost for runs in starts.values() for run in runs} == set(KIND)
    assert {run.cost for run in study.blocks["same"]} == {"nll", "kl"}


def test_a_factor_that_no_claim_names_is_refused():
    document = yaml_file.read(FILE)
    document["sweep"]["ordinary"]["grid"]["depth"] = [1, 2]
    with pytest.raises(Mistake, match="depth varies here and is named nowhere"):
        _ = Study.model_validate(document).runs
