"""JSON schemas of what people write, from the models that check it: for completion in an editor.

What is checked is checked by the models. A schema says as much of it as one can, in the form in
which it is written: `name` for a claim, a single value where a list of one may stand.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.design.settings import Settings
from mlpstudy.design.study import Study

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path("config/schema")
LISTS = ("Axes", "Block")  # definitions whose lists are always written as lists
TEXTS = {
    "title",
    "question",
    "limits",
    "says",
    "note",
    "alt",
    "n_of",
}  # in one language, or in each


def study_schema() -> dict[str, Any]:
    """Of config/studies/NAME.yaml."""
    schema = Study.model_json_schema()
    claim, contrast, figure = (
        schema["$defs"][name] for name in ("Claim", "ContrastSpec", "FigureSpec")
    )
    _rename(claim, "statistic", "name")
    for each in (claim, figure):
        each["properties"]["block"] = each["properties"]["blocks"]
    contrast["required"].remove("kind")
    contrast["properties"]["factor"] = {
        "type": "string",
        "description": "the field whose levels of and against are, where they are single values",
    }
    contrast["properties"]["of"] |= {"items": {}}
    contrast["properties"]["against"] = {
        "description": contrast["properties"]["against"]["description"]
    }
    return _finished(schema, "A study of mlpstudy")


def config_schema() -> dict[str, Any]:
    """Of config/config.yaml."""
    return _finished(Settings.model_json_schema(), "The settings of mlpstudy")


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "study": study_schema,
    "config": config_schema,
}


def text_of(name: str) -> str:
    """The file of a schema; the same models make the same text."""
    return json.dumps(SCHEMAS[name](), indent=1, ensure_ascii=False) + "\n"


def file_of(name: str) -> Path:
    return FOLDER / f"{name}.schema.json"


def _rename(model: dict[str, Any], old: str, new: str) -> None:
    model["properties"] = {
        new if key == old else key: value for key, value in model["properties"].items()
    }
    model["required"] = [new if key == old else key for key in model["required"]]


def _finished(schema: dict[str, Any], title: str) -> dict[str, Any]:
    definitions = schema.pop("$defs", {})
    return {
        "$schema": DIALECT,
        **_written(schema),
        "title": title,
        "$defs": {name: _written(each, lists=name in LISTS) for name, each in definitions.items()},
    }


def _written(node: Any, lists: bool = False, key: str = "") -> Any:
    """A schema of what a model holds -> of what may be written. lists: lists stay lists."""
    if isinstance(node, list):
        return [_written(each, lists) for each in node]
    if not isinstance(node, dict):
        return node
    if "properties" in node:
        node = node | {
            "properties": {
                name: _property(name, each, lists) for name, each in node["properties"].items()
            }
        }
    rest = {
        name: each if name == "properties" else _written(each, lists)
        for name, each in node.items()
        if name not in ("allowed", "title", "minLength")
    }
    if rest.get("type") == "array" and not lists and "items" in rest:
        rest.pop("type")
        return {"anyOf": [{"type": "array", **_of_array(rest)}, rest["items"]], **_said(rest)}
    return rest


def _property(name: str, node: Any, lists: bool) -> Any:
    if name in TEXTS and "type" not in node:
        texts = {"type": "object", "required": list(LANGUAGES), "additionalProperties": False,
                 "properties": {language: {"type": "string"} for language in LANGUAGES}}  # fmt: skip
        return {"anyOf": [{"type": "string"}, texts, {"type": "null"}], **_said(node)}
    if name == "dataset":
        return _datasets(_written(node, lists))
    return _written(node, lists)


def _datasets(node: dict[str, Any]) -> dict[str, Any]:
    """Names of the package, which an editor offers, or a user's own."""
    if "items" in node:
        return node | {"items": _datasets(node["items"])}
    return {"anyOf": [node, {"type": "string"}], **_said(node)}


def _of_array(node: dict[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in node.items() if key not in _said(node)}


def _said(node: dict[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in ("description", "default") if key in node}
