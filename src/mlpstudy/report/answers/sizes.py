"""How large something is, in words: the values of findings in a unit that a reader knows.

Shares and accuracies are told in points or per cent, decades also as a factor.
"""

import math
from collections.abc import Callable, Sequence

from mlpstudy.statistics.verdicts import Finding
from mlpstudy.words import Words
from mlpstudy.words.numbers import measured

DIGITS = 2  # of a size in a sentence
DIFFERENCES = ("accuracy", "test error", "test error less training error")
Form = Callable[[Words, float, str], str]  # of a unit, as it goes with a number that is shown

FORMS: dict[str, Form] = {
    "points": lambda w, n, size: w.ngettext("{size} point", "{size} points", n, size=size),
    "nats": lambda w, n, size: w.ngettext("{size} nat", "{size} nats", n, size=size),
    "decades": lambda w, n, size: w.ngettext("{size} decade", "{size} decades", n, size=size),
    "decades per layer": lambda w, n, size: w.ngettext(
        "{size} decade per layer", "{size} decades per layer", n, size=size
    ),
    "passes": lambda w, n, size: w.npgettext("count", "{size} pass", "{size} passes", n, size=size),
    "starts": lambda w, n, size: w.ngettext("{size} start", "{size} starts", n, size=size),
    "parameters": lambda w, n, size: w.ngettext(
        "{size} parameter", "{size} parameters", n, size=size
    ),
    "statements": lambda w, n, size: w.ngettext(
        "{size} statement", "{size} statements", n, size=size
    ),
    "heights": lambda w, n, size: w.ngettext("{size} height", "{size} heights", n, size=size),
    "times": lambda w, n, size: w.gettext("{size} times", size=size),
}


def unit_of(finding: Finding, level: bool = False) -> tuple[str, float]:
    """The unit in which a finding is told, and by what its value is multiplied for it.

    level: its share is one of a whole, not a difference of two.
    """
    if finding.unit in DIFFERENCES:
        return "points", 100
    if finding.unit.startswith(("share of ", "of the ")):
        return ("%", 100) if level else ("points", 100)
    return {"percentage points": "points"}.get(finding.unit, finding.unit), 1


def sizes(words: Words, findings: Sequence[Finding]) -> dict[str, str]:
    """What may stand in a phrase on findings of one statistic.

    size: from the smallest to the largest, without a sign. percent: the same as shares of a whole.
    number: the same without a unit. factor: of decades. most, least: the largest and the smallest.
    """
    unit, scale = unit_of(findings[0])
    values = sorted(abs(finding.value) * scale for finding in findings)
    ends = values[0], values[-1]
    percents = sorted(finding.value * 100 for finding in findings)
    factors = [10 ** min(value, 300.0) for value in ends]
    return {
        "size": in_unit(words, _range(words, *ends), ends[1], unit),
        "number": _range(words, *ends),
        "percent": in_unit(words, _range(words, percents[0], percents[-1]), percents[-1], "%"),
        "factor": _range(words, *factors),
        "most": in_unit(words, words.number(ends[1], DIGITS), ends[1], unit),
        "least": in_unit(words, words.number(ends[0], DIGITS), ends[0], unit),
    }


def number_of(words: Words, finding: Finding, level: bool = False) -> str:
    """The value in its unit, and its interval: 0.63 decades per layer [0.61, 0.65]."""
    unit, scale = unit_of(finding, level)
    scaled = [each * scale for each in (finding.value, finding.low, finding.high)]
    if any(map(math.isnan, scaled)):
        return ""
    shown = measured(*scaled, finding.threshold * scale, words.language)
    value = in_unit(words, " ".join(filter(None, (shown.value, shown.power))), scaled[0], unit)
    if shown.low == shown.high:
        return value
    return f"{value} [{shown.low}{shown.between}{shown.high}]"


def in_unit(words: Words, shown: str, value: float, unit: str) -> str:
    """A number that is shown already, with its unit as it goes with the number."""
    if unit in FORMS:
        return FORMS[unit](words, value if math.isfinite(value) else 2, shown)
    if unit.startswith("%"):
        return words.typeset(f"{shown} {words.known(unit)}")
    return f"{shown} {words.known(unit)}".rstrip()


def _range(words: Words, low: float, high: float) -> str:
    """From one number to another, which has two digits; once where they look the same."""
    if math.isinf(high) and not math.isinf(low):
        return words.gettext("{low} and more", low=words.number(low, DIGITS))
    first, last = _rounded(words, low, high), words.number(high, DIGITS)
    return first if first == last else words.gettext("{low} to {high}", low=first, high=last)


def _rounded(words: Words, low: float, high: float) -> str:
    """The smaller number, to no more than one decimal that the larger one has not."""
    if not 0 < low < high < math.inf:
        return words.number(low, DIGITS)
    decimals = DIGITS - math.floor(math.log10(high))
    return words.number(round(low, decimals) if decimals < 9 else low, DIGITS)
