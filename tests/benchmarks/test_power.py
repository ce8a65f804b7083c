"""docs/power.md: what the seeds of each study see, worked by hand on two findings."""

from pathlib import Path

import pytest

from benchmarks.power import PAGE, row_of, rows, span
from mlpstudy.design.study_file import load
from mlpstudy.statistics.verdicts import IDENTITY, Finding

STUDIES = Path(__file__).parents[2] / "config" / "studies"


def found(value: float, sees: float, **more) -> Finding:
    """A finding with an interval of 0.01 on both sides, at the threshold 0."""
    ends = {"value": value, "low": value - 0.01, "high": value + 0.01}
    told = {"study": "s", "statistic": "t", "unit": "nats", "n": 8, "matters": 0.005}
    shared = {
        "claim": "C1",
        "direction": "above",
        "threshold": 0.0,
        "says": "More",
        "decides": True,
    }
    return Finding(**{**shared, **ends, **told, "sees": sees, **more})


def test_what_is_undecided_and_what_its_seeds_do_not_see():
    told = [found(0.03, 0.002), found(0.0, 0.02), found(0.0, 0.004, n=16)]
    assert row_of("s", "t", told) == [
        "s", "t", "nats", "8 to 16", "0.005", "0.002 to 0.02", "2 of 3", "1",
    ]  # fmt: skip


def test_identities_and_what_decides_nothing_have_no_row():
    told = [found(0.03, 0.002), found(0, 0, nature=IDENTITY), found(0, 0, decides=False)]
    assert len(rows(told)) == 1 and rows(told[1:]) == []


@pytest.mark.parametrize(("numbers", "said"), [([], "-"), ([16, 16], "16"), ([2, 0.5], "0.5 to 2")])
def test_a_span(numbers, said):
    assert span(numbers) == said


def test_every_study_that_decides_by_an_experiment_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    studies = map(load, sorted(STUDIES.glob("*.yaml")))
    deciding = {s.name for s in studies if any(c.decides and not c.identity for c in s.claims)}
    assert len(deciding) > 20 and {n for n in deciding if f"| {n} |" not in page} == set()
