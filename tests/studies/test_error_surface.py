"""The error surface: a small measurement, and findings on hand-made tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis.surface import Tiny
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study import load
from mlpstudy.figures import error_surface as drawing
from mlpstudy.studies import error_surface
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder

FILE = Path(__file__).resolve().parents[2] / "config/studies/error_surface.yaml"
SMALL = {"side": 21, "sampled": 200, "starts": 2, "slice_side": 5, "slice_examples": 20}
SIDES = {
    "flat_share": 0.1,
    "heights_of_minima": 1,
    "share_in_worse": 0.1,
    "heights_without_decay": 1,
    "levels_without_decay": 1,
    "straightened_by_residual": 0,
}


@pytest.fixture(scope="module")
def measured() -> dict[str, pd.DataFrame]:
    study = load(FILE, "smoke")
    runs = [run for run in study.blocks["slices"] if run.seed < 1]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"slices": runs}
    )
    asked = {**study.asked, "seeds": 2, "options": {**study.options, **SMALL}}
    return error_surface.measure(asked, networks)


def _view(measured) -> View:
    claims = [
        {"id": "C12", "says": "So.", "unit": "", "direction": "above", "threshold": t}
        | {"statistic": s}
        for s, t in SIDES.items()
    ]
    study = {"name": "error_surface", "options": {}, "claims": claims}
    return View(study, {}, *[pd.DataFrame()] * 3, measured=measured)


def test_the_surface_is_that_of_the_network(measured):
    here = measured["surface"].query("cost == 'nll'")
    tiny = error_surface.one_one_one("nll", 12, 0)
    assert len(here) == 21**2
    assert np.allclose(tiny.loss(here[["w", "v"]].to_numpy()), here["loss"])
    # (w, v) and (-w, -v) are one network.
    assert np.allclose(here["loss"], here["loss"].to_numpy()[::-1])


def test_the_plane_holds_the_three_places_it_goes_through(measured):
    paths = measured["plane_paths"]
    ends = paths[paths["step"] == error_surface.STEPS].set_index("path")
    assert ends.loc["solved", ["across", "up"]].tolist() == pytest.approx([0, 0], abs=1e-9)
    assert ends.loc["solved", "loss"] < 0.01
    assert ends.loc["failed", "loss"] == pytest.approx(1 / 8, abs=0.01)
    twin = paths[paths["path"] == "twin"].iloc[0]
    assert twin["up"] == pytest.approx(0, abs=1e-9) and twin["across"] > 1
    assert twin["loss"] == pytest.approx(ends.loc["solved", "loss"])


def test_twin_of_the_plane_exchanges_the_units():
    theta = np.arange(9.0)
    twin = Tiny(*error_surface.XOR, 2, "tanh", "mse").twins(theta)[4]
    assert twin.tolist() == [2, 3, 0, 1, 5, 4, 7, 6, 8]


def test_minima_and_slices_are_what_was_asked(measured):
    assert measured["minima"].groupby(["activation", "cost"]).size().le(4).all()
    assert (measured["minima"].groupby(["activation", "cost"])["height"].min() == 0).all()
    assert len(measured["bent"]) == 3 and len(measured["slices"]) == 3 * 25
    middle = measured["slices"].query("across == 0 and up == 0")["loss"]
    assert middle.tolist() == pytest.approx(measured["bent"]["loss"].tolist())


def test_findings():
    seeds = range(6)
    flat = [{"network": "1-1-1", "cost": "mse", "seed": s, "share": 0.3} for s in seeds]
    heights = [(0, 1, 2, 3), (0, 1, 0, 0)]
    minima = [
        {"activation": "tanh", "cost": "mse", "seed": s, "loss": h / 10, "kind": 0, "height": h}
        for s in seeds
        for h in heights[s % 2]
    ]
    shares = {"none": 0.5, "scaled": 0.2}
    bent = [
        {"depth": 16, "residual": r, "seed": s, "share": shares[r], "loss": 0.1}
        for r in shares
        for s in seeds
    ]
    bent += [{**row, "depth": 2} for row in bent if row["residual"] == "none"]
    undecayed = [
        {
            "activation": "tanh",
            "cost": "mse",
            "seed": s,
            "loss": h / 10,
            "height": h,
            "strict": False,
        }
        for s in seeds
        for h in (0, 1, 1)
    ]
    frames = {"flat": flat, "minima": minima, "bent": bent, "undecayed": undecayed}
    frames = {name: pd.DataFrame(rows) for name, rows in frames.items()}
    found = {f.statistic: f for f in error_surface.findings(_view({}), frames)}
    assert found["flat_share"].value == pytest.approx(0.3)
    assert found["heights_of_minima"].value == pytest.approx((4 + 2) / 2)
    assert found["share_in_worse"].value == pytest.approx((3 * 3 + 3 * 1) / 24)
    assert found["straightened_by_residual"].value == pytest.approx(0.3)
    assert found["straightened_by_residual"].n == 6
    assert found["heights_without_decay"].value == 0 and found["levels_without_decay"].value == 2
    against = {f.statistic for f in found.values() if f.verdict != "supported"}
    assert against == {"heights_without_decay"}
    assert found["heights_without_decay"].verdict == "contradicted"


def test_without_weight_decay_no_search_for_xor_ends_in_a_minimum(measured):
    """Hamey 1998: its error surface has no finite local minima."""
    undecayed = measured["undecayed"]
    assert undecayed.groupby(["activation", "cost"]).size().gt(0).all()
    assert not undecayed["strict"].any()
    # Levels of one, two, three or four corners that get one answer: 0, 1/8, 1/6, 1/4 of the square.
    levels = undecayed.loc[undecayed["cost"] == "mse", "loss"].round(3).unique()
    assert set(levels) <= {0, 0.125, 0.167, 0.25}


def test_heights_are_told_apart_by_gaps():
    losses = np.array([0.1, 0.10001, 0.2, 0.2004, 0.3])
    assert error_surface._heights(losses).tolist() == [0, 0, 1, 1, 2]


def test_figures_and_tables(measured):
    frames = error_surface.summary(_view(measured))
    drawn = drawing.figures(frames, {"options": {"examples": 12, "flat": 0.01}})
    assert [d.name for d in drawn] == ["one_one_one", "xor", "minima", "slices"]
    for table in error_surface.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    cells = {(run.depth, run.residual) for run in study.blocks["slices"]}
    deep = max(depth for depth, _ in cells)
    assert (deep, "none") in cells and (deep, "scaled") in cells
    assert study.options["slice_side"] % 2 == 1  # so that the weights themselves are in the middle
