"""The terms that a reader may not know, as pages have them: a list, and links to it from sentences."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from mlpstudy.report.answers import glossary, terms_in
from mlpstudy.words import Words


class Entry(NamedTuple):
    """A term of the list, by language."""

    key: str
    name: Mapping[str, str]
    text: Mapping[str, str]


class Glossary:
    """All terms, in the languages of some speakers."""

    def __init__(self, speakers: Mapping[str, Words]):
        self.speakers = speakers
        self._linked: dict[tuple[str, str], list[Any]] = {}

    @cached_property
    def terms(self) -> list[Entry]:
        """The list, in the alphabet of the first language."""
        by_key = {
            language: {term.key: term for term in glossary(words)}
            for language, words in self.speakers.items()
        }
        first = next(iter(by_key.values()))
        return [
            Entry(
                key,
                {language: terms[key].name for language, terms in by_key.items()},
                {language: terms[key].text for language, terms in by_key.items()},
            )
            for key in first
        ]

    def texts(self) -> dict[str, Mapping[str, str]]:
        """What each term means, by its key and language."""
        return {entry.key: entry.text for entry in self.terms}

    def linked(self, text: str, language: str, address: Callable[[str], str]) -> Markup:
        """A text with a link at the first place of each term."""
        if language not in self.speakers:
            return escape(text)
        if (text, language) not in self._linked:
            self._linked[text, language] = terms_in(self.speakers[language], text)
        parts, end = [], 0
        link = Markup('<a class="term" href="{}" data-term="{}">{}</a>')
        for span in self._linked[text, language]:
            word = text[span.start : span.end]
            parts += [
                escape(text[end : span.start]),
                link.format(address(span.key), span.key, word),
            ]
            end = span.end
        return Markup("").join([*parts, escape(text[end:])])
