"""The page of a run's folder: it says what the tables say, loads nothing, and nothing runs in it."""

import re

import pandas as pd
import pytest

from mlpstudy.design.run import FIELDS, Run
from mlpstudy.runs import page
from mlpstudy.runs.known import known_run

IRIS = {"dataset": "iris", "depth": 1, "width": 4, "epochs": 3}


def text_of(folder) -> str:
    return (folder / "run.html").read_text(encoding="utf-8")


def test_it_names_scores_settings_and_commands(project, trained):
    folder = trained(**IRIS, eta=0.07)
    known, text = known_run(project, str(folder)), text_of(folder)
    assert f"{known.scores(3)['test'][1]:.1%} of the test examples right" in text
    assert ".venv/bin/mlpstudy run dataset=iris depth=1 width=4 eta=0.07 epochs=3" in text
    assert all(f'scope="row">{field}</th>' in text for field in FIELDS)
    assert text.count("data:image/svg+xml;base64,") == 2


def test_it_shows_which_class_is_taken_for_which(project, trained):
    folder = trained(**IRIS)
    known, text = known_run(project, str(folder)), text_of(folder)
    section = text[text.index("taken for which") :]
    numbers = [int(n) for n in re.findall(r"<td>(\d+)</td>", section[: section.index("</table>")])]
    assert numbers == known.confusion.counts[3, "test"].ravel().tolist() and sum(numbers) == 30
    balanced, macro = known.class_scores(3)["test"]
    assert f"<td>{balanced:.4g}</td><td>{macro:.4g}</td>" in text


def test_a_regression_has_no_classes_to_be_taken_for_another(trained):
    text = text_of(trained(dataset="diabetes", cost="mse_raw", depth=0, epochs=1, eta=0.01))
    assert "taken for" not in text and "balanced accuracy" not in text


def test_nothing_is_loaded_and_nothing_runs(trained):
    text = text_of(trained(**IRIS))
    assert "default-src 'none'" in text and "<script" not in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)


def test_the_same_tables_make_the_same_page(project, trained):
    folder = trained(**IRIS)
    before = text_of(folder)
    page.write_page(known_run(project, str(folder)))
    assert text_of(folder) == before


def test_a_run_that_flew_apart_says_so(trained):
    wild = {
        "dataset": "iris",
        "depth": 0,
        "cost": "mse_raw",
        "eta": 1e3,
        "momentum": 0.0,
        "epochs": 12,
    }
    text = text_of(trained(**wild))
    assert re.search(r"flew apart in pass \d+", text) and "A linear model learns iris" in text


def test_a_run_that_is_not_finite_at_the_start_has_a_page(trained):
    assert "flew apart in pass 0" in text_of(trained(**IRIS, init_gain=1e30, activation="relu"))


def test_a_regression_has_an_r2(trained):
    text = text_of(trained(dataset="diabetes", depth=0, cost="mse_raw", eta=0.005, epochs=1))
    assert "After one pass its R2" in text and "test examples right" not in text


@pytest.mark.parametrize(
    ("losses", "says"),
    [
        ([3.0, 1.0, 2.0], "overfits"),
        ([3.0, 2.0, 1.0], "may not be done"),
        ([3.0, 1.0, 1.01], "was 1 at its least, after pass 1"),
    ],
)
def test_the_course_of_the_validation_loss(losses, says):
    assert says in page._course(pd.Series(losses))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"depth": 0}, "A linear model"),
        ({"depth": 1}, "one hidden layer of 32 sigmoid units"),
        ({"depth": 2, "kernel": 3, "width": 4}, "2 hidden layers of 4 sigmoid channels"),
    ],
)
def test_what_learns(fields, says):
    assert says in page.what(Run(**fields))


def test_the_factor_of_a_layer_is_that_of_its_deltas(project, trained):
    known = known_run(project, str(trained(**{**IRIS, "depth": 3})))
    layers = known.tables["layers"]
    first, last = (
        float(layers[(layers.epoch == 0) & (layers.layer == k)].delta_rms.iloc[0]) for k in (1, 3)
    )
    [sentence] = page._depth(known)
    assert f"a factor of {(first / last) ** 0.5:.2g} " in sentence
