"""Verdicts and counts in words, and templates that hold no words but messages."""

import re

import pytest
from example import TEMPLATES

from mlpstudy.report.collect import STATUSES
from mlpstudy.report.page import localized
from mlpstudy.report.statuses import COUNTS, SYMBOLS, VERDICTS, counted, verdict
from mlpstudy.words import Words

SOURCES = {path.name: path.read_text() for path in sorted(TEMPLATES.glob("*.j2"))}


def test_every_status_has_a_symbol_and_words():
    assert set(STATUSES) == set(SYMBOLS) == set(VERDICTS)


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [
        (0, "0 seeds, 0 supported", "0 graine, 0 confirmée"),
        (1, "1 seed, 1 supported", "1 graine, 1 confirmée"),
        (2, "2 seeds, 2 supported", "2 graines, 2 confirmées"),
    ],
)
def test_words_agree_with_their_number(n, english, french):
    for language, expected in (("en", english), ("fr", french)):
        words = Words(language)
        shown = f"{n} {counted(words, 'seeds', n)}, {n} {verdict(words, 'supported', n)}"
        assert shown == expected


@pytest.mark.parametrize("kind", COUNTS)
def test_a_count_is_a_word_in_both_languages(kind):
    assert counted(Words("en"), kind, 2) and counted(Words("fr"), kind, 2)


def test_a_count_that_no_table_has_is_its_name():
    assert counted(Words("fr"), "my_labellings", 3) == "my labellings"
    assert counted(Words("fr"), "networks", "many") == "réseaux"


def test_templates_hold_no_words_of_their_own():
    """What stands outside tags and expressions is a name or a sign, so that French is whole."""
    for name, text in SOURCES.items():
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "", text)
        left = set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", text))
        left -= {"EN", "FR", "mlpstudy", "figures", "parquet"}
        assert not left, f"{name}: {left}"


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("words", {"": "words"}),
        ({"fr": "mots : 0.5", "en": "words"}, {"en": "words", "fr": "mots\u202f: 0,5"}),
        ({"en": "words"}, {"en": "words"}),
        ({"en": "words", "fr": ""}, {"en": "words"}),
        ("", {}),
        (None, {}),
        (0, {"": "0"}),  # a count of none
    ],
)
def test_texts_of_a_study(text, texts):
    assert localized(text) == texts
