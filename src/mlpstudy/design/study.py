"""A study: one question in a YAML file -> the runs that it asks for, and the claims at stake."""

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    Strict,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from typing_extensions import TypedDict

from mlpstudy.design import yaml_file
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import (
    Mistake,
    Place,
    dotted,
    mistake_in,
    number_meant,
    refuse,
    shown,
)
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.overlay import OVERLAYS, laid_over, origin
from mlpstudy.design.run import FIELDS, Run, canonical
from mlpstudy.design.settings import SIZES, STRICT, Settings, StudyName

MAX_RUNS = 200_000  # of one study: more is a slip of the pen
MODULES = PACKAGE / "studies"
NOT_A_STUDY = ("finding",)  # files among the modules that analyse nothing
# A study is a target of the workflow, beside its rules and the words a user types.
RESERVED = frozenset(
    "all clean config data dataset figures findings help job lint list measure plan pool render"
    " replay report run select studies study summary tables test train verify".split()
)

# What may stand in a file

Word = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
        json_schema_extra={"allowed": "a word of letters, digits and _"},
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


def _listed(seeds: Any) -> Any:
    """n as the seeds 0..n-1."""
    if not isinstance(seeds, int) or isinstance(seeds, bool):
        return seeds
    if not 1 <= seeds <= MAX_RUNS:
        raise refuse("is not allowed", allowed=f"a whole number >= 1 and <= {MAX_RUNS}, or a list")
    return list(range(seeds))


def _each_once(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(seeds)) < len(seeds):
        twice = next(i for i, seed in enumerate(seeds) if seed in seeds[:i])
        raise refuse(f"the seed {seeds[twice]} is given twice", key=(twice,))
    return seeds


Seed = Annotated[int, Field(ge=0, lt=2**32)]
Seeds = Annotated[
    tuple[Seed, ...],
    Strict(False),
    Field(min_length=1),
    BeforeValidator(_listed),
    AfterValidator(_each_once),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "array", "items": {"type": "integer", "minimum": 0}},
            ]
        }
    ),
]


def _option(value: Any) -> Any:
    """A scalar, or a list of scalars."""
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, bool | int | float | str) or each != each or each in _INFINITE:
            raise refuse("is not allowed", allowed=_OPTION)
        if isinstance(each, str) and number_meant(each):
            raise refuse("is text", allowed=f"for the number write {number_meant(each)}")
    return value


_INFINITE = (math.inf, -math.inf)
_OPTION = "a number, text, true or false, or a list of these"
Option = Annotated[Any, AfterValidator(_option), Field(json_schema_extra={"allowed": _OPTION})]


def _fields(name: str, typed) -> Any:
    """The type of a mapping from fields of a run (all but its seed) to typed(their own type)."""
    own = {
        field: Annotated[(info.annotation, Field(), *info.metadata)]
        for field, info in Run.model_fields.items()
        if field != "seed"
    }
    kind = TypedDict(name, {field: typed(own[field]) for field in own}, total=False)
    kind.__pydantic_config__ = STRICT
    return kind


def _in_a_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Some = Field(min_length=1)
Given = _fields("Given", lambda kind: kind)
Axes = _fields("Axes", lambda kind: Annotated[list[kind], Some])
Pattern = _fields("Pattern", lambda kind: Annotated[list[kind], Some, BeforeValidator(_in_a_list)])


class Block(BaseModel):
    """Some cells of a sweep: every way to take one of grid, one row of zip and one of cells."""

    model_config = STRICT

    base: Given = Field({}, description="fields that all cells of the block share")
    grid: Axes = Field({}, description="values of fields, each with each")
    zip: Axes = Field({}, description="values of fields, walked together")
    cells: Annotated[list[Annotated[Given, Some]], Some] | None = Field(
        None, description="cells one by one"
    )
    exclude: list[Annotated[Pattern, Some]] = Field(
        [], description="cells that are left out: those with all values of one of these"
    )
    seeds: Seeds | None = Field(None, description="the block's own seeds")

    @model_validator(mode="after")
    def _one_home_for_a_field(self) -> "Block":
        sources = {"grid": [self.grid], "zip": [self.zip], "cells": self.cells or []}
        homes: dict[str, str] = {}
        for source, mappings in sources.items():
            for field in dict.fromkeys(field for mapping in mappings for field in mapping):
                if field in homes:
                    raise refuse(f"{field} is given in {homes[field]} too", key=(source,))
                homes[field] = source
        return self

    @model_validator(mode="after")
    def _columns_of_one_length(self) -> "Block":
        lengths = {field: len(values) for field, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{field} has {n}" for field, n in lengths.items())
            raise refuse(f"columns of different lengths: {told} values", key=("zip",))
        return self

    def size(self) -> int:
        """How many cells there are before any is left out."""
        grid = math.prod(len(values) for values in self.grid.values())
        rows = len(next(iter(self.zip.values()), [None]))
        return grid * rows * len(self.cells or [None])

    def given(self) -> Iterator[dict[str, Any]]:
        """The fields of each cell that this block sets, base aside, in the order of the fields."""
        grid = [dict(zip(self.grid, row, strict=True)) for row in product(*self.grid.values())]
        rows = [dict(zip(self.zip, row, strict=True)) for row in zip(*self.zip.values())] or [{}]
        for parts in product(grid, rows, self.cells or [{}]):
            yield {field: value for part in parts for field, value in part.items()}


class Claim(BaseModel):
    """One sentence that is tested, and what decides it, written down before anything is run."""

    model_config = STRICT

    id: str = Field(
        pattern=r"^[A-Z][A-Za-z0-9_-]{0,63}$",
        json_schema_extra={"allowed": "a capital, then letters, digits, _ and -, such as C22"},
        description="the lecture's claim, or a name of one's own",
    )
    says: Text = Field(description="the sentence as it is tested")
    statistic: Word = Field(description="what the study's module measures")
    direction: Literal["above", "below"] = Field(description="the side that supports the claim")
    threshold: float = Field(description="what the statistic's interval is compared with")
    unit: str = Field("", max_length=64, description="unit of statistic and threshold")


class Lecture(BaseModel):
    """The lecture's own words."""

    model_config = STRICT

    fr: str = Field(max_length=4000, description="as the slides say it")
    en: str = Field(max_length=4000, description="the same in English")


def _named(name: str) -> str:
    if name in RESERVED:
        raise refuse("is a word of the workflow", allowed="another name")
    return name


def _module(name: str) -> str:
    there = sorted(file.stem for file in MODULES.glob("[!_]*.py") if file.stem not in NOT_A_STUDY)
    if name not in there:
        some = "one of " + ", ".join(there) if there else "a file in mlpstudy/studies"
        raise refuse("is not a module of mlpstudy.studies", allowed=some, options=there)
    return name


class Study(BaseModel):
    """One question: the runs that it asks for and the claims that it decides."""

    model_config = STRICT

    study: Annotated[StudyName, AfterValidator(_named)] = Field(
        description="the study's name, which is its file's too"
    )
    title: Text = Field(description="one line, for the report")
    question: Text = Field(description="what is asked, in a sentence or some")
    lecture: Lecture = Field(Lecture(fr="", en=""), description="the lecture's own words")
    module: Annotated[Word, AfterValidator(_module)] = Field(
        description="the module of mlpstudy.studies that analyses it; default: the study's name"
    )
    options: dict[Word, Option] = Field({}, description="values for the module")
    base: Given = Field({}, description="fields of a run that all blocks share")
    seeds: Seeds | None = Field(None, description="n for the seeds 0 to n-1, or a list of seeds")
    sweep: dict[StudyName, Block] = Field({}, description="blocks of cells, by name")
    claims: list[Claim] = Field([], description="what is tested")
    smoke: dict[str, Any] | None = Field(None, description="laid over the rest: smaller")
    full: dict[str, Any] | None = Field(None, description="laid over the rest: larger")

    _file: str = PrivateAttr("")
    _size: str = PrivateAttr("default")

    @model_validator(mode="before")
    @classmethod
    def _module_by_name(cls, document: Any) -> Any:
        if isinstance(document, dict) and isinstance(document.get("study"), str):
            return {"module": document["study"].replace("-", "_"), **document}
        return document

    @model_validator(mode="after")
    def _claims_once(self) -> "Study":
        seen = set()
        for i, claim in enumerate(self.claims):
            if (claim.id, claim.statistic) in seen:
                problem = f"{claim.id} with the statistic {claim.statistic} is there twice"
                raise refuse(problem, key=("claims", i))
            seen.add((claim.id, claim.statistic))
        return self

    @property
    def name(self) -> str:
        return self.study

    @property
    def file(self) -> str:
        """The file it was read from; "" where there was none."""
        return self._file

    @cached_property
    def blocks(self) -> dict[str, list[Run]]:
        """The runs of each block."""
        return expand(self)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs of all blocks, each once, in the order of the blocks."""
        return tuple({canonical(run): run for runs in self.blocks.values() for run in runs}.values())

    def resolved(self) -> dict[str, Any]:
        """What was asked at this size, as plain values for a JSON file."""
        plain = self.model_dump(mode="json", exclude={"study", *OVERLAYS})
        return {"name": self.name, **plain, "size": self._size, "networks": len(self.runs)}

    def mistake(self, problem: str, place: Place, **more: Any) -> Mistake:
        """A Mistake at a place of this study's file."""
        overlay = getattr(self, self._size, None) or {}
        if self._size != "default":
            problem += f" (size: {self._size})"
        key = dotted(origin(place, overlay, self._size))
        return Mistake(problem, file=self._file, key=key, **more)


# A file -> a study


def load(path: Path | str, size: str = "default") -> Study:
    """The study in a file at one of SIZES; raises Mistake. Its runs are expanded on demand."""
    if size not in SIZES:
        raise Mistake("is not a size", value=size, allowed="one of " + ", ".join(SIZES))
    document = yaml_file.read(path)
    overlay = document.get(size) if size in OVERLAYS else None
    overlay = overlay if isinstance(overlay, dict) else {}
    try:
        merged = laid_over(document, overlay, (size,))
        study = Study.model_validate(merged)
    except ValidationError as error:
        raise mistake_in(
            error, Study, path, lambda place: dotted(origin(_written(place, merged), overlay, size))
        ) from None
    except Mistake as mistake:
        mistake.file = str(path)
        raise
    if study.name != Path(path).stem:
        expected = f"the name of its file: {Path(path).stem}"
        raise Mistake("is not allowed", file=path, key="study", value=study.name, allowed=expected)
    study._file, study._size = str(path), size
    return study


def load_all(settings: Settings) -> list[Study]:
    """The chosen studies at the chosen size; raises Mistake."""
    return [load(path, settings.size) for path in settings.study_files().values()]


def _written(place: Place, document: Any) -> Place:
    """The place without the index of a value that was written alone and is read as a list."""
    written: list[str | int] = []
    for part in place:
        if isinstance(part, int) and not isinstance(document, list):
            continue
        written.append(part)
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            document = None
    return tuple(written)


# A study -> its runs


def expand(study: Study) -> dict[str, list[Run]]:
    """The runs of each block: cell by cell in the order of Run's fields, seed by seed.

    Raises Mistake where a cell is there twice or fits with no run, where an exclusion matches
    nothing, and, before anything is built, where the study asks for more than MAX_RUNS.
    """
    counts = {name: block.size() * len(_seeds(study, name)) for name, block in study.sweep.items()}
    if sum(counts.values()) > MAX_RUNS:
        told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        problem = f"asks for {sum(counts.values()):,} runs ({told})"
        raise study.mistake(problem, ("sweep",), allowed=f"at most {MAX_RUNS:,}")
    return {
        name: [
            cell.model_copy(update={"seed": seed})
            for cell in _cells(study, name)
            for seed in _seeds(study, name)
        ]
        for name in study.sweep
    }


def _seeds(study: Study, name: str) -> tuple[int, ...]:
    seeds = study.sweep[name].seeds or study.seeds
    if not seeds:
        more = "a whole number >= 1 or a list of seeds, here or for the whole study"
        raise study.mistake("is missing", ("sweep", name, "seeds"), allowed=more)
    return seeds


def _cells(study: Study, name: str) -> list[Run]:
    """The cells of a block, as runs with the seed 0."""
    block, place = study.sweep[name], ("sweep", name)
    cells: dict[str, Run] = {}
    for given in _kept(study, name):
        try:
            cell = Run(**{**study.base, **block.base, **given})
        except ValidationError as error:
            found = mistake_in(error, Run)
            problem = f"{found.key}: {found.problem}, in the cell {_told(given)}"
            raise study.mistake(problem, place) from None
        for field, reason in misfits(cell):
            raise study.mistake(f"{field}: {reason}, in the cell {_told(given)}", place)
        if canonical(cell) in cells:
            raise study.mistake(f"the cell {_told(given)} is there twice", place)
        cells[canonical(cell)] = cell
    return list(cells.values())


def _kept(study: Study, name: str) -> list[dict[str, Any]]:
    """What the block gives to each cell that no exclusion matches."""
    block, place = study.sweep[name], ("sweep", name, "exclude")
    defaults = {field: Run.model_fields[field].default for field in FIELDS}
    shared = {**defaults, **study.base, **block.base}
    cells = list(block.given())
    kept = cells
    for i, pattern in enumerate(block.exclude):
        if not any(_matches(pattern, {**shared, **cell}) for cell in cells):
            raise study.mistake(f"{_told(pattern)} matches no cell", (*place, i))
        kept = [cell for cell in kept if not _matches(pattern, {**shared, **cell})]
    if not kept:
        raise study.mistake("no cell is left", place)
    return kept


def _matches(pattern: dict[str, list], cell: dict[str, Any]) -> bool:
    return all(cell[field] in values for field, values in pattern.items())


def _told(given: dict[str, Any]) -> str:
    """Fields and their values, for a message."""
    values = {
        field: value[0] if isinstance(value, list) and len(value) == 1 else value
        for field, value in given.items()
    }
    told = ", ".join(f"{f}: {v if isinstance(v, str) else shown(v)}" for f, v in values.items())
    return "{" + told + "}"
