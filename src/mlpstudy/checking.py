"""All that can be said of a study before anything is trained: mistakes, sizes, weak spots."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlpstudy.design.cells import mistakes
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.pool import estimated_seconds
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.design.study import Study, cells_of, load
from mlpstudy.planning import check_data_of

FEW_SEEDS = 16  # a share of fewer runs has an interval that holds nearly half of all shares
FEW_VALUES = 3  # of a tuned field: of fewer there is no best one between two worse ones


class Remark(NamedTuple):
    """One line on a study, and whether it is a mistake."""

    text: str
    is_mistake: bool = False


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
        yield f"block {name}: {len(runs) // seeds:,} settings x {seeds} seeds"
    seconds = sum(map(estimated_seconds, study.runs))
    yield f"{len(study.runs):,} networks, roughly {_time(seconds)} on one core"


def _claims(study: Study) -> Iterator[str]:
    for claim in study.claims:
        conditions = ", ".join(claim.for_each) or "one condition"
        role = "decides" if claim.decides else "also seen"
        yield f"claim {claim.id} {claim.statistic}: {claim.contrast.kind}, for each {conditions}; {role}"


def _weak(study: Study) -> Iterator[str]:
    shares = [c.statistic for c in study.claims if c.contrast.kind == "share"]
    fewest = min((len({run.seed for run in runs}) for runs in study.blocks.values()), default=0)
    if shares and fewest < FEW_SEEDS:
        yield f"weak: {fewest} seeds for shares ({', '.join(shares)}); {FEW_SEEDS} or more say more"
    for field in study.tune:
        for name, runs in study.blocks.items():
            values = sorted({getattr(run, field) for run in runs})
            if 1 < len(values) < FEW_VALUES:
                grid = ", ".join(f"{value:g}" for value in values)
                yield f"weak: sweep.{name}: {field} has {len(values)} values ({grid}); {FEW_VALUES} at least show a best one"
            if len(values) == 1:
                yield f"weak: sweep.{name}: {field} is tuned and has one value ({values[0]:g})"
    for claim in study.claims:
        if claim.contrast.against is not None and claim.matters is None:
            yield f"weak: claim {claim.statistic} says of no difference that it is too small to matter (matters)"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def check(settings: Settings, names: Sequence[str] = ()) -> Iterator[Remark]:
    """The remarks on some studies, or all that are chosen; a heading comes before those of each.

    Raises Mistake where a study is not there.
    """
    files, project = settings.study_files(), Project(settings)
    for name in names:
        if name not in files:
            allowed, close = "one of " + ", ".join(files), nearest(name, files)
            raise Mistake(
                "is not a study", file="command line", value=name, allowed=allowed, nearest=close
            )
    for name in names or files:
        yield Remark(f"{name}:")
        try:
            study = load(files[name], settings.size, settings.datasets)
            for text, is_mistake in remarks(study):
                yield Remark(f"  {text}", is_mistake)
            if settings.datasets:
                check_data_of(study, project)
        except Mistake as mistake:
            yield Remark(f"  {mistake}", True)
