"""What the seeds of each study see: `python -m benchmarks.power` writes docs/power.md.

It reads results/findings.json, so it is run after `make report`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlpstudy.report import findings_file
from mlpstudy.statistics.verdicts import IDENTITY, UNDECIDED, Finding, from_dict
from mlpstudy.statistics.weaknesses import blind

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "power.md"
HEAD = ("study", "what decides", "unit", "seeds", "matters", "sees", "undecided", "blind")
TEXT = """# What the seeds of each study see

Written by `python -m benchmarks.power` from the findings of the default size: no number here is typed.

For each statistic that decides a claim: the smallest effect that its seeds find in four of five
repetitions (80 % power, two-sided at 5 %), computed from the spread that was measured, in its conditions
from the least to the largest; beside it the smallest that matters (`matters` in the YAML). The seeds are
enough where `sees` is below `matters`. Where it is not, an effect between the two may stay undecided:
`blind` counts the conditions where that has happened, of those that are `undecided`, of all. Identities
have no spread, and are not listed. Why each study has the seeds that it has: [design-of-studies](design-of-studies.md).

{table}
"""


def rows(findings: Iterable[Finding]) -> list[list[str]]:
    """One row for each deciding statistic of each study, in their order."""
    told: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.decides and finding.nature != IDENTITY:
            told.setdefault((finding.study, finding.statistic), []).append(finding)
    return [row_of(study, name, of) for (study, name), of in sorted(told.items())]


def row_of(study: str, name: str, findings: Sequence[Finding]) -> list[str]:
    """What the seeds of a statistic see in its conditions."""
    undecided = sum(finding.verdict == UNDECIDED for finding in findings)
    return [
        study,
        name,
        findings[0].unit or "-",
        span([finding.n for finding in findings]),
        span([f.matters for f in findings if f.matters is not None]),
        span([f.sees for f in findings if f.sees is not None]),
        f"{undecided} of {len(findings)}",
        str(sum(bool(blind(finding)) for finding in findings)),
    ]


def span(numbers: Sequence[float]) -> str:
    """From the least to the largest, once where they look the same; "-" where there is none."""
    ends = [f"{end:.2g}" for end in (min(numbers), max(numbers))] if numbers else ["-"]
    return " to ".join(dict.fromkeys(ends))


def table(found: Iterable[Sequence[str]]) -> str:
    lines = [HEAD, ["---"] * len(HEAD), *found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    records = findings_file.read(ROOT / "results" / "findings.json")
    page = TEXT.format(table=table(rows(map(from_dict, records))))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
