"""A text in each language of the report, and its numbers as French writes them."""

import re

from typing_extensions import TypedDict

LANGUAGES = ("en", "fr")  # the first is that of the code, the others have a catalogue


class Bilingual(TypedDict):
    """One text in both languages: Bilingual(en="deep networks", fr="les réseaux profonds").

    It is a plain mapping, also in YAML and JSON. Wherever one may stand a plain string may too,
    which is then shown in both languages.
    """

    en: str
    fr: str


THIN = "\u202f"  # the narrow space that breaks no line

_THOUSANDS = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d|,\d)")
_POINT = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?!\w|\.\d)")  # of a number, not of a version or a name
_PERCENT = re.compile(r"(?<=\d)[ \u00a0]?%")
_INTERVAL = re.compile(r"\[([^\[\],;]+), ([^\[\],;]+)\]")
_NUMBER = rf"[-\u2212]?\d[\d{THIN}]*(?:,\d+)?(?:{THIN}%)?"
_LIST = re.compile(rf"(?<![\w,.]){_NUMBER}(?:, {_NUMBER})+(?![\w.])")


def decimal_commas(text: str) -> str:
    """A French text with all numbers as French writes them: 0,5 ; 12,5 % ; [0,1 ; 0,9].

    What is so already stays. Thousands stay too: in a French text 1,728 is less than two.
    """
    text = _POINT.sub(r"\1,\2", _INTERVAL.sub(r"[\1 ; \2]", text))
    text = _PERCENT.sub(f"{THIN}%", text)
    return _LIST.sub(_apart, text)


def french_numbers(text: str) -> str:
    """The numbers of an English text as French writes them, also 1,728 with a narrow space."""
    return decimal_commas(_THOUSANDS.sub(lambda found: found[0].replace(",", THIN), text))


def _apart(found: re.Match) -> str:
    """A list of numbers; where they have decimals, commas part them no longer."""
    numbers = found[0].split(", ")
    return (" ; " if any("," in number for number in numbers) else ", ").join(numbers)
