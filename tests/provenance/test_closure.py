"""A closure holds what an entry runs and nothing else."""

import pytest

from mlpstudy.design.used import FIELD
from mlpstudy.provenance import closure, module
from mlpstudy.provenance.closure import Entry, Package
from mlpstudy.provenance.module import TABLES

FILES = {
    "main.py": '''
"""Begins here."""
from typing import TYPE_CHECKING
import numpy as np
from mlpstudy import parts
from mlpstudy.parts import draw
from mlpstudy.types import Shape
if TYPE_CHECKING:
    from mlpstudy.never import Never

LIMIT = 3  # a constant

def begin(shape: Shape, how):
    """Does it."""
    from mlpstudy.lazy import late
    return late(draw(how), np.zeros(LIMIT), parts.deep.dig(), Later)

def other():
    return 4

class Later:
    """Is made when it is asked for."""

    size: int = 1

    def grow(self):
        return _grown(self)

def _grown(it):
    return it.size + 1
''',
    "parts/__init__.py": "from mlpstudy.parts.colours import draw\nfrom mlpstudy.parts import deep\n",
    "parts/colours.py": '''
import torch
from mlpstudy.parts.base import Paint

def _red():
    return _mixed(1)

def _mixed(x):
    return Paint(x)

def _blue():
    return torch.zeros(2)

COLOURS = {"red": _red, "blue": _blue, "green": lambda: 3}

def draw(how):
    return COLOURS[how]()

def all_of_them():
    return [COLOURS[name] for name in COLOURS]

def ask(how):
    return how in COLOURS and COLOURS.get(how)

def red():
    return COLOURS["red"]()
''',
    "parts/base.py": '''
class Paint(tuple):
    pass

KEPT = {}
KEPT["here"] = 1

class Book:
    def keep(self, page):
        return page

book = Book()

@book.keep
def page():
    return 5
''',
    "core/native/kernels.py": '''
from mlpstudy.core.native.compiled import chained, like

def _slope(x):
    return like(x)

ACTIVATIONS = {"relu": _slope, "tanh": lambda x: x}
activate = chained([g for g in ACTIVATIONS.values()])

def learn(run):
    return activate(list(ACTIVATIONS).index(run))
''',
    "core/native/compiled.py": '''
def chained(functions):
    return functions

def registered(*what):
    return lambda function: function

def like(x):
    return x

@registered(like)
def _like(x):
    return 1
''',
    "parts/deep.py": "def dig():\n    return 6, open('pages/page.css')\n\ndef deeper():\n    return 7\n",
    "parts/pages/page.css": "colour: red",
    "parts/pages/back.css": "colour: red",
    "parts/other.css": "colour: red",
    "lazy.py": "def late(*all): return all\n",
    "types.py": "class Shape:\n    pass\n",
    "never.py": "class Never:\n    pass\n",
    "notes.py": "def note():\n    return draw_it('green')\n\ndef draw_it(how):\n    from mlpstudy.parts.colours import draw\n    return draw(how)\n",
}  # fmt: skip
BEGIN = Entry("main.py", ("begin",))


@pytest.fixture
def written(tmp_path, monkeypatch):
    """written(file, old, new) -> the package, with one change to one file."""
    for reader in (closure, module):
        monkeypatch.setattr(reader, "TABLES", {("parts/colours.py", "COLOURS"): "colour"})

    def written(file: str = "", old: str = "", new: str = "") -> Package:
        for name, text in FILES.items():
            path = tmp_path / "mlpstudy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            assert name != file or text.count(old) == 1, f"{old!r} stands once in {file}"
            path.write_text(text.replace(old, new) if name == file else text)
        return Package(tmp_path / "mlpstudy")

    return written


def test_a_folder_may_offer_what_is_called_like_a_module_of_it(tmp_path):
    """dig in parts/dig.py, also as parts.dig."""
    (tmp_path / "mlpstudy" / "parts").mkdir(parents=True)
    files = {
        "main.py": "from mlpstudy.parts import dig\n\ndef main():\n    return dig()\n",
        "parts/__init__.py": "from mlpstudy.parts.dig import dig\n",
        "parts/dig.py": "def dig():\n    return 1\n",
    }
    digests = []
    for result in ("return 1", "return 2"):
        for name, text in files.items():
            (tmp_path / "mlpstudy" / name).write_text(text.replace("return 1", result))
        digests.append(Package(tmp_path / "mlpstudy").closure([Entry("main.py", ("main",))]))
    assert digests[0] != digests[1]


SAME = [
    ("main.py", "# a constant", "# another comment"),
    ("main.py", '"""Does it."""', '"""Does something."""'),
    ("main.py", '"""Is made when it is asked for."""', ""),
    ("main.py", "return late(draw(how), ", "return late(\n        (draw(how)),\n        "),
    ("main.py", "return 4", "return 5"),
    ("main.py", "shape: Shape", "shape: int"),
    ("main.py", "import numpy as np", "import numpy as np, pandas"),
    ("parts/deep.py", "return 7", "return 8"),
    ("parts/colours.py", "torch.zeros", "torch.ones"),  # of another entry
    ("parts/colours.py", "lambda: 3", "lambda: 4"),
    ("parts/colours.py", '"blue": _blue', '"blue": _blue, "grey": _mixed'),
    ("parts/colours.py", "for name in COLOURS]", "for name in COLOURS if name]"),
    ("types.py", "pass", "size = 1"),
    ("never.py", "pass", "size = 1"),
    ("notes.py", "'green'", "'blue'"),
    ("parts/other.css", "red", "blue"),
]
CHANGED = [
    ("main.py", "LIMIT = 3", "LIMIT = 4"),
    ("main.py", "np.zeros", "np.ones"),
    ("main.py", "import numpy as np", "import torch as np"),
    ("main.py", "it.size + 1", "it.size + 2"),
    ("main.py", "size: int = 1", "size: float = 1"),
    ("main.py", "begin(shape: Shape, how)", "begin(shape: Shape, how=1)"),
    ("main.py", "from mlpstudy.parts import draw", "from mlpstudy.parts.deep import dig as draw"),
    ("lazy.py", "return all", "return list(all)"),
    ("parts/deep.py", "return 6", "return 5"),
    ("parts/colours.py", "_mixed(1)", "_mixed(2)"),
    ("parts/colours.py", "return Paint(x)", "return Paint([x])"),
    ("parts/colours.py", '"red": _red', '"red": _blue'),
    ("parts/base.py", "class Paint(tuple):\n    pass", "class Paint(list):\n    pass"),
    ("parts/base.py", 'KEPT["here"] = 1', 'KEPT["here"] = 2'),  # what importing it does
    ("parts/base.py", "return 5", "return 6"),  # registered
    ("parts/__init__.py", "from mlpstudy.parts.colours import draw", "draw = print"),
    ("parts/__init__.py", "import deep\n", "import deep\nprint(deep)\n"),
    ("parts/pages/page.css", "red", "blue"),
    ("parts/pages/back.css", "red", "blue"),
]


@pytest.mark.parametrize(("file", "old", "new"), SAME)
def test_what_is_not_run_does_not_count(written, file, old, new):
    red = {"colour": ["red"]}
    before = written().closure([BEGIN], red)
    assert written(file, old, new).closure([BEGIN], red) == before


@pytest.mark.parametrize(("file", "old", "new"), CHANGED)
def test_what_is_run_counts(written, file, old, new):
    red = {"colour": ["red"]}
    before = written().closure([BEGIN], red)
    assert written(file, old, new).closure([BEGIN], red).code != before.code


def test_a_file_that_moves_changes_nothing(written, tmp_path):
    before = written().closure([BEGIN], {})
    package = written("main.py", "from mlpstudy.lazy", "from mlpstudy.new.place")
    (tmp_path / "mlpstudy/new").mkdir()
    (tmp_path / "mlpstudy/lazy.py").rename(tmp_path / "mlpstudy/new/place.py")
    assert package.closure([BEGIN], {}) == before


def test_packages_are_those_that_are_run(written):
    package = written()
    assert package.closure([BEGIN], {"colour": ["red"]}).packages == ("numpy",)
    assert package.closure([BEGIN], {"colour": ["blue"]}).packages == ("numpy", "torch")
    assert package.closure([Entry("main.py", ("other",))]).packages == ()


@pytest.mark.parametrize(
    ("entry", "used", "entries"),
    [
        ("draw", {}, ""),
        ("draw", {"colour": ["red"]}, "red"),
        ("draw", {"colour": ["red", "green", "none"]}, "red green"),
        ("draw", None, "red blue green"),
        ("ask", {"colour": ["blue"]}, "blue"),
        ("red", {}, "red"),
        ("red", {"colour": ["blue"]}, "red"),
        ("all_of_them", {}, "red blue green"),
    ],
)
def test_a_table_counts_by_the_entries_that_are_used(written, entry, used, entries):
    changes = {
        "red": ("_mixed(1)", "_mixed(9)"),
        "blue": ("zeros(2)", "zeros(9)"),
        "green": ("lambda: 3", "lambda: 9"),
    }
    begin = [Entry("parts/colours.py", (entry,))]
    before = written().closure(begin, used)
    after = {
        name: written("parts/colours.py", *change).closure(begin, used)
        for name, change in changes.items()
    }
    assert [name for name in changes if after[name] != before] == entries.split()


def test_a_walk_over_a_table_sees_its_order(written):
    old = '"red": _red, "blue": _blue'
    for entry, changes in (("all_of_them", True), ("draw", False)):
        begin = Entry("parts/colours.py", (entry,))
        turned = written("parts/colours.py", old, '"blue": _blue, "red": _red').closure([begin])
        assert (turned != written().closure([begin])) == changes


@pytest.mark.parametrize(
    ("file", "old", "new", "used", "changes"),
    [
        ("kernels.py", '"tanh": lambda x: x', '"tanh": lambda x: x, "elu": _slope', "tanh", False),
        ("kernels.py", '"tanh": lambda x: x', '"tanh": lambda x: 2 * x', "tanh", True),
        ("kernels.py", '"tanh": lambda x: x', '"tanh": lambda x: 2 * x', "relu", False),
        ("kernels.py", "return like(x)", "return like(x + 1)", "relu", True),
        ("kernels.py", "return like(x)", "return like(x + 1)", "tanh", False),
        ("kernels.py", "activate = chained([g for", "activate = chained([(g, 1) for", "tanh", True),
        ("compiled.py", "return 1", "return 2", "relu", True),  # what compiled code runs for like
        ("compiled.py", "return functions", "return functions[:]", "relu", True),
    ],
)
def test_a_walk_of_the_native_engine_counts_by_the_entries_that_are_used(
    written, file, old, new, used, changes
):
    begin, used = [Entry("core/native/kernels.py", ("learn",))], {"activation": [used]}
    after = written(f"core/native/{file}", old, new).closure(begin, used)
    assert (after != written().closure(begin, used)) == changes


def test_an_entry_is_used_where_its_name_stands_in_another_file(written):
    begin = Entry("notes.py", ("note",))
    before = written().closure([begin], {})
    assert written("parts/colours.py", "lambda: 3", "lambda: 4").closure([begin], {}) != before
    assert written("parts/colours.py", "zeros(2)", "zeros(3)").closure([begin], {}) == before


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("nothing.py"), "the package has no file nothing.py"),
        (Entry("main.py", ("begin", "end")), "main.py has no end"),
    ],
)
def test_an_entry_that_is_not_there_is_an_error(written, entry, message):
    with pytest.raises(LookupError, match=message):
        written().closure([entry])


CATALOGUE = """# A translator
#: src/a.py:12
#, fuzzy
msgid "depth"
msgstr "profondeur"
"""


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("src/a.py:12", "src/a.py:13", False),
        ("# A translator", "", False),
        ("#, fuzzy\n", "", True),
        ("profondeur", "hauteur", True),
    ],
)
def test_a_catalogue_counts_by_its_messages(tmp_path, old, new, changes):
    files = {"words/say.py": "def say(): return open('fr')\n", "words/fr/messages.po": CATALOGUE}
    seen = []
    for text in (CATALOGUE, CATALOGUE.replace(old, new)):
        for name, content in (files | {"words/fr/messages.po": text}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content)
        seen.append(Package(tmp_path).closure([Entry("words/say.py", ("say",))]))
    assert (seen[0] != seen[1]) == changes


RUN = '''
from pydantic import BaseModel, Field, model_validator

class Run(BaseModel):
    """One training."""

    depth: int = Field(2, ge=0, description="hidden layers")
    dropout: float = Field(0.0, ge=0, description="share switched off")
    residual: str = "none"

    @model_validator(mode="after")
    def _fits(self):
        return self

    @property
    def deep(self):
        return self.depth > 2
'''


@pytest.mark.parametrize(
    ("old", "new", "set_fields", "changes"),
    [
        ('residual: str = "none"', 'residual: str = "none"\n    clip: float = 0.0', [], False),
        ('residual: str = "none"', 'residual: str = "none"\n    gain: float = 1.0', [], True),
        ('"share switched off"', '"share of units"', ["dropout"], False),
        ("0.0, ge=0", "0.0, ge=0, le=1", ["dropout"], False),
        ("Field(0.0", "Field(0.5", [], True),
        ("Field(2", "Field(3", [], True),
        ("dropout: float", "dropout: int", [], False),
        ("dropout: float", "dropout: int", ["dropout"], True),
        ("return self\n", "return self.check()\n", ["dropout"], False),
        ("self.depth > 2", "self.depth > 3", [], True),
    ],
)
def test_a_field_of_run_counts_where_it_does_something(tmp_path, old, new, set_fields, changes):
    assert RUN.count(old) == 1
    (tmp_path / "design").mkdir()
    seen = []
    for text in (RUN, RUN.replace(old, new)):
        (tmp_path / "design/run.py").write_text(text)
        begin = Entry("design/run.py", ("Run",))
        seen.append(Package(tmp_path).closure([begin], {FIELD: set_fields}))
    assert (seen[0] != seen[1]) == changes


@pytest.mark.parametrize(("file", "table"), TABLES)
def test_every_table_is_a_dictionary_of_the_package(file, table):
    module = Package().module(file.removesuffix(".py").replace("/", "."))
    assert module.tables[table]


@pytest.mark.parametrize("name", sorted(closure.SILENT))
def test_what_makes_nothing_is_there(name):
    package = Package()
    place, _, last = name.rpartition(".")
    assert package.module(name) or last in package.module(place).defined


def test_a_name_of_a_folder_may_be_called_like_its_module(tmp_path):
    files = {
        "main.py": "from mlpstudy.parts import answer\n\ndef begin():\n    return answer()\n",
        "parts/__init__.py": "from mlpstudy.parts.answer import answer\n",
        "parts/answer.py": "def answer():\n    return 41\n\ndef unused():\n    return 1\n",
    }

    def code(changed: str) -> tuple[str, ...]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.replace("41", changed), encoding="utf-8")
        return Package(tmp_path).closure([Entry("main.py", ("begin",))]).code

    assert code("41") == code("41") != code("42")
