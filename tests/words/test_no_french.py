"""French stands in the catalogue, and in what modules of studies say: nowhere else in the code."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src/mlpstudy"
MODULES = ("studies", "words/typography.py")
FRENCH = re.compile(r"[àâçéèêëîïôùûœ«»]", re.IGNORECASE)
FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if not path.relative_to(PACKAGE).as_posix().startswith(MODULES)
]


def docstrings(tree: ast.Module):
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_no_text_is_french(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set(docstrings(tree))
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped
    ]
    assert not [text for text in texts if FRENCH.search(text)]
    said = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "fr"
    ]
    assert not [
        value for value in said if not (isinstance(value, ast.Constant) and not value.value)
    ]
