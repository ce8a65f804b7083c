"""What stands in a file of the package, read from its source and not by importing it.

Snakemake checks names while it parses, and must not pay for torch; the tables themselves are
their only home. A table is a dictionary literal at the top level of its file.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake

PACKAGE = Path(__file__).resolve().parents[1]

NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"  # becomes part of the names of files and of targets
TABLES = {
    "dataset": ("data/datasets.py", "DATASETS"),
    "activation": ("core/activations.py", "ACTIVATIONS"),
    "initialization": ("core/initializers.py", "INITIALIZERS"),
    "cost": ("core/costs.py", "COSTS"),
    "optimizer": ("core/optimizers.py", "OPTIMIZERS"),
    "schedule": ("core/schedules.py", "SCHEDULES"),
}


def names_of(field: str) -> tuple[str, ...]:
    """The names a field of a run may take: the package's in the order of their table, then a user's
    own."""
    return (*package_names(field), *parts.names(field))


@cache
def package_names(field: str) -> tuple[str, ...]:
    """Those of the package; raises Mistake where one cannot be part of a file's name."""
    names = tuple(_entries(field))
    for name in names:
        if not re.fullmatch(NAME, name):
            file, table = TABLES[field]
            place = PACKAGE / file
            allowed = "letters, digits, _ and -, not _ or - first"
            raise Mistake("is no name", file=place, key=table, value=name, allowed=allowed)
    return names


def _entries(field: str) -> dict[str, ast.expr]:
    """What stands in the table of a field, by name."""
    file, table = TABLES[field]
    for node in _tree(PACKAGE / file).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == table for t in targets):
            entries: Any = getattr(node, "value", None)
            return dict(zip(map(ast.literal_eval, entries.keys), entries.values, strict=True))
    raise LookupError(f"{file} has no table {table}")


def literals_of(file: Path) -> dict[str, Any]:
    """The names that a file gives to literals at its top level, and their values. A list may hold
    another one that stands above it: CELL = [*NETWORK, "dropout"]."""
    found: dict[str, Any] = {}
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = _literal(node.value, found)
            except (ValueError, KeyError):  # something computed
                continue
    return found


def _literal(node: ast.expr, known: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        parts = [
            _literal(each.value, known)
            if isinstance(each, ast.Starred)
            else [_literal(each, known)]
            for each in node.elts
        ]
        return [value for part in parts for value in part]
    return ast.literal_eval(node)


def functions_of(file: Path) -> tuple[str, ...]:
    """The functions that a file defines at its top level."""
    return tuple(node.name for node in _tree(file).body if isinstance(node, ast.FunctionDef))


@cache
def _parsed(file: Path, written: int) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _tree(file: Path) -> ast.Module:
    """The syntax of a file; parsed once for as long as it is not written again."""
    return _parsed(file, file.stat().st_mtime_ns)
