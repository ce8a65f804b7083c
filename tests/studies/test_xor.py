"""XOR by restarts: the plateaus worked by hand, shares, ends and findings on a small table."""

from math import inf, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import xor as drawing
from mlpstudy.studies import xor
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/xor.yaml"
# (width, eta) -> (loss, corners right) of the seeds 0 to 7 at the end
ENDS = {
    (1, 1.0): [(0.4774, 3)] * 8,
    (2, 1.0): [(0.01, 4)] * 2 + [(0.3466, 3)] * 4 + [(0.6931, 2), (0.60, 3)],
    (2, 0.1): [(0.02, 4)] * 8,
    (4, 1.0): [(0.01, 4)] * 8,
}
CLAIMS = {
    "share_solved_at_all": ("above", 0.0),
    "share_solved": ("above", 0.5),
    "share_solved_by_one": ("below", 0.5),
    "share_gained_by_width": ("above", 0.0),
    "failures_on_plateau": ("above", 0.1),
}


def _view(lost: str = "") -> View:
    """The runs of ENDS; `lost` diverged before its first pass."""
    runs, curves, blocks = [], [], {"two": [], "widths": [], "etas": []}
    for (width, eta), ends in ENDS.items():
        for seed, (loss, right) in enumerate(ends):
            name = f"w{width}-{eta}-{seed}"
            block = ("two" if eta == 1 else "etas") if width == 2 else "widths"
            blocks[block].append(name)
            status = "diverged" if name == lost else "finished"
            fields = {"activation": "tanh", "cost": "binary_nll", "width": width, "eta": eta}
            runs.append({"run_id": name, **fields, "seed": seed, "status": status})
            for epoch, value in ((0, 0.7), (1, 0.69), (2, loss)):
                row = {"run_id": name, "epoch": epoch, "split": "train", "loss": value}
                curves.append({**row, "accuracy": right / 4})
    claims = [
        {"id": "C13", "says": "So.", "unit": "share", "statistic": name, "direction": side[0]}
        | {"threshold": side[1]}
        for name, side in CLAIMS.items()
    ]
    study = {"name": "xor", "options": {"wider": 4, "curves": 3}, "claims": claims}
    return View(study, blocks, pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames():
    return xor.summary(_view())


def test_plateaus():
    # Two corners at 1/2; three at 1/3, their entropy; four at 1/2.
    three = 3 / 4 * (log(3) - 2 / 3 * log(2))
    nll = xor.plateaus("binary_nll").set_index("confused")["loss"]
    assert nll.to_dict() == pytest.approx({2: log(2) / 2, 3: three, 4: log(2)})
    mse = xor.plateaus("mse_sigmoid").set_index("confused")["loss"]
    assert mse.to_dict() == pytest.approx({2: 1 / 8, 3: 1 / 6, 4: 1 / 4})
    assert xor.plateaus("hinge").empty


def test_restarts():
    # 1 - 0.5^4 = 0.9375 < 0.95 <= 1 - 0.5^5
    assert [xor.restarts(share) for share in (0.5, 0.95, 1.0, 0.0)] == [5, 1, 1, inf]


def test_where_starts_end(frames):
    ends = frames["ends"].set_index("end")["size"]
    assert ends.to_dict() == {"solved": 2, "2 confused": 4, "4 confused": 1, "elsewhere": 1}


def test_shares_are_those_of_the_usual_eta(frames):
    shares = frames["shares"].set_index("width")["value"]
    assert shares.to_dict() == {1: 0, 2: 0.25, 4: 1}
    etas = frames["etas"].set_index("eta")["value"]
    assert etas.to_dict() == {0.1: 1, 1.0: 0.25}


def test_findings(frames):
    found = {f.statistic: f for f in xor.findings(_view(), frames)}
    assert set(found) == set(CLAIMS)
    assert found["share_solved"].value == 0.25 and found["share_solved"].n == 8
    assert found["share_solved_at_all"].verdict == "supported"  # Wilson's lower end is above 0
    assert found["share_solved_by_one"].verdict == "supported"  # 0 of 8: at most 0.32
    assert found["share_gained_by_width"].value == pytest.approx(0.75)
    assert found["share_gained_by_width"].condition == "tanh, binary_nll, 4 hidden units against 2"
    assert found["failures_on_plateau"].value == pytest.approx(5 / 6)
    assert found["failures_on_plateau"].n == 6


def test_a_start_that_diverged_is_a_failure_and_ends_elsewhere():
    frames = xor.summary(_view(lost="w2-1.0-0"))
    assert frames["shares"].set_index("width")["value"][2] == 1 / 8
    assert frames["ends"].set_index("end")["size"]["elsewhere"] == 2


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": {}})
    assert [(d.name, d.n) for d in drawn] == [("shares", 24), ("ends", 8), ("curves", 3)]
    assert "25% (tanh)" in drawn[0].title["en"] and drawn[1].title["en"].startswith("5 of 6")
    for table in xor.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


def test_what_hidden_units_make_of_the_corners():
    study = load(FILE, "smoke")
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), study.blocks
    )
    measured = xor.measure(study.asked, networks)
    corners = measured["corners"]
    assert corners.groupby("kind")["right"].all().to_dict() == {"solved": True, "stuck": False}
    assert corners[["z1", "z2"]].abs().to_numpy().max() < 1
    for name in ("inputs", "hidden"):
        assert measured[name].groupby("kind").size().eq(xor.SIDE**2).all()
    # The plane of the hidden units says of a corner what the network says of its input. (One that
    # is stuck has corners on the border itself.)
    here, plane = (measured[n][measured[n]["kind"] == "solved"] for n in ("corners", "hidden"))
    apart = [here[f"z{k}"].to_numpy()[:, None] - plane[f"x{k}"].to_numpy() for k in (1, 2)]
    nearest = plane["a"].to_numpy()[np.hypot(*apart).argmin(1)]
    assert ((nearest > 0) == here["y"]).all()
    assert drawing._representation(measured).n == 2


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    two = study.blocks["two"]
    assert {run.width for run in two} == {2} and len({run.eta for run in two}) == 1
    assert {1, int(study.options["wider"])} <= {run.width for run in study.blocks["widths"]}
