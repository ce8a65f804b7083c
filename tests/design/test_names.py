import ast
import importlib

import pytest

from mlpstudy.design import names
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import (
    PACKAGE,
    TABLES,
    code_of,
    functions_of,
    names_of,
    sources_of,
)


@pytest.mark.parametrize("field", TABLES)
def test_names_read_from_the_source_are_those_of_the_table(field):
    file, table = TABLES[field]
    module = importlib.import_module("mlpstudy." + file.removesuffix(".py").replace("/", "."))
    assert names_of(field) == tuple(getattr(module, table))


@pytest.mark.parametrize("field", TABLES)
def test_no_name_is_there_twice(field):
    file, table = TABLES[field]
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    assert table in {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert len(set(names_of(field))) == len(names_of(field)) > 1


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(names, "PACKAGE", tmp_path)
    monkeypatch.setattr(names, "TABLES", {"colour": ("colours.py", "COLOURS")})
    names_of.cache_clear()
    yield tmp_path / "colours.py"
    names_of.cache_clear()


@pytest.mark.parametrize("left", ["COLOURS", "COLOURS: dict[str, int]"])
def test_a_table_is_read_without_running_its_file(package, left):
    package.write_text(f"import torch_is_not_here\n{left} = {{'red': f(1), 'blue': lambda: 2}}\n")
    assert names_of("colour") == ("red", "blue")


def test_a_file_without_its_table_is_named(package):
    package.write_text("SHADES = {'red': 1}\n")
    with pytest.raises(LookupError, match="colours.py has no table COLOURS"):
        names_of("colour")


@pytest.mark.parametrize(("name", "right"), [("my-data", True), ("my data", False), ("../x", False),
                                             ("my.data", False), ("_x", False), ("", False)])  # fmt: skip
def test_a_name_becomes_part_of_a_file_s_name(package, name, right):
    package.write_text(f"COLOURS = {{'red': 1, {name!r}: 2}}\n")
    if right:
        assert names_of("colour") == ("red", name)
        return
    with pytest.raises(Mistake) as caught:
        names_of("colour")
    assert f"colours.py: COLOURS: {name!r} is no name; letters, digits, _ and -" in str(
        caught.value
    )


def test_functions_are_those_of_the_top_level(tmp_path):
    file = tmp_path / "some.py"
    file.write_text("import not_here\ndef measure(): pass\nclass A:\n    def inner(self): pass\n")
    assert functions_of(file) == ("measure",)
    file.write_text("def other():\n    def measure(): pass\n# written again, so read again")
    assert functions_of(file) == ("other",)


def test_sources_are_followed_through_the_package(monkeypatch, tmp_path):
    package = tmp_path / "thing"
    (package / "deep").mkdir(parents=True)
    monkeypatch.setattr(names, "PACKAGE", package)
    files = {
        "a.py": "import os\nimport thing.b\ndef f():\n    from thing.deep import c, missing\n",
        "b.py": "from thing.a import f\n",  # a circle ends
        "deep/c.py": "from thing.deep.d import x\n",
        "deep/d.py": "import numpy\n",
        "e.py": "from thing import a\n",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    found = [path.relative_to(package).as_posix() for path in sources_of(package / "a.py")]
    assert found == ["a.py", "b.py", "deep/c.py", "deep/d.py"]
    assert sources_of(package / "deep/d.py") == [package / "deep/d.py"]


CODE = """
import numpy as np

SHADE = 1
COUNT = {"red": 2}

def red():
    return _mixed(SHADE)

def _mixed(x):
    return np.array(x)

def blue():
    return 3

COLOURS = {"red": red, "blue": blue}
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("SHADE = 1", "SHADE = 2", {"red"}),
        ("np.array(x)", "np.array(x) + 1", {"red"}),
        ("import numpy as np", "import other as np", {"red"}),
        ("return 3", "return 4", {"blue"}),
        ("return 3", "return 3  # a comment", set()),
        ('"red": 2', '"red": 3', set()),
        ('"blue": blue}', '"blue": blue, "green": blue}', set()),
        ('"blue": blue}', '"blue": red}', {"blue"}),
    ],
)
def test_the_code_of_an_entry_is_what_it_uses(package, old, new, changed):
    package.write_text(CODE)
    before = {name: code_of("colour", name) for name in ("red", "blue")}
    package.write_text(CODE.replace(old, new))
    assert CODE.count(old) == 1
    assert {name for name in before if code_of("colour", name) != before[name]} == changed


def test_the_code_of_an_entry_names_the_files_that_it_imports():
    checking = [PACKAGE / "data/checks.py", PACKAGE / "design/mistakes.py"]
    assert code_of("dataset", "moons")[1] == [*checking, PACKAGE / "rng.py"]
    assert code_of("dataset", "iris")[1] == checking
