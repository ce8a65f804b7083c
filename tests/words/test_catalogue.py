"""The French catalogue against the messages of the code, extracted as `make words` does."""

import string
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from mlpstudy.words import LANGUAGES, Words
from mlpstudy.words.catalogue import LOCALE, read_catalogue
from mlpstudy.words.markers import N_

ROOT = Path(__file__).resolve().parents[2]
OTHERS = LANGUAGES[1:]


@pytest.fixture(scope="module")
def messages() -> set:
    """(context, message), or (context, (one, more)), of all that the code says."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    methods = [(each["pattern"], each["method"]) for each in settings["tool"]["babel"]["mappings"]]
    found = extract_from_dir(ROOT / "src/mlpstudy", methods)
    return {(context, message) for _, _, message, _, context in found}


def test_each_language_but_that_of_the_code_has_a_catalogue():
    assert sorted(folder.name for folder in LOCALE.iterdir()) == sorted(OTHERS)


@pytest.fixture(params=OTHERS)
def catalogue(request):
    return read_catalogue(request.param)


def translated(catalogue):
    return [message for message in catalogue if message.id]


def test_every_message_of_the_code_is_there_and_nothing_else(messages, catalogue):
    known = {(m.context, tuple(m.id) if m.pluralizable else m.id) for m in translated(catalogue)}
    assert known == messages, "make words, then write what is missing into the .po"
    assert not catalogue.obsolete


def test_every_message_is_translated_in_all_its_forms(catalogue):
    assert translated(catalogue)
    for message in translated(catalogue):
        forms = message.string if message.pluralizable else (message.string,)
        assert len(forms) == (catalogue.num_plurals if message.pluralizable else 1), message.id
        assert all(form.strip() for form in forms), message.id
        assert not message.fuzzy, message.id


def fields(text: str) -> list[str]:
    return sorted({field for _, field, _, _ in string.Formatter().parse(text) if field is not None})


def test_every_translation_has_the_values_of_its_message(catalogue):
    for message in translated(catalogue):
        if not message.pluralizable:
            assert fields(message.string) == fields(message.id), message.id
            continue
        for form in message.string:
            assert fields(form) == fields(message.id[1]), message.id


def test_french_has_no_point_in_a_number_and_a_space_before_high_punctuation():
    for message in translated(read_catalogue("fr")):
        for form in message.string if message.pluralizable else (message.string,):
            bare = form.replace("{", "").replace("}", "")
            for place, sign in enumerate(bare[1:], 1):
                if sign in ":;!?%»" and not bare[place - 1].isspace():
                    assert sign == ":" and bare[place + 1 : place + 2] in "/", form
                assert sign != "." or not bare[place + 1 : place + 2].isdigit(), form


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [(0, "0 examples", "0 exemple"), (1, "1 example", "1 exemple"), (2, "2 examples", "2 exemples"),
     (1.5, "1.5 examples", "1,5 exemple")],
)  # fmt: skip
def test_the_plural_of_each_language(n, english, french):
    assert Words("en").ngettext("{n} example", "{n} examples", n) == english
    assert Words("fr").ngettext("{n} example", "{n} examples", n) == french


def test_a_marked_message_is_itself():
    assert N_("dataset") == "dataset"


def test_a_language_without_a_catalogue():
    with pytest.raises(ValueError, match=r"language 'de': allowed are en, fr"):
        Words("de")
    with pytest.raises(ValueError, match="no catalogue for 'de'"):
        read_catalogue("de")
