"""What was measured for a claim, and the verdict that follows from it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.files import read_summed_json, write_summed_json

SUPPORTED = "supported"
PARTLY = "partly"  # supported under some conditions, undecided under the others
CONTRADICTED = "contradicted"
PARTLY_CONTRADICTED = "partly_contradicted"
DEPENDS = "depends"
NEGLIGIBLE = "negligible"  # too near the threshold for anyone to care, and surely so
UNDECIDED = "undecided"
NOT_LEARNED = "not_learned"  # of a finding: its control does not learn the task
QUESTION = "question"  # of a claim: the lecture asks, and the findings answer

EXPERIMENT = "experiment"
IDENTITY = "identity"  # a theorem or a unit test: no experiment could turn out otherwise
NATURES = (EXPERIMENT, IDENTITY)
KINDS = ("all", "some", "most", "question", "opinion")  # of claims: what their findings must do
EDGES = ("", "lower", "upper", "both")

NUMBERS = ("value", "low", "high", "threshold")
TESTS = ("p", "p_holm", "p_bh")


class Half(NamedTuple):
    """A finding as it would be after the first half of the passes, the choice of eta included."""

    value: float
    low: float
    high: float
    learned: bool = True  # whether the control learns its task in so few


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim, one statistic, one condition: the value with its 95 % interval.

    The claim holds where the statistic lies on the side of `threshold` that `direction` names.
    Raises ValueError where the direction, the edge or the nature is unknown, an interval is upside
    down or `matters` is negative.
    """

    claim: str  # the claim's id: "C22"
    study: str  # who measured it
    statistic: str  # what was measured: the name of the claim
    condition: Mapping[str, Any] | str = ""  # where: {"dataset": "digits"}, or a text
    value: float
    low: float
    high: float
    unit: str = ""
    n: int  # seeds behind the value; of what has no seeds: things measured
    networks: int = 0  # networks behind the value, where there are any
    direction: str  # "above" or "below"
    threshold: float
    says: str | Bilingual  # the claim as tested, one sentence
    runs: tuple[str, ...] = ()  # a few run_ids behind it, where there are runs
    rerun: str = ""  # the command that measures it again
    decides: bool = False  # whether the claim's verdict rests on it; without it: also seen
    edge: str = ""  # where a chosen eta is the smallest or largest of its grid: one of EDGES
    common: tuple[float, float, float] | None = None  # the same, both sides at the control's eta
    learned: bool = True  # whether the control learns its task
    matters: float | None = None  # the smallest distance from the threshold that anyone cares about
    nature: str = EXPERIMENT  # one of NATURES
    half: Half | None = None  # the same after half of the passes; None where that is not known
    sees: float | None = None  # the smallest distance from the threshold that so many seeds can see
    failed: tuple[int, int | None] | None = None  # runs that do: of the treated, of the control
    seeds_few: bool = False  # runs fail, and there are too few seeds to say how often
    censored: bool = False  # all times of a side are longer than the budget
    folds: int = 0  # of its runs: those of different folds learn from shared examples
    p: float | None = None  # two-sided, that the statistic is at the threshold
    p_holm: float | None = None  # adjusted among the deciding findings of the claim: see families
    p_bh: float | None = None

    def __post_init__(self):
        if self.direction not in ("above", "below"):
            raise ValueError(f"direction {self.direction!r}: allowed are above, below")
        if self.edge not in EDGES:
            raise ValueError(f"edge {self.edge!r}: allowed are {', '.join(filter(None, EDGES))}")
        if self.nature not in NATURES:
            raise ValueError(f"nature {self.nature!r}: allowed are {', '.join(NATURES)}")
        if self.matters is not None and not self.matters >= 0:
            raise ValueError(f"matters {self.matters}: allowed is 0 or more")
        object.__setattr__(self, "runs", tuple(self.runs))
        if not isinstance(self.condition, str):
            object.__setattr__(self, "condition", plain(self.condition))
        if self.common is not None:
            object.__setattr__(self, "common", tuple(map(float, self.common)))
        half = self.half and self.half[:3]
        for _, low, high in filter(None, [(self.value, self.low, self.high), self.common, half]):
            if low > high:
                raise ValueError(f"the interval [{low}, {high}] is upside down")

    @property
    def verdict(self) -> str:
        """supported, contradicted, negligible or undecided: from interval, threshold and matters.

        negligible: the whole interval lies within `matters` of the threshold, on whichever side.
        not_learned, whatever the interval, where the control does not learn its task.
        """
        if not self.learned:
            return NOT_LEARNED
        return self._side((self.value, self.low, self.high))

    @property
    def half_verdict(self) -> str | None:
        """The verdict after half of the passes; None where it is not known."""
        if self.half is None:
            return None
        return self._side(self.half[:3]) if self.half.learned else NOT_LEARNED

    @property
    def turns(self) -> bool:
        """Whether twice the passes changed the verdict: it may change again with more."""
        return self.half is not None and self.half_verdict != self.verdict

    @property
    def hangs(self) -> bool:
        """Whether it hangs on eta: at the control's eta it lies on the other side for certain."""
        return {self.verdict, self.common_verdict} == {SUPPORTED, CONTRADICTED}

    @property
    def common_verdict(self) -> str | None:
        """The verdict with both sides at the control's eta; None where it is not known."""
        return None if self.common is None or not self.learned else self._side(self.common)

    def _side(self, interval: tuple[float, float, float]) -> str:
        if any(map(math.isnan, (*interval, self.threshold))):
            return UNDECIDED
        _, low, high = interval
        if self.matters is not None and self._off(low) <= self.matters >= self._off(high):
            return NEGLIGIBLE
        if low == high == self.threshold:
            return CONTRADICTED  # exactly there, without any doubt: neither above nor below
        over, under = low > self.threshold, high < self.threshold
        holds, fails = (over, under) if self.direction == "above" else (under, over)
        return SUPPORTED if holds else CONTRADICTED if fails else UNDECIDED

    def _off(self, end: float) -> float:
        return abs(end - self.threshold)


def plain(condition: Mapping[str, Any]) -> dict[str, Any]:
    """A condition as JSON has it: Python's numbers, and None for what is missing."""
    return {name: _plain(value) for name, value in condition.items()}


def _plain(value: Any) -> Any:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def families(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with p_holm and p_bh: p adjusted among those that decide the same claim.

    Holm (1979) answers whether the claim holds in all of them, Benjamini and Hochberg (1995) in
    which it does. A finding without p, one that does not decide and one that is not learned are in
    no family and stay without.
    """
    # Slow to import, and not needed by who draws
    from scipy import stats

    from mlpstudy.statistics.intervals import holm

    claims: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        claims[finding.claim].append(finding)
    adjusted: dict[int, tuple[float, float]] = {}
    for family in map(_tested, claims.values()):
        p = [finding.p for finding in family if finding.p is not None]
        by_bh = stats.false_discovery_control(p) if p else []
        adjusted |= dict(zip(map(id, family), zip(holm(p), by_bh, strict=True), strict=True))
    return [_with_tests(finding, adjusted.get(id(finding))) for finding in findings]


def _tested(findings: Sequence[Finding]) -> list[Finding]:
    """The family: what decides, is learned and has a p."""
    return [f for f in deciding(findings) if f.learned and f.p is not None and not math.isnan(f.p)]


def _with_tests(finding: Finding, adjusted: tuple[float, float] | None) -> Finding:
    if adjusted is None:
        return finding
    p_holm, p_bh = map(float, adjusted)
    return replace(finding, p_holm=p_holm, p_bh=p_bh)


def deciding(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a claim's verdict rests on: those that decide, or all where none is named."""
    findings = list(findings)
    return [finding for finding in findings if finding.decides] or findings


def by_nature(findings: Iterable[Finding]) -> dict[str, Counter]:
    """How many findings of each of NATURES have each verdict: identities are counted apart."""
    counted: dict[str, Counter] = {nature: Counter() for nature in NATURES}
    for finding in findings:
        counted[finding.nature][finding.verdict] += 1
    return counted


class Doubled(NamedTuple):
    """Of how many deciding verdicts twice the passes change some."""

    changed: int
    n: int


def doubled(findings: Iterable[Finding]) -> Doubled:
    """Of how many deciding findings it is known how they stand after half of the passes, and how
    many of those have another verdict after all of them."""
    known = [finding for finding in deciding(findings) if finding.half is not None]
    return Doubled(sum(finding.turns for finding in known), len(known))


def as_dict(finding: Finding) -> dict:
    """The fields of a finding and its verdict, ready for JSON: NaN is None, infinity a string."""
    record = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    record |= {name: _to_json(record[name]) for name in NUMBERS}
    record |= {name: None if record[name] is None else _to_json(record[name]) for name in TESTS}
    return record | {
        "n": int(finding.n),
        "networks": int(finding.networks),
        "runs": list(finding.runs),
        "decides": bool(finding.decides),
        "common": finding.common and list(map(_to_json, finding.common)),
        "learned": bool(finding.learned),
        "half": finding.half and [*map(_to_json, finding.half[:3]), finding.half_verdict],
        "sees": None if finding.sees is None else _to_json(finding.sees),
        "failed": finding.failed and list(finding.failed),
        "folds": int(finding.folds),
        "verdict": finding.verdict,
    }


def from_dict(record: dict) -> Finding:
    """The finding of a record made by `as_dict`; its verdict is computed anew, never believed."""
    known = {name: value for name, value in record.items() if name != "verdict"}
    if known.get("common") is not None:
        known["common"] = tuple(map(_from_json, known["common"]))
    if known.get("half") is not None:
        value, low, high, verdict = known["half"]
        ends = _from_json(value), _from_json(low), _from_json(high)
        known["half"] = Half(*ends, learned=verdict != NOT_LEARNED)
    if known.get("failed") is not None:
        known["failed"] = tuple(known["failed"])
    if known.get("sees") is not None:
        known["sees"] = float(known["sees"])
    return Finding(**known | {name: _from_json(known[name]) for name in NUMBERS})


def write_findings(
    findings: Iterable[Finding], path: Path, made_by: Mapping[str, str] | None = None
) -> None:
    """Write findings as JSON, with a checksum: the same findings make the same bytes."""
    write_summed_json(path, [as_dict(finding) for finding in findings], made_by)


def read_findings(path: Path) -> list[Finding]:
    """The findings in a file. Raises ValueError that names the file and the finding, DamagedFile
    where it is not what was written."""
    findings = []
    for place, record in enumerate(read_summed_json(path), start=1):
        try:
            findings.append(from_dict(record))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: finding {place}: {error}") from error
    return findings


def _to_json(number: float) -> float | str | None:
    number = float(number)
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else str(number)


def _from_json(number: float | str | None) -> float:
    return math.nan if number is None else float(number)
