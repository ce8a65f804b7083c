"""The terms that a reader may not know: glossary.yaml, in a language."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from mlpstudy.design import yaml_file
from mlpstudy.words import Words

FILE = Path(__file__).with_name("glossary.yaml")


class Term(NamedTuple):
    """A term with its explanation, typeset in a language."""

    key: str
    name: str  # "eta (η), the step"
    text: str
    also: tuple[str, ...]  # other words by which it is looked for
    quiet: bool  # not to be marked where it stands in a text

    @property
    def word(self) -> str:
        """As it stands in a text: the name without what follows it."""
        return re.split(r" \(|,", self.name)[0]


class Span(NamedTuple):
    """Where a term stands in a text."""

    start: int
    end: int
    key: str


def glossary(words: Words) -> list[Term]:
    """All terms, in the alphabet of the language."""
    return list(_terms(words.language))


def terms_in(words: Words, text: str) -> list[Span]:
    """Where terms stand in a text of the language: each once, in order, longer ones before others."""
    taken: list[Span] = []
    for key, pattern in _patterns(words.language):
        found = pattern.search(text)
        if found and not any(found.start() < s.end and s.start < found.end() for s in taken):
            taken.append(Span(*found.span(), key))
    return sorted(taken)


@cache
def _terms(language: str) -> tuple[Term, ...]:
    words = Words(language)
    terms = [
        Term(
            key,
            words.said(entry["name"]),
            words.said(entry["text"]),
            tuple(entry.get("also", ())),
            entry.get("quiet", False),
        )
        for key, entry in _read().items()
    ]
    return tuple(sorted(terms, key=lambda term: _plain(term.name)))


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern], ...]:
    """The key of each term that is marked and what finds it, long words first."""
    terms = sorted(_terms(language), key=lambda term: -len(term.word))
    return tuple(
        (
            term.key,
            re.compile(rf"(?<![\w-]){re.escape(term.word)}[sx]?(?![\w-])", re.IGNORECASE),
        )
        for term in terms
        if not term.quiet
    )


@cache
def _read() -> dict[str, Any]:
    return yaml_file.read(FILE)


def _plain(text: str) -> str:
    """For sorting: without accents and capitals."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
