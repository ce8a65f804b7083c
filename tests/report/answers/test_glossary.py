"""The glossary: whole, in both languages, and found where its terms stand."""

import pytest

from mlpstudy.report.answers import glossary, terms_in
from mlpstudy.report.answers.glossary import _read
from mlpstudy.words import Words

NEEDED = (
    "decade", "nat", "interval", "interquartile_mean", "chi", "xi", "gap", "logit", "eta",
    "momentum", "seed", "cell", "contrast", "delta", "pass",
)  # fmt: skip


@pytest.mark.parametrize("key", list(_read()))
def test_a_term_has_its_words_in_both_languages(key):
    entry = _read()[key]
    assert set(entry) <= {"name", "text", "also", "quiet"}
    for part in ("name", "text"):
        assert set(entry[part]) == {"en", "fr"} and all(entry[part].values())
    assert all(text.endswith(".") for text in entry["text"].values())
    assert entry["text"]["en"] != entry["text"]["fr"]


def test_the_terms_that_a_student_meets_are_there_once_and_in_order():
    assert set(NEEDED) <= set(_read()) and list(_read()) == sorted(_read())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_in_the_alphabet_of_the_language(language):
    words = [term.word.lower() for term in glossary(Words(language))]
    assert words.index("delta") < words.index("eta" if language == "en" else "écart") < len(words)
    assert len({term.name for term in glossary(Words(language))}) == len(words)


def test_french_is_typeset():
    (nat,) = (term for term in glossary(Words("fr")) if term.key == "nat")
    assert "0,69 nat" in nat.text and "37\u202f%" in nat.text


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Delta loses 0.6 decades per layer.", ["Delta", "decades"]),
        (
            "en",
            "Orthogonal weights are no orthogonal initialization.",
            ["orthogonal initialization"],
        ),
        ("en", "An error of 3 points.", []),  # quiet
        ("en", "Updeltas and delta-like things.", []),
        ("en", "A delta, and a delta again.", ["delta"]),
        ("fr", "Il perd 0,6 décade, les décades, en nats.", ["décade", "nats"]),
    ],
)
def test_terms_are_found_in_a_text(language, text, found):
    spans = terms_in(Words(language), text)
    assert [text[span.start : span.end] for span in spans] == found
