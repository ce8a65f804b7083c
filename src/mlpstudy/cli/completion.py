"""What a shell offers after `mlpstudy SUBCOMMAND`: fields and their values, studies, datasets, runs.

See `mlpstudy --install-completion`. What cannot be offered, as a mistake stands in a file, is not.
"""

from collections.abc import Iterable
from pathlib import Path

from mlpstudy.design.names import TABLES, names_of
from mlpstudy.design.run import FIELDS

STUDIES = Path("config/studies")
RUNS = Path("results/runs")


def fields(incomplete: str) -> list[str]:
    """depth= and the like; after activation= the names that it may have."""
    field, equals, begun = incomplete.partition("=")
    if not equals:
        return [f"{name}=" for name in FIELDS if name.startswith(field)]
    names = names_of(field) if field in TABLES else ()
    return [f"{field}={name}" for name in names if name.startswith(begun)]


def datasets(incomplete: str) -> list[str]:
    return _beginning(names_of("dataset"), incomplete)


def studies(incomplete: str) -> list[str]:
    """Of the files in config/studies."""
    return _beginning(sorted(path.stem for path in STUDIES.glob("*.yaml")), incomplete)


def runs(incomplete: str) -> list[str]:
    """Those that were trained alone: the studies' are too many."""
    return _beginning(sorted(path.name for path in RUNS.glob("*") if path.is_dir()), incomplete)


def _beginning(names: Iterable[str], begun: str) -> list[str]:
    return [name for name in names if name.startswith(begun)]
