"""What a claim hangs on: the field, or the two fields, that best tell its findings apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from mlpstudy.statistics.verdicts import CONTRADICTED, SUPPORTED, Finding, deciding

CLAIM = "statistic"  # beside the fields of conditions: which of a lecture claim's contrasts it is
CLEARLY = 0.1  # of the findings, and 2 at least, that two fields must tell better than one


class Where(NamedTuple):
    """How many of the n findings at some values have the verdict."""

    condition: dict[str, Any]
    count: int  # type: ignore[assignment]  # it hides a method of tuples
    n: int


class Depends(NamedTuple):
    """fields: one or two. where: their values, those first where the most findings have `verdict`:
    supported, or contradicted where none is supported."""

    fields: tuple[str, ...]
    where: list[Where]
    verdict: str = SUPPORTED


def depends(findings: Iterable[Finding]) -> Depends | None:
    """What tells the supported findings of a claim from the others.

    findings: of one claim, their conditions mappings; those count that decide and are learned. A
    field tells a finding right where most of the others at its value are as it is: a value that one
    finding has tells nothing. None where no field tells more of them right than always saying the
    commonest. Of fields that tell equally many, the one that also tells contradicted from undecided
    better, then the one with fewer values, then the first by name.
    """
    known = [finding for finding in deciding(findings) if finding.learned]
    verdicts = [finding.verdict for finding in known]
    verdict = SUPPORTED if SUPPORTED in verdicts else CONTRADICTED
    if len(set(verdicts)) < 2 or verdict not in verdicts:
        return None
    rows = [_fields_of(finding) for finding in known]
    varied = [f for f in sorted(_shared(rows)) if len({_key(row, (f,)) for row in rows}) > 1]
    is_it = [each == verdict for each in verdicts]
    one = _best([(field,) for field in varied], rows, is_it, verdicts)
    two = _best(combinations(varied, 2), rows, is_it, verdicts)
    least = max(Counter(is_it).values())
    needed = max(least, _right(one, rows, is_it) if one else 0) + max(2, CLEARLY * len(rows))
    if two and _right(two, rows, is_it) >= needed:
        return _told(two, rows, is_it, verdict)
    if one and _right(one, rows, is_it) > least:
        return _told(one, rows, is_it, verdict)
    return None


def _fields_of(finding: Finding) -> dict[str, Any]:
    condition = finding.condition if isinstance(finding.condition, Mapping) else {}
    return {**condition, CLAIM: finding.statistic}


def _shared(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """The fields that all conditions have."""
    return set(rows[0]).intersection(*rows)


def _key(row: Mapping[str, Any], fields: Sequence[str]) -> tuple:
    return tuple(row[field] for field in fields)


def _best(
    candidates: Iterable[tuple[str, ...]], rows: Sequence, is_it: Sequence, verdicts: Sequence
) -> tuple[str, ...] | None:
    def rank(fields: tuple[str, ...]) -> tuple:
        values = len({_key(row, fields) for row in rows})
        return -_right(fields, rows, is_it), -_right(fields, rows, verdicts), values, fields

    return min(candidates, key=rank, default=None)


def _right(fields: Sequence[str], rows: Sequence[Mapping[str, Any]], labels: Sequence) -> int:
    """How many labels are those of most of the others at the same values."""
    groups: dict[Any, Counter] = defaultdict(Counter)
    for row, label in zip(rows, labels, strict=True):
        groups[_key(row, fields)][label] += 1
    return sum(n for seen in groups.values() for label, n in seen.items() if _is_most(seen, label))


def _is_most(seen: Counter, label: Any) -> bool:
    """Whether most of the others have the label, too, for one that has it."""
    return seen[label] - 1 > max((n for each, n in seen.items() if each != label), default=0)


def _told(
    fields: tuple[str, ...], rows: Sequence[Mapping[str, Any]], is_it: Sequence[bool], verdict: str
) -> Depends:
    groups: dict[tuple, list[bool]] = defaultdict(list)
    for row, it in zip(rows, is_it, strict=True):
        groups[_key(row, fields)].append(it)
    where = [Where(dict(zip(fields, key)), sum(of), len(of)) for key, of in groups.items()]
    return Depends(fields, sorted(where, key=_most_first), verdict)


def _most_first(where: Where) -> tuple:
    return -where.count / where.n, [_in_order(value) for value in where.condition.values()]


def _in_order(value: Any) -> tuple:
    """Numbers by size, before texts and what is missing."""
    is_number = isinstance(value, int | float)
    return not is_number, value if is_number else 0, str(value)
