"""What a statistic of a claim found, in one sentence: each verdict with its size and its place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlpstudy.report.answers.places import place_of
from mlpstudy.report.answers.sizes import sizes
from mlpstudy.report.answers.where import place
from mlpstudy.report.lecture import Phrases
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    NEGLIGIBLE,
    NOT_LEARNED,
    SUPPORTED,
    UNDECIDED,
    Finding,
)
from mlpstudy.words import Words

OPEN = (UNDECIDED, NOT_LEARNED)  # verdicts that say nothing


class Group(NamedTuple):
    """The findings of a statistic that say the same, and whether they are the last to be told."""

    verdict: str
    findings: list[Finding]
    rest: bool


def sentence(words: Words, findings: Sequence[Finding], phrases: Phrases) -> str:
    """What the findings of one statistic say. phrases: the words for it; none: what it says."""
    told = groups(findings)
    if told[0].verdict in OPEN:
        open_words = words.gettext(
            "There is not enough to say {place}", place=_place(words, told[0], findings)
        )
        return _ended(
            words.gettext("{open}: {says}", open=open_words.rstrip(), says=_says(words, findings))
        )
    clauses = [_clause(words, group, findings, phrases, not n) for n, group in enumerate(told)]
    return _ended(f"{words.gettext(';')} ".join(clauses))


def groups(findings: Sequence[Finding]) -> list[Group]:
    """The findings by what they say, the side first that has more of them; supported in doubt."""
    sides: dict[str, list[Finding]] = {}
    for finding in findings:
        side = UNDECIDED if finding.verdict in OPEN else finding.verdict
        sides.setdefault(side, []).append(finding)
    counted = Counter({side: len(of) for side, of in sides.items()})
    order = [SUPPORTED, CONTRADICTED, NEGLIGIBLE, UNDECIDED]
    if counted[CONTRADICTED] > counted[SUPPORTED]:
        order[:2] = CONTRADICTED, SUPPORTED
    there = [side for side in order if side in sides]
    return [Group(side, sides[side], side == there[-1] != there[0]) for side in there]


def _clause(
    words: Words, group: Group, findings: Sequence[Finding], phrases: Phrases, first: bool
) -> str:
    where = _place(words, group, findings)
    if group.verdict == UNDECIDED:
        return words.gettext("{place} there is not enough to say", place=where)
    if group.verdict == NEGLIGIBLE and "nothing" not in phrases and not first:
        return words.gettext("{place} it makes no difference that matters", place=where)
    return f"{_phrase(words, group, phrases, first)} {where}".rstrip()


def _phrase(words: Words, group: Group, phrases: Phrases, first: bool) -> str:
    """What the findings of a group say, with their size in its place."""
    names = {SUPPORTED: "holds", CONTRADICTED: "fails", NEGLIGIBLE: "nothing"}
    found = sizes(words, group.findings)
    if (name := names[group.verdict]) in phrases:
        return words.said(phrases[name]).format_map(found)
    said = {
        SUPPORTED: words.gettext("so it is ({size})", **found),
        CONTRADICTED: words.gettext("it is not so ({size})", **found),
        NEGLIGIBLE: words.gettext("it makes no difference that matters"),
    }[group.verdict]
    return (
        words.gettext("{says}: {said}", says=_says(words, group.findings), said=said)
        if first
        else said
    )


def _place(words: Words, group: Group, findings: Sequence[Finding]) -> str:
    if group.rest and len(group.findings) < len(findings):
        return words.gettext("elsewhere")
    chosen = [finding in group.findings for finding in findings]
    return place_of(words, place([_row(finding) for finding in findings], chosen))


def _row(finding: Finding) -> Mapping:
    return finding.condition if isinstance(finding.condition, Mapping) else {"": finding.condition}


def _says(words: Words, findings: Sequence[Finding]) -> str:
    return (
        words.said(findings[0].says)
        if isinstance(findings[0].says, Mapping)
        else str(findings[0].says)
    )


def _ended(text: str) -> str:
    """A sentence: it begins with a capital letter and ends with a point."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
