"""The answer to a claim: its verdict, a sentence, the number that matters, a dot per condition."""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mlpstudy.report.answers.caveats import caveats
from mlpstudy.report.answers.sentences import groups, in_a_breath, phrase_for, sentence
from mlpstudy.report.answers.sizes import AS_IT_IS, form_of, number_of
from mlpstudy.report.lecture import Claim
from mlpstudy.statistics.combining import combine
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    NEGLIGIBLE,
    SUPPORTED,
    Finding,
    deciding,
)
from mlpstudy.words import Words
from mlpstudy.words.labels import FIELDS

UNTESTED, OPINION = "untested", "opinion"  # what a claim without a finding has for a verdict
FEWEST, MOST = 5, 7  # headlines
DECIDED = (SUPPORTED, CONTRADICTED, NEGLIGIBLE)


class Dot(NamedTuple):
    """One deciding finding: its condition in words, its value and interval in its own unit."""

    condition: str
    value: float
    low: float
    high: float
    verdict: str
    study: str
    statistic: str
    anchor: str  # the id of the finding's row on the page of its claim
    text: str = ""  # value and interval as they are read


class Answer(NamedTuple):
    """What the report says of a claim. Texts are typeset in their language."""

    claim: str  # C22
    verdict: str  # of the claim
    sentence: str  # its number, where, exceptions
    number: str  # "0.63 decades per layer [0.61, 0.65]"; "" where there is none
    dots: list[Dot]  # of the deciding conditions, in order
    threshold: float  # of the statistic that is told first; NaN where there is none
    unit: str
    lead: str = ""  # the sentence of the first statistic alone
    detail: str = ""  # all that the sentence leaves out, where it is told in brief
    plain: str = ""  # the claim in plain words
    weight: float = 1  # how much the lecture hangs on it
    caveats: tuple[str, ...] = ()  # what speaks against believing it as it stands


def answer(claim: Claim, findings: Iterable[Finding], words: Words) -> Answer:
    """The answer to a claim from all findings, of which those that decide it count."""
    of_claim = [finding for finding in findings if finding.claim == claim.id]
    words = general(words)
    decide = in_order(claim, deciding(of_claim))
    plain = words.said(claim.in_plain_words)
    if not decide:
        return _unanswered(claim, words, plain)
    brief = in_a_breath(words, [(of, claim) for of in decide])
    whole = [sentence(words, of, claim) for of in decide]
    lead = decide[0]
    return Answer(
        claim=claim.id,
        verdict=combine(of_claim, claim.kind),
        sentence=" ".join(brief),
        number=_number(words, decide, claim),
        dots=[_dot(words, f, claim) for of in decide for f in of],
        threshold=float(lead[0].threshold),
        unit=lead[0].unit,
        lead=brief[0],
        detail="" if brief == whole else " ".join(whole),
        plain=plain,
        weight=claim.weight,
        caveats=tuple(caveats(words, deciding(of_claim))),
    )


def general(words: Words) -> Words:
    """Words in which the levels of a run's fields have their general names, not a study's own."""
    own = {name: text for name, text in words.own.items() if name.split("=")[0] not in FIELDS}
    return Words(words.language, own)


def in_order(claim: Claim, findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings of each statistic, those first that the claim's answers name first.

    Where studies disagree each has its own: their conditions have other fields.
    """
    names = dict.fromkeys([*claim.answers, *(finding.statistic for finding in findings)])
    ordered = []
    for name in names:
        of = [finding for finding in findings if finding.statistic == name]
        agreed = len({finding.verdict for finding in of}) < 2
        studies = dict.fromkeys("" if agreed else finding.study for finding in of)
        ordered += [[f for f in of if study in ("", f.study)] for study in studies]
    return ordered


def headlines(answers: Iterable[Answer], words: Words) -> list[Answer]:
    """The five to seven answers that matter most, in the lecture's order, each by its first sentence.

    Heavier claims come before lighter ones, then those of which a larger share of the conditions is
    decided. Those of the greatest weight are all taken, up to seven; lighter ones until there are five.
    """
    known = [each for each in answers if each.dots]
    ranked = sorted(known, key=lambda each: (-each.weight, -decided(each)))
    heaviest = sum(each.weight == ranked[0].weight for each in ranked) if ranked else 0
    taken = ranked[: min(MOST, max(FEWEST, heaviest))]
    return [each._replace(sentence=each.lead) for each in known if each in taken]


def decided(answer: Answer) -> float:
    """The share of an answer's conditions that say something."""
    return sum(dot.verdict in DECIDED for dot in answer.dots) / len(answer.dots)


def anchor_of(finding: Finding) -> str:
    """The id of a finding's row: its study, its statistic and its levels, or a hash of these."""
    levels = finding.condition
    parts = levels.values() if isinstance(levels, Mapping) else [levels]
    text = ".".join(map(str, [finding.study, finding.statistic, *parts])).rstrip(".")
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        text = f"{finding.study}.{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return f"finding-{text}"


def _unanswered(claim: Claim, words: Words, plain: str) -> Answer:
    if claim.kind == OPINION:
        verdict, text = OPINION, words.gettext("An opinion: not tested.")
    else:
        verdict, text = UNTESTED, words.gettext("Not tested in this report.")
    return Answer(
        claim.id, verdict, text, "", [], math.nan, "", text, plain=plain, weight=claim.weight
    )


def _number(words: Words, ordered: Sequence[Sequence[Finding]], claim: Claim) -> str:
    """The median finding of those that are told first, of two the larger one; the largest of
    deviations. "" where no phrase has a number."""
    for findings in ordered:
        group = groups(findings)[0]
        phrases = claim.answers.get(findings[0].statistic, {})
        phrase = phrase_for(group.verdict, phrases)
        if phrase is None or "{" in words.said(phrase):
            first = sorted(group.findings, key=lambda finding: abs(finding.value))
            form = form_of(phrases, first[0])
            return number_of(words, first[-1 if form == AS_IT_IS else len(first) // 2], form)
    return ""


def _dot(words: Words, finding: Finding, claim: Claim) -> Dot:
    condition = finding.condition
    shown = words.condition(condition) if isinstance(condition, Mapping) else words.known(condition)
    text = number_of(words, finding, form_of(claim.answers.get(finding.statistic, {}), finding))
    return Dot(
        shown, finding.value, finding.low, finding.high, finding.verdict, finding.study,
        finding.statistic, anchor_of(finding), text,
    )  # fmt: skip
