"""What a pass costs: operations and bytes counted by hand, slopes, and findings of given times."""

from pathlib import Path

import pandas as pd
import pytest

from mlpstudy.design.study_file import load
from mlpstudy.statistics.contrasts import findings
from mlpstudy.studies.complexity import measure as measuring
from mlpstudy.studies.complexity.derive import derive, shown
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/complexity.yaml"
OPTIONS = {"inputs": 32, "classes": 16, "batch": 4, "examples": 8, "repeats": 1, "singles": 3}
PASSES = ("forward", "forward and backward")
ANSWERS = {"median": 0.001, "99 of 100": 0.002, "in a batch": 0.0001}


def test_operations_and_bytes_by_hand():
    """32 inputs, 16 hidden units, 16 classes; every size a multiple of 16, so that none is filled."""
    depth, width, weights, forward, learning, of_weights, of_batch = measuring._counted(
        1, 16, OPTIONS
    )
    W1, W2 = 32 * 16, 16 * 16
    assert (depth, width, weights) == (1, 16, W1 + 16 + W2 + 16)
    assert forward == W1 + W2
    assert learning == 3 * (W1 + W2) - W1  # nothing below the first layer
    assert of_weights == 2 * 4 * (weights + 32)  # the last 32 are a cushion
    # a and z of the hidden layer, a of the output; delta of the output, below it and at the hidden a
    assert of_batch == 6 * 4 * 16 * 4


def _timings() -> list[dict]:
    """Six rounds: wider networks take |w|^1.2, deeper ones |w|, in seconds."""
    rows = []
    for seed in range(6):
        for width, weights in ((16, 100), (32, 400)):
            size = {"depth": 2, "width": width, "weights": weights, "seed": seed}
            size["machine"] = "abacus"
            for factor, timed in enumerate(PASSES, start=1):
                seconds = factor * weights**1.2
                rows.append({**size, "grown": "wider", "timed": timed, "seconds": seconds})
                deeper = {"grown": "deeper", "depth": width // 8, "timed": timed}
                rows.append({**size, **deeper, "seconds": weights})
            for timed, seconds in ANSWERS.items():
                rows.append({**size, "grown": "", "timed": timed, "seconds": seconds * width})
    return rows


@pytest.fixture(scope="module")
def study():
    return load(FILE)


@pytest.fixture(scope="module")
def tables(study):
    wider = {"grown": "wider", "depth": 2, "width": [16, 32], "weights": [100, 400]}
    deeper = {"grown": "deeper", "depth": [2, 4], "width": [16, 32], "weights": [100, 400]}
    counts = {"forward": [100.0, 400.0], "forward and backward": [250.0, 1160.0]}
    counted = pd.concat([pd.DataFrame(grown | counts) for grown in (wider, deeper)])
    measured = {"counted": counted, "timings": pd.DataFrame(_timings())}
    return measured | derive(View(study.resolved(), {}, *[pd.DataFrame()] * 3, measured=measured))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("operations_per_weight", {("deeper",): (2.9, 2), ("wider",): (2.9, 2)}),
        (
            "slope_of_time",
            {("wider", timed): (1.2, 6) for timed in PASSES}
            | {("deeper", timed): (1, 6) for timed in PASSES},
        ),
        ("slowest_answers", {(2, 16): (32, 6), (2, 32): (64, 6)}),
    ],
)
def test_findings(study, tables, name, expected):
    claim = next(claim for claim in study.claims if claim.statistic == name)
    found = findings(claim, tables[claim.contrast.table])
    assert {tuple(f.condition.values()): (round(f.value, 9), f.n) for f in found} == expected
    assert all(f.low == pytest.approx(f.high) for f in found)


def test_a_pass_that_was_counted_is_the_one_that_was_timed(tables):
    passes = tables["passes"]
    assert len(passes) == 2 * 2 * 2 * 6
    wide = passes.query("grown == 'wider' and width == 32 and timed == 'forward'")
    assert set(wide["operations"]) == {400} and wide["ms"].tolist() == [1000 * 400**1.2] * 6


def test_tables(tables):
    counted, answers = shown(tables)
    assert "abacus" in answers["caption"]["fr"]
    assert answers["frame"]["median"].tolist() == pytest.approx([16, 32])
    assert len(counted["frame"]) == 4


def test_every_network_is_counted_and_timed():
    sizes = {"along_width": [[1, 16], [1, 32]], "along_depth": [[2, 16]], "answering": [[1, 16]]}
    measured = measuring.measure({"options": {**OPTIONS, **sizes}, "seeds": 2}, None)
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
