"""Early stopping: the arithmetic on curves of a few passes, worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design import yaml_file
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load
from mlpstudy.statistics.stopping import CRITERIA
from mlpstudy.studies.declared import Declared
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/early_stopping.yaml"
EPOCHS = 10
# The validation loss is least at pass 2 and 2.5 % above that ever after, the test loss doubles.
CURVES = {
    "train": [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.05, 0.04],
    "validation": [2.0, 1.2, 1.0, *[1.025] * 8],
    "test": [2.0, 1.0, 0.6, 0.7, 0.8, 0.9, 1.0, 1.05, 1.1, 1.15, 1.2],
}
FAMILIES = ("GL", "PQ", "UP")
OPTIONS = {"passes": [1, 5, 10, 20], "training_loss": [0.6, 0.01]}


def declared(seeds: int = 6, passes: int = EPOCHS, majority: float = 0.5) -> Declared:
    """One clean and one noisy cell with the same curves for every seed, of so many passes.

    The test error falls from 0.5 to 0. majority: share of the commonest class, of noisy cells.
    """
    rows, curves = [], []
    for noise, seed in ((noise, seed) for noise in (0.0, 0.3) for seed in range(seeds)):
        name = f"wine-{noise}-{seed}"
        share = majority if noise else 0.5
        rows.append({"run_id": name, "label_noise": noise, "seed": seed, "majority": share})
        for split, loss in CURVES.items():
            part = {"run_id": name, "epoch": range(passes + 1), "split": split}
            accuracy = np.linspace(0.5, 1, EPOCHS + 1)[: passes + 1]
            frame = pd.DataFrame(part | {"loss": loss[: passes + 1], "accuracy": accuracy})
            curves.append(frame)
    fixed = {"dataset": "wine", "optimizer": "sgd", "cost": "nll", "epochs": EPOCHS, "classes": 2}
    fixed |= {"eta": 0.1}
    status = "finished" if passes == EPOCHS else "diverged"
    runs = pd.DataFrame(rows).assign(**fixed, status=status, n_parameters=1)
    study = load(FILE).resolved() | {"options": OPTIONS}
    blocks = {"problems": list(runs["run_id"])}
    return Declared(View(study, blocks, runs, pd.concat(curves, ignore_index=True), pd.DataFrame()))


def rule(seen: Declared, name: str) -> pd.Series:
    rules = seen.table("rules")
    return rules[(rules["rule"] == name) & (rules["run_id"] == "wine-0.0-0")].iloc[0]


def found(seen: Declared, statistic: str) -> list:
    return [finding for finding in seen.findings if finding.statistic == statistic]


@pytest.mark.parametrize(
    ("name", "spent", "at", "fired"),
    [
        ("GL_2", 3, 2, True),  # 2.5 % are lost at pass 3
        ("GL_5", 10, 2, False),  # 5 % never are
        ("UP_2", 10, 2, False),  # no strip ends higher than it began: 2.0 -> 1.025 -> 1.025
        ("1 passes", 1, 1, True),
        ("10 passes", 10, 10, True),
        ("all passes", 10, 10, True),
        ("0.6 of the first", 2, 2, True),
        ("0.01 of the first", 10, 10, False),  # the training loss only falls to 0.04
    ],
)
def test_a_rule_spends_passes_and_gives_the_weights_of_one(name, spent, at, fired):
    row, loss = rule(declared(), name), CURVES["test"][at]
    assert (row["spent"], row["at"], row["fired"]) == (spent, at, fired)
    assert (row["test_loss"], row["lowest_loss"]) == (loss, 0.6)
    assert row["mean_spent"] == pytest.approx(spent / 10)
    assert row["excess"] == pytest.approx(100 * (loss - 0.6) / 0.6)
    assert row["test_error"] == pytest.approx(0.5 - 0.05 * at)


def test_more_passes_than_the_budget_are_no_rule():
    assert "20 passes" not in set(declared().table("rules")["rule"])


def test_a_diverged_run_keeps_its_last_loss():
    seen = declared(passes=4)
    assert rule(seen, "10 passes")["test_loss"] == CURVES["test"][4]
    assert rule(seen, "all passes")["test_loss"] == CURVES["test"][4]


# Every criterion goes back to pass 2, with the loss 0.6 and the error 0.4; the whole training ends
# at 1.2 and 0. Of 1, 5 and 10 passes, 5 end lowest, at 0.9; the training loss is at 0.6 at pass 2.
@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("test_loss_reduction", 100 * (0.6 - 1.2) / 1.2),
        ("test_error_reduction", 40),
        ("test_loss_reduction_over_passes", 100 * (0.6 - 0.9) / 0.9),
        ("test_loss_reduction_over_training_loss", 0),
        ("test_loss_reduction_by_slow", 0),
    ],
)
def test_what_stopping_changes(statistic, value):
    measured = found(declared(), statistic)
    cells = {(f.condition["family"], f.condition.get("noisy")) for f in measured}
    assert {family for family, _ in cells} == set(FAMILIES) and len(measured) == 6
    for each in measured:
        assert (each.value, each.low, each.high) == pytest.approx((value,) * 3)
        assert (each.n, each.learned) == (6, True)


def test_a_task_that_full_training_does_not_learn_is_marked():
    """It errs in 0 of 100 at its end; a guess that errs no more is as good."""
    learned = {
        f.condition["label_noise"]: f.learned
        for f in found(declared(majority=1.0), "test_loss_reduction")
    }
    assert learned == {0.0: True, 0.3: False}


def test_share_of_passes_is_the_mean_over_a_family():
    # Three passes for GL 1 and GL 2, ten where nothing fires. Nor does PQ: P_k is
    # 1000 (0.52 / 0.3 - 1) = 733 over passes 1 to 5, and over 6 to 10
    # 1000 (0.108 / 0.04 - 1) = 1700: 2.5 over either is less than 0.5.
    spent = {name: 3 if name in ("GL_1", "GL_2") else 10 for name in CRITERIA}
    for share in found(declared(), "share_of_passes"):
        family = share.condition["family"]
        criteria = [passes / 10 for name, passes in spent.items() if name.startswith(family)]
        assert share.value == pytest.approx(np.mean(criteria))


@pytest.mark.parametrize(("family", "times"), [("GL", 10 / 3), ("PQ", 1), ("UP", 1)])
def test_the_slowest_of_a_family_takes_so_many_times_the_passes_of_its_fastest(family, times):
    longer = [f for f in found(declared(), "times_longer") if f.condition["family"] == family]
    assert [f.value for f in longer] == pytest.approx([times] * 2)


def test_few_seeds_have_no_interval():
    assert all(np.isnan(f.low) for f in found(declared(seeds=3), "times_longer"))


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_study_covers_clean_and_noisy_problems(size):
    study = load(FILE, size)
    problems = {(run.dataset, run.label_noise) for run in study.runs}
    assert {noise > 0 for _, noise in problems} == {True, False}
    assert {(run.optimizer, run.cost) for run in study.runs} == {("sgd", "nll"), ("rprop", "mse")}
    if size != "smoke":
        assert len({dataset for dataset, _ in problems}) >= 6
        assert min(sum(run.dataset == d for run in study.runs) for d, _ in problems) >= 4 * 24


def test_a_factor_that_no_claim_names_is_refused():
    document = yaml_file.read(FILE)
    document["sweep"]["problems"]["grid"]["width"] = [16, 32]
    study = Study.model_validate(document)
    with pytest.raises(Mistake, match="width"):
        _ = study.runs
