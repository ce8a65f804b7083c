"""What the command line shows of claims: their answers, from the file of all findings."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mlpstudy.bilingual import LANGUAGES, Bilingual
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.report import findings_file
from mlpstudy.report.answers import Answer, Dot, answer
from mlpstudy.report.answers.answer import UNTESTED
from mlpstudy.report.lecture import Claim, read_lecture
from mlpstudy.report.statuses import SYMBOLS, verdict
from mlpstudy.statistics.verdicts import Finding, from_dict
from mlpstudy.words import Words

Says = Mapping[str, str | Bilingual]  # of each statistic, what it tests


def show(findings: Path, lecture: Path, claim: str, language: str, console: Console) -> None:
    """One claim with its conditions; without a claim all of them, a line each. Raises Mistake."""
    words = _words(findings, language)
    found = [from_dict(record) for record in findings_file.read(findings)]
    claims = _claims(lecture, found)
    if claim:
        result = answer(_named(claim, claims), found, words)
        says = {
            finding.statistic: finding.says for finding in found if finding.claim == result.claim
        }
        console.print(*_one(words, result, says, console.width), sep="\n", highlight=False)
    else:
        answers = [answer(each, found, words) for each in claims]
        tested = [each for each in answers if each.verdict != UNTESTED]
        console.print(_all(words, tested))
        if n := len(answers) - len(tested):
            console.print(
                words.ngettext("One claim is not tested.", "{n} claims are not tested.", n)
            )


def findings_with(claim: str, results: Path) -> Path:
    """The file of findings to look in: the whole report's, but for a claim that it lacks that of a
    report of some studies."""
    whole = results / findings_file.NAME
    for path in (whole, *sorted(results.glob(f"reports/*/{findings_file.NAME}"))):
        if claim and path.exists() and _is_in(claim, path):
            return path
    return whole


def _is_in(claim: str, findings: Path) -> bool:
    return claim.lower() in {record["claim"].lower() for record in findings_file.read(findings)}


def _words(findings: Path, language: str) -> Words:
    if language not in LANGUAGES:
        raise Mistake(
            "is not known",
            file="command line",
            key="--language",
            value=language,
            allowed="one of " + ", ".join(LANGUAGES),
        )
    return Words(language, findings_file.read_labels(findings))


def _claims(lecture: Path, findings: Sequence[Finding]) -> list[Claim]:
    """Those of the lecture, then those of studies alone."""
    claims = {claim.id: claim for claim in read_lecture(lecture)["claims"]}
    of_studies = {
        f.claim: Claim(f.claim, fr="", en=f.says) for f in findings if f.claim not in claims
    }
    return [*claims.values(), *of_studies.values()]


def _named(id: str, claims: Sequence[Claim]) -> Claim:
    known = {claim.id.lower(): claim for claim in claims}
    if id.lower() in known:
        return known[id.lower()]
    raise Mistake(
        "is no claim",
        file="command line",
        value=id,
        allowed=f"{claims[0].id} to {claims[-1].id}" if claims else "",
        nearest=nearest(id.upper(), [claim.id for claim in claims]),
    )


def _status(words: Words, status: str) -> str:
    return f"{SYMBOLS[status]} {verdict(words, status)}"


def _one(words: Words, result: Answer, says: Says, width: int) -> list[Text | Table]:
    head = Text.assemble((result.claim, "bold"), "  ", result.plain)
    status = Text.assemble((_status(words, result.verdict), "bold"))
    if result.number:
        status.append(f"  {result.number}")
    # rich breaks lines at the narrow spaces within numbers, textwrap does not
    parts: list[Text | Table] = [head, status, Text(textwrap.fill(result.sentence, width))]
    parts += [Text(f"  {caveat}") for caveat in result.caveats]
    for statistic in dict.fromkeys(dot.statistic for dot in result.dots):
        heading = textwrap.fill(_in_words(words, says[statistic]), width)
        of = [dot for dot in result.dots if dot.statistic == statistic]
        parts += [Text(f"\n{heading}", style="italic"), _conditions(words, of)]
    return parts


def _conditions(words: Words, dots: Sequence[Dot]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    for dot in dots:
        table.add_row(Text(f"  {dot.condition}"), dot.text, _status(words, dot.verdict))
    return table


def _in_words(words: Words, says: str | Bilingual) -> str:
    return words.said(says) if isinstance(says, Mapping) else says


def _all(words: Words, answers: Sequence[Answer]) -> Table:
    rows = [(result.claim, _status(words, result.verdict), result.lead) for result in answers]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False, expand=True)
    for column in list(zip(*rows))[:2]:
        table.add_column(width=max(map(len, column)), no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for id, status, lead in rows:
        table.add_row(id, status, Text(lead))
    return table
