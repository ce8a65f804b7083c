"""How large something is, in words: the values of findings in a unit that a reader knows.

Shares and accuracies are told in points or per cent, decades also as a factor.
"""

import math
from collections.abc import Callable, Sequence

from mlpstudy.report.lecture import BRIEF, Phrases
from mlpstudy.statistics.verdicts import IDENTITY, Finding
from mlpstudy.words import Words
from mlpstudy.words.numbers import measured

DIGITS = 2  # of a size in a sentence
FARTHEST = 300.0  # decades: the factor of more is no number
POINTS, PERCENT, AS_IT_IS = "points", "percent", "as it is"  # how a share is told
DIFFERENCES = (
    "accuracy", "test accuracy", "test balanced accuracy", "test F1", "test error",
    "test error less training error",
)  # fmt: skip
SHARES = ("share of ", "of the ")  # how the units of shares begin
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


def form_of(phrases: Phrases, finding: Finding) -> str:
    """How phrases tell a share: in points (a difference), in per cent (a level), or as it is."""
    said = (text for name, text in phrases.items() if name != BRIEF)
    texts = [text if isinstance(text, str) else text["en"] for text in said]
    if any("{deviation}" in text for text in texts) or (finding.nature == IDENTITY and not texts):
        return AS_IT_IS
    if finding.unit in DIFFERENCES:
        return POINTS
    is_share = finding.unit.startswith(SHARES) and not texts and finding.threshold > 0
    is_level = any("{percent}" in text for text in texts) or is_share
    return PERCENT if is_level else POINTS


def unit_of(finding: Finding, form: str = POINTS) -> tuple[str, float]:
    """The unit in which a finding is told, and by what its value is multiplied for it.

    form: see form_of.
    """
    if form == AS_IT_IS:
        return finding.unit, 1
    if finding.unit in DIFFERENCES:
        return "points", 100
    if finding.unit.startswith(SHARES):
        return ("%", 100) if form == PERCENT else ("points", 100)
    return {"percentage points": "points"}.get(finding.unit, finding.unit), 1


def sizes(words: Words, findings: Sequence[Finding], bare: bool = False) -> dict[str, str]:
    """What may stand in a phrase on findings of one statistic. bare: no interval, of a single one.

    size: from the smallest to the largest, without a sign; signed: with it. number: size without a
    unit. most: the largest. percent: the same as shares of a whole. factor: of decades;
    doublings: of logarithms to base 2. deviation:
    the largest as it is, without a unit.
    """
    unit, scale = unit_of(findings[0])
    signed = sorted(finding.value * scale for finding in findings)
    values = sorted(map(abs, signed))
    low, high = values[0], values[-1]
    percents = sorted(finding.value * 100 for finding in findings)
    return {
        "size": in_unit(words, _range(words, low, high), high, unit)
        + ("" if bare else _interval(words, findings, scale)),
        "signed": in_unit(words, _range(words, signed[0], signed[-1]), signed[-1], unit),
        "number": _range(words, low, high),
        "most": in_unit(words, words.number(high, DIGITS), high, unit),
        "percent": in_unit(words, _range(words, percents[0], percents[-1]), percents[-1], "%")
        + ("" if bare else _interval(words, findings, 100)),
        "factor": _range(words, *(10 ** min(value, FARTHEST) for value in (low, high))),
        "doublings": _range(words, *(2 ** min(value, FARTHEST) for value in (low, high))),
        "deviation": words.number(high / scale, DIGITS),
    }


def range_of(words: Words, findings: Sequence[Finding], number: Callable[[Finding], float]) -> str:
    """A number of findings with the same unit, from the smallest to the largest."""
    unit, scale = unit_of(findings[0])
    values = sorted(number(finding) * scale for finding in findings)
    return in_unit(words, _range(words, values[0], values[-1]), values[-1], unit)


def _interval(words: Words, findings: Sequence[Finding], scale: float) -> str:
    """The interval of a single finding, without a sign where its value has none; else ""."""
    first, *others = findings
    ends = [end * scale * (-1 if first.value < 0 else 1) for end in (first.low, first.high)]
    if others or ends[0] == ends[1]:
        return ""
    shown = measured(abs(first.value) * scale, min(ends), max(ends), language=words.language)
    return f" [{shown.low}{shown.between}{shown.high}]"


def number_of(words: Words, finding: Finding, form: str = POINTS) -> str:
    """The value in its unit, and its interval: 0.63 decades per layer [0.61, 0.65]; a deviation alone."""
    unit, scale = unit_of(finding, form)
    value, low, high = (end * scale for end in (finding.value, finding.low, finding.high))
    if any(map(math.isnan, (value, low, high))):
        return ""
    if form == AS_IT_IS:
        return words.number(value, DIGITS)
    shown = measured(value, low, high, finding.threshold * scale, words.language)
    text = in_unit(words, " ".join(filter(None, (shown.value, shown.power))), value, unit)
    if shown.low == shown.high:
        return text
    interval = f"[{shown.low}{shown.between}{shown.high}]"
    return " ".join(filter(None, (text, interval, shown.power)))


def threshold_of(words: Words, finding: Finding, form: str = POINTS) -> str:
    """The threshold as the finding's value is told, without its unit."""
    _, scale = unit_of(finding, form)
    return words.number(finding.threshold * scale, DIGITS)


def in_unit(words: Words, shown: str, value: float, unit: str) -> str:
    """A number that is shown already, with its unit as it goes with the number."""
    if unit in FORMS:
        return FORMS[unit](words, value if math.isfinite(value) else 2, shown)
    if unit.startswith("%"):
        return words.typeset(f"{shown} {words.known(unit)}")
    return f"{shown} {words.known(unit)}".rstrip()


def _range(words: Words, low: float, high: float) -> str:
    """From one number to another, once where they look the same."""
    if math.isinf(high) and not math.isinf(low):
        return words.gettext("{low} and more", low=words.number(low, DIGITS))
    first, last = _rounded(words, low, high), words.number(high, DIGITS)
    return first if first == last else words.gettext("{low} to {high}", low=first, high=last)


def _rounded(words: Words, low: float, high: float) -> str:
    """The smaller number, to no more than one decimal that the larger one has not."""
    largest = max(abs(low), abs(high))
    if not 0 < largest < math.inf:
        return words.number(low, DIGITS)
    decimals = DIGITS + 1 - math.floor(math.log10(largest))
    return words.number(round(low, decimals) if decimals < 9 else low, DIGITS)
