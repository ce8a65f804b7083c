"""The design of a study in one line for each block of its sweep: what varies, what stays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlpstudy.design.run import Run

SHOWN = 8  # rows of levels; of more, the first ones and the last


@dataclass(frozen=True)
class Levels:
    """Fields that vary together, and their levels row by row: often one field."""

    fields: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Plan:
    """One block: fields that vary each with each, fields that vary together, fields that stay."""

    block: str
    swept: tuple[Levels, ...]
    together: tuple[Levels, ...]
    fixed: Mapping[str, Any]
    seeds: int


def plans(study: Mapping[str, Any]) -> tuple[Plan, ...]:
    """The blocks of a resolved study, in order."""
    return tuple(_plan(study, name, block) for name, block in study.get("sweep", {}).items())


def datasets(study: Mapping[str, Any]) -> list[str]:
    """The datasets that a resolved study trains on, in the order of its blocks."""
    blocks = study.get("sweep", {}).values()
    return [name for block in blocks for name in _values(study, block, "dataset")]


def _plan(study: Mapping[str, Any], name: str, block: Mapping[str, Any]) -> Plan:
    grid, zipped, cells = _grid(block), _zipped(block), _cells(study, block)
    varied = [*grid, *(field for rows in (zipped, cells) for field in rows[0])]
    fixed = {**study.get("base", {}), **block.get("base", {})}
    return Plan(
        block=name,
        swept=tuple(_levels([{field: value} for value in grid[field]]) for field in grid),
        together=tuple(_levels(rows) for rows in (zipped, cells) if rows[0]),
        fixed={field: value for field, value in fixed.items() if field not in varied},
        seeds=len(block.get("seeds") or study.get("seeds") or ()),
    )


def _values(study: Mapping[str, Any], block: Mapping[str, Any], field: str) -> list:
    """The values that a field takes in a block."""
    for rows in (_zipped(block), _cells(study, block)):
        if field in rows[0]:
            return [row[field] for row in rows]
    return _grid(block).get(field, [_shared(study, block)[field]])


def _shared(study: Mapping[str, Any], block: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a run where a block does not vary them."""
    defaults = {field: info.default for field, info in Run.model_fields.items()}
    return {**defaults, **study.get("base", {}), **block.get("base", {})}


def _grid(block: Mapping[str, Any]) -> dict[str, list]:
    return block.get("grid") or {}


def _zipped(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of zip as rows; one row without fields where there are none."""
    columns = block.get("zip") or {}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values())] or [{}]


def _cells(study: Mapping[str, Any], block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells as rows that all have the same fields."""
    cells, shared = block.get("cells") or [{}], _shared(study, block)
    fields = dict.fromkeys(field for cell in cells for field in cell)
    return [{field: cell.get(field, shared[field]) for field in fields} for cell in cells]


def _levels(rows: Sequence[Mapping[str, Any]]) -> Levels:
    """Rows that all have the same fields."""
    return Levels(tuple(rows[0]), tuple(tuple(row.values()) for row in rows))
