"""A study: one question in a YAML file -> the runs that it asks for, and the claims at stake."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from mlpstudy.design import parts, yaml_file
from mlpstudy.design.block import FEWEST, MAX_RUNS, Block, Given, Seeds
from mlpstudy.design.cells import mistakes
from mlpstudy.design.claims import (
    ContrastSpec,
    Decides,
    Expression,
    FigureSpec,
    Pattern,
    Reach,
    Tune,
    Words,
    blocks_of,
)
from mlpstudy.design.examples import misfits
from mlpstudy.design.expressions import names_in
from mlpstudy.design.mistakes import (
    Mistake,
    Place,
    dotted,
    mistake_in,
    nearest,
    refuse,
    shown,
    text_like,
)
from mlpstudy.design.modules import Known, in_vain, is_part, known_by
from mlpstudy.design.names import PACKAGE, functions_of
from mlpstudy.design.overlay import OVERLAYS, laid_over, origin
from mlpstudy.design.run import DATASETS, FIELDS, Run, canonical
from mlpstudy.design.seedless import Seeded, Seedless
from mlpstudy.design.settings import SIZES, Settings, StudyName
from mlpstudy.design.strict import STRICT
from mlpstudy.design.texts import Line, Text

MODULES = PACKAGE / "studies"
# A study is a target of the workflow, beside its rules and the words a user types.
RESERVED = frozenset(
    [
        "all",
        "clean",
        "config",
        "data",
        "dataset",
        "draw",
        "fetch",
        "figures",
        "findings",
        "help",
        "job",
        "lint",
        "list",
        "measure",
        "plan",
        "pool",
        "prepare",
        "read",
        "render",
        "replay",
        "report",
        "run",
        "select",
        "studies",
        "study",
        "summarise",
        "summary",
        "tables",
        "test",
        "train",
        "verify",
    ]
)

# What may stand in a file

Word = text_like(r"[A-Za-z_][A-Za-z0-9_]{0,63}", "a word of letters, digits and _")
Labelled = text_like(r"[^\x00-\x1f\x7f]{1,64}", "1 to 64 characters")
ModuleName = text_like(r"([A-Za-z_][A-Za-z0-9_]{0,63})?", "a word of letters, digits and _")
ClaimId = text_like(
    r"[A-Z][A-Za-z0-9_-]{0,63}", "a capital, then letters, digits, _ and -, such as C22"
)


_INFINITE = (math.inf, -math.inf)
_OPTION = "a number, text, true or false, or a list of these"


def _option(value: Any, depth: int = 2) -> Any:
    """A scalar, a list of scalars, or a list of such lists."""
    if isinstance(value, list) and depth:
        return [_option(each, depth - 1) for each in value]
    if not isinstance(value, bool | int | float | str) or value != value or value in _INFINITE:
        raise refuse("is not allowed", allowed=_OPTION)
    return value


Option = Annotated[Any, AfterValidator(_option), Field(json_schema_extra={"allowed": _OPTION})]


class Claim(BaseModel):
    """One sentence that is tested, and what decides it, written down before anything is run."""

    model_config = STRICT

    id: ClaimId = Field(description="the lecture's claim, or a name of one's own")
    says: Text = Field(description="the sentence as it is tested")
    statistic: Word = Field(description="the claim's own name in the study, written as `name`")
    contrast: ContrastSpec = Field(description="what is compared, and how")
    blocks: Words = Field((), description="blocks whose runs it is about (`block`); none: all")
    where: Pattern = Field({}, description="the rows that it is about: values of fields")
    for_each: Words = Field((), description="conditions: each of their values has a finding")
    over: Words = Field((), description="fields that are averaged, on purpose")
    tune: dict[Word, Tune] | None = Field(None, description="other than the study's")
    direction: Literal["above", "below"] = Field(description="the side that supports the claim")
    threshold: float = Field(description="what the statistic's interval is compared with")
    matters: float | None = Field(
        None, ge=0, description="the smallest difference that anyone would care about"
    )
    unit: str = Field("", max_length=64, description="unit of statistic and threshold")
    control_may_fail: bool = Field(
        False, description="the control need not learn its task: that it does not is the point"
    )
    decides: bool | Decides = Field(
        False, description="the verdict rests on it; without it: also seen"
    )
    identity: bool = Field(
        False, description="a theorem or a unit test, which no experiment could turn out otherwise"
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, claim: Any) -> Any:
        if isinstance(claim, dict) and "name" in claim:
            if "statistic" in claim:
                raise refuse("goes without statistic: they are one", key=("name",))
            claim = dict(claim)
            claim["statistic"] = claim.pop("name")
        return blocks_of(claim)


class Lecture(BaseModel):
    """The lecture's own words."""

    model_config = STRICT

    fr: str = Field(max_length=4000, description="as the slides say it")
    en: str = Field(max_length=4000, description="the same in English")


def _named(name: str) -> str:
    if name in RESERVED:
        raise refuse("is a word of the workflow", allowed="another name")
    return name


def _modules() -> list[str]:
    """What may stand beside a study's YAML: a folder of mlpstudy.studies."""
    return sorted({file.parent.name for file in MODULES.glob("[!_]*/*.py") if is_part(file)})


def _module(name: str) -> str:
    there = _modules()
    if name and name not in there:
        some = "one of " + ", ".join(there) if there else "a folder in mlpstudy/studies"
        raise refuse("is not a module of mlpstudy.studies", allowed=some, options=there)
    return name


class Study(BaseModel):
    """One question: the runs that it asks for and the claims that it decides."""

    model_config = STRICT

    study: Annotated[StudyName, AfterValidator(_named)] = Field(
        description="the study's name, which is its file's too"
    )
    title: Line = Field(description="one line, for the report")
    question: Text = Field(description="what is asked, in a sentence or some")
    lecture: Lecture = Field(Lecture(fr="", en=""), description="the lecture's own words")
    module: Annotated[ModuleName, AfterValidator(_module)] = Field(
        "",
        description="the folder of mlpstudy.studies with what YAML cannot say; default: the "
        "study's name, where there is one",
    )
    options: dict[Word, Option] = Field({}, description="values for the module")
    base: Given = Field({}, description="fields of a run that all blocks share")
    seeds: Seeds | None = Field(None, description="n for the seeds 0 to n-1, or a list of seeds")
    sweep: dict[StudyName, Block] = Field({}, description="blocks of cells, by name")
    tune: dict[Word, Tune] = Field({}, description="fields that are chosen for each cell")
    reach: Reach | None = Field(None, description="from which level on a run counts as trained")
    measures: dict[Word, Expression] = Field({}, description="columns of one's own, by name")
    labels: dict[Labelled, Line] = Field(
        {}, description="what figures and tables call a column, a statistic or a column=level"
    )
    claims: list[Claim] = Field([], description="what is tested")
    figures: list[FigureSpec] = Field([], description="what is drawn, in the report's order")
    limits: Text | None = Field(None, description="what the answer does not cover")
    smoke: dict[str, Any] | None = Field(None, description="laid over the rest: smaller")
    full: dict[str, Any] | None = Field(None, description="laid over the rest: larger")

    _file: str = PrivateAttr("")
    _size: str = PrivateAttr("default")
    _decided: frozenset[Place] = PrivateAttr(frozenset())  # by the overlay
    _deleted: frozenset[str] = PrivateAttr(frozenset())  # blocks that the overlay takes away
    _datasets: frozenset[str] = PrivateAttr(frozenset())  # beside those of the package

    @model_validator(mode="before")
    @classmethod
    def _module_by_name(cls, document: Any) -> Any:
        if isinstance(document, dict) and isinstance(document.get("study"), str):
            name = document["study"].replace("-", "_")
            return {"module": name if name in _modules() else "", **document}
        return document

    @model_validator(mode="after")
    def _figures_once(self) -> "Study":
        names = [figure.name for figure in self.figures]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise refuse(f"{name} is there twice", key=("figures", i, "name"))
        return self

    @model_validator(mode="after")
    def _expressions(self) -> "Study":
        for name, text in self.measures.items():
            try:
                names_in(text)
            except ValueError as error:
                raise refuse(str(error), key=("measures", name)) from None
        return self

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
    def seeded(self) -> dict[str, list[Seeded]]:
        """The runs of each block: cell by cell in the order of Run's fields, seed by seed."""
        return expand(self)

    @cached_property
    def blocks(self) -> dict[str, list[Run]]:
        """The same, each run in full."""
        return {name: [each.run for each in block] for name, block in self.seeded.items()}

    @cached_property
    def pool(self) -> tuple[Seeded, ...]:
        """The runs of all blocks, each once, in the order of the blocks."""
        every = (each for block in self.seeded.values() for each in block)
        return tuple({(each.seedless.text, each.seed): each for each in every}.values())

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The same, each run in full."""
        return tuple(each.run for each in self.pool)

    @property
    def folder(self) -> Path:
        """What it needs beside its YAML: measure.py, derive.py, figures.py."""
        return MODULES / self.module

    @property
    def deleted_blocks(self) -> frozenset[str]:
        """Blocks that this size does not have: a claim may name them, as others have them."""
        return self._deleted

    @property
    def is_strict(self) -> bool:
        """Whether all levels that claims name must be there: the smoke size may lack some."""
        return self._size != "smoke"

    @cached_property
    def known(self) -> Known:
        """What its module says of itself."""
        return known_by(self.folder)

    @cached_property
    def is_measured(self) -> bool:
        """Whether its module measures something itself, beside what the runs' tables hold."""
        file = self.folder / "measure.py"
        return bool(self.module) and file.is_file() and "measure" in functions_of(file)

    @property
    def extent(self) -> str:
        """How much it asks for, in words."""
        networks = f"{len(self.pool):,} networks" if self.sweep else ""
        return " and ".join(filter(None, [networks, "measurements" if self.is_measured else ""]))

    @property
    def asked(self) -> dict[str, Any]:
        """What a measurement may depend on: not the words, nor the claims and their thresholds."""
        plain = self.model_dump(
            mode="json", include={"module", "options", "base", "seeds", "sweep"}
        )
        return {"name": self.name, **plain, "size": self._size, **parts.listed()}

    def resolved(self) -> dict[str, Any]:
        """What was asked at this size, as plain values for a JSON file."""
        plain = self.model_dump(mode="json", exclude={"study", *OVERLAYS})
        known = {"size": self._size, "networks": len(self.pool), **parts.listed()}
        return {"name": self.name, **plain, **known}

    def mistake(self, problem: str, place: Place, **more: Any) -> Mistake:
        """A Mistake at a place of this study's file."""
        if self._size != "default":
            problem += f" (size: {self._size})"
        key = dotted(origin(place, self._decided, self._size))
        return Mistake(problem, file=self._file, key=key, **more)


# A file -> a study


def load(path: Path | str, size: str = "default", datasets: Iterable[str] = ()) -> Study:
    """The study in a file at one of SIZES; raises Mistake. Its runs are expanded on demand.

    datasets: the names that a run may take beside those of the package.
    """
    datasets = frozenset(datasets)
    if size not in SIZES:
        some = "one of " + ", ".join(SIZES)
        raise Mistake("is not a size", value=size, allowed=some, nearest=nearest(size, SIZES))
    document = yaml_file.read(path)
    study, decided = _at_size(document, size, path, datasets)
    for other in {*OVERLAYS} - {size}:
        if isinstance(document.get(other), dict):  # a mistake there is told at every size
            _at_size(document, other, path, datasets)
    if study.name != Path(path).stem:
        expected = f"the name of its file: {Path(path).stem}"
        raise Mistake("is not allowed", file=path, key="study", value=study.name, allowed=expected)
    study._file, study._size, study._decided = str(path), size, frozenset(decided)
    study._datasets = datasets
    study._deleted = frozenset(set(document.get("sweep") or ()) - set(study.sweep))
    for place, problem, more in in_vain(study):
        raise study.mistake(problem, place, **more)
    if study.claims and size != "smoke":  # that size decides nothing: it shows that all goes well
        _refuse_few_seeds(study)
    return study


def _at_size(
    document: dict[str, Any], size: str, path: Path | str, datasets: frozenset[str]
) -> tuple[Study, set[Place]]:
    """The study in a document at a size, and the places that the size's overlay decided."""
    overlay = document.get(size) if size in OVERLAYS else None
    try:
        above = overlay if isinstance(overlay, dict) else {}
        merged, decided = laid_over(document, above, (size,))
        return Study.model_validate(merged, context={DATASETS: datasets}), decided
    except ValidationError as error:
        raise mistake_in(
            error, Study, path, lambda place: dotted(origin(_written(place, merged), decided, size))
        ) from None
    except Mistake as mistake:
        mistake.file = str(path)
        raise


def _refuse_few_seeds(study: Study) -> None:
    """Raises Mistake where a claim can have no verdict, for its intervals would have no seeds. A
    block that no claim is about may have fewer."""
    places: dict[Place, tuple[int, ...] | None] = {
        ("sweep", name, "seeds"): block.seeds
        for name, block in study.sweep.items()
        if any(not claim.blocks or name in claim.blocks for claim in study.claims)
    }
    if not all(places.values()) or "seeds" in study.known.keys:
        places[("seeds",)] = study.seeds
    for place, seeds in places.items():
        if seeds and len(seeds) < FEWEST:
            problem = f"{len(seeds)} give no interval and no verdict on a claim"
            raise study.mistake(problem, place, allowed=f"at least {FEWEST}")


def load_all(settings: Settings) -> list[Study]:
    """The chosen studies at the chosen size; raises Mistake."""
    files = settings.study_files().values()
    return [load(path, settings.size, settings.datasets) for path in files]


SHORT = {"statistic": "name", "blocks": "block"}  # as a key is written, of how it is kept


def _written(place: Place, document: Any) -> Place:
    """The place as it is written: without the index of a value that was written alone and is read
    as a list, and without the names that pydantic gives to the kinds of a value."""
    written: list[str | int] = []
    for i, part in enumerate(place):
        if isinstance(part, int) and not isinstance(document, list):
            continue
        is_last = i == len(place) - 1
        short = SHORT.get(str(part), "")
        if isinstance(document, dict) and part not in document and short in document:
            part = short
        if isinstance(part, str) and i and not _may_hold(document, part, is_last):
            continue
        written.append(part)
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            document = None
    return tuple(written)


def _may_hold(document: Any, key: str, is_last: bool) -> bool:
    """Whether a key may belong to a place: it is there, or is what is missing."""
    return isinstance(document, dict) and (key in document or is_last)


# A study -> its runs


def expand(study: Study) -> dict[str, list[Seeded]]:
    """The runs of each block: cell by cell in the order of Run's fields, seed by seed.

    Raises Mistake as `cells_of` does, and where a claim, a figure or the study's module would take
    two cells for one.
    """
    cells = cells_of(study)
    for place, problem, more in mistakes(study, cells):
        raise study.mistake(problem, place, **more)
    return seeded(study, cells)


def cells_of(study: Study) -> dict[str, list[Run]]:
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


def seeded(study: Study, cells: Mapping[str, Sequence[Run]]) -> dict[str, list[Seeded]]:
    """The runs of each block, from its cells: cell by cell, seed by seed."""
    return {
        name: [
            Seeded(seedless.id(seed), seedless, seed)
            for seedless in map(Seedless, cells[name])
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
            cell = Run.model_validate(
                {**study.base, **block.base, **given}, context={DATASETS: study._datasets}
            )
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
    listed = ", ".join(f"{f}: {v if isinstance(v, str) else shown(v)}" for f, v in values.items())
    return "{" + listed + "}"
