"""How a finding, a verdict, a design and a table's cell read, in a language."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mlpstudy.bilingual import Bilingual
from mlpstudy.report import statuses
from mlpstudy.report.collect import STATUSES, Verdict
from mlpstudy.report.plan import SHOWN, Levels
from mlpstudy.statistics.depends import CLAIM
from mlpstudy.statistics.verdicts import UNDECIDED, Finding
from mlpstudy.statistics.weaknesses import blind
from mlpstudy.words import Words
from mlpstudy.words.numbers import MISSING, between, number


def title(words: Words) -> str:
    """The title of the report."""
    return words.gettext("The lecture, put to the test")


def value_of(words: Words, finding: Finding) -> str:
    """The value, its interval and its unit."""
    return _with_unit(words, numbers_of(words, finding), finding)


def numbers_of(words: Words, finding: Finding) -> str:
    """The value and its interval."""
    return words.measured(finding.value, finding.low, finding.high, finding.threshold)


def needed_by(words: Words, finding: Finding) -> str:
    """The side of the threshold on which the claim is supported, and the unit."""
    return _with_unit(words, side_of(words, finding), finding)


def side_of(words: Words, finding: Finding) -> str:
    """The side of the threshold on which the claim is supported."""
    sign = {"above": ">", "below": "<"}[finding.direction]
    return f"{sign} {words.number(float(finding.threshold), digits=None)}"


def supported_if(words: Words, finding: Finding) -> str:
    """side_of as part of a sentence, beside the unit."""
    return words.gettext("supported if {side}", side=side_of(words, finding))


def edge_of(words: Words, finding: Finding) -> str:
    """Where a chosen eta stands at an edge of its grid."""
    return {
        "lower": words.gettext("η at the lower edge of its grid"),
        "upper": words.gettext("η at the upper edge of its grid"),
        "both": words.gettext("η at both edges of its grid"),
    }[finding.edge]


def hanging(words: Words, finding: Finding) -> str:
    """What is measured with both sides at the control's settings, where that decides otherwise."""
    assert finding.common is not None
    value, low, high = finding.common
    common = words.measured(value, low, high, finding.threshold)
    return words.gettext("hangs on η: {value} where both sides have the control's", value=common)


Line = Callable[[Words], str]  # a sentence, in a language


def notes_of(finding: Finding) -> list[Line]:
    """What a reader has to know of a finding beside its verdict."""
    return [*_doubts(finding), *([_shared] if finding.folds else [])]


def _shared(words: Words) -> str:
    return words.gettext("folds share training examples: other examples may vary more")


def _doubts(finding: Finding) -> list[Line]:
    """What its verdict hangs on."""
    notes: list[Line] = []
    if finding.edge:
        notes.append(lambda words: edge_of(words, finding))
    if finding.hangs:
        notes.append(lambda words: hanging(words, finding))
    if finding.turns:
        notes.append(lambda words: halved(words, finding))
    if finding.seeds_few:
        notes.append(lambda words: words.gettext("too few seeds to say how often runs fail"))
    if finding.censored:
        notes.append(lambda words: words.gettext("all times are longer than the budget"))
    return notes


def is_flagged(finding: Finding) -> bool:
    """Whether a deciding finding hangs on the step or on the number of passes."""
    return finding.decides and bool(_doubts(finding))


def halved(words: Words, finding: Finding) -> str:
    """What half of the passes gave."""
    assert finding.half is not None and finding.half_verdict is not None
    value, low, high = finding.half[:3]
    return words.gettext(
        "at half of the passes {verdict}: {value}",
        verdict=statuses.verdict(words, finding.half_verdict),
        value=words.measured(value, low, high, finding.threshold),
    )


def hanging_lines(findings: Iterable[Finding]) -> list[Line]:
    """What the deciding findings of a study hang on: their step, their passes."""
    known = [finding for finding in findings if finding.decides]
    tuned = [finding for finding in known if finding.common is not None]
    halved = [finding for finding in known if finding.half is not None]
    lines: list[Line] = []
    if tuned:
        lines.append(lambda words: _on_eta(words, tuned))
    if edges := sum(bool(finding.edge) for finding in known):
        lines.append(lambda words: _at_edges(words, edges, len(known)))
    if halved:
        lines.append(lambda words: _on_passes(words, halved))
    if undecided := [finding for finding in known if _is_weighed(finding)]:
        lines.append(lambda words: _on_seeds(words, undecided))
    if not lines:
        lines.append(lambda words: words.gettext("Nothing here was chosen by how well it did."))
    return lines


def _on_eta(words: Words, tuned: Sequence[Finding]) -> str:
    hanging = sum(finding.hangs for finding in tuned)
    if not hanging:
        return words.ngettext(
            "The step: {n} deciding finding with a chosen η keeps its side at the control's own η.",
            "The step: all {n} deciding findings with a chosen η keep their side at the control's own η.",
            len(tuned),
        )
    return words.ngettext(
        "The step: {n} of {all} deciding findings lies on the other side where both have the "
        "control's η.",
        "The step: {n} of {all} deciding findings lie on the other side where both have the "
        "control's η.",
        hanging,
        all=len(tuned),
    )


def _at_edges(words: Words, edges: int, n: int) -> str:
    return words.ngettext(
        "The grid: {n} of {all} deciding findings has a chosen η at an edge of its grid.",
        "The grid: {n} of {all} deciding findings have a chosen η at an edge of their grid.",
        edges,
        all=n,
    )


def _is_weighed(finding: Finding) -> bool:
    """Whether it is undecided, and known what its seeds can see."""
    known = finding.sees is not None and finding.matters
    return finding.verdict == UNDECIDED and bool(known)


def _on_seeds(words: Words, undecided: Sequence[Finding]) -> str:
    blinded = sum(bool(blind(finding)) for finding in undecided)
    if not blinded:
        return words.ngettext(
            "The seeds: {n} undecided deciding finding has enough of them to see what matters.",
            "The seeds: all {n} undecided deciding findings have enough of them to see what matters.",
            len(undecided),
        )
    return words.ngettext(
        "The seeds: {n} of {all} undecided deciding findings has too few of them to see what matters.",
        "The seeds: {n} of {all} undecided deciding findings have too few of them to see what matters.",
        blinded,
        all=len(undecided),
    )


def _on_passes(words: Words, halved: Sequence[Finding]) -> str:
    changed = sum(finding.turns for finding in halved)
    if not changed:
        return words.ngettext(
            "The budget: {n} finding looked at again after half of its passes says the same.",
            "The budget: all {n} findings looked at again after half of their passes say the same.",
            len(halved),
        )
    return words.ngettext(
        "The budget: {n} of {all} findings says something else after half of its passes.",
        "The budget: {n} of {all} findings say something else after half of their passes.",
        changed,
        all=len(halved),
    )


def hangs_on(words: Words, verdict: Verdict) -> str:
    """What tells a claim's supported findings from the others; "" where nothing does."""
    if (found := verdict.hangs_on) is None:
        return ""
    fields = words.listed([words.label(name) for name in found.fields])
    parts = [
        words.gettext(
            "{condition}: {count} of {n}",
            condition=condition_at(words, each.condition),
            count=each.count,
            n=each.n,
        )
        for each in found.where[:SHOWN]
    ]
    return words.gettext(
        "hangs on {fields}: {verdict} in {where}",
        fields=fields,
        verdict=statuses.verdict(words, found.verdict),
        where="; ".join(parts),
    )


def condition_at(words: Words, condition: Mapping[str, Any]) -> str:
    """A condition, in which a claim's own name may stand."""
    levels = {name: value for name, value in condition.items() if name != CLAIM}
    claim = [named(words, condition[CLAIM])] if CLAIM in condition else []
    return ", ".join([*claim, *([words.condition(levels)] if levels else [])])


def unmeasured(words: Words, claim: Mapping[str, Any]) -> str:
    """A claim that a study announces and has no finding for."""
    statistic = named(words, claim["statistic"])
    return words.gettext("announced, without a finding: {statistic}", statistic=statistic)


def condition_of(words: Words, finding: Finding) -> str:
    """Under what a finding was measured: levels of fields, or a text."""
    if isinstance(finding.condition, Mapping):
        return words.condition(finding.condition)
    return words.known(finding.condition)


def networks_of(words: Words, verdict: Verdict) -> str:
    """The seeds behind each finding of a claim: one number, or the smallest and the largest."""
    sizes = sorted({int(finding.n) for finding in verdict.findings})
    return "–".join(map(words.number, dict.fromkeys((sizes[0], sizes[-1])))) if sizes else ""


def named(words: Words, name: str) -> str:
    """A claim, a column or a field in words."""
    label, spaced = words.label(name), name.replace("_", " ")
    return words.known(spaced) if label == spaced else label


def heading(words: Words, name: str) -> str:
    """A column of a table of all studies: in nobody's own words."""
    return named(Words(words.language), name)


def entry(words: Words, value: Any, column: str) -> str:
    """A level in a table of all studies: in nobody's own words, a number without zeros at its end."""
    return Words(words.language).level(column, value)


def united(words: Words, unit: str) -> str:
    """A unit in words."""
    return words.known(unit)


def swept(words: Words, levels: Levels) -> str:
    """The levels of a field in a row, or of fields that vary together, each row in brackets."""
    if len(levels.fields) == 1:
        rows = [_with_code(words, levels.fields[0], level) for (level,) in levels.rows]
    else:
        conditions = (words.condition(dict(zip(levels.fields, row))) for row in levels.rows)
        rows = [f"({condition})" for condition in conditions]
    if len(rows) > SHOWN:
        rows = [*rows[: SHOWN - 2], "…", rows[-1]]
    return _in_a_row(words, rows)


def _with_code(words: Words, field: str, level: Any) -> str:
    """A level as a reader calls it, and as a command has it where that is another name."""
    shown = words.level(field, level)
    is_called_so = not isinstance(level, str) or shown.casefold() == level
    return shown if is_called_so else f"{shown} ({level})"


def slips(words: Words, n: int) -> str:
    """How many slips there are in the slides of a chapter."""
    return words.ngettext("{n} slip in these slides", "{n} slips in these slides", n)


def shortened(command: str) -> str:
    """A command as a table shows it: what it does, and the run that it does it to."""
    return command.removeprefix("mlpstudy ").removeprefix("snakemake --cores 2 ")


def cell(words: Words, value: Any, column: str = "") -> str:
    """A value of a table as text."""
    if value is None:
        return MISSING
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, language=words.language, padded=True)
    if isinstance(value, list):
        return _in_a_row(words, [cell(words, part, column) for part in value])
    level = words.level(column, value)
    return level if level != value else _in_words(words, value)


CODE = re.compile(r"[()=\[\]{}]|Error")  # of a program, where a comma or a point means something


def _in_words(words: Words, text: str) -> str:
    """A text of a table, which may be a name of the code; French where it is a known one."""
    if CODE.search(text):
        return text
    known, spaced = words.known(text), text.replace("_", " ")
    return words.known(spaced) if known == text and words.known(spaced) != spaced else known


def _with_unit(words: Words, number: str, finding: Finding) -> str:
    return f"{number} {united(words, finding.unit)}".rstrip()


def _in_a_row(words: Words, parts: Sequence[str]) -> str:
    """Parts of a row; where they have decimal commas, another sign parts them."""
    return (between(words.language) if any("," in part for part in parts) else ", ").join(parts)


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


def says_of(verdict: Verdict) -> list[str | Bilingual]:
    """The sentences as they were tested, each once."""
    sentences: list[str | Bilingual] = []
    for finding in verdict.findings:
        if finding.says not in sentences:
            sentences.append(finding.says)
    return sentences


def tally_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings have each verdict; none with a zero."""
    verdicts = [finding.verdict for finding in findings]
    return {status: verdicts.count(status) for status in STATUSES if status in verdicts}
