"""What a pass costs: operations and bytes counted by hand, slopes, and findings of given times."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.design.study import load
from mlpstudy.figures import complexity as drawing
from mlpstudy.studies import complexity
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/complexity.yaml"
OPTIONS = {"inputs": 32, "classes": 16, "batch": 4, "examples": 8, "repeats": 1, "singles": 3}
ANSWERS = {"median": 0.001, "99 of 100": 0.002, "in a batch": 0.0001}


def test_operations_and_bytes_by_hand():
    """32 inputs, 16 hidden units, 16 classes; every size a multiple of 16, so that none is filled."""
    told = complexity._counted(1, 16, OPTIONS)
    W1, W2 = 32 * 16, 16 * 16
    assert told["weights"] == W1 + 16 + W2 + 16
    assert told["forward"] == W1 + W2
    assert told["forward and backward"] == 3 * (W1 + W2) - W1  # nothing below the first layer
    assert told["bytes_of_weights"] == 2 * 4 * (told["weights"] + 32)  # the last 32 are a cushion
    # a and z of the hidden layer, a of the output; delta of the output, below it and at the hidden a
    assert told["bytes_of_a_batch"] == 6 * 4 * 16 * 4


def test_the_slope_of_a_power():
    x = pd.Series([1.0, 2.0, 5.0])
    assert complexity.slope(x, 7 * x**1.5) == pytest.approx(1.5)


@pytest.fixture(scope="module")
def view():
    rows = []
    for seed in range(6):
        for width, weights in ((16, 100), (32, 400)):
            size = {
                "depth": 2,
                "width": width,
                "weights": weights,
                "seed": seed,
                "machine": "abacus",
            }
            for factor, timed in ((1, "forward"), (3, "forward and backward")):
                seconds = factor * weights**1.2
                rows.append({**size, "grown": "wider", "timed": timed, "seconds": seconds})
                deeper = {"grown": "deeper", "depth": width // 8, "timed": timed}
                rows.append({**size, **deeper, "seconds": weights})
            for timed, seconds in ANSWERS.items():
                rows.append({**size, "grown": "", "timed": timed, "seconds": seconds * width})
    counted = {"grown": "wider", "depth": 2, "width": [16, 32], "weights": [100, 400]}
    counted |= {"forward": [100.0, 400.0], "forward and backward": [250.0, 1160.0]}
    measured = {"counted": pd.DataFrame(counted), "timings": pd.DataFrame(rows)}
    study = load(FILE)
    told = {"name": "complexity", "options": study.options}
    told["claims"] = [claim.model_dump() for claim in study.claims]
    return View(told, {}, *[pd.DataFrame()] * 3, measured=measured)


def test_findings(view):
    found = {
        (f.statistic, f.condition): (round(f.value, 9), f.n, f.verdict)
        for f in complexity.findings(view, complexity.summary(view))
    }
    assert found == {
        ("operations_per_weight", "wider networks"): (2.9, 2, "supported"),
        ("slope_of_time", "wider networks, forward"): (1.2, 6, "contradicted"),
        ("slope_of_time", "wider networks, forward and backward"): (1.2, 6, "contradicted"),
        ("slope_of_time", "deeper networks, forward"): (1, 6, "supported"),
        ("slope_of_time", "deeper networks, forward and backward"): (1, 6, "supported"),
        ("slowest_answers", "2 layers of 16"): (32, 6, "supported"),
        ("slowest_answers", "2 layers of 32"): (64, 6, "contradicted"),
    }


def test_figures_and_tables(view):
    frames = complexity.summary(view)
    assert [d.name for d in drawing.figures(frames, view.study)] == ["pass", "answers"]
    counted, answers = complexity.shown(frames)
    assert "abacus" in answers["caption"]["fr"]
    assert answers["frame"]["median"].tolist() == pytest.approx([16, 32])
    assert len(counted["frame"]) == 2


def test_every_network_is_counted_and_timed():
    sizes = {"along_width": ["1 16", "1 32"], "along_depth": ["2 16"], "answering": ["1 16"]}
    measured = complexity.measure({"options": {**OPTIONS, **sizes}, "seeds": 2}, None)
    assert measured["counted"]["grown"].tolist() == ["wider", "wider", "deeper"]
    timings = measured["timings"]
    assert timings.groupby("timed").size().to_dict() == {
        "forward": 6, "forward and backward": 6, "median": 2, "99 of 100": 2, "in a batch": 2
    }  # fmt: skip
    assert (timings["seconds"] > 0).all()


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_sizes(size):
    study = load(FILE, size)
    assert not study.runs and study.is_measured
    for name in ("along_width", "along_depth", "answering"):
        assert all(len(pair) == 2 for pair in complexity._sizes(study.options[name]))
