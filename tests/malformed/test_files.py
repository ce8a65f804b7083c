"""Files that are not what they are called: settings and studies, tables of data, plugins."""

import io
from pathlib import Path

import numpy as np
import pytest

from mlpstudy.cli.command import app
from mlpstudy.planning import plugins
from tests.malformed.conftest import STUDY, refused

# Of any YAML file
BYTES = [
    (b"", "holds no keys"),
    (b"   \n\n", "holds no keys"),
    (b"# only a comment\n", "holds no keys"),
    (b"- a\n- b\n", "holds no keys"),
    (b"text\n", "holds no keys"),
    (b"42\n", "holds no keys"),
    (b"\x00\x01\x02", "is not allowed"),
    (b"\x89PNG\r\n\x1a\n\x00", "is not UTF-8 text (byte 0)"),
    (b"\xff\xfea\x00:\x00 \x001\x00", "is not UTF-8 text"),
    ("size: défaut".encode("latin-1"), "is not UTF-8 text"),
    (b"size: default\nsize: smoke\n", "size: is given twice, in lines 1 and 2"),
    (b"size: &x default\nlanguage: *x\n", "anchors and aliases are not used"),
    (b"size: !!python/name:os.system\n", "tags are not used here"),
    (b"<<: {size: smoke}\n", "unknown key"),
    (b"size: default\n---\nsize: smoke\n", "line 2"),
    (b"%YAML 9.9\n---\nsize: smoke\n", "line 1"),
    (b"size:\tdefault\n\t- x\n", "tabs"),
    (b"size: a: b\n", "put a text that contains ': ' in quotes"),
    (b"size: [default\n", "line 2"),
    (b"size: 'default\n", "line 2"),
    (b"size: \"\\q\"\n", "line 1"),
    (b"{" * 1100, "nested too deeply"),
    (b"size: " + b"[" * 1100, "nested too deeply"),
    (b"size: " + b"9" * 4500, "not a number that can be used"),
    (b"1: x\n", "the key '1' in line 1 is not text"),
    (b"true: x\n", "the key 'true' in line 1 is not text"),
    (b"? [a]\n: b\n", "a key in line 1 is not text"),
    (b"size: " + b"x" * 300_000, "is larger than 256 KB"),
    (b"\"a\\nb\": 1\n", "unknown key"),
    (b"\"\\u202e\": 1\n", "unknown key"),
    (b"\"<script>alert(1)</script>\": 1\n", "unknown key"),
]  # fmt: skip
PLACES = ("config/config.yaml", "config/studies/mine.yaml")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("content", "says"), BYTES, ids=[str(c[:20]) for c, _ in BYTES])
def test_a_file_that_is_no_yaml_of_ours(project, capsys, place, content, says):
    Path(place).write_bytes(content)
    line = refused(["plan"], capsys)
    assert place in line and says in line


@pytest.mark.parametrize("place", PLACES)
def test_a_folder_where_a_file_should_be(project, capsys, place):
    Path(place).unlink()
    Path(place).mkdir()
    line = refused(["plan"], capsys)
    assert place in line and ("Is a directory" in line or "is no file" in line)


NAMES = ["../x", "a/b", "a b", ".x", "-x", "x" * 80, "<script>", "é", "", "a\nb", "$(x)", "{x}"]  # fmt: skip


NAMED = [(key, name) for key in ("study", "block", "figure", "dataset", "new") for name in NAMES]
NAMED += [(key, name) for key in ("study", "new") for name in ("all", "run")]


@pytest.mark.parametrize(("key", "name"), NAMED)
def test_a_name_that_is_none(project, capsys, key, name):
    quoted = '"' + name.replace("\n", "\\n") + '"'
    if key == "new":
        refused(["new", "--", name], capsys)
        return
    if key == "dataset":
        settings = f"datasets: {{{quoted}: {{file: x.csv, target: y}}}}\n"
        Path("config/config.yaml").write_text(settings, encoding="utf-8")
    else:
        old = {"study": "mine", "block": "all", "figure": "errors"}[key]
        text = STUDY.replace(f"{old}\n" if key == "study" else f"{old}", f"{quoted}\n" if key == "study" else quoted, 1)  # fmt: skip
        Path("config/studies/mine.yaml").write_text(text, encoding="utf-8")
    refused(["plan"], capsys)


# Tables


def archive(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


ROWS = [f"{i}.5,{i % 7},{'ab'[i % 2]}" for i in range(40)]


def table(*more: str, head: str = "u,v,y") -> bytes:
    return "\n".join([head, *ROWS, *more, ""]).encode()


DATA = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "head.csv": b"u,v,y\n",
    "binary.csv": bytes(range(256)) * 4,
    "zeros.csv": b"\0" * 100,
    "ragged.csv": table("1,2,3,4"),
    "quote.csv": table('"1,2,a'),
    "text.csv": table("many,2,a"),
    "missing.csv": table(",2,a"),
    "nan.csv": table("nan,2,a"),
    "inf.csv": table("inf,2,a"),
    "huge.csv": table("1e400,2,a"),
    "date.csv": table("2024-02-30,2,a"),
    "rare.csv": table("1,2,c"),
    "twice.csv": table(head="u,u,y"),
    "no_target.csv": table(head="u,v,w"),
    "one_class.csv": table().replace(b",b", b",a"),
    "latin.csv": table("1,2,\xe9").decode().encode("latin-1"),
    "few.csv": b"u,v,y\n1,2,a\n2,3,b\n",
    "only_target.csv": b"y\n" + b"a\nb\n" * 20,
    "no.parquet": b"PAR1 and nothing else",
    "empty.parquet": b"",
    "no.npz": b"PK\x03\x04 and nothing else",
    "empty.npz": b"",
    "objects.npz": archive(u=np.array([{}, 1], dtype=object), y=np.arange(2)),
    "lengths.npz": archive(u=np.zeros((40, 2)), y=np.arange(30) % 2),
    "complex.npz": archive(u=np.zeros((40, 2), complex), y=np.arange(40) % 2),
    "scalar.npz": archive(u=np.float64(1), y=np.arange(40) % 2),
    "no_target.npz": archive(u=np.zeros((40, 2))),
    "nan.npz": archive(u=np.full((40, 2), np.nan), y=np.arange(40) % 2),
    "sheet.xlsx": b"PK",
    "folder.csv": None,
    "nowhere.csv": "none",
}


@pytest.mark.parametrize("name", DATA)
def test_a_table_that_is_none(project, capsys, name):
    content = DATA[name]
    if content is None:
        Path(name).mkdir()
    elif content != "none":
        Path(name).write_bytes(content)
    settings = f"datasets: {{flowers: {{file: {name}, target: y}}}}\n"
    Path("config/config.yaml").write_text(settings, encoding="utf-8")
    for words in ("data flowers", "run dataset=flowers epochs=1"):
        assert name in refused(words.split(), capsys).replace("ends in '.xlsx'", "sheet.xlsx")


# Plugins

CODE = {
    "def f(:\n": "line 1: is no Python",
    "\0": "is no Python",
    "x = '\xe9'": "is no Python",
    "": "has no table of parts",
    "MEASURES = []": "cannot be read",
    "MEASURES = {'test_loss': len}": "is there already, in the package",
    "MEASURES = {'log': len}": "is there already, in the package",
    "MEASURES = {'and': len}": "is there already, in the package",
    "MEASURES = {'a-b': len}": "is no name",
    "FIGURES = {'line': len}": "is there already, in the package",
    "FIGURES = {'../x': len}": "is no name",
    "(" * 500 + ")" * 500: "is no Python",
}


@pytest.mark.parametrize("code", CODE, ids=[code[:25] for code in CODE])
def test_a_plugin_that_cannot_be_read(project, capsys, code):
    Path("mine.py").write_bytes(code.encode("latin-1"))
    Path("config/config.yaml").write_text("plugins: [mine.py]\n", encoding="utf-8")
    for words in (["plan"], ["run", "activation=mine"]):
        line = refused(words, capsys)
        assert "mine.py: " in line and CODE[code] in line


PARTS = {
    "MEASURES = {'m': 3}": "a function: measure(run, curves, layers)",
    "MEASURES = {'m': lambda run, curves, layers: None}": "gives a value of type NoneType",
    "MEASURES = {'m': lambda run, curves, layers: curves}": "gives a value of type DataFrame",
    "MEASURES = {'m': lambda run, curves, layers: '1'}": "gives a value of type str",
    "MEASURES = {'m': lambda run: 1}": "fails: TypeError",
    "MEASURES = {'m': lambda run, curves, layers: run['nothing']}": "fails: KeyError",
    "MEASURES = {'m': lambda run, curves, layers: curves['loss'].iloc[15]}": "fails: IndexError",
    "FIGURES = {'f': 3}": "a function static(spec, frame, words)",
    "FIGURES = {'f': (len, len, len)}": "a function static(spec, frame, words)",
    "FIGURES = {'f': lambda spec, frame, words: None}": "gives no figure of Matplotlib",
    "FIGURES = {'f': lambda spec, frame, words: frame['nothing']}": "fails: KeyError",
    "exit()\nMEASURES = {'m': len}": "does not run: SystemExit",
    "import nowhere\nMEASURES = {'m': len}": "does not run: ModuleNotFoundError",
    "def f(): f()\nf()\nMEASURES = {'m': len}": "does not run: RecursionError",
}


@pytest.mark.parametrize("code", PARTS, ids=[code[:50] for code in PARTS])
def test_a_part_that_does_not_do(project, capsys, code):
    Path("mine.py").write_text(code, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        plugins.main(["mine.py"])
    line = capsys.readouterr().err
    assert left.value.code == 2 and line.count("\n") == 1
    assert line.startswith("mlpstudy: mine.py: ") and PARTS[code] in line


# Command lines, from the commands themselves

COMMANDS = sorted(c.name or c.callback.__name__.strip("_") for c in app.registered_commands)


# The words of resume are Snakemake's, which says itself what it does not take.
@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "resume"])
@pytest.mark.parametrize("words", [["--no-such-option"], ["--=x"], ["a"] * 9 + ["--x"]])
def test_words_that_a_command_does_not_take(project, capsys, command, words):
    assert "command line: " in refused([command, *words], capsys)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistyped_command_has_a_nearest(project, capsys, command):
    assert "did you mean" in refused([f"{command[:-1]}{command[-1] * 2}"], capsys).lower()
