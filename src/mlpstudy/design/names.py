"""The names in a table of the package, read from its source and not by importing it.

Snakemake checks names while it parses, and must not pay for torch; the tables themselves are
their only home. A table is a dictionary literal at the top level of its file.
"""

import ast
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
    for node in ast.parse((PACKAGE / file).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(t, ast.Name) and t.id == table for t in targets):
            return tuple(ast.literal_eval(key) for key in node.value.keys)
    raise LookupError(f"{file} has no table {table}")
