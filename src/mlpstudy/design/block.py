"""A block of a sweep: some fields of some runs -> cells."""

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    Strict,
    WithJsonSchema,
    model_validator,
)
from typing_extensions import TypedDict

from mlpstudy.design.mistakes import refuse
from mlpstudy.design.run import Run
from mlpstudy.design.strict import STRICT

MAX_RUNS = 200_000  # of one study: more is a slip of the pen
FEWEST = 6  # seeds: no fewer values have a 95 % interval of their median


def _listed(seeds: Any) -> Any:
    """n as the seeds 0..n-1."""
    if not isinstance(seeds, int) or isinstance(seeds, bool):
        return seeds
    if not 1 <= seeds <= MAX_RUNS:
        raise refuse("is not allowed", allowed=f"a whole number >= 1 and <= {MAX_RUNS}, or a list")
    return list(range(seeds))


def _each_once(seeds: tuple[int, ...]) -> tuple[int, ...]:
    seen: set[int] = set()
    for i, seed in enumerate(seeds):
        if seed in seen:
            raise refuse(f"the seed {seed} is given twice", key=(i,))
        seen.add(seed)
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


def _fields(name: str, typed: Callable[[Any], Any]) -> Any:
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
            counts = ", ".join(f"{field} has {n}" for field, n in lengths.items())
            raise refuse(f"columns of different lengths: {counts} values", key=("zip",))
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
