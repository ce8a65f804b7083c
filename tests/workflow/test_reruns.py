"""What Snakemake plans to do again, and what it must not."""

import inspect

import pytest

from mlpstudy.data.datasets import DATASETS

REPORT = ("report", "all")
PAGE = dict.fromkeys(REPORT, 1)
STUDIES = ("summarise", "draw", *REPORT)


def test_a_second_run_plans_nothing(smoke):
    assert smoke.planned() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("src/mlpstudy/core/train.py", "yield Pass(0,", "yield Pass(0 + 0,", ("train", "measure", *STUDIES)),
        ("src/mlpstudy/core/train.py", '"""', '"""Altered. ', ()),
    ],
    ids=["code", "comment"],
)  # fmt: skip
def test_a_change_of_the_core_plans_all_that_is_trained_or_measured(smoke, file, old, new, rules):
    undo = smoke.edit(file, old, new)
    try:
        assert smoke.planned() == smoke.each(*rules)
    finally:
        undo()


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("src/mlpstudy/drawing/style.py", "DPI = 160", "DPI = 161", {"draw": 2, **PAGE}),
        ("src/mlpstudy/report/build.py", "def build(\n", "def build(\n    *,\n", PAGE),
        ("src/mlpstudy/report/templates/page.css", ":root", ":root ", PAGE),
        ("config/config.yaml", "language: en", "language: fr", PAGE),
        ("config/config.yaml", "threads: 1", "threads: 2", {}),
    ],
    ids=lambda value: value.rpartition("/")[2] if isinstance(value, str) and "/" in value else "",
)  # fmt: skip
def test_a_change_plans_what_it_touches_and_no_more(measured, file, old, new, rules):
    undo = measured.edit(file, old, new)
    try:
        assert measured.planned() == rules
    finally:
        undo()


def test_a_threshold_plans_one_study(smoke):
    undo = smoke.edit("config/studies/dropout.yaml", "threshold: 0", "threshold: 0.01")
    try:
        assert smoke.planned() == {"summarise": 1, "draw": 1, "report": 1, "all": 1}
    finally:
        undo()


def test_another_stream_of_random_numbers_makes_only_the_data_that_are_drawn(smoke):
    drawn = [d for d in smoke.project().datasets if "stream(" in inspect.getsource(DATASETS[d])]
    undo = smoke.edit("src/mlpstudy/rng.py", "PURPOSES = (", "PURPOSES = () + (")
    try:
        planned = smoke.planned()
    finally:
        undo()
    assert planned == smoke.each("train", "measure", *STUDIES) | {"prepare": len(drawn)}
    assert 0 < len(drawn) < len(smoke.project().datasets)
