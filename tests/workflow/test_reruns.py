"""What Snakemake plans to do again, and what it must not."""

import pytest

from mlpstudy.design.names import PACKAGE, code_of

REPORT = ("report", "all")
STUDIES = ("summarise", "draw", *REPORT)


def test_a_second_run_plans_nothing(smoke):
    assert smoke.planned() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("src/mlpstudy/core/train.py", '"""', '"""Altered. ', ("train", "measure", *STUDIES)),
        ("src/mlpstudy/studies/trainability.py", '"""', '"""Altered. ', STUDIES),
        ("src/mlpstudy/figures/vanishing.py", '"""', '"""Altered. ', ("draw", *REPORT)),
        ("src/mlpstudy/drawing/style.py", '"""', '"""Altered. ', ("draw", *REPORT)),
        ("src/mlpstudy/report/build.py", '"""', '"""Altered. ', REPORT),
        ("src/mlpstudy/report/templates/page.css", ":root", ":root ", REPORT),
        ("config/config.yaml", "language: en", "language: fr", REPORT),
        ("config/config.yaml", "threads: 1", "threads: 2", ()),
    ],
    ids=lambda value: value.rpartition("/")[2] if isinstance(value, str) and "/" in value else "",
)
def test_a_change_plans_what_it_touches_and_no_more(smoke, file, old, new, rules):
    undo = smoke.edit(file, old, new)
    try:
        assert smoke.planned() == smoke.each(*rules)
    finally:
        undo()


def test_another_stream_of_random_numbers_makes_only_the_data_that_are_drawn(smoke):
    rng = PACKAGE / "rng.py"
    drawn = [name for name in smoke.project().datasets if rng in code_of("dataset", name)[1]]
    undo = smoke.edit("src/mlpstudy/rng.py", '"""', '"""Altered. ')
    try:
        planned = smoke.planned()
    finally:
        undo()
    assert planned == smoke.each("train", "measure", *STUDIES) | {"prepare": len(drawn)}
    assert 0 < len(drawn) < len(smoke.project().datasets)
