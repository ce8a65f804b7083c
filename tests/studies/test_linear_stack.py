"""Linear stacks: what is derived worked by hand, and what is measured of a real one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.expansion import expand
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import SIZES
from mlpstudy.design.study_file import load
from mlpstudy.studies.linear_stack.derive import derive, shown
from mlpstudy.studies.linear_stack.measure import left_by_one_layer, products
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/linear_stack.yaml"
MODES = ((1, 1.0, 10.0), (2, 0.5, 21.0), (3, 0.4, 30.0))  # number, strength, time
NONE = pd.DataFrame()


def derived(nine_tenths=12.0, modes=MODES):
    """Two matrices: a start on the modes, and two random ones, whose law says 10, 20, 30."""
    learned = [
        {"dataset": "wine", "matrices": 2, "start": start, "seed": seed, "mode": mode, "s": s,
         "time": time, "foretold": 10.0 * mode, "tenth": 3.0, "nine_tenths": nine_tenths}
        for start, seeds in (("on the modes", [0]), ("at random", [0, 1]))
        for seed in seeds for mode, s, time in modes
    ]  # fmt: skip
    dynamics = [
        {"dataset": "wine", "matrices": 2, "start": start, "mode": 1, "time": time,
         "strength": time, "law": 2 * time}
        for start in ("on the modes", "at random") for time in (0.0, 1.0, 4.0)
    ]  # fmt: skip
    measured = {"learned": pd.DataFrame(learned), "dynamics": pd.DataFrame(dynamics)}
    return derive(View({}, {}, NONE, NONE, NONE, measured)), measured


def test_descents_wait_and_learn_in_an_order():
    made, measured = derived()
    assert made["waiting"]["share"].tolist() == [0.25] * 3
    assert made["orders"]["order"].tolist() == pytest.approx([-1] * 3)
    assert made["law"]["off"].tolist() == pytest.approx([0, 0.05, 0])
    assert made["random"]["off"].tolist() == pytest.approx([0, 0.05, 0] * 2)
    (times,) = shown(measured)
    assert times["frame"]["time"].tolist() == [10, 21, 30] * 2


def test_a_mode_that_is_not_learned_comes_last():
    made, _ = derived(modes=((1, 1.0, 10.0), (2, 0.5, np.inf), (3, 0.4, 30.0)))
    assert made["orders"]["order"].tolist() == pytest.approx([-0.5] * 3)


def test_two_modes_have_no_order():
    made, _ = derived(modes=MODES[:2])
    assert made["orders"].empty and "order" in made["orders"]


def test_a_fall_that_did_not_come_has_no_share():
    made, _ = derived(nine_tenths=np.inf)
    assert made["waiting"]["share"].isna().all()


def test_the_law_is_drawn_as_a_start_of_its_own():
    made, _ = derived()
    drawn = made["dynamics"].set_index(["start", "time"])["strength"]
    assert drawn.loc["by the law"].to_dict() == {1.0: 2.0, 4.0: 8.0}
    assert drawn.loc["on the modes"].to_dict() == {1.0: 1.0, 4.0: 4.0}


def test_what_one_layer_leaves():
    x = np.linspace(-1, 1, 201)[:, None]
    assert left_by_one_layer(x, 3 * x + 1) == pytest.approx(0, abs=1e-12)
    # |x| is even: no line helps. 201 - 2 against 201 - 1 degrees of freedom.
    assert left_by_one_layer(x, np.abs(x)) == pytest.approx(200 / 199)
    assert np.isnan(left_by_one_layer(x, 0 * x))


def test_a_trained_stack_is_its_product_and_a_bent_one_is_not():
    study = load(FILE, "smoke")
    runs = [r for r in study.blocks["collapse"] if r.seed == 0]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"collapse": runs}
    )
    found = products(networks, study.options).groupby("activation")
    linear, bent = found.get_group("identity"), found.get_group("relu")
    assert (linear["off64"] < 1e-13).all() and (linear["off32"] < 1e-4).all()
    assert (linear["off32"] > linear["off64"]).all()
    assert (bent["left"] > 0.02).all()


@pytest.mark.parametrize("size", SIZES)
def test_the_study_loads_at_each_size(size):
    assert set(load(FILE, size).blocks) >= {"collapse", "small"}


def test_a_factor_that_no_claim_names_is_refused(tmp_path):
    text = FILE.read_text(encoding="utf-8").replace(
        "eta: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]}", "eta: [0.1], weight_decay: [0.0, 0.1]}", 1
    )
    path = tmp_path / "linear_stack.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match="weight_decay varies here and is named nowhere"):
        expand(load(path))
