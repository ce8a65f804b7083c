"""The habits of CONTRIBUTING.md that a machine can check: every line of `make lint`, and functions
that stay short."""

import ast
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import quantiles

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONG = 40  # lines
MOST_LONG = 0  # functions that are longer
MOST_MEDIAN, MOST_P90 = 7, 18  # lines


def lint() -> list[list[str]]:
    """The commands of `make lint`, which has the only list of them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    assert recipe, "the Makefile has no lint"
    return [shlex.split(line.replace("$(RUN)", sys.executable)) for line in recipe[1].splitlines()]


@pytest.mark.parametrize("command", lint(), ids=lambda words: " ".join(words[2:4]))
def test_lint(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        words = " ".join(command[2:])
        pytest.fail(f"{words}: see `make lint`\n{done.stdout}{done.stderr}", pytrace=False)


def test_the_places_that_the_guide_names_are_there():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`([\w./]+/[\w./]*)`", guide))
    named = {name for name in written if not re.search(r"^results/|[A-Z]{3}", name)}
    assert len(named) > 20
    there = (ROOT, ROOT / "src/mlpstudy")
    assert [name for name in named if not any((place / name).exists() for place in there)] == []


@cache
def functions() -> dict[str, int]:
    """The lines of each function of the package, from its def to its end."""
    lines = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                place = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                lines[place] = node.end_lineno - node.lineno + 1
    return lines


def test_no_more_functions_are_long():
    long = {place: lines for place, lines in functions().items() if lines > LONG}
    listed = "\n".join(f"{n:4} {place}" for place, n in sorted(long.items(), key=lambda p: -p[1]))
    assert len(long) <= MOST_LONG, f"{len(long)} functions of more than {LONG} lines:\n{listed}"


def test_most_functions_are_short():
    tenths = quantiles(functions().values(), n=10)
    assert tenths[4] <= MOST_MEDIAN
    assert tenths[8] <= MOST_P90
