"""Runs in a file: complete, compact, and the same bytes for the same runs.

    {"shared": {"dataset": "digits", ...}, "columns": {"eta": [0.1, 0.2], "seed": [0, 1]}}

Fields that all runs share stand there once; of the others there is a column, a value for each run.
No default is left out, so a file means the same when a default has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlpstudy.design.run import ANY, DATASETS, FIELDS, Run
from mlpstudy.design.seedless import Seeded, Seedless

SEED = "seed"


def runs_spec(runs: Sequence[Seeded]) -> dict[str, Any]:
    """Some runs, as they stand in a file."""
    distinct = {id(each.seedless): each.seedless.run.__dict__ for each in runs}
    firsts = next(iter(distinct.values()), {})
    shared: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {}
    for name in FIELDS:
        if name == SEED:
            columns[name] = [each.seed for each in runs]
        elif all(fields[name] == firsts[name] for fields in distinct.values()):
            shared |= {name: firsts[name]} if firsts else {}
        else:
            columns[name] = [each.seedless.run.__dict__[name] for each in runs]
    return {"shared": shared, "columns": columns}


def runs_in(spec: Mapping[str, Any]) -> list[Seeded]:
    """The runs that runs_spec describes, in their order.

    Raises KeyError, TypeError or ValueError where it does not describe any.
    """
    return list(_runs_in(spec))


def _runs_in(spec: Mapping[str, Any]) -> Iterator[Seeded]:
    names = [name for name in spec["columns"] if name != SEED]
    columns = [spec["columns"][name] for name in names]
    known: dict[tuple, Seedless] = {}
    for seed, *values in zip(spec["columns"][SEED], *columns, strict=True):
        key = tuple(values)
        if key not in known:
            fields = {**spec["shared"], **dict(zip(names, key, strict=True))}
            known[key] = Seedless(Run.model_validate(fields, context={DATASETS: ANY}))
        yield Seeded(known[key].id(seed), known[key], seed)
