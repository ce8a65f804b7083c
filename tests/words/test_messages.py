"""What a language does with values, lists, numbers and spaces. | stands for the narrow space."""

import numpy as np
import pytest

from mlpstudy.words import Words
from mlpstudy.words.typography import typeset, typeset_with_numbers


def said(text: str) -> str:
    return text.replace("\u202f", "|")


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.5, "0.5", "0,5"),
        (3, "3", "3"),
        (np.float64(0.25), "0.25", "0,25"),
        (np.int64(12345), "12|345", "12|345"),
        (True, "yes", "oui"),
        (None, "none", "aucun"),
        ("digits: a", "digits: a", "digits: a"),
        ({"en": "deep", "fr": "profond : 0.5"}, "deep", "profond|: 0,5"),
        ([0.1, 0.2, 0.3], "0.1, 0.2 and 0.3", "0,1|; 0,2 et 0,3"),
        (["a", "b", "c"], "a, b and c", "a, b et c"),
        (["a"], "a", "a"),
        ([], "", ""),
    ],
)
def test_a_value_in_its_place(value, english, french):
    for language, expected in (("en", english), ("fr", french)):
        assert said(Words(language).gettext("{value}", value=value)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("coût : 5 %", "coût|: 5|%"),
        ("quoi ? oui ; non !", "quoi|? oui|; non|!"),
        ("« le pas »", "«|le pas|»"),
        ("«le pas»", "«|le pas|»"),
        ("http://a.b, 10:30", "http://a.b, 10:30"),
    ],
)
def test_spaces_of_french(text, expected):
    assert said(typeset(text, "fr")) == expected
    assert said(typeset(typeset(text, "fr"), "fr")) == expected


def test_spaces_of_english():
    assert said(typeset("a 95 % interval: {n} %", "en")) == "a 95|% interval: {n}|%"


def test_numbers_that_a_study_typed():
    assert said(typeset_with_numbers("de 0.5 à 1.5 %", "fr")) == "de 0,5 à 1,5|%"
    assert said(typeset_with_numbers("from 0.5 to 1.5 %", "en")) == "from 0.5 to 1.5|%"


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ({"en": "a", "fr": "b"}, "a", "b"),
        ({"en": "a"}, "a", "a"),
        ("Adam", "Adam", "Adam"),
        (None, "", ""),
    ],
)
def test_a_studys_text(text, english, french):
    assert (Words("en").said(text), Words("fr").said(text)) == (english, french)


def test_a_message_that_no_catalogue_has_stays_english():
    assert Words("fr").gettext("never said {n}", n=0.5) == "never said 0,5"
    assert Words("fr").pgettext("noun", "never said") == "never said"
    assert Words("fr").npgettext("noun", "{n} cow", "{n} cows", 2) == "2 cows"
