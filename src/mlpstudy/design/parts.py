"""A user's own activations, initializations, costs, measures and kinds of figure: names in Python
files that config.yaml lists.

Here the files are read, not run: Snakemake checks names while it parses. Who trains, measures or
draws imports them: see mlpstudy.core.parts. A table is a dictionary literal at the top level of a file,

    ACTIVATIONS = {"swish2": (swish2, slope_of_swish2)}
"""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from re import fullmatch

from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.files import sha256

LEARNT = {"activation": "ACTIVATIONS", "initialization": "INITIALIZATIONS", "cost": "COSTS"}
TABLES = {**LEARNT, "measure": "MEASURES", "figure": "FIGURES"}  # of what runs and studies name
PLUGINS = "plugins"  # the key of the settings, and of what is planned
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "letters, digits, _ and -, not _ or - first"
WORD = r"[A-Za-z_][A-Za-z0-9_]{0,63}", "letters, digits and _, no digit first"
PATTERNS = {"measure": WORD, "figure": WORD}  # a measure stands in expressions

_names: dict[str, dict[str, Path]] = {}  # by field and name, the file that has it


def use(files: Iterable[str | Path], taken: Mapping[str, Iterable[str]] | None = None) -> None:
    """From now on the parts in these files, and no others, are known beside the package's.

    taken: by field the names of the package. Raises Mistake, and then nothing has changed.
    """
    found = _found(files, taken or {})
    _names.clear()
    _names.update(found)


def _found(
    files: Iterable[str | Path], taken: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Path]]:
    """By field and name, the file that has it."""
    found: dict[str, dict[str, Path]] = {}
    for file in map(Path, files):
        if not (tables := dict(_tables(_tree(file)))):
            allowed = f"one of {', '.join(TABLES.values())}: {{...}}"
            raise Mistake("has no table of parts", file=str(file), allowed=allowed)
        for field, table in tables.items():
            for name in _keys(file, table, *PATTERNS.get(field, NAME)):
                places = found.setdefault(field, {})
                _refuse_taken(file, field, name, places.get(name), taken)
                places[name] = file
    return found


def names(field: str) -> tuple[str, ...]:
    """A user's own names that a field may take."""
    return tuple(_names.get(field, ()))


def files() -> tuple[Path, ...]:
    """The files that are used, each once."""
    return tuple(dict.fromkeys(file for names in _names.values() for file in names.values()))


def file_of(field: str, name: str) -> Path | None:
    """The file that has a part; None for one of the package."""
    return _names.get(field, {}).get(name)


def listed() -> dict[str, list[str]]:
    """What a job or a study says of the files that are used; nothing where there are none."""
    return {PLUGINS: list(map(str, files()))} if _names else {}


def listed_in(spec: object) -> list[str]:
    """The files that a job or a study says it uses."""
    return list(spec.get(PLUGINS, ())) if isinstance(spec, Mapping) else []


def fingerprints(
    used: Mapping[str, Iterable[str]], files: Iterable[str | Path] | None = None
) -> list[str]:
    """For each used part of a user's own what tells it from another one of this name: the bytes of
    its file. used: names by field. files: other ones than those in use."""
    known = _names if files is None else _found(files, {})
    return sorted(
        f"{field}={name} {sha256(file.read_bytes())}"
        for field, places in known.items()
        for name, file in places.items()
        if name in used.get(field, ())
    )


def _refuse_taken(
    file: Path, field: str, name: str, other: Path | None, taken: Mapping[str, Iterable[str]]
) -> None:
    place = other or ("the package" if name in taken.get(field, ()) else None)
    if place:
        problem = f"is there already, in {place}"
        raise Mistake(problem, file=str(file), key=TABLES[field], value=name)


def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except OSError as error:
        close = nearest(str(file), map(str, file.parent.glob("*.py")))
        problem = f"cannot be read: {error.strerror}"
        raise Mistake(problem, file=str(file), key="plugins", nearest=close) from None
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise Mistake(f"{line}is no Python ({reason})", file=str(file)) from None


def _tables(tree: ast.Module) -> Iterable[tuple[str, ast.expr]]:
    fields = {table: field for field, table in TABLES.items()}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id in fields:
                    yield fields[target.id], node.value


def _keys(file: Path, table: ast.expr, pattern: str, allowed: str) -> list[str]:
    """The names in a table; raises Mistake where they cannot be read without running the file."""
    keys = table.keys if isinstance(table, ast.Dict) else [None]
    texts = [
        key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    if len(texts) < len(keys):
        problem = f"line {table.lineno}: the table's names cannot be read"
        raise Mistake(problem, file=str(file), allowed='a dictionary such as {"swish2": ...}')
    for i, name in enumerate(texts):
        if not fullmatch(pattern, name):
            raise Mistake("is no name", file=str(file), value=name, allowed=allowed)
        if name in texts[:i]:
            raise Mistake("is there twice", file=str(file), value=name)
    return texts
