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
    forms = [form for text in texts for form in text.split("|")]
    assert all(forms) and all(text.count("|") <= 1 for text in texts)
    fields = {frozenset(re.findall(r"\{(\w+)\}", form)) for form in forms}
    assert len(fields) == 1


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 seeds, 0 supported", "0 graine, 0 confirmée"),
        (1, "1 seed, 1 supported", "1 graine, 1 confirmée"),
        (2, "2 seeds, 2 supported", "2 graines, 2 confirmées"),
    ],
)
def test_words_agree_with_their_number(count, english, french):
    for language, told in (("en", english), ("fr", french)):
        words = (word(key, language, count) for key in ("seeds", "supported"))
        assert ", ".join(f"{count} {each}" for each in words) == told


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
        (0, {"": "0"}, "0"),  # a count of none
    ],
)
def test_texts_of_a_study(text, texts, in_french):
    assert localized(text) == texts
    assert chosen(text, "fr") == in_french
