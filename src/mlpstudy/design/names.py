"""What stands in a file of the package, read from its source and not by importing it.

Snakemake checks names while it parses, and must not pay for torch; the tables themselves are
their only home. A table is a dictionary literal at the top level of its file.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

TABLES = {
    "dataset": ("data/datasets.py", "DATASETS"),
    "activation": ("core/activations.py", "ACTIVATIONS"),
    "initialization": ("core/initializers.py", "INITIALIZERS"),
    "cost": ("core/costs.py", "COSTS"),
    "optimizer": ("core/optimizers.py", "OPTIMIZERS"),
    "schedule": ("core/schedules.py", "SCHEDULES"),
}


@cache
def names_of(field: str) -> tuple[str, ...]:
    """The names a field of a run may take, in the order of their table."""
    file, table = TABLES[field]
    for node in _tree(PACKAGE / file).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == table for t in targets):
            return tuple(ast.literal_eval(key) for key in node.value.keys)
    raise LookupError(f"{file} has no table {table}")


def functions_of(file: Path) -> tuple[str, ...]:
    """The functions that a file defines at its top level."""
    return tuple(node.name for node in _tree(file).body if isinstance(node, ast.FunctionDef))


def sources_of(*files: Path) -> list[Path]:
    """The files, and all those of the package that they import, directly or not; sorted."""
    found: set[Path] = set()
    left = list(files)
    while left:
        file = left.pop()
        if file not in found:
            found.add(file)
            left += _imported(file)
    return sorted(found)


def _imported(file: Path) -> Iterator[Path]:
    for node in ast.walk(_tree(file)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = Path(*name.split("."))
            path = PACKAGE.parent / place.with_suffix(".py")
            if place.parts[0] == PACKAGE.name and path.is_file():
                yield path


@cache
def _parsed(file: Path, written: int) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _tree(file: Path) -> ast.Module:
    """The syntax of a file; parsed once for as long as it is not written again."""
    return _parsed(file, file.stat().st_mtime_ns)
