"""Equal parameter counts: gains, the chosen eta and the interaction, worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.core.network import Network
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.study import load
from mlpstudy.figures import width_and_depth as drawing
from mlpstudy.studies import width_and_depth
from mlpstudy.studies.outcomes import with_chosen
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/width_and_depth.yaml"
SEEDS = range(6)
# (block, n_parameters, depth, eta) -> test errors of even and of odd seeds. Validation says the
# same, but for the eta of 0.1 at depth 1 of the block small: good on test, bad on validation.
CELLS = {
    ("small", 100, 1, 0.01): (0.30, 0.30),
    ("small", 100, 1, 0.1): (0.10, 0.10),
    ("small", 102, 3, 0.01): (0.50, 0.60),
    ("large", 400, 1, 0.01): (0.20, 0.20),
    ("large", 404, 3, 0.01): (0.10, 0.20),
}
MISLED = ("small", 100, 1, 0.1)


def _view(lost: str = "") -> View:
    """The runs of CELLS; `lost` diverged before its first pass."""
    runs, curves, blocks = [], [], {"small": [], "large": []}
    for (block, size, depth, eta), errors in CELLS.items():
        for seed in SEEDS:
            name = f"{block}-{depth}-{eta}-{seed}"
            blocks[block].append(name)
            shared = {"dataset": "digits", "activation": "relu", "initialization": "he_normal"}
            fields = {"depth": depth, "width": 10 * depth, "n_parameters": size, "eta": eta}
            status = "diverged" if name == lost else "finished"
            runs.append({"run_id": name, **shared, **fields, "seed": seed, "status": status})
            error = errors[seed % 2]
            ends = {"train": 0.0, "validation": error, "test": error}
            if (block, size, depth, eta) == MISLED:
                ends["validation"] = 0.9
            for split, end in ends.items():
                # The smallest validation loss comes at pass 1, where the test error is 0.05 less.
                for epoch, loss, wrong in ((0, 2.0, 0.9), (1, 0.5, end - 0.05), (2, 1.0, end)):
                    row = {"run_id": name, "epoch": epoch, "split": split, "loss": loss}
                    curves.append({**row, "accuracy": 1 - wrong})
    study = {"name": "width_and_depth", "options": {}, "claims": _claims()}
    curves = pd.DataFrame(curves)
    curves = curves[curves["run_id"] != lost]
    return View(study, blocks, pd.DataFrame(runs), curves, pd.DataFrame())


def _claims() -> list[dict]:
    names = "gained_by_parameters", "gained_by_second_layer", "gained_by_depth", "interaction"
    shared = {"id": "C19", "says": "So.", "direction": "above", "threshold": 0.0, "unit": "error"}
    return [{**shared, "statistic": name} for name in names]


@pytest.fixture(scope="module")
def frames():
    return width_and_depth.summary(_view())


def test_budget_is_the_median_of_a_block(frames):
    # 12 runs of 100 and 6 of 102; 6 of 400 and 6 of 404.
    assert set(frames["by_run"]["budget"]) == {100, 402}


def test_eta_is_chosen_on_validation_not_on_test(frames):
    cell = frames["errors"].query("budget == 100 and depth == 1").iloc[0]
    assert (cell["eta"], cell["value"], cell["n"]) == (0.01, pytest.approx(0.3), 6)
    assert frames["by_run"]["chosen"].sum() == 4 * 6


def test_error_at_the_pass_with_the_smallest_validation_loss(frames):
    cell = frames["errors"].query("budget == 402 and depth == 1").iloc[0]
    assert cell["at_best_error"] == pytest.approx(0.15)
    assert cell["train_error"] == pytest.approx(0.0)


def test_gains(frames):
    gains = frames["gains"].set_index("budget")["value"]
    assert gains.to_dict() == {100: pytest.approx(0.30 - 0.55), 402: pytest.approx(0.20 - 0.15)}


def test_shares_of_the_spread(frames):
    # Cells .30 .55 / .20 .15: mean .30; budgets +-.125, depths -+.05, interaction +-.075.
    shares, whole = frames["shares"].iloc[0], 0.125**2 + 0.05**2 + 0.075**2
    assert shares["parameters"] == pytest.approx(0.125**2 / whole)
    assert shares["depth"] == pytest.approx(0.05**2 / whole)
    assert shares["interaction"] == pytest.approx(0.075**2 / whole)
    assert shares["spread"] == pytest.approx(np.sqrt(whole))


def test_findings(frames):
    found = {f.statistic: f for f in width_and_depth.findings(_view(), frames)}
    # Nothing has two layers here, so nothing is said of a second one.
    assert set(found) == {"gained_by_parameters", "gained_by_depth", "interaction"}
    assert found["gained_by_parameters"].value == pytest.approx((0.10 + 0.40) / 2)
    assert found["gained_by_parameters"].verdict == "supported"
    assert found["gained_by_depth"].value == pytest.approx((-0.25 + 0.05) / 2)
    assert found["gained_by_depth"].verdict == "contradicted"
    # Seed by seed: (.2 - .1) - (.3 - .5) = .3 and (.2 - .2) - (.3 - .6) = .3.
    interaction = found["interaction"]
    assert (interaction.value, interaction.low) == (pytest.approx(0.3), pytest.approx(0.3))
    assert (interaction.n, interaction.networks) == (6, 4 * 6)
    assert interaction.condition.endswith("depth 3 against 1, 402 parameters against 100")


# digits, 16,000 parameters, depth 8: at an eta of .03 two seeds of six do not learn. Validation
# and test errors by eta: the median of the former is the smaller one at .03, their mean at .01.
RISKY = {
    0.01: ([0.070, 0.061, 0.067, 0.078, 0.028, 0.064], [0.045, 0.053, 0.064, 0.053, 0.058, 0.061]),
    0.03: ([0.058, 0.050, 0.056, 1.000, 0.042, 0.897], [0.036, 0.067, 0.078, 1.000, 0.045, 0.900]),
}


def test_eta_is_chosen_by_the_mean_of_the_seeds_not_by_the_median():
    rows = [
        {"cell": "deep", "eta": eta, "seed": seed, "validation_loss": on_validation}
        | {"validation_error": on_validation, "test_error": on_test}
        for eta, errors in RISKY.items()
        for seed, (on_validation, on_test) in enumerate(zip(*errors, strict=True))
    ]
    runs = with_chosen(pd.DataFrame(rows), ["cell"])
    by_eta = runs.groupby("eta")["validation_error"]
    assert (by_eta.median().idxmin(), by_eta.mean().idxmin()) == (0.03, 0.01)
    on_test = runs.groupby(["chosen", "eta"])["test_error"].mean()
    assert on_test.to_dict() == {
        (True, 0.01): pytest.approx(0.0557, abs=1e-4),
        (False, 0.03): pytest.approx(0.354, abs=1e-3),
    }


def test_both_sides_at_the_controls_eta():
    """Two budgets; the deep networks do well at an eta of .01, the shallow ones have theirs at .1."""
    errors = {(1, 0.01): 0.3, (1, 0.1): 0.2, (3, 0.01): 0.1, (3, 0.1): 0.5}
    runs = pd.DataFrame(
        {"run_id": f"{budget}-{depth}-{eta}-{seed}", "budget": budget, "depth": depth}
        | {
            "eta": eta,
            "seed": seed,
            "test_error": error,
            "chosen": (depth, eta) in ((1, 0.1), (3, 0.01)),
        }
        for budget in (100, 400)
        for (depth, eta), error in errors.items()
        for seed in SEEDS
    )
    made = width_and_depth._by_depth(runs, "digits, relu")
    assert (made.value.value, made.common.value) == pytest.approx((0.2 - 0.1, 0.2 - 0.5))
    assert made.condition == "digits, relu, depth 3 against 1"
    assert made.edge == "both"  # the upper of two etas without depth, the lower one with it
    assert set(made.treated["depth"]) == {3}


def test_a_run_that_diverged_counts_as_wrong_everywhere():
    frames = width_and_depth.summary(_view(lost="large-1-0.01-0"))
    cell = frames["errors"].query("budget == 402 and depth == 1").iloc[0]
    assert cell["value"] == pytest.approx((1 + 5 * 0.2) / 6)
    assert (cell["diverged"], cell["n"]) == (1, 6)


def test_figures_and_tables(frames):
    drawn = drawing.figures(frames, {"options": {}})
    assert [d.name for d in drawn] == ["errors", "gains", "etas"]
    assert [d.n for d in drawn] == [24, 24, 12]
    assert "better in 0 and worse in 1 of 2" in drawn[1].title["en"]
    for table in width_and_depth.shown(frames):
        assert len(table["frame"]) and {"name", "title", "caption"} <= set(table)


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_networks_of_a_block_are_equally_large(size):
    for name, runs in load(FILE, size).blocks.items():
        data = EXAMPLES[runs[0].dataset]
        cells = {(r.depth, r.width): r for r in runs}.values()
        sizes = [Network([run], data.shape, data.classes).n_parameters for run in cells]
        assert len(sizes) > 1 and max(sizes) <= 1.06 * min(sizes), name
