"""The design of a study in one line for each block of its sweep: what varies, what stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpstudy.design.run import Run

SHOWN = 8  # values of a field; of more, the first ones and the last


@dataclass(frozen=True)
class Plan:
    """One block: fields that vary each with each, fields that vary together, fields that stay."""

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
    return [name for block in study.get("sweep", {}).values() for name in _datasets(study, block)]


def _plan(study: Mapping[str, Any], name: str, block: Mapping[str, Any]) -> Plan:
    varied = _columns(block)
    fixed = {**study.get("base", {}), **block.get("base", {})}
    return Plan(
        block=name,
        swept=_told(block.get("grid", {})),
        together=_told({field: varied[field] for field in varied if field not in block.get("grid", {})}),
        fixed=tuple((f, _value(value)) for f, value in fixed.items() if f not in varied),
        seeds=len(block.get("seeds") or study.get("seeds") or ()),
    )


def _datasets(study: Mapping[str, Any], block: Mapping[str, Any]) -> list[str]:
    shared = {**study.get("base", {}), **block.get("base", {})}
    only = shared.get("dataset", Run.model_fields["dataset"].default)
    return _columns(block).get("dataset", [only])


def _columns(block: Mapping[str, Any]) -> dict[str, list]:
    """The values of each field that varies in a block, each once."""
    cells = block.get("cells") or []
    fields = dict.fromkeys(field for cell in cells for field in cell)
    listed = {field: [cell[field] for cell in cells if field in cell] for field in fields}
    columns = {**block.get("grid", {}), **block.get("zip", {}), **listed}
    return {field: list(dict.fromkeys(values)) for field, values in columns.items()}


def _told(columns: Mapping[str, list]) -> tuple[tuple[str, str], ...]:
    return tuple((field, _values(values)) for field, values in columns.items())


def _values(values: list) -> str:
    texts = [_value(value) for value in values]
    if len(texts) > SHOWN:
        texts = [*texts[: SHOWN - 2], "…", texts[-1]]
    return ", ".join(texts)


def _value(value: Any) -> str:
    """A value as YAML writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
