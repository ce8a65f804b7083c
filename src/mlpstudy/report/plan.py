"""The design of a study in one line for each block of its sweep: what varies, what stays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlpstudy.design.run import Run

SHOWN = 8  # values of a field; of more, the first ones and the last


@dataclass(frozen=True)
class Plan:
    """One block: fields that vary each with each, fields that vary together, fields that stay.

    Each is a field (or some, joined by +) and its values in words.
    """

    block: str
    swept: tuple[tuple[str, str], ...]
    together: tuple[tuple[str, str], ...]
    fixed: tuple[tuple[str, str], ...]
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
        swept=tuple((field, _listed(map(_told, values))) for field, values in grid.items()),
        together=tuple(_joined(rows) for rows in (zipped, cells) if rows[0]),
        fixed=tuple((field, _told(value)) for field, value in fixed.items() if field not in varied),
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


def _joined(rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Fields that are given row by row: all of them, and each row's values."""
    return " + ".join(rows[0]), _listed(" + ".join(map(_told, row.values())) for row in rows)


def _listed(values: Iterable[str]) -> str:
    texts = list(values)
    if len(texts) > SHOWN:
        texts = [*texts[: SHOWN - 2], "…", texts[-1]]
    return ", ".join(texts)


def _told(value: Any) -> str:
    """A value as YAML writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
