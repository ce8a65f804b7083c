"""How a finding, a verdict and a table's cell read: text for the page and for the README alike."""

import re
from collections.abc import Iterable
from typing import Any

from mlpstudy.analysis.terms import named, said, spaced
from mlpstudy.report.collect import STATUSES, Verdict
from mlpstudy.report.numbers import MISSING, measured, number
from mlpstudy.said import LANGUAGES, Said, french_numbers
from mlpstudy.studies.finding import Finding


def value_of(finding: Finding) -> Said:
    """The value, its interval and its unit."""
    return _with_unit(numbers_of(finding), finding)


def numbers_of(finding: Finding) -> Said:
    """The value and its interval."""
    shown = measured(finding.value, finding.low, finding.high, finding.threshold)
    return _as_written(str(shown))


def common_of(finding: Finding) -> Said:
    """The value and its interval with both sides at the control's settings; "" where there is none."""
    shown = measured(*finding.common, finding.threshold) if finding.common else ""
    return _as_written(str(shown))


def needed_by(finding: Finding) -> Said:
    """The side of the threshold on which the claim is supported, and the unit."""
    return _with_unit(side_of(finding), finding)


def side_of(finding: Finding) -> Said:
    """The side of the threshold on which the claim is supported."""
    sign = {"above": ">", "below": "<"}[finding.direction]
    return _as_written(f"{sign} {number(float(finding.threshold), digits=None)}")


def _with_unit(number: Said, finding: Finding) -> Said:
    unit = said(finding.unit)
    return Said(**{name: f"{number[name]} {unit[name]}".rstrip() for name in LANGUAGES})


def _as_written(number: str) -> Said:
    """A number, or what consists of numbers, as each language writes it."""
    return Said(en=number, fr=french_numbers(number))


def networks_of(verdict: Verdict) -> str:
    """The seeds behind each finding of a claim: one number, or the smallest and the largest."""
    sizes = sorted({finding.n for finding in verdict.findings})
    return "–".join(number(int(n)) for n in dict.fromkeys((sizes[0], sizes[-1]))) if sizes else ""


def statistics_of(verdict: Verdict) -> tuple[str, ...]:
    """The statistics behind a claim, each once."""
    return tuple(dict.fromkeys(finding.statistic for finding in verdict.findings))


def by_statistic(findings: Iterable[Finding]) -> list[tuple[str, str, list[Finding]]]:
    """Statistic, unit and findings: those that measure the same thing stand together."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.statistic, finding.unit), []).append(finding)
    return [(statistic, unit, group) for (statistic, unit), group in groups.items()]


def by_sentence(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that test the same sentence by the same statistic stand together."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((str(finding.says), finding.statistic), []).append(finding)
    return list(groups.values())


def says_of(verdict: Verdict) -> list[str | Said]:
    """The sentences as they were tested, each once."""
    sentences: list[str | Said] = []
    for finding in verdict.findings:
        if finding.says not in sentences:
            sentences.append(finding.says)
    return sentences


def tally_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings have each verdict; none with a zero."""
    verdicts = [finding.verdict for finding in findings]
    return {status: verdicts.count(status) for status in STATUSES if status in verdicts}


CODE = re.compile(r"[()=\[\]{}]|Error")  # of a program, where a comma or a point means something


def cell(value: Any) -> str | Said:
    """A value of a table as text."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return said("true" if value else "false")
    if isinstance(value, int | float):
        return _as_written(number(value))
    if isinstance(value, list):
        each = [_both(cell(part)) for part in value]
        return Said(**{name: ", ".join(part[name] for part in each) for name in LANGUAGES})
    return _in_words(str(value))


def _in_words(text: str) -> str | Said:
    """A text of a table, which may be a name of the code; French where it is a known one."""
    if CODE.search(text):
        return text
    known = said(text)
    if known["fr"] == text and named(text)["fr"] != spaced(text):
        known = Said(en=text, fr=named(text)["fr"])
    return known


def _both(text: str | Said) -> Said:
    return Said(en=text, fr=text) if isinstance(text, str) else text
