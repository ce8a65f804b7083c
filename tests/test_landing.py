"""The findings at the top of the project's README: chosen by a rule, never typed."""

import json
import re
from pathlib import Path

import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.landing import ANSWERS, README, TIMINGS, block, chosen, put

ROOT = Path(__file__).parents[1]


def told(*verdicts, headlines=None) -> dict:
    answers = [
        {
            "claim": f"C{n}",
            "verdict": verdict,
            "plain": {"en": f"Claim {n}.", "fr": f"Affirmation {n}."},
            "lead": {"en": f"It is {n} points.", "fr": f"C'est {n} points."},
        }
        for n, verdict in enumerate(verdicts)
    ]
    heads = headlines or [answer["claim"] for answer in answers]
    counts = {"claims": 41, "findings": 9, "networks": 12345, "studies": 23}
    return {"answers": answers, "headlines": heads, "counts": counts}


@pytest.mark.parametrize(
    ("verdicts", "ids"),
    [
        (["depends", "depends", "supported", "contradicted", "depends"], ["C0", "C2", "C3"]),
        (["supported"] * 5, ["C0", "C1", "C2"]),
        (["undecided", "contradicted"], ["C0", "C1"]),
    ],
)
def test_one_of_each_verdict_then_the_first_ones(verdicts, ids):
    assert [answer["claim"] for answer in chosen(told(*verdicts))] == ids


def test_only_headlines_are_chosen():
    assert [a["claim"] for a in chosen(told("supported", "depends", headlines=["C1"]))] == ["C1"]


def test_the_block_by_hand():
    assert block(told("contradicted")) == (
        "41 claims, 23 studies, 12,345 networks. Three answers:\n\n"
        "- *Claim 0.* **Does not hold.** It is 0 points.\n"
    )


TEXT = "make  # all: some 99 minutes on two cores\n<!-- findings -->\nold\n<!-- /findings -->\nb\n"


def test_it_is_put_into_its_place_and_nothing_else_is_touched():
    told_twice = put(put(TEXT, told("supported"), 60), told("contradicted"), 1681)
    assert told_twice == (
        "make  # all: some 15 minutes on two cores\n<!-- findings -->\n"
        f"{block(told('contradicted'))}<!-- /findings -->\nb\n"
    )


def test_a_time_that_is_not_known_stays_as_it_was():
    assert "some 99 minutes" in put(TEXT, told("supported"), None)


def test_a_readme_without_the_place_is_one_line():
    with pytest.raises(Mistake, match=r"README.md: has no place for the findings"):
        put("nothing", told("supported"), 60)
    with pytest.raises(Mistake, match=r"README.md: has no place for the time"):
        put(TEXT.replace("some", "about"), told("supported"), 60)


def test_the_readme_has_the_place():
    text = (ROOT / README).read_text(encoding="utf-8")
    assert put(text, told("supported"), 60) != text


def test_the_readme_says_what_the_report_says():
    """Or nothing, where no report is beside it."""
    text = (ROOT / README).read_text(encoding="utf-8")
    if (ROOT / ANSWERS).exists():
        answers, timings = (
            json.loads((ROOT / path).read_text(encoding="utf-8")) for path in (ANSWERS, TIMINGS)
        )
        assert put(text, answers, timings.get("all_cpu_seconds")) == text, (
            "python -m mlpstudy.landing"
        )
    else:
        assert "<!-- findings -->\n<!-- /findings -->" in text


def test_its_first_screen_is_short_and_its_links_lead_somewhere():
    """One sentence, one picture, two commands, three findings, before the first heading."""
    text = (ROOT / README).read_text(encoding="utf-8")
    first = text[: text.index("\n## ")]
    assert len(first.splitlines()) < 30 and first.count("![") == 1
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    made = ("report/", "benchmarks/gpu.md")
    assert all((ROOT / link).exists() for link in links if not link.startswith(made))


def test_the_list_of_studies_has_them_all():
    listed = re.findall(r"\| `(\w+)` \|", (ROOT / "docs/studies.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(p.stem for p in (ROOT / "config/studies").glob("*.yaml"))
