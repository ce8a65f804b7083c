"""One table of words: whole in both languages, and all that the templates ask for."""

import re

import pytest
from example import TEMPLATES

from mlpstudy.report.collect import STATUSES
from mlpstudy.report.words import LANGUAGES, SYMBOLS, WORDS, chosen, french, localized, word

SOURCES = {path.name: path.read_text() for path in sorted(TEMPLATES.glob("*.j2"))}


@pytest.mark.parametrize("key", WORDS)
def test_words_are_there_in_both_languages(key):
    texts = WORDS[key]
    assert len(texts) == len(LANGUAGES) and all(texts)
    fields = [set(re.findall(r"\{(\w+)\}", text)) for text in texts]
    assert fields[0] == fields[1]


def test_every_key_in_a_template_is_in_the_table():
    used = {
        key for text in SOURCES.values() for key in re.findall(r'(?:say|word)\(["\'](\w+)', text)
    }
    assert len(used) > 40
    assert used <= set(WORDS)
    assert set(STATUSES) <= set(WORDS) and set(STATUSES) == set(SYMBOLS)


def test_templates_hold_no_words_of_their_own():
    """What stands outside tags and expressions is a name or a sign, so that French is whole."""
    for name, text in SOURCES.items():
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", "", text)
        left = set(re.findall(r"[A-Za-zÀ-ÿ]{2,}", text))
        left -= {"EN", "FR", "mlpstudy", "figures", "png"}
        assert not left, f"{name}: {left}"


def test_french_spaces():
    assert french("Dépend : « oui » ; «non» ? 95 %") == (
        "Dépend\u202f: «\u202foui\u202f»\u202f; «\u202fnon\u202f»\u202f? 95\u202f%"
    )
    assert french("10:30 a?b") == "10:30 a?b"
    assert french("25% (tanh)") == "25\u202f% (tanh)"
    assert word("colon", "fr") == "\u202f:" and word("colon", "en") == ":"


@pytest.mark.parametrize(
    ("text", "texts", "in_french"),
    [
        ("words", {"": "words"}, "words"),
        ({"fr": "mots", "en": "words"}, {"en": "words", "fr": "mots"}, "mots"),
        ({"en": "words"}, {"en": "words"}, "words"),
        ({"en": "words", "fr": ""}, {"en": "words"}, "words"),
        ("", {}, ""),
        (None, {}, ""),
    ],
)
def test_texts_of_a_study(text, texts, in_french):
    assert localized(text) == texts
    assert chosen(text, "fr") == in_french
