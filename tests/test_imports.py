"""Imports only run down the way of the data, and what stands in one folder is guessable."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "src/mlpstudy"
# Each place may import from those before it, and from itself.
WAY = (
    "files", "archive", "caches", "clock", "machine", "usage", "progress", "bilingual", "words", "rng", "design", "data", "core", "tables",
    "statistics", "analysis", "drawing", "provenance", "studies", "report", "stages", "runs", "planning",
    "landing", "publish", "recovery", "killed", "leaving", "rules", "cli", "__main__",
)  # fmt: skip
FILES = sorted(PACKAGE.rglob("*.py"))


def place(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path):
    """The places of this package that a file imports from, and the other packages."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".") for name in names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_run_down_the_way_of_the_data(path):
    if path == PACKAGE / "__init__.py":
        return
    here = WAY.index(place(path))
    for name in imported(path):
        if name[0] == "mlpstudy" and len(name) > 1:
            assert WAY.index(name[1]) <= here, f"{path.name} imports {'.'.join(name)}"


@pytest.mark.parametrize(
    ("folder", "foreign"),
    [
        ("design", {"torch", "numpy", "pandas", "sklearn", "scipy", "matplotlib"}),
        ("data", {"torch", "matplotlib", "snakemake"}),
        ("core", {"pandas", "sklearn", "matplotlib", "snakemake"}),
        ("drawing", {"torch", "sklearn"}),
        ("words", {"torch", "numpy", "pandas", "matplotlib", "jinja2"}),
        ("report", {"torch", "sklearn", "scipy", "matplotlib"}),
    ],
)
def test_a_folder_stays_with_its_own_libraries(folder, foreign):
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        used = {name[0] for name in imported(path)}
        assert not used & foreign, f"{path.name} imports {used & foreign}"


TABLES = ("tables.py", "reading.py", "table_files.py", "leaks.py")  # what reads a user's own table


def test_only_who_reads_tables_knows_pandas_and_pyarrow():
    for path in sorted((PACKAGE / "data").rglob("*.py")):
        used = {name[0] for name in imported(path)} & {"pandas", "pyarrow"}
        assert not used or path.name in TABLES, f"{path.name} imports {used}"
