"""How a text is set: spaces that break no line, and in French those before high punctuation."""

import re

from mlpstudy.bilingual import decimal_commas

THIN = "\u202f"  # the narrow space that breaks no line


def typeset(text: str, language: str) -> str:
    """A text without numbers of its own, as it is set in a language."""
    if language != "fr":
        return re.sub(r"(?<=[\d}]) %", f"{THIN}%", text)
    text = re.sub(r"«\s*", f"«{THIN}", re.sub(r"\s*»", f"{THIN}»", text))
    return re.sub(r" ([:;!?%])", rf"{THIN}\1", text)


def typeset_with_numbers(text: str, language: str) -> str:
    """A text that may hold numbers, typed with a point or with a comma."""
    return typeset(decimal_commas(text) if language == "fr" else text, language)
