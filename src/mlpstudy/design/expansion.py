"""A study -> the runs that it asks for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mlpstudy.design.block import MAX_RUNS
from mlpstudy.design.cells import mistakes
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import mistake_in, shown
from mlpstudy.design.run import DATASETS, FIELDS, Run, canonical
from mlpstudy.design.seedless import Seeded, Seedless

if TYPE_CHECKING:
    from mlpstudy.design.study import Study


def expand(study: "Study") -> dict[str, list[Seeded]]:
    """The runs of each block: cell by cell in the order of Run's fields, seed by seed.

    Raises Mistake as `cells_of` does, and where a claim, a figure or the study's module would take
    two cells for one.
    """
    cells = cells_of(study)
    for place, problem, more in mistakes(study, cells):
        raise study.mistake(problem, place, **more)
    return seeded(study, cells)


def cells_of(study: "Study") -> dict[str, list[Run]]:
    """The cells of each block, as runs with the seed 0.

    Raises Mistake where a cell is there twice or fits with no run, where an exclusion matches
    nothing, and, before anything is built, where the study asks for more than MAX_RUNS.
    """
    counts = {name: block.size() * len(_seeds(study, name)) for name, block in study.sweep.items()}
    if sum(counts.values()) > MAX_RUNS:
        each = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        problem = f"asks for {sum(counts.values()):,} runs ({each})"
        raise study.mistake(problem, ("sweep",), allowed=f"at most {MAX_RUNS:,}")
    return {name: _cells(study, name) for name in study.sweep}


def seeded(study: "Study", cells: Mapping[str, Sequence[Run]]) -> dict[str, list[Seeded]]:
    """The runs of each block, from its cells: cell by cell, seed by seed."""
    return {
        name: [
            Seeded(seedless.id(seed), seedless, seed)
            for seedless in map(Seedless, cells[name])
            for seed in _seeds(study, name)
        ]
        for name in study.sweep
    }


def _seeds(study: "Study", name: str) -> tuple[int, ...]:
    seeds = study.sweep[name].seeds or study.seeds
    if not seeds:
        more = "a whole number >= 1 or a list of seeds, here or for the whole study"
        raise study.mistake("is missing", ("sweep", name, "seeds"), allowed=more)
    return seeds


def _cells(study: "Study", name: str) -> list[Run]:
    """The cells of a block, as runs with the seed 0."""
    block, place = study.sweep[name], ("sweep", name)
    cells: dict[str, Run] = {}
    for given in _remaining(study, name):
        try:
            cell = Run.model_validate(
                {**study.base, **block.base, **given}, context={DATASETS: study._datasets}
            )
        except ValidationError as error:
            found = mistake_in(error, Run)
            problem = f"{found.key}: {found.problem}, in the cell {_listed(given)}"
            raise study.mistake(problem, place) from None
        for field, reason in misfits(cell):
            raise study.mistake(f"{field}: {reason}, in the cell {_listed(given)}", place)
        if canonical(cell) in cells:
            raise study.mistake(f"the cell {_listed(given)} is there twice", place)
        cells[canonical(cell)] = cell
    return list(cells.values())


def _remaining(study: "Study", name: str) -> list[dict[str, Any]]:
    """What the block gives to each cell that no exclusion matches."""
    block, place = study.sweep[name], ("sweep", name, "exclude")
    defaults = {field: Run.model_fields[field].default for field in FIELDS}
    shared = {**defaults, **study.base, **block.base}
    cells = list(block.given())
    cells_left = cells
    for i, pattern in enumerate(block.exclude):
        if not any(_matches(pattern, {**shared, **cell}) for cell in cells):
            raise study.mistake(f"{_listed(pattern)} matches no cell", (*place, i))
        cells_left = [cell for cell in cells_left if not _matches(pattern, {**shared, **cell})]
    if not cells_left:
        raise study.mistake("no cell is left", place)
    return cells_left


def _matches(pattern: dict[str, list], cell: dict[str, Any]) -> bool:
    return all(cell[field] in values for field, values in pattern.items())


def _listed(given: dict[str, Any]) -> str:
    """Fields and their values, for a message."""
    values = {
        field: value[0] if isinstance(value, list) and len(value) == 1 else value
        for field, value in given.items()
    }
    listed = ", ".join(f"{f}: {v if isinstance(v, str) else shown(v)}" for f, v in values.items())
    return "{" + listed + "}"
