"""What a result was made by: one digest for each stage, over its sources and the versions it needs.

Snakemake does not see changed code behind `python -m mlpstudy`; these digests are parameters of
its rules, so that changed training trains again and changed drawing only draws again.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from mlpstudy.design.names import PACKAGE, code_of, names_of, sources_of

_SPLIT = ("rng.py", "archive.py", "data/split.py")  # records carry the data's own fingerprint
_TRAIN = (*_SPLIT, "design/run.py", "core", "tables/record.py", "tables/trained.py")
_DATA = ("numpy", "scikit-learn", "mlxtend", "mnist1d")
_TABLES = ("tables/schema.py", "tables/files.py")

SUFFIXES = (".py", ".j2", ".css", ".js", ".po")

STAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "prepare": (("rng.py", "archive.py", "data"), _DATA),
    "train": (_TRAIN, ("numpy", "torch")),
    "tabulate": (_TABLES, ("pandas", "pyarrow")),
    "measure": (("tables/networks.py",), ("torch", *_DATA)),
    "summarise": (
        ("statistics", "analysis/theory.py", "studies", "design/study.py", *_TABLES),
        ("numpy", "pandas", "scipy"),
    ),
    "draw": (
        ("drawing/style.py", "drawing/colours.py", "analysis/terms.py", "figures"),
        ("matplotlib", "seaborn"),
    ),
    "report": (
        ("drawing/colours.py", "analysis/terms.py", "said.py", "words", "report"),
        ("babel", "jinja2", "pillow", "altair", "vl-convert-python"),
    ),
}


@cache
def digest(stage: str, module: str = "") -> str:
    """Sixteen hexadecimal digits that change with the sources and the versions of a stage.

    module: what a study measures is made by its own module and by all that this one imports.
    """
    paths, packages = STAGES[stage]
    files: list[Path] = []
    for path in paths:
        place = PACKAGE / path
        files += _sources(place) if place.is_dir() else [place]
    if module:
        files = sources_of(*files, PACKAGE / "studies" / f"{module}.py")
    return _digest("", files, packages)


@cache
def recipe(dataset: str) -> str:
    """Sixteen hexadecimal digits that change with the code that makes one dataset and writes its
    file, and with the versions it needs; not with that of other datasets. A name that is none has
    the digest of no code."""
    known = dataset in names_of("dataset")
    code, files = code_of("dataset", dataset) if known else ("", [])
    written = [PACKAGE / "archive.py", PACKAGE / "data" / "store.py"]
    return _digest(code, [*files, *written], _DATA)


def _digest(code: str, files: Iterable[Path], packages: Iterable[str]) -> str:
    total = hashlib.sha256(code.encode())
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
