"""What a reader sees of a finding beside its verdict: deciding, at an edge, hanging, not learned."""

import pytest
from example import LECTURE, finding, put, study
from markup import read_html, row_of

from mlpstudy.report.collect import collect
from mlpstudy.statistics.verdicts import Finding

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


def test_what_a_verdict_hangs_on_is_said_with_counts(built, results):
    at = [{"dataset": d, "label_noise": s} for s in (0.0, 0.3) for d in ("digits", "wine", "iris")]
    ends = [(-0.1, 0.1)] * 3 + [(-0.5, -0.3)] * 3
    some = [
        finding("C22", (low + high) / 2, low, high, condition=where, decides=True, p=p)
        for where, (low, high), p in zip(at, ends, [0.9] * 3 + [0.001, 0.01, 0.04], strict=True)
    ]
    put(results, study(NAME, sweep={}), some, {"networks": 8})
    page = read_html(built(studies=[NAME])[0])
    told = (
        "hangs on share of wrong labels: supported in 30 % of labels wrong: 3 of 3; clean labels: "
    )
    assert told in row_of(page, "C22")[2].replace("\u202f", " ")


def test_a_family_of_tests_is_corrected_within_its_claim(results, provenance):
    """Holm: .001 x 3 and .02 x 2 stay below .05, and so .03; of six all but the first two rise."""
    few = [finding("C22", -1.4, -1.5, -1.3, decides=True, p=p) for p in (0.001, 0.02, 0.03)]
    many = [finding("C23", -1.4, -1.5, -1.3, decides=True, p=p) for p in (0.001, *[0.02] * 5)]
    put(results, study(NAME, sweep={}), [*few, *many], {"networks": 8})
    report = collect(results, LECTURE, {**provenance, "studies": [NAME]})
    # Holm in C23: .006, then 5 x .02 = .1; Benjamini and Hochberg: 6/6 x .02.
    assert report.after_tests == {"n": 9, "holm": 3 + 1, "bh": 9}
