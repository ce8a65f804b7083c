"""The verdict on a claim of the lecture, from the verdicts of its findings."""

import math
from collections import Counter
from collections.abc import Sequence

from mlpstudy.statistics.depends import depends
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    DEPENDS,
    KINDS,
    NEGLIGIBLE,
    NOT_LEARNED,
    PARTLY,
    PARTLY_CONTRADICTED,
    SUPPORTED,
    UNDECIDED,
    Finding,
    deciding,
)

IN_PART = {SUPPORTED: PARTLY, CONTRADICTED: PARTLY_CONTRADICTED}
FALSE_SUPPORT = 0.025  # how often chance alone lifts a 95 % interval over its threshold
RARE = 0.05  # what chance does less often than this is taken for no chance


def combine(findings: Sequence[Finding], kind: str = "most") -> str:
    """The verdict on a claim, from those of its findings that decide. kind: one of KINDS.

    all: one that fails is enough to contradict. some: as many supported findings as chance alone
    would hardly give are enough, for each statistic: what is said to exist may be of several sorts,
    and depends where one is found and another is nowhere. most: supported (or contradicted) where
    more than half are, at each value of what tells them apart, and none is contradicted (or
    supported); partly where fewer are, depends where there are both. What is negligible is neither,
    but counts among them; where nothing is supported or contradicted it may be what most are. What
    was not learned does not count. Raises ValueError without a finding or with an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: allowed are {', '.join(KINDS)}")
    if not findings:
        raise ValueError("no finding to combine")
    if kind in ("question", "opinion"):
        return kind
    learned = [finding for finding in deciding(findings) if finding.learned]
    if not learned:
        return NOT_LEARNED
    if kind == "some":
        statistics = dict.fromkeys(finding.statistic for finding in learned)
        sorts = [_exists([f for f in learned if f.statistic == name]) for name in statistics]
        return _tendency(Counter(sorts), len(sorts))
    seen = Counter(finding.verdict for finding in learned)
    if kind == "all":
        return CONTRADICTED if seen[CONTRADICTED] else _tendency(seen, len(learned))
    verdict = _tendency(seen, len(learned) // 2 + 1)
    # A tendency that one value of a factor shows, and another does not, is none of the whole.
    return verdict if depends(learned) is None else IN_PART.get(verdict, verdict)


def _exists(findings: Sequence[Finding]) -> str:
    """Whether something is found anywhere, beyond chance; contradicted where it surely is nowhere,
    negligible where it is too small everywhere."""
    seen = Counter(finding.verdict for finding in findings)
    if beyond_chance(seen[SUPPORTED], len(findings)):
        return SUPPORTED
    verdict, n = seen.most_common(1)[0]
    return verdict if n == len(findings) else UNDECIDED


def _tendency(seen: Counter, enough: int) -> str:
    """What verdicts say together, where `enough` of one kind settle the matter."""
    supported, contradicted = seen[SUPPORTED], seen[CONTRADICTED]
    if supported and contradicted:
        return DEPENDS
    if supported:
        return SUPPORTED if supported >= enough else PARTLY
    if contradicted:
        return CONTRADICTED if contradicted >= enough else PARTLY_CONTRADICTED
    return NEGLIGIBLE if seen[NEGLIGIBLE] >= enough else UNDECIDED


def beyond_chance(supported: int, n: int) -> bool:
    """Whether so many of n findings are supported that chance alone would hardly have done it.

    Chance lifts each interval over its threshold with probability FALSE_SUPPORT at most; taken as
    independent, the tail of the binomial distribution is below RARE.
    """
    p = FALSE_SUPPORT
    tail = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(supported, n + 1))
    return supported > 0 and tail < RARE
