"""Dropout: differences paired by seed, worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.study import load
from mlpstudy.figures import dropout as drawing
from mlpstudy.studies import dropout
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/dropout.yaml"
# By block and rate: loss and error on the training, validation and test part.
ENDS = {
    ("rates", 0.0): ((0.5, 0.125), (1.0, 0.25), (2.0, 0.5)),
    ("rates", 0.5): ((0.75, 0.125), (1.0, 0.25), (1.0, 0.25)),
    ("shapes", 0.0): ((0.5, 0.125), (1.0, 0.25), (1.0, 0.25)),
    ("shapes", 0.5): ((0.75, 0.125), (1.0, 0.25), (1.5, 0.375)),
}
# At ten times the eta dropout errs less on validation and has the larger loss there; the others
# are worse in both.
LARGER = {
    ("rates", 0.0): ((0.5, 0.25), (1.5, 0.5), (2.5, 0.625)),
    ("rates", 0.5): ((0.75, 0.25), (1.5, 0.125), (4.0, 0.125)),
}


def view(lost: str = "", larger: dict | None = None) -> View:
    """Six seeds; `rates` and `shapes` differ in width, and `lost` diverged. larger: LARGER."""
    runs, curves, blocks = [], [], {"rates": [], "shapes": []}
    cells = [(*key, 0.1, ends) for key, ends in ENDS.items()]
    cells += [(*key, 1.0, ends) for key, ends in (larger or {}).items()]
    for block, rate, eta, ends in cells:
        for seed in range(6):
            name = f"{block}-{rate}-{seed}" + ("-larger" if eta == 1 else "")
            blocks[block].append(name)
            status = "diverged" if name == lost else "finished"
            fixed = {"dataset": "digits", "label_noise": 0.3, "depth": 2, "train_size": 40}
            own = {"width": {"rates": 8, "shapes": 16}[block], "dropout": rate, "seed": seed}
            end = {"epochs": 1, "eta": eta, "status": status}
            runs.append({"run_id": name, **fixed, **own, **end})
            for part, (loss, error) in zip(("train", "validation", "test"), ends, strict=True):
                row = {"run_id": name, "epoch": 1, "split": part, "loss": loss}
                curves.append(row | {"accuracy": 1 - error})
    claims = [
        {"id": "C29", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in dropout.STATISTICS
    ]
    study = {"name": "dropout", "options": {"rates": [0.5]}, "claims": claims}
    return View(study, blocks, pd.DataFrame(runs), pd.DataFrame(curves), pd.DataFrame())


@pytest.fixture(scope="module")
def frames():
    return dropout.summary(view())


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("gap_reduced", (2.0 - 0.5) - (1.0 - 0.75)),
        ("loss_reduced", 2.0 - 1.0),
        ("error_reduced", 0.5 - 0.25),
    ],
)
def test_each_statistic_is_its_definition(frames, statistic, value):
    [found] = [f for f in dropout.findings(view(), frames) if f.statistic == statistic]
    assert (found.value, found.low, found.high) == (value, value, value)
    assert (found.n, found.networks) == (6, 12)
    assert found.condition == "digits, 30% of labels wrong, rate 0.5"


@pytest.mark.parametrize(
    ("statistic", "best", "common", "run"),
    [
        # The error chooses the larger eta for dropout, the loss does not: 4 would be its test loss.
        ("error_reduced", 0.5 - 0.125, 0.5 - 0.25, "rates-0.5-0-larger"),
        ("loss_reduced", 2.0 - 1.0, 2.0 - 1.0, "rates-0.5-0"),
        ("gap_reduced", 1.5 - 0.25, 1.5 - 0.25, "rates-0.5-0"),
    ],
)
def test_eta_is_chosen_by_what_is_compared(statistic, best, common, run):
    seen = view(larger=LARGER)
    frames = dropout.summary(seen)
    [found] = [f for f in dropout.findings(seen, frames) if f.statistic == statistic]
    assert (found.value, found.common[0], found.runs[0]) == (best, common, run)
    row = frames["compared"].query("statistic == @statistic and width == 8").iloc[0]
    assert (row["value"], row["common"], row["n"]) == (best, common, 6)


def test_every_network_is_compared_with_itself(frames):
    table = frames["compared"].query("statistic == 'error_reduced'").set_index("width")
    assert table["value"].to_dict() == {8: 0.25, 16: -0.125}


def test_a_run_that_diverged_errs_everywhere_and_its_loss_decides_nothing():
    seen = view(lost="rates-0.5-0")
    frames = dropout.summary(seen)
    found = {f.statistic: f for f in dropout.findings(seen, frames)}
    assert found["error_reduced"].value == pytest.approx((5 * 0.25 + (0.5 - 1)) / 6)
    assert found["loss_reduced"].verdict == "undecided"
    cells = frames["cells"].query("measure == 'test_error' and width == 8 and dropout == 0.5")
    assert cells["diverged"].tolist() == [1]
    assert np.isinf(frames["by_run"].query("status == 'diverged'")["test_loss"]).all()


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": {"rates": [0.5]}, "sweep": {"rates": {}}})
    assert [d.name for d in drawn] == ["rates", "where"]
    assert [d.n for d in drawn] == [12, 24]
    assert "lowers the test error in 1 of 2 networks and raises it in 1" in drawn[1].title["en"]
    for table in dropout.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_every_rate_has_its_control(size):
    study = load(FILE, size)
    for runs in study.blocks.values():
        seen = {}
        for run in runs:
            rest = run.model_copy(update={"dropout": 0.0})
            seen.setdefault(rest, set()).add(run.dropout)
        assert all(0.0 in rates and len(rates) > 1 for rates in seen.values())
    rates = study.resolved()["options"]["rates"]
    assert {0.0, *rates} <= {run.dropout for run in study.blocks["rates"]}
