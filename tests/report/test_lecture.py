"""The lecture's claims and its slips, as they are written down."""

import ast
from pathlib import Path

import pytest
from example import LECTURE

from mlpstudy.design import yaml_file

TOLD = yaml_file.read(LECTURE)


def test_the_41_claims_are_there_once_and_in_order():
    assert [claim["id"] for claim in TOLD["claims"]] == [f"C{i:02}" for i in range(1, 42)]


def test_only_the_last_is_an_opinion():
    assert [claim["id"] for claim in TOLD["claims"] if claim.get("opinion")] == ["C41"]


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
