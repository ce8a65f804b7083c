"""All that can be said of a study: before anything is trained its mistakes, sizes and weak spots;
where it has findings, those that a sceptic would not believe."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mlpstudy.design.block import FEWEST
from mlpstudy.design.cells import mistakes
from mlpstudy.design.expansion import cells_of
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.pool import estimated_seconds
from mlpstudy.design.project import Project
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load
from mlpstudy.planning.checks import check_data_of
from mlpstudy.statistics import power
from mlpstudy.statistics.verdicts import Finding, doubled, read_findings
from mlpstudy.statistics.weaknesses import blind, decisive, name_of, weaknesses

FEW_SEEDS = 16  # a share of fewer runs has an interval that holds nearly half of all shares
FEW_VALUES = (
    5  # of a tuned field: with fewer a choice at the edge is always marked (statistics/grids)
)


class Remark(NamedTuple):
    """One line on a study, whether it is a mistake, and whether it is a finding's weakness."""

    text: str
    is_mistake: bool = False
    is_weakness: bool = False


def remarks(study: Study) -> Iterator[Remark]:
    """What it asks for, every mistake in its claims and figures, and what weakens its answers.

    Raises Mistake where it cannot be expanded at all.
    """
    cells = cells_of(study)
    found = [
        study.mistake(problem, place, **more) for place, problem, more in mistakes(study, cells)
    ]
    yield from (Remark(str(mistake), True) for mistake in found)
    if found:
        return
    yield from map(Remark, _size(study))
    yield from map(Remark, _claims(study))
    yield from map(Remark, _weak(study))


def _size(study: Study) -> Iterator[str]:
    for name, runs in study.blocks.items():
        seeds = len({run.seed for run in runs})
        yield f"block {name}: {len(runs) // seeds:,} settings x {seeds} seeds{_sight(seeds)}"
    seconds = sum(map(estimated_seconds, study.runs))
    yield f"{len(study.runs):,} networks, roughly {_time(seconds)} on one core"


def _sight(seeds: int) -> str:
    """The smallest effects that so many seeds see, see statistics/power."""
    if seeds < FEWEST:
        return ""
    share = power.of_difference(seeds, seeds, 0.0, 0.0)
    mean = power.in_errors(seeds) / math.sqrt(seeds)
    return f", which see {mean:.2f} standard deviations, or a share of {share:.2f} against none"


def _claims(study: Study) -> Iterator[str]:
    deciding = {claim.id for claim in study.claims if claim.decides}
    for claim in study.claims:
        where = f"for each {', '.join(claim.for_each)}" if claim.for_each else "in one condition"
        role = "decides" if claim.decides or claim.id not in deciding else "also seen"
        yield f"claim {claim.id} {claim.statistic}: {claim.contrast.kind}, {where}; {role}"


def _weak(study: Study) -> Iterator[str]:
    shares = [c.statistic for c in study.claims if c.contrast.kind == "share"]
    fewest = min((len({run.seed for run in runs}) for runs in study.blocks.values()), default=0)
    if shares and fewest < FEW_SEEDS:
        yield f"weak: {fewest} seeds for shares ({', '.join(shares)}); {FEW_SEEDS} or more say more"
    for field in study.tune:
        tried = sorted({getattr(run, field) for run in study.runs})
        if len(tried) == 1:  # in some blocks a field may be fixed, in all of them it is not tuned
            yield f"weak: {field} is tuned and has one value ({tried[0]:g})"
        for name, runs in study.blocks.items():
            values = sorted({getattr(run, field) for run in runs})
            if 1 < len(values) < FEW_VALUES and _is_chosen(study, field, name):
                grid = ", ".join(f"{value:g}" for value in values)
                yield f"weak: sweep.{name}: {field} has {len(values)} values ({grid}); {FEW_VALUES} or more can show a best one"
    yield from _weak_folds(study)
    for claim in study.claims:
        if claim.contrast.against is not None and claim.matters is None:
            yield f"weak: claim {claim.statistic} says of no difference that it is too small to matter (matters)"


def _weak_folds(study: Study) -> Iterator[str]:
    for name, runs in study.blocks.items():
        seeds = len({run.seed for run in runs})
        for folds in sorted({run.folds for run in runs if run.folds and seeds % run.folds}):
            yield f"weak: sweep.{name}: {seeds} seeds in {folds} folds test some examples more often; a multiple of {folds} does not"


def _is_chosen(study: Study, field: str, block: str) -> bool:
    """Whether a claim about a block chooses a field, and does not tell its values apart."""
    for claim in study.claims:
        tuned = study.tune if claim.tune is None else claim.tune
        apart = (*claim.for_each, *claim.over, *claim.contrast.factors)
        if field in tuned and field not in apart and (not claim.blocks or block in claim.blocks):
            return True
    return False


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def check(project: Project, names: Sequence[str] = ()) -> Iterator[Remark]:
    """The remarks on some studies, chosen or not, or all that are chosen; a heading comes before those of each.

    Raises Mistake where a study is not there.
    """
    settings = project.settings
    files = settings.every_study_file() if names else settings.study_files()
    for name in names:
        if name not in files:
            allowed, close = "one of " + ", ".join(files), nearest(name, files)
            raise Mistake(
                "is not a study", file="command line", value=name, allowed=allowed, nearest=close
            )
    found = decisive([finding for name in files for finding in _findings(project, name)])
    for name in names or files:
        yield Remark(f"{name}:")
        for text, *marks in _of_study(project, files[name]):
            yield Remark(f"  {text}", *marks)
        yield from _of_findings([finding for finding in found if finding.study == name])


def _of_study(project: Project, file: Path) -> Iterator[Remark]:
    settings = project.settings
    try:
        study = load(file, settings.size, settings.datasets)
        yield from remarks(study)
        if settings.datasets:
            check_data_of(study, project)
    except Mistake as mistake:
        yield Remark(str(mistake), True)


def _findings(project: Project, name: str) -> list[Finding]:
    """The findings that a study has; none where it was not run yet, or other code wrote them."""
    path = project.study_dir(name) / "findings.json"
    try:
        return read_findings(path) if path.exists() else []
    except ValueError:
        return []


def _of_findings(findings: Sequence[Finding]) -> Iterator[Remark]:
    """A line for each finding that a sceptic would not believe, or that could not have come out."""
    for finding in findings:
        if weak := list(weaknesses(finding)):
            yield Remark(f"  finding {name_of(finding)}: {'; '.join(weak)}", is_weakness=True)
        if unseen := blind(finding):
            yield Remark(f"  finding {name_of(finding)}: {unseen}")
    if findings:
        changed, n = doubled(findings)
        text = f"  {len(findings)} deciding findings; twice the passes change {changed} of {n} verdicts"
        yield Remark(text)
