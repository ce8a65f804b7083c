"""What a result was made by: one digest for each stage, over its sources and the versions it needs.

Snakemake does not see changed code behind `python -m mlpstudy`; these digests are parameters of
its rules, so that changed training trains again and changed drawing only draws again.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mlpstudy.design.names import PACKAGE, sources_of

_DATA = ("rng.py", "archive.py", "data")
_TRAIN = (*_DATA, "design/run.py", "core", "tables/record.py", "tables/trained.py")
_TABLES = ("tables/schema.py", "tables/files.py")

SUFFIXES = (".py", ".j2", ".css", ".js")

STAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "prepare": (_DATA, ("numpy", "scikit-learn", "mlxtend", "mnist1d")),
    "train": (_TRAIN, ("numpy", "torch", "scikit-learn", "mlxtend", "mnist1d")),
    "tabulate": (_TABLES, ("pandas", "pyarrow")),
    "measure": (("tables/networks.py",), ("numpy", "torch", "scikit-learn", "mlxtend", "mnist1d")),
    "summarise": (
        ("analysis/statistics.py", "analysis/survival.py", "analysis/stopping.py")
        + ("analysis/theory.py", "studies", "design/study.py", *_TABLES),
        ("numpy", "pandas", "scipy"),
    ),
    "draw": (
        ("analysis/style.py", "analysis/colours.py", "analysis/terms.py", "figures"),
        ("matplotlib", "seaborn"),
    ),
    "report": (
        ("analysis/colours.py", "analysis/terms.py", "report"),
        ("jinja2", "pillow", "altair", "vl-convert-python"),
    ),
}


@cache
def digest(stage: str, module: str = "") -> str:
    """Sixteen hexadecimal digits that change with the sources and the versions of a stage.

    module: what a study measures is made by its own module and by all that this one imports.
    """
    paths, packages = STAGES[stage]
    total = hashlib.sha256()
    for path in paths:
        place = PACKAGE / path
        files = _sources(place) if place.is_dir() else [place]
        if module:
            files = sources_of(*files, PACKAGE / "studies" / f"{module}.py")
        for file in files:
            total.update(f"{file.relative_to(PACKAGE).as_posix()}\0".encode())
            total.update(file.read_bytes() + b"\0")
    for package in packages:
        total.update(f"{package}=={version(package)}\0".encode())
    return total.hexdigest()[:16]


def _sources(folder: Path) -> list[Path]:
    """The files of the package in a folder: not what an editor or Python leaves beside them."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def made_by(*stages: str) -> dict[str, str]:
    """The digests of some stages, as tables carry them."""
    return {stage: digest(stage) for stage in stages}
