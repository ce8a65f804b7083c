"""A language: its messages with values in their places, its numbers, its lists, its spaces."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from babel.lists import format_list

from mlpstudy.bilingual import LANGUAGES, Bilingual
from mlpstudy.words import numbers
from mlpstudy.words.catalogue import translations
from mlpstudy.words.typography import typeset, typeset_with_numbers

LOCALES = {"en": "en_GB"}  # a, b and c


@dataclass(frozen=True)
class Messages:
    """What can be said in a language. Raises ValueError for one without a catalogue.

    own: a study's own labels, of columns and of levels (column=level), each a text or one for each
    language.
    A value in a message's place is shown as the language writes it: numbers, lists, a study's texts
    in two languages; any other text as it is.
    """

    language: str
    own: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict, hash=False)

    def __post_init__(self):
        if self.language not in LANGUAGES:
            raise ValueError(f"language {self.language!r}: allowed are {', '.join(LANGUAGES)}")

    def gettext(self, message: str, /, **values: Any) -> str:
        """A message of the code: gettext("{n} of {all} runs", n=3, all=12)."""
        return self._filled(translations(self.language).gettext(message), values)

    def known(self, text: str) -> str:
        """A text that may be a message, such as a unit; as it is where the catalogue lacks it."""
        found = translations(self.language).gettext(text) if text else text  # "" is its header
        return text if found == text else self._filled(found, {})

    def pgettext(self, context: str, message: str, /, **values: Any) -> str:
        """A message that would be another one elsewhere: pgettext("noun", "pass")."""
        return self._filled(translations(self.language).pgettext(context, message), values)

    def ngettext(self, one: str, more: str, n: float, /, **values: Any) -> str:
        """A message as it goes with a number, which is its value n: French has 0 and 1.5 as one."""
        chosen = translations(self.language).ngettext(one, more, self._plural(n))
        return self._filled(chosen, {"n": n, **values})

    def npgettext(self, context: str, one: str, more: str, n: float, /, **values: Any) -> str:
        """ngettext with a context."""
        chosen = translations(self.language).npgettext(context, one, more, self._plural(n))
        return self._filled(chosen, {"n": n, **values})

    def said(self, text: str | Bilingual | Mapping[str, str] | None) -> str:
        """A study's own text in this language, or else in the one that it has."""
        if not isinstance(text, Mapping):
            return "" if text is None else str(text)
        language = self.language if text.get(self.language) else next(iter(text), self.language)
        return typeset_with_numbers(str(text.get(language) or ""), language)

    def typeset(self, text: str) -> str:
        """A text of this language, with its spaces, and numbers as the language writes them."""
        return typeset_with_numbers(text, self.language)

    def number(self, value: float, digits: int | None = 3) -> str:
        """A number to `digits` significant digits, whole ones in full; None: every digit."""
        return numbers.number(_plain(value), digits, self.language)

    def exact(self, value: float, decimals: int) -> str:
        """A number to so many decimals, with the zeros at its end."""
        return numbers.fixed(_plain(value), 0, decimals, self.language)

    def percent(self, share: float, digits: int = 3) -> str:
        """A share of 1 as a percentage."""
        return numbers.percent(share, digits, self.language)

    def measured(self, value: float, low: float, high: float, threshold: float = math.nan) -> str:
        """A value and its interval, to two digits of its half-width, always on their side of the
        threshold: 0.93 [0.91, 0.95]."""
        return str(numbers.measured(value, low, high, threshold, self.language))

    def listed(self, parts: Iterable[Any]) -> str:
        """Several things in one sentence: a, b and c."""
        shown = [self.shown(part) for part in parts]
        text = format_list(shown, locale=LOCALES.get(self.language, self.language))
        if any("," in part for part in shown):  # of decimals: another sign parts them
            return self._joined(shown)
        return text

    def shown(self, value: Any) -> str:
        """A value in a message's place."""
        if isinstance(value, bool):
            return self.gettext("yes") if value else self.gettext("no")
        if isinstance(value, Real):
            return self.number(_plain(value))
        if isinstance(value, Mapping):
            return self.said(value)
        if isinstance(value, list | tuple):
            return self.listed(value)
        return self.gettext("none") if value is None else str(value)

    def _joined(self, parts: list[str]) -> str:
        first, last = numbers.between(self.language).join(parts[:-1]), parts[-1]
        return self.gettext("{first} and {last}", first=first, last=last) if first else last

    def _filled(self, message: str, values: Mapping[str, Any]) -> str:
        text = typeset(message, self.language)
        return text.format(**{k: self.shown(v) for k, v in values.items()}) if values else text

    def _plural(self, n: float) -> int:
        """A whole number that takes the same form: of English 0.5 passes, of French 1,5 passe."""
        return (1 if abs(n) == 1 else 2) if self.language == "en" else int(abs(n))


def _plain(value: Any) -> int | float:
    """A number of NumPy or of Python as one of Python."""
    return value.item() if hasattr(value, "item") else value
