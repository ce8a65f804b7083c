"""XOR by restarts: the plateaus worked by hand, shares, ends and findings on a small table."""

from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study_file import load
from mlpstudy.studies.view import View
from mlpstudy.studies.xor.derive import derive, plateaus
from mlpstudy.studies.xor.figures import curves, ends, representation
from mlpstudy.studies.xor.measure import SIDE, measure
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder
from mlpstudy.words import Words

FILE = Path(__file__).resolve().parents[2] / "config/studies/xor.yaml"
# (width, eta) -> (loss, corners right) of the seeds 0 to 7 at the end
ENDS = {
    (1, 1.0): [(0.4774, 3)] * 8,
    (2, 1.0): [(0.01, 4)] * 2 + [(0.3466, 3)] * 4 + [(0.6931, 2), (0.60, 3)],
    (2, 0.1): [(0.02, 4)] * 8,
    (4, 1.0): [(0.01, 4)] * 8,
}


def _view(lost: str = "") -> View:
    """The runs of ENDS; `lost` diverged before its first pass."""
    runs, curves, blocks = [], [], {"two": [], "widths": [], "etas": []}
    for (width, eta), last in ENDS.items():
        for seed, (loss, right) in enumerate(last):
            name = f"w{width}-{eta}-{seed}"
            block = ("two" if eta == 1 else "etas") if width == 2 else "widths"
            blocks[block].append(name)
            status = "diverged" if name == lost else "finished"
            fields = {"activation": "tanh", "cost": "binary_nll", "width": width, "eta": eta}
            runs.append({"run_id": name, **fields, "seed": seed, "status": status})
            for epoch, value in ((0, 0.7), (1, 0.69), (2, loss)):
                row = {"run_id": name, "epoch": epoch, "split": "train", "loss": value}
                curves.append({**row, "accuracy": right / 4})
    study = {"name": "xor", "options": {"curves": 3}}
    frame = pd.DataFrame(runs)
    right = pd.DataFrame(curves).groupby("run_id")["accuracy"].last()
    error = (1 - frame["run_id"].map(right)).where(frame["status"] == "finished", 1.0)
    loss = pd.DataFrame(curves).groupby("run_id")["loss"].last()
    frame = frame.assign(train_error=error, train_loss=frame["run_id"].map(loss))
    return View(study, blocks, frame, pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def derived():
    return derive(_view())


def test_plateaus():
    # Two corners at 1/2; three at 1/3, their entropy; four at 1/2.
    three = 3 / 4 * (log(3) - 2 / 3 * log(2))
    nll = plateaus("binary_nll").set_index("confused")["loss"]
    assert nll.to_dict() == pytest.approx({2: log(2) / 2, 3: three, 4: log(2)})
    mse = plateaus("mse_sigmoid").set_index("confused")["loss"]
    assert mse.to_dict() == pytest.approx({2: 1 / 8, 3: 1 / 6, 4: 1 / 4})
    assert plateaus("hinge").empty


def test_where_starts_end(derived):
    runs = derived["runs"]
    two = runs[(runs["width"] == 2) & (runs["eta"] == 1)]
    # 0.3466 is the loss of two confused corners, 0.6931 of four; 0.60 is near none.
    assert two["end"].value_counts().to_dict() == {
        "solved": 2, "2 confused": 4, "4 confused": 1, "elsewhere": 1,
    }  # fmt: skip
    assert two["on_plateau"].sum() == 5 and runs["solved"].sum() == 2 + 8 + 8


def test_eta_is_the_one_with_which_most_starts_solve_it(derived):
    chosen = derived["runs"][derived["runs"]["at_best_eta"]]
    assert chosen.groupby("width")["eta"].unique().map(list).to_dict() == {
        1: [1.0], 2: [0.1], 4: [1.0],
    }  # fmt: skip
    assert set(derived["curves_of_some"]["end"]) == {"solved"}  # those of width 2 at 0.1


def test_a_start_that_diverged_is_a_failure_and_ends_elsewhere():
    runs = derive(_view(lost="w2-1.0-0"))["runs"].set_index("run_id")
    lost = runs.loc["w2-1.0-0"]
    assert lost["end"] == "elsewhere" and not lost["solved"] and not lost["on_plateau"]


def test_the_curves_are_those_of_the_first_starts(derived):
    assert sorted(derived["curves_of_some"]["seed"].unique()) == [0, 1, 2]


def test_what_hidden_units_make_of_the_corners():
    study = load(FILE, "smoke")
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), study.blocks
    )
    measured = measure(study.asked, networks)
    corners = measured["corners"]
    assert corners.groupby("kind")["right"].all().to_dict() == {"solved": True, "stuck": False}
    assert corners[["z1", "z2"]].abs().to_numpy().max() < 1
    for name in ("inputs", "hidden"):
        assert measured[name].groupby("kind").size().eq(SIDE**2).all()
    # The plane of the hidden units says of a corner what the network says of its input. (One that
    # is stuck has corners on the border itself.)
    here, plane = (measured[n][measured[n]["kind"] == "solved"] for n in ("corners", "hidden"))
    apart = [here[f"z{k}"].to_numpy()[:, None] - plane[f"x{k}"].to_numpy() for k in (1, 2)]
    nearest = plane["a"].to_numpy()[np.hypot(*apart).argmin(1)]
    assert ((nearest > 0) == here["y"]).all()
    figure = representation(measured, {}, Words("fr"))
    assert figure.axes[0].get_title(loc="left") == "résolu\u202f: 4 sur 4 justes"


@pytest.mark.parametrize("draw", [ends, curves])
def test_pictures_of_the_ends(derived, draw):
    figure = draw(derived, {"base": {"eta": 1.0}}, Words("fr"))
    texts = {text.get_text() for text in figure.findobj(Text)}
    assert {"deux\nconfondus", "quatre\nconfondus"} <= texts


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    two = study.blocks["two"]
    assert {run.width for run in two} == {2}
    assert study.options["shown"] in {run.eta for run in two}
    assert {1, 4} <= {run.width for run in study.blocks["widths"]}
