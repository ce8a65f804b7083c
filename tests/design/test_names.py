import ast
import importlib

import pytest

from mlpstudy.design import names
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import (
    PACKAGE,
    TABLES,
    functions_of,
    names_of,
    package_names,
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
    package_names.cache_clear()
    yield tmp_path / "colours.py"
    package_names.cache_clear()


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
