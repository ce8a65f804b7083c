"""What a statistic of a claim found, in one sentence: each verdict with its size and its place; or in
fewer words, where several of them could not be read in one breath."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mlpstudy.bilingual import Bilingual
from mlpstudy.report.answers.places import counted, place_of
from mlpstudy.report.answers.sizes import (
    AS_IT_IS,
    PERCENT,
    form_of,
    number_of,
    sizes,
    threshold_of,
)
from mlpstudy.report.answers.where import MOST_WORDS, Place, Row, place
from mlpstudy.report.lecture import BRIEF, Claim, Phrases
from mlpstudy.statistics.depends import Depends, depends
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
BREATH = 35  # words of an answer: longer ones are told in brief
GLANCE = 3  # words for a place in a brief sentence: where more are needed it is counted
Findings = Sequence[Finding]


class Group(NamedTuple):
    """The findings of a statistic that say the same, and where they are."""

    verdict: str
    findings: list[Finding]
    place: Place

    @property
    def words(self) -> float:
        """How long it takes to read where they are."""
        return self.place.words if self.place.inside is not None else float("inf")


def in_a_breath(words: Words, told: Sequence[tuple[Findings, Claim]]) -> list[str]:
    """A sentence for each statistic; the longest in brief until all can be read in one breath.

    told: the findings of a statistic, and their claim.
    """
    texts = [sentence(words, findings, claim) for findings, claim in told]
    for n in sorted(range(len(texts)), key=lambda n: -_length(texts[n])):
        if sum(map(_length, texts)) <= BREATH:
            break
        shorter = brief(words, *told[n])
        texts[n] = min(texts[n], shorter, key=_length)
    return texts


def sentence(words: Words, findings: Findings, claim: Claim) -> str:
    """What the findings of one statistic say, in the claim's phrases for it where it has some."""
    told, phrases = groups(findings), claim.answers.get(findings[0].statistic, {})
    return _told(words, findings, phrases, list(zip(told, _places(words, told, findings))))


def brief(words: Words, findings: Findings, claim: Claim) -> str:
    """The same in fewer words: what comes first, where or how often, and how often the contrary."""
    first, *others = told = groups(findings)
    phrases = claim.answers.get(findings[0].statistic, {})
    shorter = {**phrases, **(phrases.get(BRIEF, {}) if first.verdict == SUPPORTED else {})}
    if not others or (len(others) == 1 and first.words <= GLANCE):
        if shorter == phrases:
            return sentence(words, findings, claim)
        places = _places(words, told, findings)
    else:
        told = [first, *(each for each in others if each.verdict in (SUPPORTED, CONTRADICTED))]
        places = _how_often(words, told, findings)
    return _told(words, findings, shorter, list(zip(told, places)), bare=True)


def _how_often(words: Words, told: Sequence[Group], findings: Findings) -> list[str]:
    """Where the first group was found, or how often, if few words do not say it; how often others."""
    place, known, all = told[0].place, _hanging(findings, told[0]), len(findings)
    if told[0].words <= (GLANCE if known else MOST_WORDS):
        first, of_all = place_of(words, place), True
    else:
        of, near = counted(words, place._replace(within={}), known), counted(words, place)
        of_all = bool(place.within) and (known is None or _length(near) < _length(of))
        first = near if of_all else of
    often = [len(group.findings) for group in told[1:]]
    return [
        first,
        *(
            words.gettext("in {n} of {all}", n=n, all=all)
            if of_all
            else words.gettext("in {n}", n=n)
            for n in often
        ),
    ]


def _told(
    words: Words,
    findings: Findings,
    phrases: Phrases,
    told: Sequence[tuple[Group, str]],
    bare: bool = False,
) -> str:
    """One sentence of groups, each with the words for where it is. bare: without intervals."""
    says, verdict, where = _says(words, findings), told[0][0].verdict, told[0][1]
    if verdict == UNDECIDED and not where:
        return _ended(words.gettext("Undecided: {says}", says=says))
    if verdict == UNDECIDED:
        return _ended(words.gettext("Undecided {place}: {says}", place=where, says=says))
    lead, clauses = "", []
    for group, where in told:
        clauses.append(_clause(words, group, phrases, where, lead, bare))
        lead = words.said(phrase_for(group.verdict, phrases))  # "undecided" has no subject
    if phrase_for(verdict, phrases) is None:
        clauses[0] = _stated(words, says.rstrip("."), told[0][0], phrases, told[0][1])
    return _ended(f"{words.gettext(';')} ".join(clauses))


def _stated(words: Words, says: str, group: Group, phrases: Phrases, where: str) -> str:
    """A claim's own words, with where they hold and by how much; else after what was found."""
    if group.verdict != SUPPORTED:
        said = _clause(words, group, phrases, where)
        return words.gettext("{said}: {says}", says=says, said=said)
    placed = f"{says}, {where}" if where else says
    return f"{placed} ({_size(words, group, phrases)})"


def groups(findings: Findings) -> list[Group]:
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


def phrase_for(verdict: str, phrases: Phrases) -> str | Bilingual | None:
    """The phrase for findings of a verdict; None where there is none."""
    names = {SUPPORTED: "holds", CONTRADICTED: "fails", NEGLIGIBLE: "nothing"}
    return phrases.get(names.get(verdict, ""))


def _places(words: Words, told: Sequence[Group], findings: Findings) -> list[str]:
    """Where each group was found; the last one elsewhere, if that is shorter."""
    places = [place_of(words, group.place, _hanging(findings, group)) for group in told]
    if len(told) == 2 and told[0].place.besides and not told[0].place.inside:
        places[1] = words.gettext("there")
    elif len(told) > 1 and told[-1].words > SHORT:
        places[-1] = words.gettext("elsewhere")
    return places


def _hanging(findings: Findings, group: Group) -> Depends | None:
    """What tells a group from the rest."""
    known = depends(findings)
    return known if known and known.verdict == group.verdict else None


def _clause(
    words: Words, group: Group, phrases: Phrases, where: str, lead: str = "", bare: bool = False
) -> str:
    """What a group says, with its size, and where; without the words that the clause before it, of
    the phrase `lead`, has said: "Dropout lowers ...; raises ..."."""
    if group.verdict == UNDECIDED:
        undecided = words.gettext("undecided {place}", place=where)
        return undecided if bare else f"{undecided}{_open(words, group, phrases)}"
    if (phrase := phrase_for(group.verdict, phrases)) is not None:
        found = sizes(words, group.findings, bare)
        stem = beyond(words.said(phrase), lead).format_map(found)
        apart = "," if where and group.place.everywhere and not stem.endswith(",") else ""
        return f"{stem}{apart} {where}".rstrip()
    size = _size(words, group, phrases)
    if group.verdict == NEGLIGIBLE:
        form = form_of(phrases, group.findings[0])
        return f"{_at_threshold(words, group.findings[0], size, form)} {where}".rstrip()
    said = {SUPPORTED: words.gettext("supported"), CONTRADICTED: words.gettext("contradicted")}
    return f"{f'{said[group.verdict]} {where}'.rstrip()} ({size})"


def _size(words: Words, group: Group, phrases: Phrases) -> str:
    """How large a group's findings are, where no phrase says it: with the interval of a single one."""
    first, *others = group.findings
    form = form_of(phrases, first)
    if not others:
        return number_of(words, first, form)
    return sizes(words, group.findings)["percent" if form == PERCENT else "signed"]


def _at_threshold(words: Words, finding: Finding, size: str, form: str) -> str:
    """What is as good as at its threshold: no difference, where that is 0."""
    if not finding.threshold or form == AS_IT_IS:
        return words.gettext("no difference that matters")
    threshold = threshold_of(words, finding, form)
    return words.gettext("at the threshold of {threshold} ({size})", threshold=threshold, size=size)


def _open(words: Words, group: Group, phrases: Phrases) -> str:
    """What was measured where a single finding is undecided, and the threshold that it is close to."""
    (first, *others), form = group.findings, form_of(phrases, group.findings[0])
    number = number_of(words, first, form)
    if others or not first.learned or form == AS_IT_IS or not number:
        return ""
    if not first.threshold:
        return f" ({number})"
    threshold = threshold_of(words, first, form)
    return words.gettext(" ({number}, threshold {threshold})", number=number, threshold=threshold)


def _length(text: str) -> int:
    """Words, as a text editor counts them."""
    return len(text.split(" "))


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


def _says(words: Words, findings: Findings) -> str:
    says = findings[0].says
    return words.said(says) if isinstance(says, Mapping) else str(says)


def _ended(text: str) -> str:
    """A sentence: it begins with a capital letter and ends with a point."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
