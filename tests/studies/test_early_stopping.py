"""Early stopping: the arithmetic on curves of a few passes, worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.design.study import load
from mlpstudy.drawing import style
from mlpstudy.figures import early_stopping as drawing
from mlpstudy.statistics.stopping import CRITERIA
from mlpstudy.studies import early_stopping
from mlpstudy.studies.early_stopping import FAMILIES
from mlpstudy.studies.view import View

FILE = Path(__file__).resolve().parents[2] / "config/studies/early_stopping.yaml"
EPOCHS = 10
# The validation loss is least at pass 2 and 2.5 % above that ever after, the test loss doubles.
TRAIN = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.05, 0.04]
VALIDATION = [2.0, 1.2, 1.0, *[1.025] * 8]
TEST = [2.0, 1.0, 0.6, 0.7, 0.8, 0.9, 1.0, 1.05, 1.1, 1.15, 1.2]
CLAIMS = (
    "test_loss_reduction",
    "test_error_reduction",
    "share_of_passes",
    "test_loss_reduction_by_slow",
    "times_longer",
    "test_loss_reduction_over_passes",
    "test_loss_reduction_over_training_loss",
)


def curve(run_id: str, split: str, loss: list[float], accuracy=None) -> pd.DataFrame:
    accuracy = [0.5] * len(loss) if accuracy is None else accuracy
    epoch = np.arange(len(loss))
    return pd.DataFrame(
        {"run_id": run_id, "epoch": epoch, "split": split, "loss": loss, "accuracy": accuracy}
    )


def view(seeds: int = 6, validation=VALIDATION, test=TEST, options=None) -> View:
    """One clean and one noisy cell with the same curves for every seed."""
    rows, curves = [], []
    for noise in (0.0, 0.3):
        for seed in range(seeds):
            name = f"wine-{noise}-{seed}"
            rows.append({"run_id": name, "label_noise": noise, "seed": seed})
            curves.append(curve(name, "train", TRAIN[: len(test)]))
            curves.append(curve(name, "validation", validation))
            accuracy = np.linspace(0.5, 1, len(test))
            curves.append(curve(name, "test", test, accuracy))
    runs = pd.DataFrame(rows).assign(
        dataset="wine", optimizer="sgd", cost="nll", epochs=EPOCHS, status="finished"
    )
    given = {"fast": ["GL_2"], "slow": ["GL_5"], "passes": [1, 5, 10], "training_loss": [0.6, 0.01]}
    claims = [
        {"id": "C25", "statistic": s, "says": "", "unit": "", "direction": "above", "threshold": 0}
        for s in CLAIMS
    ]
    study = {"name": "early_stopping", "options": options or given, "claims": claims}
    return View(study, {}, runs, pd.concat(curves, ignore_index=True), pd.DataFrame())


def of(seen: View, rule: str) -> pd.Series:
    by_run = early_stopping.summary(seen)["by_run"]
    return by_run[(by_run["rule"] == rule) & (by_run["run_id"] == "wine-0.0-0")].iloc[0]


def found(seen: View, statistic: str) -> list:
    all_of_them = early_stopping.findings(seen, early_stopping.summary(seen))
    return [f for f in all_of_them if f.statistic == statistic]


@pytest.mark.parametrize(
    ("rule", "spent", "at", "fired"),
    [
        ("GL_2", 3, 2, True),  # 2.5 % are lost at pass 3
        ("GL_5", 10, 2, False),  # 5 % never are
        ("UP_2", 10, 2, False),  # no strip ends higher than it began: 2.0 -> 1.025 -> 1.025
        ("1 passes", 1, 1, True),
        ("10 passes", 10, 10, True),
        ("0.6 of the first", 2, 2, True),
        ("0.01 of the first", 10, 10, False),  # the training loss only falls to 0.04
    ],
)
def test_a_rule_spends_passes_and_gives_the_weights_of_one(rule, spent, at, fired):
    row = of(view(), rule)
    assert (row["spent"], row["at"], row["fired"]) == (spent, at, fired)
    assert row["loss"] == TEST[at]
    assert row["full_loss"] == 1.2
    assert row["best_loss"] == 0.6
    assert row["excess"] == pytest.approx(100 * (TEST[at] - 0.6) / 0.6)
    assert row["error"] == pytest.approx(0.5 - 0.05 * at)


def test_more_passes_than_the_budget_are_no_rule():
    seen = view(options={"passes": [10, 20], "training_loss": [0.5]})
    rules = set(early_stopping.summary(seen)["by_run"]["rule"])
    assert "10 passes" in rules
    assert "20 passes" not in rules


def test_a_diverged_run_keeps_its_last_loss():
    seen = view(validation=VALIDATION[:5], test=TEST[:5])
    seen.runs["status"] = "diverged"
    assert of(seen, "10 passes")["loss"] == TEST[4]
    assert of(seen, "GL_5")["full_loss"] == TEST[4]


def test_every_criterion_goes_back_to_pass_2():
    # 100 (1.2 - 0.6) / 1.2 = 50 %; the error is 0 at the end and 0.4 at pass 2: 40 points more.
    for loss in found(view(), "test_loss_reduction"):
        assert (loss.value, loss.low, loss.high) == pytest.approx((50, 50, 50))
        assert (loss.n, loss.learned) == (6, True)
    errors = {f.condition: f.value for f in found(view(), "test_error_reduction")}
    labels = ("wine, clean labels", "wine, 30% of the labels replaced")
    families = [f"{problem}; SGD, NLL; {family}" for problem in labels for family in FAMILIES]
    assert errors == {condition: pytest.approx(-40) for condition in families}


def test_a_task_that_full_training_does_not_learn_is_marked():
    """It errs in 0 of 100 at its end; a guess that errs no more is as good."""
    seen = view()
    seen.runs["classes"], seen.runs["majority"] = 2, [0.0] * 6 + [1.0] * 6  # clean, then noisy
    learned = {f.condition.split(";")[0]: f.learned for f in found(seen, "test_loss_reduction")}
    assert learned == {"wine, clean labels": True, "wine, 30% of the labels replaced": False}


def test_share_of_passes_is_the_mean_over_a_family():
    # Three passes for GL 1 and GL 2, ten where nothing fires. Nor does PQ: P_k is
    # 1000 (0.52 / 0.3 - 1) = 733 over passes 1 to 5, and over 6 to 10
    # 1000 (0.108 / 0.04 - 1) = 1700: 2.5 over either is less than 0.5.
    spent = {name: 3 if name in ("GL_1", "GL_2") else 10 for name in CRITERIA}
    for share in found(view(), "share_of_passes"):
        family = share.condition.split("; ")[-1]
        criteria = [passes / 10 for name, passes in spent.items() if name.startswith(family)]
        assert share.value == pytest.approx(np.mean(criteria))


def test_slow_against_fast():
    # Both go back to pass 2; ten passes against three.
    assert [f.value for f in found(view(), "test_loss_reduction_by_slow")] == [0, 0]
    assert [f.value for f in found(view(), "times_longer")] == pytest.approx([10 / 3] * 2)


def test_simple_rules_are_compared_at_their_best():
    # After 1, 5 and 10 passes the test loss is 1.0, 0.9 and 1.2: 5 is best, and 0.6 is a third less.
    for passes in found(view(), "test_loss_reduction_over_passes"):
        assert passes.value == pytest.approx(100 / 3)
        assert passes.condition.endswith("; the best is 5 passes")
    # The training loss is at 0.6 of its first at pass 2, where the test loss is least.
    for loss in found(view(), "test_loss_reduction_over_training_loss"):
        assert loss.value == pytest.approx(0)


def test_few_seeds_have_no_interval():
    assert all(np.isnan(f.low) for f in found(view(seeds=3), "times_longer"))


@pytest.mark.parametrize("size", ["smoke", "default", "full"])
def test_the_study_loads_and_covers_clean_and_noisy_problems(size):
    study = load(FILE, size)
    problems = {(run.dataset, run.label_noise) for run in study.runs}
    assert {noise > 0 for _, noise in problems} == {True, False}
    assert {(run.optimizer, run.cost) for run in study.runs} == {("sgd", "nll"), ("rprop", "mse")}
    assert {claim.id for claim in study.claims} == {"C25", "C11"}
    assert {claim.statistic for claim in study.claims} == set(CLAIMS)
    assert set(study.options["fast"] + study.options["slow"]) <= set(CRITERIA)
    if size != "smoke":
        assert len({dataset for dataset, _ in problems}) >= 6
        assert min(sum(run.dataset == d for run in study.runs) for d, _ in problems) >= 4 * 24


def test_figures_and_tables_from_the_frames_alone():
    frames = early_stopping.summary(view())
    with style.context():
        drawn = drawing.figures(frames, {"options": {}})
    assert [d.name for d in drawn] == ["benefit", "trade_off", "curves"]
    assert all(d.n == 12 and d.caption["en"] and d.alt["en"] for d in drawn)
    problems, rules = early_stopping.shown(frames)
    assert problems["frame"]["loss_reduction"].tolist() == pytest.approx([50] * 2 * len(FAMILIES))
    assert len(rules["frame"]) == 2 * (14 + 3 + 2)
