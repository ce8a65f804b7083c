"""The error surface: a small measurement, and findings on hand-made tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis.surface import Tiny
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study_file import load
from mlpstudy.statistics.contrasts import findings
from mlpstudy.studies.error_surface import figures
from mlpstudy.studies.error_surface import measure as measuring
from mlpstudy.studies.error_surface.derive import derive, shown
from mlpstudy.studies.view import View
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Recorder
from mlpstudy.words import Words

FILE = Path(__file__).resolve().parents[2] / "config/studies/error_surface.yaml"
SMALL = {"side": 21, "sampled": 200, "starts": 2, "slice_side": 5, "slice_examples": 20}


@pytest.fixture(scope="module")
def study():
    return load(FILE, "smoke")


@pytest.fixture(scope="module")
def measured(study) -> dict[str, pd.DataFrame]:
    runs = [run for run in study.blocks["slices"] if run.seed < 1]
    networks = Networks(
        lambda keep: Recorder(lambda name: DATASETS[name](), keep=keep), {"slices": runs}
    )
    asked = {**study.asked, "seeds": 2, "options": {**study.options, **SMALL}}
    return measuring.measure(asked, networks)


def derived(study, measured) -> dict[str, pd.DataFrame]:
    view = View(study.resolved(), {}, *[pd.DataFrame()] * 3, measured=measured)
    return measured | derive(view)


def test_the_surface_is_that_of_the_network(measured):
    surface = measured["surface"].query("cost == 'nll'")
    tiny = measuring.one_one_one("nll", 12, 0)
    assert len(surface) == 21**2
    assert np.allclose(tiny.loss(surface[["w", "v"]].to_numpy()), surface["loss"])
    # (w, v) and (-w, -v) are one network.
    assert np.allclose(surface["loss"], surface["loss"].to_numpy()[::-1])


def test_the_plane_holds_the_three_places_it_goes_through(measured):
    paths = measured["plane_paths"]
    ends = paths[paths["step"] == measuring.STEPS].set_index("path")
    assert ends.loc["solved", ["across", "up"]].tolist() == pytest.approx([0, 0], abs=1e-9)
    assert ends.loc["solved", "loss"] < 0.01
    assert ends.loc["failed", "loss"] == pytest.approx(1 / 8, abs=0.01)
    twin = paths[paths["path"] == "twin"].iloc[0]
    assert twin["up"] == pytest.approx(0, abs=1e-9) and twin["across"] > 1
    assert twin["loss"] == pytest.approx(ends.loc["solved", "loss"])


def test_twin_of_the_plane_exchanges_the_units():
    theta = np.arange(9.0)
    twin = Tiny(*measuring.XOR, 2, "tanh", "mse").twins(theta)[4]
    assert twin.tolist() == [2, 3, 0, 1, 5, 4, 7, 6, 8]


def test_minima_and_slices_are_what_was_asked(measured):
    assert measured["minima"].groupby(["activation", "cost"]).size().le(4).all()
    assert (measured["minima"].groupby(["activation", "cost"])["height"].min() == 0).all()
    assert len(measured["bent"]) == 3 and len(measured["slices"]) == 3 * 25
    middle = measured["slices"].query("across == 0 and up == 0")["loss"]
    assert middle.tolist() == pytest.approx(measured["bent"]["loss"].tolist())


@pytest.fixture(scope="module")
def by_hand(study) -> dict[str, pd.DataFrame]:
    """Six seeds: half of them find minima at four heights, half at two."""
    seeds, key = range(6), {"activation": "tanh", "cost": "mse"}
    heights = [(0, 1, 2, 3), (0, 1, 0, 0)]
    minima = [
        {**key, "seed": s, "loss": h / 10, "kind": 0, "height": h}
        for s in seeds
        for h in heights[s % 2]
    ]
    undecayed = [
        {**key, "seed": s, "loss": h / 10, "height": h, "strict": False}
        for s in seeds
        for h in (0, 1, 1)
    ]
    shares = {(2, "none"): 0.5, (16, "none"): 0.5, (16, "scaled"): 0.2}
    tables = {
        "flat": [{"network": "1-1-1", "cost": "mse", "seed": s, "share": 0.3} for s in seeds],
        "minima": minima,
        "undecayed": undecayed,
        "bent": [
            {"depth": depth, "residual": residual, "seed": s, "share": share, "loss": 0.1}
            for (depth, residual), share in shares.items()
            for s in seeds
        ],
    }
    return derived(study, {name: pd.DataFrame(rows) for name, rows in tables.items()})


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("flat_share", 0.3, "supported"),
        ("heights_of_minima", (4 + 2) / 2, "supported"),
        ("share_in_worse", (3 * 3 + 3 * 1) / 24, "supported"),
        ("heights_without_decay", 0, "contradicted"),
        ("levels_without_decay", 2, "supported"),
        ("straightened_by_residual", -0.3, "supported"),
    ],
)
def test_findings(study, by_hand, name, value, verdict):
    claim = next(claim for claim in study.claims if claim.statistic == name)
    (found,) = findings(claim, by_hand[claim.contrast.table])
    assert (found.value, found.verdict, found.n) == (pytest.approx(value), verdict, 6)


def test_ends_of_searches(by_hand):
    ends = by_hand["ends"].set_index(["weight_decay", "height"])["share_of_searches"]
    assert ends[0.001].tolist() == [12 / 24, 6 / 24, 3 / 24, 3 / 24]
    assert ends[0.0].tolist() == pytest.approx([1 / 3, 2 / 3])


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
    assert measuring._heights(losses).tolist() == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(("name", "panels"), [("one_one_one", 4), ("xor", 1), ("slices", 3)])
def test_figures(study, measured, name, panels):
    figure = getattr(figures, name)(measured, study.resolved(), Words("fr"))
    assert len(figure.axes) == panels
    figure.draw_without_rendering()
    ticks = [tick.get_text() for ax in figure.axes for tick in ax.get_xticklabels()]
    assert not [text for text in ticks if "." in text]


def test_tables(study, measured):
    assert [len(table["frame"]) > 0 for table in shown(derived(study, measured))] == [True] * 3


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    cells = {(run.depth, run.residual) for run in study.blocks["slices"]}
    deep = max(depth for depth, _ in cells)
    assert (deep, "none") in cells and (deep, "scaled") in cells
    assert study.options["slice_side"] % 2 == 1  # so that the weights themselves are in the middle
