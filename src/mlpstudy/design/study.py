"""A study: one question, the runs that it asks for, and the claims at stake."""

import math
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, model_validator

from mlpstudy.design import parts
from mlpstudy.design.block import Block, Given, Seeds
from mlpstudy.design.claims import Claim, Expression, FigureSpec, Reach, Tune, Word
from mlpstudy.design.expansion import expand
from mlpstudy.design.expressions import names_in
from mlpstudy.design.mistakes import Mistake, Place, dotted, refuse, text_like
from mlpstudy.design.modules import Known, is_part, known_by
from mlpstudy.design.names import PACKAGE, functions_of
from mlpstudy.design.overlay import OVERLAYS, origin
from mlpstudy.design.run import Run
from mlpstudy.design.seedless import Seeded
from mlpstudy.design.settings import StudyName
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

Labelled = text_like(r"[^\x00-\x1f\x7f]{1,64}", "1 to 64 characters")
ModuleName = text_like(r"([A-Za-z_][A-Za-z0-9_]{0,63})?", "a word of letters, digits and _")


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
    modules = _modules()
    if name and name not in modules:
        some = "one of " + ", ".join(modules) if modules else "a folder in mlpstudy/studies"
        raise refuse("is not a module of mlpstudy.studies", allowed=some, options=modules)
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
        names = set()
        for i, claim in enumerate(self.claims):
            if (claim.id, claim.statistic) in names:
                problem = f"{claim.id} with the statistic {claim.statistic} is there twice"
                raise refuse(problem, key=("claims", i))
            names.add((claim.id, claim.statistic))
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
