import ast
import importlib

import pytest

from mlpstudy.design import names
from mlpstudy.design.names import PACKAGE, TABLES, names_of


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
