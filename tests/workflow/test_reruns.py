"""What Snakemake plans to do again, and what it must not."""

import pytest

REPORT = ("report", "all")
STUDIES = ("summarise", "draw", *REPORT)


def test_a_second_run_plans_nothing(smoke):
    assert smoke.planned() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("src/mlpstudy/core/train.py", '"""', '"""Altered. ', ("train", "measure", *STUDIES)),
        ("src/mlpstudy/rng.py", '"""', '"""Altered. ', ("prepare", "train", "measure", *STUDIES)),
        ("src/mlpstudy/studies/trainability.py", '"""', '"""Altered. ', STUDIES),
        ("src/mlpstudy/figures/vanishing.py", '"""', '"""Altered. ', ("draw", *REPORT)),
        ("src/mlpstudy/analysis/style.py", '"""', '"""Altered. ', ("draw", *REPORT)),
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
