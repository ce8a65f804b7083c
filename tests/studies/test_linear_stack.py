"""Linear stacks: summaries and findings worked by hand, and what is measured of a real one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import linear_stack as drawing
from mlpstudy.studies import linear_stack
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/linear_stack.yaml"
SEEDS = range(6)
STATISTICS = (
    "off_product", "left_by_one_layer", "off_linear_model", "gained_by_relu", "share_waiting",
    "off_law", "order_of_modes",
)  # fmt: skip
CLAIMS = [
    {"id": "C02", "says": "So.", "unit": "", "direction": "above", "threshold": 0, "statistic": s}
    for s in STATISTICS
]
# depth, activation, eta -> accuracy on validation and on test
ACCURACY = {
    (0, "identity", 0.1): (0.6, 0.50),
    (0, "identity", 0.01): (0.5, 0.80),
    (2, "identity", 0.1): (0.6, 0.47),
    (2, "relu", 0.1): (0.9, 0.95),
}


@pytest.fixture(scope="module")
def view() -> View:
    runs, curves = [], []
    for (depth, activation, eta), (validation, test) in ACCURACY.items():
        for seed in SEEDS:
            name = f"{depth}-{activation}-{eta}-{seed}"
            key = {"dataset": "xor", "depth": depth, "activation": activation, "eta": eta}
            runs.append({"run_id": name, **key, "seed": seed, "status": "finished"})
            for split, accuracy in (("train", 1.0), ("validation", validation), ("test", test)):
                curve = {"run_id": name, "epoch": 1, "split": split, "loss": 0.1}
                curves.append({**curve, "accuracy": accuracy})
    products = [
        {"dataset": "wine", "activation": a, "depth": d, "seed": s, "off64": o, "off32": 1e-7,
         "left": left}
        for s in SEEDS for d in (1, 2)
        for a, o, left in (("identity", 1e-15, np.nan), ("relu", np.nan, 0.1 * d))
    ]  # fmt: skip
    learned = [
        {"dataset": "wine", "matrices": 2, "start": start, "seed": s, "mode": m, "s": strength,
         "time": time, "foretold": 10.0 * m, "tenth": 3.0, "nine_tenths": 12.0}
        for start, seeds in (("on the modes", [0]), ("at random", SEEDS)) for s in seeds
        for m, strength, time in ((1, 1.0, 10.0), (2, 0.5, 21.0), (3, 0.4, 30.0))
    ]  # fmt: skip
    dynamics = [
        {"dataset": "wine", "matrices": 2, "start": start, "mode": 1, "s": 1.0, "time": t,
         "strength": t, "law": t}
        for start in ("on the modes", "at random") for t in (0.0, 1.0)
    ]  # fmt: skip
    measured = {"products": products, "learned": learned, "dynamics": dynamics}
    measured = {name: pd.DataFrame(rows) for name, rows in measured.items()}
    study = {"name": "linear_stack", "options": {"modes": ["wine"]}, "claims": CLAIMS}
    frames = pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame()
    return View(study, {"collapse": []}, *frames, measured=measured)


@pytest.fixture(scope="module")
def frames(view):
    return linear_stack.summary(view)


def test_findings(view, frames):
    found = {(f.statistic, f.condition): f for f in linear_stack.findings(view, frames)}
    assert {key: f.value for key, f in found.items()} == {
        ("off_product", "wine, 1 hidden layer"): 1e-15,
        ("off_product", "wine, 2 hidden layers"): 1e-15,
        ("left_by_one_layer", "wine, 1 hidden layer"): pytest.approx(0.1),
        ("left_by_one_layer", "wine, 2 hidden layers"): pytest.approx(0.2),
        # the linear model at the eta that is best on validation: 0.5
        ("off_linear_model", "xor, 2 hidden layers"): pytest.approx(0.03),
        ("gained_by_relu", "xor"): pytest.approx(0.95 - 0.47),
        ("share_waiting", "wine, 2 matrices"): pytest.approx(0.25),
        ("off_law", "wine, 2 matrices"): pytest.approx(0.05),
        ("order_of_modes", "wine, 2 matrices"): pytest.approx(-1),
    }
    deep = found["off_linear_model", "xor, 2 hidden layers"]
    assert (deep.n, deep.networks) == (6, 12)


def test_a_fall_that_did_not_come_has_no_share(view):
    learned = view.measured["learned"].replace({"nine_tenths": {12.0: np.inf}})
    assert linear_stack._waiting(learned)["share"].isna().all()


def test_figures_and_tables(view, frames):
    drawn = drawing.figures(frames, view.study)
    assert [(d.name, d.n) for d in drawn] == [("product", 24), ("accuracy", 18), ("modes", 2)]
    accuracy, times = (table["frame"] for table in linear_stack.shown(frames))
    assert accuracy["model"].tolist() == ["linear model", "2 linear layers", "2 relu layers"]
    assert times["time"].tolist() == [10, 21, 30] * 2


def test_what_one_layer_leaves():
    x = np.linspace(-1, 1, 201)[:, None]
    assert linear_stack.left_by_one_layer(x, 3 * x + 1) == pytest.approx(0, abs=1e-12)
    # |x| is even: no line helps. 201 - 2 against 201 - 1 degrees of freedom.
    assert linear_stack.left_by_one_layer(x, np.abs(x)) == pytest.approx(200 / 199)
    assert np.isnan(linear_stack.left_by_one_layer(x, 0 * x))


def test_a_trained_stack_is_its_product_and_a_bent_one_is_not():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["collapse"] if r.seed == 0]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"collapse": runs}
    )
    found = linear_stack._products(networks, study.options).groupby("activation")
    linear, bent = found.get_group("identity"), found.get_group("relu")
    assert (linear["off64"] < 1e-13).all() and (linear["off32"] < 1e-4).all()
    assert (linear["off32"] > linear["off64"]).all()
    assert (bent["left"] > 0.02).all()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert {claim.statistic for claim in study.claims} == set(STATISTICS)
    assert set(study.blocks) >= {"collapse", "small"}
