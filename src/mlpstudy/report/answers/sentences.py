"""What a statistic of a claim found, in one sentence: each verdict with its size and its place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlpstudy.report.answers.places import place_of
from mlpstudy.report.answers.sizes import PERCENT, form_of, number_of, sizes
from mlpstudy.report.answers.where import Place, Row, place
from mlpstudy.report.lecture import Claim, Phrases
from mlpstudy.said import Said
from mlpstudy.statistics.depends import depends
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    NEGLIGIBLE,
    NOT_LEARNED,
    SUPPORTED,
    UNDECIDED,
    Finding,
)
from mlpstudy.words import Words

FAR_MORE = 4  # times as many contradicted findings as supported ones: those are told first
DEPENDENT = {
    "no",
    "only",
    "more",
    "less",
    "is",
    "are",
    "est",
    "sont",
    "plus",
    "moins",
    "ne",
    "de",
    "of",
}
SHORT = 1  # word for the place of the last ones: no longer than "elsewhere"


class Group(NamedTuple):
    """The findings of a statistic that say the same, and where they are."""

    verdict: str
    findings: list[Finding]
    place: Place

    @property
    def words(self) -> float:
        """How long it takes to read where they are."""
        return self.place.words if self.place.inside is not None else float("inf")


def sentence(words: Words, findings: Sequence[Finding], claim: Claim) -> str:
    """What the findings of one statistic say, in the claim's phrases for it where it has some."""
    told = groups(findings)
    says, phrases = _says(words, findings), claim.answers.get(findings[0].statistic, {})
    places = _places(words, told, findings)
    if told[0].verdict == UNDECIDED:
        if not places[0]:
            return _ended(words.gettext("Undecided: {says}", says=says))
        text = words.gettext("Undecided {place}: {says}", place=places[0], says=says)
        return _ended(text)
    lead, clauses = "", []
    for group, where in zip(told, places):
        clauses.append(_clause(words, group, phrases, where, lead))
        lead = words.said(phrase_for(group.verdict, phrases))  # "undecided" has no subject
    if phrase_for(told[0].verdict, phrases) is None:
        clauses[0] = words.gettext("{says}: {said}", says=says, said=clauses[0])
    return _ended(f"{words.gettext(';')} ".join(clauses))


def groups(findings: Sequence[Finding]) -> list[Group]:
    """The findings by what they say: where the claim holds first, if it does anywhere to speak of;
    last what takes most words to say where."""
    sides: dict[str, list[Finding]] = {}
    for finding in findings:
        side = UNDECIDED if finding.verdict == NOT_LEARNED else finding.verdict
        sides.setdefault(side, []).append(finding)
    supported, contradicted = (len(sides.get(side, ())) for side in (SUPPORTED, CONTRADICTED))
    order = [SUPPORTED, CONTRADICTED, NEGLIGIBLE, UNDECIDED]
    if contradicted > FAR_MORE * supported:
        order[:2] = CONTRADICTED, SUPPORTED
    rows = list(map(_row, findings))
    first, *others = [
        Group(side, sides[side], place(rows, [finding in sides[side] for finding in findings]))
        for side in order
        if side in sides
    ]
    longest = max(reversed(others), key=lambda group: group.words, default=None)
    return [
        first,
        *(each for each in others if each is not longest),
        *([longest] if longest else []),
    ]


def phrase_for(verdict: str, phrases: Phrases) -> str | Said | None:
    """The phrase for findings of a verdict; None where there is none."""
    names = {SUPPORTED: "holds", CONTRADICTED: "fails", NEGLIGIBLE: "nothing"}
    return phrases.get(names.get(verdict, ""))


def _places(words: Words, told: Sequence[Group], findings: Sequence[Finding]) -> list[str]:
    """Where each group was found; the last one elsewhere, if that is shorter."""
    known = depends(findings)
    places = [
        place_of(words, group.place, known if known and known.verdict == group.verdict else None)
        for group in told
    ]
    if len(told) == 2 and told[0].place.besides and not told[0].place.inside:
        places[1] = words.gettext("there")
    elif len(told) > 1 and told[-1].words > SHORT:
        places[-1] = words.gettext("elsewhere")
    return places


def _clause(words: Words, group: Group, phrases: Phrases, where: str, lead: str = "") -> str:
    """What a group says, with its size, and where; without the words that the clause before it, of
    the phrase `lead`, has said: "Dropout lowers ...; raises ..."."""
    if group.verdict == UNDECIDED:
        return words.gettext("undecided {place}", place=where)
    found = sizes(words, group.findings)
    if (phrase := phrase_for(group.verdict, phrases)) is not None:
        return f"{beyond(words.said(phrase), lead).format_map(found)} {where}".rstrip()
    first = group.findings[0]
    form = form_of(phrases, first)
    size = found["percent" if form == PERCENT else "signed"]
    if len(group.findings) == 1:
        size = number_of(words, first, form)
    said = {
        SUPPORTED: words.gettext("yes ({size})", size=size),
        CONTRADICTED: words.gettext("no ({size})", size=size),
        NEGLIGIBLE: words.gettext("no difference that matters"),
    }[group.verdict]
    return f"{said} {where}".rstrip()


def beyond(phrase: str, lead: str) -> str:
    """A phrase without the words that it begins with like another one: its subject, as a rule.

    What takes its meaning from the next word stays before it, and so does a number.
    """
    said = phrase.split()
    same = 0
    for word, other in zip(said[:-1], lead.split(), strict=False):
        if word.casefold() != other.casefold() or "{" in word:
            break
        same += 1
    while same and said[same - 1].casefold() in DEPENDENT:
        same -= 1
    return " ".join(said[same:])


def _row(finding: Finding) -> Row:
    return finding.condition if isinstance(finding.condition, Mapping) else {"": finding.condition}


def _says(words: Words, findings: Sequence[Finding]) -> str:
    says = findings[0].says
    return words.said(says) if isinstance(says, Mapping) else str(says)


def _ended(text: str) -> str:
    """A sentence: it begins with a capital letter and ends with a point."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
