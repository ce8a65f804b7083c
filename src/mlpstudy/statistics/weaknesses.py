"""What a sceptic would hold against a finding that decides a claim."""

from collections.abc import Iterator, Mapping, Sequence

from mlpstudy.statistics.verdicts import EXPERIMENT, NOT_LEARNED, UNDECIDED, Finding

EDGE = {"lower": "the lower edge", "upper": "the upper edge", "both": "both edges"}


def decisive(findings: Sequence[Finding]) -> list[Finding]:
    """The experiments that claims rest on: those that decide; of a claim that none does, all."""
    decided = {finding.claim for finding in findings if finding.decides}
    return [
        finding
        for finding in findings
        if finding.nature == EXPERIMENT and (finding.decides or finding.claim not in decided)
    ]


def weaknesses(finding: Finding) -> Iterator[str]:
    """What is weak about a finding, a phrase each: what another design would mend."""
    if finding.edge:
        yield f"eta is chosen at {EDGE[finding.edge]} of its grid"
    if finding.censored:
        yield "the times of a side are all longer than the budget"
    if finding.verdict == NOT_LEARNED:
        yield "the control does not learn the task"
    if finding.seeds_few:
        of, against = finding.failed or (0, None)
        which = f"{of} runs" if against is None else f"{of} and {against} runs"
        yield f"{finding.n} seeds, where {which} failed"
    if finding.turns:
        yield f"{finding.half_verdict} after half of the passes, {finding.verdict} after all"


def blind(finding: Finding) -> str:
    """What so many seeds cannot see, of a finding that is undecided; "" where there is nothing."""
    matters, sees = finding.matters, finding.sees
    if finding.verdict != UNDECIDED or not matters or sees is None or sees <= matters:
        return ""
    return f"undecided: {finding.n} seeds see {sees:.2g} and more, {matters:g} matters"


def name_of(finding: Finding) -> str:
    """What tells it from the others of its study, for a line."""
    condition = finding.condition
    if isinstance(condition, Mapping):
        condition = ", ".join(f"{field}={value}" for field, value in condition.items())
    return f"{finding.claim} {finding.statistic}" + (f" ({condition})" if condition else "")
