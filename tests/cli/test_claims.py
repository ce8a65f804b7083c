"""What `mlpstudy answer` prints: from a file of findings, without a terminal."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from mlpstudy.cli.claims import findings_with, show
from mlpstudy.design.mistakes import Mistake
from mlpstudy.report import findings_file
from mlpstudy.statistics.verdicts import Finding

LECTURE = Path(__file__).parents[2] / "config" / "lecture.yaml"


def finding(claim, noise, value, **more) -> Finding:
    shared = dict(
        study="dropout", statistic="error_reduced", unit="test error", n=8, direction="below",
        threshold=0.0, matters=0.005, decides=True, low=value - 0.01, high=value + 0.01,
        says={"en": "Dropout makes the test error smaller", "fr": "Le dropout réduit l'erreur"},
        condition={"dataset": "digits", "label_noise": noise},
    )  # fmt: skip
    return Finding(claim=claim, value=value, **{**shared, **more})


@pytest.fixture
def findings(tmp_path) -> Path:
    found = [
        finding("C29", 0.3, -0.05), finding("C29", 0.0, 0.001),
        finding("C29", 0.3, -1, decides=False, statistic="gap"), finding("W1", 0.3, 0.2, says="Own"),
    ]  # fmt: skip
    findings_file.write(tmp_path / "findings.json", found, {})
    return tmp_path / "findings.json"


def printed(findings, claim="", language="en", width=100) -> list[str]:
    console = Console(file=io.StringIO(), width=width, markup=False)
    show(findings, LECTURE, claim, language, console)
    return [line.rstrip() for line in console.file.getvalue().replace("\u202f", " ").splitlines()]


def test_one_claim_by_hand(findings):
    assert printed(findings, "c29") == [
        "C29  Dropout limits overfitting.",
        "✓? partly supported  −5.0 points [−6.0, −4.0]",
        "Dropout lowers the test error by 5 points [4.0, 6.0] with 30 % of labels wrong; undecided with clean",
        "labels (0.1 points [−0.9, 1.1]).",
        "",
        "Dropout makes the test error smaller",
        "  digits, 30 % of labels wrong  −5.0 points [−6.0, −4.0]  ✓ supported",
        "  digits, clean labels          0.1 points [−0.9, 1.1]    ? undecided",
    ]


def test_in_french(findings):
    lines = printed(findings, "C29", "fr")
    assert lines[0] == "C29  Le dropout limite le sur-apprentissage."
    assert "−5,0 points [−6,0 ; −4,0]" in lines[1]


def test_what_was_tested_has_a_line_each_and_the_rest_is_counted(findings):
    first, opinion, own, untested = printed(findings, width=90)
    assert first == (
        "C29  ✓? partly supported  Dropout lowers the test error by 5 points [4.0, 6.0] with 30 …"
    )
    assert opinion.startswith("C41  “” opinion")
    assert own.endswith("✗ contradicted       Contradicted (20.0 points [19.0, 21.0]): Own.")
    assert untested == "39 claims are not tested."


def test_a_claim_that_the_report_lacks_is_looked_for_in_those_of_some_studies(findings):
    results = findings.parent
    alone = results / "reports" / "mine" / "findings.json"
    findings_file.write(alone, [finding("T1", 0.3, -0.05)], {})
    assert findings_with("t1", results) == alone
    assert findings_with("C29", results) == findings_with("", results) == findings
    assert findings_with("C01", results) == findings


@pytest.mark.parametrize(
    ("claim", "language", "line"),
    [
        ("C92", "en", "command line: 'C92' is no claim; C01 to W1; did you mean 'C39'?"),
        ("C29", "de", "command line: --language: 'de' is not known; one of en, fr"),
    ],
)
def test_a_slip_is_one_line(findings, claim, language, line):
    with pytest.raises(Mistake) as raised:
        printed(findings, claim, language)
    assert str(raised.value) == line
