"""A YAML file -> plain values, or one line that says what is wrong with it.

Plain words mean what YAML 1.2 says (its core schema): 010 is ten, 1e-3 a number, and text is what
only YAML 1.1 takes for something else: no, on, 1:30, 1_000, 2024-01-31; 0x10 is text, too. What no
study needs is refused: anchors and aliases (a few of them can unfold to gigabytes), tags, keys given
twice (YAML keeps the last one without a word) and keys that are not text.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from mlpstudy.design.mistakes import Mistake, Place, dotted, nearest

MAX_BYTES = 256 * 1024
MAX_BITS = 63  # of a whole number: what a table can hold
TAG = "tag:yaml.org,2002:"
TEXT = f"{TAG}str"
INT = r"[-+]?[0-9]+"
FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
# What a plain word is, and the characters that such a word begins with; others are text.
PLAIN = {
    "null": (r"(~|null|Null|NULL)?", ["", *"~nN"]),
    "bool": (r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    "int": (INT, [*"-+0123456789"]),
    "float": (rf"{FLOAT}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", [*"-+.0123456789"]),
}


class _Loader(yaml.SafeLoader):
    """YAML without aliases and tags."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if event.anchor is not None:
            raise _marked("anchors and aliases are not used here (quote text after & or *)", event)
        if getattr(event, "tag", None) is not None:
            raise _marked("tags are not used here (quote text that begins with !)", event)
        return super().compose_node(parent, index)


class _Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The same by libyaml, where it is there: several times as fast, with other words for errors."""


_Loader.yaml_implicit_resolvers = _Quick.yaml_implicit_resolvers = {
    first: [
        (TAG + kind, re.compile(rf"^(?:{form})$", re.ASCII))
        for kind, (form, firsts) in PLAIN.items()
        if first in firsts
    ]
    for first in {first for _, firsts in PLAIN.values() for first in firsts}
}
for _each in (_Loader, _Quick):  # PyYAML's own takes a leading 0 for base 8
    _each.add_constructor(f"{TAG}int", lambda _, node: int(node.value))


def read(path: Path | str) -> dict[str, Any]:
    """The mapping in a YAML file, with text as keys; raises Mistake in one line."""
    text = _text(Path(path))
    try:
        loader, node = _composed(text)
        if not isinstance(node, yaml.MappingNode):
            raise Mistake("holds no keys", allowed="a mapping: key: value, one a line")
        return _value(loader, node, ())
    except Mistake as mistake:
        mistake.file = str(path)
        raise
    except yaml.MarkedYAMLError as error:
        raise _syntax(path, error) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Mistake(
            f"line {line}: the character {chr(error.character)!r} is not allowed", file=path
        ) from None
    except RecursionError:
        raise Mistake("is nested too deeply", file=path) from None


def scalar(text: str) -> Any:
    """A value as it stands in a YAML file; text where it is none. Raises Mistake for a number that
    cannot be used."""
    try:
        loader, node = _composed(text)
        return text if node is None else _value(loader, node, ())
    except (yaml.YAMLError, RecursionError):
        return text


def written(value: Any) -> str:
    """A value as `scalar` reads it again: null, true, numbers, names."""
    return value if isinstance(value, str) else json.dumps(value)


def _composed(text: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    """A loader and the document's node; what is refused or faulty raises in _Loader's words."""
    try:
        plain = not any(_adorned(event) for event in yaml.parse(text, Loader=_Quick))
        quick = _Quick(text)
        node = quick.get_single_node() if plain else None
    except yaml.YAMLError:
        plain = False
    if plain:
        return quick, node
    loader = _Loader(text)
    return loader, loader.get_single_node()


def _adorned(event: yaml.Event) -> bool:
    return bool(getattr(event, "anchor", None) or getattr(event, "tag", None))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Mistake(f"is larger than {MAX_BYTES // 1024} KB", file=path)
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        beside = sorted(each.name for each in path.parent.glob("*.y*ml"))
        found = nearest(path.name, beside)
        raise Mistake("the file does not exist", file=path, nearest=found) from None
    except OSError as error:
        raise Mistake(f"cannot be read: {error.strerror}", file=path) from None
    except UnicodeDecodeError as error:
        raise Mistake(f"is not UTF-8 text (byte {error.start})", file=path) from None


def _value(loader: yaml.SafeLoader, node: yaml.Node, place: Place) -> Any:
    """The plain value of a node: a dict, a list or a scalar."""
    if isinstance(node, yaml.MappingNode):
        lines = _lines(node, place)
        return {
            key: _value(loader, value, (*place, key))
            for key, (_, value) in zip(lines, node.value, strict=True)
        }
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, each, (*place, i)) for i, each in enumerate(node.value)]
    return _scalar(loader, node, place)


def _lines(node: yaml.MappingNode, place: Place) -> dict[str, int]:
    """The keys of a mapping and their lines."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.tag != TEXT:
            named = f"the key {key.value!r}" if isinstance(key, yaml.ScalarNode) else "a key"
            problem = f"{named} in line {line} is not text: put it in quotes"
            raise Mistake(problem, key=dotted(place))
        if key.value in lines:
            problem = f"is given twice, in lines {lines[key.value]} and {line}"
            raise Mistake(problem, key=dotted((*place, key.value)))
        lines[key.value] = line
    return lines


def _scalar(loader: yaml.SafeLoader, node: yaml.Node, place: Place) -> Any:
    try:
        value = loader.construct_object(node)
        if not isinstance(value, int) or value.bit_length() <= MAX_BITS:
            return value
    except ValueError:  # endless digits
        pass
    raise Mistake("is not a number that can be used", key=dotted(place), value=node.value)


def _marked(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _syntax(path: Path | str, error: yaml.MarkedYAMLError) -> Mistake:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    hints = {
        "mapping values are not allowed here": "put a text that contains ': ' in quotes",
        "found character '\\t' that cannot start any token": "indent with blanks, not with tabs",
    }
    hint = hints.get(error.problem or "", "")
    return Mistake(f"{where}{error.problem or error.context}", file=path, hint=hint)
