"""The lecture's claims and its slips, as they are written down."""

import ast
from pathlib import Path
from string import Formatter

import pytest
from example import LECTURE, ROOT

from mlpstudy.design import yaml_file
from mlpstudy.design.study_file import load

TOLD = yaml_file.read(LECTURE)


def test_the_41_claims_are_there_once_and_in_order():
    assert [claim["id"] for claim in TOLD["claims"]] == [f"C{i:02}" for i in range(1, 42)]


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("opinion", [41]),
        ("question", [5, 11, 19, 40]),
        ("some", [1, 12, 13, 14]),
        ("all", [2, 3, 4, 6, 7, 8, 9, 15, 18, 20, 27, 34, 35, 36, 37, 38, 39]),
        ("most", [10, 16, 17, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 32, 33]),
    ],
)
def test_what_decides_a_claim(kind, ids):
    there = [claim["id"] for claim in TOLD["claims"] if claim["kind"] == kind]
    assert there == [f"C{i:02}" for i in ids]


@pytest.mark.parametrize("row", [*TOLD["claims"], *TOLD["errata"]], ids=lambda row: row["id"])
def test_a_row_has_words_in_both_languages_and_a_chapter(row):
    assert row["fr"].strip() and row["en"].strip() and row["fr"] != row["en"]
    assert row["en"].endswith((".", "?", "But ...")) and "«" not in row["en"]
    assert row["fr"].count("«") == row["fr"].count("»")
    assert set(TOLD["chapters"][row["chapter"]]) == {"fr", "en"}


def test_every_slip_has_its_test():
    ids = [row["id"] for row in TOLD["errata"]]
    assert ids == [f"E{i:02}" for i in range(1, len(ids) + 1)]
    source = Path(__file__).with_name("test_errata.py").read_text()
    tests = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    assert [row["test"] for row in TOLD["errata"]] == [t for t in tests if t.startswith("test_")]


PHRASES = [
    (claim["id"], statistic, name, phrase)
    for claim in TOLD["claims"]
    for statistic, told in claim.get("answers", {}).items()
    for phrases in (told, told.get("brief", {}))
    for name, phrase in phrases.items()
    if name != "brief"
]


@pytest.mark.parametrize(("id", "statistic", "name", "phrase"), PHRASES)
def test_a_phrase_has_the_same_values_in_both_languages(id, statistic, name, phrase):
    """It is a clause: the code begins it with a capital and ends it."""
    known = {"size", "signed", "number", "most", "percent", "factor", "deviation", "doublings"}
    fields = [sorted(f for _, f, _, _ in Formatter().parse(phrase[k]) if f) for k in ("en", "fr")]
    assert fields[0] == fields[1] and set(fields[0]) <= known
    assert not any(phrase[language].endswith((".", ";", " ")) for language in ("en", "fr"))


def test_what_decides_a_claim_has_its_phrases_and_nothing_else():
    studies = map(load, sorted((ROOT / "config" / "studies").glob("*.yaml")))
    decide = {(c.id, c.statistic) for study in studies for c in study.claims if c.decides}
    ids = {claim["id"] for claim in TOLD["claims"]}
    told = {(id, statistic) for id, statistic, _, _ in PHRASES}
    assert told == {(id, statistic) for id, statistic in decide if id in ids}


def test_the_report_opens_with_six_figures_that_are_drawn():
    studies = {
        study.name: study
        for study in map(load, sorted((ROOT / "config" / "studies").glob("*.yaml")))
    }
    opening = [name.split(".") for name in TOLD["figures"]]
    assert len(opening) == 6
    assert all(name in {each.name for each in studies[of].figures} for of, name in opening)
