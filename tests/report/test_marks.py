"""What a reader sees of a finding beside its verdict: deciding, at an edge, hanging, not learned."""

import pytest
from example import LECTURE, finding, put, study
from markup import english, read_html, row_of

from mlpstudy.report.collect import collect
from mlpstudy.statistics.verdicts import Finding, Half

NAME = "marks"


def made(claim, *values, **more) -> Finding:
    """A finding of the study."""
    return finding(claim, *values, **{"study": NAME, **more})


def found() -> list[Finding]:
    """Of C22 (a tendency) and C05 (a question)."""
    return [
        made("C22", -0.4, -0.5, -0.3, condition="deep", decides=True, edge="lower"),
        made("C22", 0.4, 0.3, 0.5, condition="wide", common=(-0.4, -0.5, -0.3), edge="upper"),
        made("C22", 0.4, 0.3, 0.5, condition="noisy", learned=False),
        made("C05", -0.4, -0.5, -0.3, says="It is as right.", decides=True),
        made("C05", 0.4, 0.3, 0.5, says="It is as right.", decides=True),
        made("C05", 0.4, 0.3, 0.5, says="It is slow.", statistic="passes", decides=True),
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


def section(page, title) -> str:
    """The English text of a section."""
    (found,) = [s for s in page.all("section") if [english(h) for h in s.all("h2")] == [title]]
    return english(found)


def test_the_verdict_is_that_of_what_decides_and_the_rest_is_also_seen(built, marked):
    report = built(studies=[NAME])
    assert row_of(read_html(report[0]), "C22")[2] == "✓ supported"
    page = read_html(report["claims/C22.html"])
    decides, also = section(page, "What decides"), section(page, "Also seen")
    assert "deep" in decides and "η at the lower edge of its grid" in decides
    assert "wide" not in decides and "wide" in also and "η at the upper edge of its grid" in also
    assert "hangs on η: −0.40 [−0.50, −0.30] where both sides have the control's" in also
    assert "∅ not learned" in also and "noisy" in also


def test_a_question_has_a_picture_for_each_of_its_sentences(built, marked):
    page = read_html(built(studies=[NAME])[0])
    row = row_of(page, "C05")
    assert row[2] == "¿ question"
    assert row[4] == "✓ 1 supported ✗ 2 contradicted"
    (found,) = [r for r in page.all("tr") if r.all("th", id="verdict-C05")]
    assert [len(strip.all("g")) for strip in found.all("svg")] == [2, 1]


def hangs(built) -> str:
    page = read_html(built(studies=[NAME])[f"chapters/{NAME}.html"])
    return section(page, "What it hangs on")


def test_what_a_chapter_hangs_on_is_counted(built, results):
    half = Half(-0.1, -0.2, 0.1, learned=True)
    known = [
        made("C22", 0.4, 0.3, 0.5, common=(-0.4, -0.5, -0.3), condition="eta", decides=True),
        made("C22", -0.4, -0.5, -0.3, common=(-0.4, -0.5, -0.3), half=half, decides=True),
        made("C22", -0.4, -0.5, -0.3, edge="lower", condition="edge", decides=True),
    ]
    put(results, study(NAME, sweep={}), known, {"networks": 8})
    told = hangs(built)
    assert "1 of 2 deciding findings lies on the other side" in told
    assert "1 of 3 deciding findings has a chosen η at an edge" in told
    assert "1 of 1 findings says something else after half of its passes" in told
    assert "at half of the passes undecided: −0.10 [−0.20, 0.10]" in told


def test_a_study_that_chose_nothing_hangs_on_nothing(built, results):
    put(results, study(NAME, sweep={}), [made("C22", -1, -2, -0.5)], {"networks": 8})
    assert hangs(built) == "What it hangs on Nothing here was chosen by how well it did."


def test_a_family_of_tests_is_corrected_within_its_claim(results, provenance):
    """Holm: .001 x 3 and .02 x 2 stay below .05, and so .03; of six all but the first two rise."""
    few = [made("C22", -1.4, -1.5, -1.3, decides=True, p=p) for p in (0.001, 0.02, 0.03)]
    many = [made("C23", -1.4, -1.5, -1.3, decides=True, p=p) for p in (0.001, *[0.02] * 5)]
    put(results, study(NAME, sweep={}), [*few, *many], {"networks": 8})
    report = collect(results, LECTURE, {**provenance, "studies": [NAME]})
    # Holm in C23: .006, then 5 x .02 = .1; Benjamini and Hochberg: 6/6 x .02.
    assert report.after_tests == {"n": 9, "holm": 3 + 1, "bh": 9}
