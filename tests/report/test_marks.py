"""What a reader sees of a finding beside its verdict: deciding, at an edge, hanging, not learned."""

import pytest
from example import LECTURE, finding, put, study
from markup import read_html, row_of

from mlpstudy.report.collect import collect
from mlpstudy.studies.finding import Finding

NAME = "marks"


def found() -> list[Finding]:
    """Of C22 (a tendency) and C05 (a question)."""
    return [
        finding("C22", -0.4, -0.5, -0.3, condition="deep", decides=True, edge="lower"),
        finding("C22", 0.4, 0.3, 0.5, condition="wide", common=(-0.4, -0.5, -0.3), edge="upper"),
        finding("C22", 0.4, 0.3, 0.5, condition="noisy", learned=False),
        finding("C05", -0.4, -0.5, -0.3, says="It is as right.", decides=True),
        finding("C05", 0.4, 0.3, 0.5, says="It is as right.", decides=True),
        finding("C05", 0.4, 0.3, 0.5, says="It is slow.", statistic="passes", decides=True),
    ]


@pytest.fixture
def marked(results) -> None:
    put(results, study(NAME, sweep={}), found(), {"networks": 8})


def test_the_marks_are_counted(results, provenance, marked):
    report = collect(results, LECTURE, {**provenance, "studies": [NAME]})
    assert report.marks == {
        "n": 6, "edges": 2, "hanging": 1, "unlearned": 1,
        "deciding": 4, "decidingedges": 1, "decidinghanging": 0, "decidingunlearned": 0,
    }  # fmt: skip


def test_the_verdict_is_that_of_what_decides_and_the_rest_is_also_seen(built, marked):
    page = read_html(built(studies=[NAME])[0])
    row = row_of(page, "C22")
    assert row[1] == "✓ supported"
    decides, _, also = row[4].partition("also seen")
    assert "deepη at the lower edge of its grid" in decides and "wide" not in decides
    assert "wideη at the upper edge of its grid" in also
    assert "hangs on η: −0.40 [−0.50, −0.30] where both sides have the control's" in also
    assert "∅not learned" in also and "noisy" in also


def test_a_question_is_answered_sentence_by_sentence(built, marked):
    row = row_of(read_html(built(studies=[NAME])[0]), "C05")
    assert row[1] == "¿ question"
    assert "It is as right.: ✓ 1 supported ✗ 1 contradicted" in row[2]
    assert "It is slow.: ✗ 1 contradicted" in row[2]
    assert row[4].startswith("✓ 1 supported ✗ 2 contradicted")
