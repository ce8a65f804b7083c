"""Malformed inputs made from the models: for each key of each model values that it cannot have.

A case is a text that is put in place of a right one. What a value may be is read from the JSON schema
of its model, so that a new field has its cases without being named here.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from mlpstudy.design.mistakes import place_in

HOLE = "@@"  # where a value goes
STUDY = {
    "study": "mine",
    "title": "t",
    "question": "q",
    "base": {"dataset": "iris", "activation": "tanh", "epochs": 1},
    "seeds": 6,
    "tune": {"eta": {}},
    "sweep": {"all": {"grid": {"depth": [1, 2], "eta": [0.1]}}},
    "claims": [
        {
            "id": "C1",
            "name": "errs",
            "says": "s",
            "contrast": {"measure": "test_error", "factor": "depth", "of": 2, "against": 1},
            "direction": "above",
            "threshold": 0,
        }
    ],
    "figures": [{"name": "errors", "kind": "line", "x": "depth", "y": "test_error"}],
}
# What no key may be: mappings and lists in vain, what is not a number, tags, anchors, open brackets.
NEVER = ("{a: {b: 1}}", "[[1]]", ".nan", "!!python/object:os.system x", "&a x", "*a", "{", "'")
WRONG = {  # texts of YAML that a kind of value cannot be
    "integer": ("1.5", "text", "true", "[1]", ".inf", "1e400", "0x10", "1:30", "2024-02-30", "'3'",
                "9" * 40),
    "number": ("text", "true", "[0.1]", ".nan", "-.inf", "0x10", "1:30", "1_000", "2024-02-30",
               "'0.1'", "9" * 400),
    "boolean": ("1", "yes", "'true'", "[true]", "null"),
    "string": ("[x]", "{x: 1}"),
    "enum": ("nonsense", "../x", "<script>", "3", "[]", "''", "true"),
}  # fmt: skip


class Case(NamedTuple):
    """A key, and what stands there that cannot."""

    key: str
    value: str

    @property
    def name(self) -> str:
        return f"{self.key}={self.value}"[:40]


@cache
def schema_of(model: Any) -> dict[str, Any]:
    return model.model_json_schema()


def kind_of(model: Any, key: str) -> str:
    """What the values of a key are: one of WRONG, or "other"."""
    schema = place_in(schema_of(model), (key,))
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    if len(options) != 1:
        return "other"
    return "enum" if "enum" in options[0] else options[0].get("type", "other")


def beyond(model: Any, key: str) -> Iterator[str]:
    """Numbers just outside of what a key may be."""
    schema = place_in(schema_of(model), (key,))
    for option in schema.get("anyOf", [schema]):
        if "minimum" in option:
            yield str(option["minimum"] - 1)
        if "maximum" in option:
            yield str(option["maximum"] * 2)


def cases(model: Any) -> Iterator[Case]:
    """For each key of a model, all that it cannot be."""
    for key in model.model_fields:
        wrong = WRONG.get(kind_of(model, key), ())
        yield from (Case(key, value) for value in (*wrong, *beyond(model, key)))


def nevers(model: Any) -> Iterator[Case]:
    """For each key of a model one of NEVER, in turn."""
    for i, key in enumerate(model.model_fields):
        yield Case(key, NEVER[i % len(NEVER)])
