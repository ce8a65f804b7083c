"""What was measured for a claim, and the verdict that follows from it."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from mlpstudy.files import write_atomically
from mlpstudy.said import Said

SUPPORTED = "supported"
PARTLY = "partly"
CONTRADICTED = "contradicted"
DEPENDS = "depends"
UNDECIDED = "undecided"

NUMBERS = ("value", "low", "high", "threshold")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim, one statistic, one condition: the value with its 95 % interval.

    The claim holds where the statistic lies on the side of `threshold` that `direction` names.
    Raises ValueError where the direction is unknown or the interval is upside down.
    """

    claim: str  # the claim's id: "C22"
    study: str  # who measured it
    statistic: str  # what was measured, in words
    condition: str = ""  # where: a dataset, a depth, ...
    value: float
    low: float
    high: float
    unit: str = ""
    n: int  # networks, or things measured, behind the value
    direction: str  # "above" or "below"
    threshold: float
    says: str | Said  # the claim as tested, one sentence
    runs: tuple[str, ...] = ()  # a few run_ids behind it, where there are runs
    rerun: str = ""  # the command that measures it again

    def __post_init__(self):
        if self.direction not in ("above", "below"):
            raise ValueError(f"direction {self.direction!r}: allowed are above, below")
        if self.low > self.high:
            raise ValueError(f"the interval [{self.low}, {self.high}] is upside down")
        object.__setattr__(self, "runs", tuple(self.runs))

    @property
    def verdict(self) -> str:
        """supported, contradicted or undecided: from the interval and the threshold alone."""
        if any(math.isnan(number) for number in (self.value, self.low, self.high, self.threshold)):
            return UNDECIDED
        over, under = self.low > self.threshold, self.high < self.threshold
        holds, fails = (over, under) if self.direction == "above" else (under, over)
        return SUPPORTED if holds else CONTRADICTED if fails else UNDECIDED


def combine(verdicts: Iterable[str]) -> str:
    """The verdict on a claim from those of its findings (at least one), one for each condition.

    partly: supported under some conditions and contradicted under none, the others being undecided.
    """
    seen = set(verdicts)
    if not seen:
        raise ValueError("no verdict to combine")
    if seen in ({SUPPORTED}, {CONTRADICTED}):
        return seen.pop()
    if {SUPPORTED, CONTRADICTED} <= seen:
        return DEPENDS
    return PARTLY if SUPPORTED in seen else UNDECIDED


def as_dict(finding: Finding) -> dict:
    """The fields of a finding and its verdict, ready for JSON: NaN is None, infinity a string."""
    record = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    record |= {name: _to_json(record[name]) for name in NUMBERS}
    return record | {
        "n": int(finding.n),
        "runs": list(finding.runs),
        "verdict": finding.verdict,
    }


def from_dict(record: dict) -> Finding:
    """The finding of a record made by `as_dict`; its verdict is computed anew, never believed."""
    known = {name: value for name, value in record.items() if name != "verdict"}
    return Finding(**known | {name: _from_json(known[name]) for name in NUMBERS})


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """Write findings as JSON: the same findings make the same bytes."""
    records = [as_dict(finding) for finding in findings]
    text = json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())


def read_findings(path: Path) -> list[Finding]:
    """The findings in a file. Raises ValueError that names the file and the finding."""
    findings = []
    for place, record in enumerate(json.loads(path.read_text(encoding="utf-8")), start=1):
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
