"""What would settle a claim: more passes, more seeds."""

from collections.abc import Iterable
from typing import NamedTuple

from mlpstudy.report.collect import Verdict
from mlpstudy.statistics.verdicts import Finding
from mlpstudy.statistics.weaknesses import blind
from mlpstudy.words import Words


class Unsettled(NamedTuple):
    """Of a claim's deciding findings: how many may change, how many cannot say, and all of them."""

    passes: int  # have another verdict after half of the passes
    seeds: int  # undecided, with too few seeds to see what matters
    all: int


def unsettled(findings: Iterable[Finding]) -> Unsettled:
    """How many of some findings need more passes, or more seeds."""
    known = list(findings)
    return Unsettled(
        sum(finding.turns for finding in known), sum(bool(blind(f)) for f in known), len(known)
    )


def settled_by(words: Words, verdict: Verdict) -> str:
    """What would settle a claim, in a sentence; "" where nothing would."""
    passes, seeds, _ = unsettled(verdict.deciding)
    parts = []
    if passes:
        parts.append(
            words.ngettext("more passes ({n} condition)", "more passes ({n} conditions)", passes)
        )
    if seeds:
        parts.append(
            words.ngettext("more seeds ({n} condition)", "more seeds ({n} conditions)", seeds)
        )
    return words.gettext("What would settle it: {what}.", what=words.listed(parts)) if parts else ""
