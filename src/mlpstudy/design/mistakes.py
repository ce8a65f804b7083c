"""A user's mistake, told in one line: file, key, value, what is allowed, the nearest match."""

import difflib
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError


class ABSENT:
    """Stands for what was not written; also in another process, where an object would be another."""


LONGEST_VALUE = 60
LONGEST_KEY = 160
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[-+]?(0,\d{1,20}|\d{1,20},(?!\d{3}$)\d{1,20})", re.ASCII)  # not 1,000

# Words of other frameworks, and what they are called here.
SYNONYMS = {
    "lr": "eta",
    "learning_rate": "eta",
    "hidden_size": "width",
    "units": "width",
    "layers": "depth",
    "num_layers": "depth",
    "batch": "batch_size",
    "l2": "weight_decay",
    "random_state": "seed",
    "loss": "cost",
    "n_splits": "folds",
    "cv": "folds",
    "k_folds": "folds",
    "kfold": "folds",
    "xavier_uniform": "glorot_uniform",
    "xavier_normal": "glorot_normal",
    "kaiming_uniform": "he_uniform",
    "kaiming_normal": "he_normal",
    "linear": "identity",
    "cross_entropy": "nll",
    "warmup_epochs": "warmup",
    "warmup_steps": "warmup",
    "max_norm": "clip",
    "clip_norm": "clip",
    "clipnorm": "clip",
    "gradient_clip_val": "clip",
    "clip_grad_norm": "clip",
    "swish": "silu",
    "max_steps": "steps",
    "total_steps": "steps",
    "iterations": "steps",
    "kernel_size": "kernel",
    "strides": "stride",
    "bias_std": "init_bias",
    "sigma_b": "init_bias",
    "dropout_input": "input_dropout",
    "batch_norm": "norm",
    "batchnorm": "norm",
    "batch_normalization": "norm",
    "layer_norm": "norm",
    "layernorm": "norm",
    "layer_normalization": "norm",
    "normalization": "norm",
    "use_batch_norm": "norm",
    "early_stopping": "patience",
    "early_stopping_rounds": "patience",
    "n_iter_no_change": "patience",
    "class_weight": "class_weights",
    "max_epochs": "epochs",
    "max_iter": "epochs",
    "n_epochs": "epochs",
    "num_epochs": "epochs",
    "data": "dataset",
    "dataset_name": "dataset",
    "n_layers": "depth",
    "hidden_layers": "depth",
    "n_hidden": "width",
    "hidden_dim": "width",
    "hidden_layer_sizes": "width",
    "nonlinearity": "activation",
    "act": "activation",
    "init": "initialization",
    "weight_init": "initialization",
    "solver": "optimizer",
    "optim": "optimizer",
    "criterion": "cost",
    "loss_fn": "cost",
    "loss_function": "cost",
    "bs": "batch_size",
    "dropout_rate": "dropout",
    "train_samples": "train_size",
    "n_train": "train_size",
    "logistic": "sigmoid",
    "crossentropy": "nll",
    "categorical_crossentropy": "nll",
    "sparse_categorical_crossentropy": "nll",
    "softmax": "nll",
    # Of tables, in pandas and elsewhere
    "path": "file",
    "filename": "file",
    "csv": "file",
    "label": "target",
    "labels": "target",
    "y": "target",
    "label_column": "target",
    "target_column": "target",
    "categories": "classes",
    "class_names": "classes",
    "keep": "classes",
    "keep_classes": "classes",
    "min_count": "at_least",
    "min_frequency": "at_least",
    "minimum": "at_least",
    "features": "columns",
    "inputs": "columns",
    "x": "columns",
    "usecols": "columns",
    "exclude": "drop",
    "ignore": "drop",
    "sep": "separator",
    "delimiter": "separator",
    "na_values": "na",
    "categorical": "one_hot",
    "dummies": "one_hot",
    "standardize": "standardise",
    "normalize": "standardise",
    "scale": "standardise",
    "n_samples": "examples",
    "type": "task",
    # Of a study
    "metric": "measure",
    "baseline": "against",
    "control": "against",
    "hypotheses": "claims",
    "plots": "figures",
    "n_seeds": "seeds",
}

# Keys to whose names a user may add, and how.
_OWN_PARTS = "a new one: plugins: [my_parts.py] in config.yaml, docs/own-parts.md"
ADDED = {
    "dataset": "a new one: datasets: in config.yaml, docs/own-data.md",
    **dict.fromkeys(("activation", "initialization", "cost", "kind", "measure"), _OWN_PARTS),
}

Place = tuple[str | int, ...]


class Mistake(Exception):
    """What a user wrote and cannot be meant. str() is one line that says where, what and how else.

    `value` is what was written (left out of the line where it is ABSENT), `allowed` what may stand
    there, `nearest` the permitted word that comes closest, `hint` how to write what was meant.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Any = "",
        key: str = "",
        value: Any = ABSENT,
        allowed: str = "",
        nearest: str = "",
        hint: str = "",
    ):
        self.problem, self.file, self.key, self.value = problem, str(file), key, value
        self.allowed, self.nearest, self.hint = allowed, nearest, hint
        super().__init__(problem)

    def __str__(self) -> str:
        what = self.problem if self.value is ABSENT else f"{shown(self.value)} {self.problem}"
        where = [part for part in (self.file, _short(self.key, LONGEST_KEY)) if part]
        question = f"did you mean {self.nearest!r}?" if self.nearest else ""
        rest = [part for part in (self.allowed, self.hint, question) if part]
        return _one_line("; ".join([": ".join([*where, what]), *rest]))


def shown(value: Any) -> str:
    """A value as YAML would write it, on one line and at most 60 characters long."""
    try:
        text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # no value of YAML, or far too long
        text = f"a value of type {type(value).__name__}"
    text = {"NaN": ".nan", "Infinity": ".inf", "-Infinity": "-.inf"}.get(text, text)
    return _one_line(_short(text, LONGEST_VALUE))


def dotted(place: Place) -> str:
    """A place in a document as a reader writes it: sweep.start.grid.eta[2]."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            word = part if re.fullmatch(r"[\w-]+", part) else shown(part)
            text += f".{word}" if text else word
    return text


def nearest(word: Any, options: Iterable[str]) -> str:
    """The option that a word means elsewhere, or that comes closest to it, whatever its case; ""
    where there is none."""
    options = list(options)
    if (meant := SYNONYMS.get(_form(str(word)))) in options:
        return meant
    by_form = {_form(option): option for option in reversed(list(options))}
    close = difflib.get_close_matches(_form(str(word)), by_form, n=1)
    return by_form[close[0]] if close else ""


def refuse(
    problem: str, key: Place = (), allowed: str = "", options: Iterable[str] = ()
) -> PydanticCustomError:
    """An error for a pydantic validator to raise, which `mistake_in` tells in these words.

    A `key` given is the place below the validator's own; the value is then not repeated.
    """
    context = {"problem": problem, "key": key, "allowed": allowed, "options": list(options)}
    return PydanticCustomError("refused", "{problem}", context)


def text_like(pattern: str, allowed: str) -> Any:
    """The type of a text that a regular expression matches as a whole, `allowed` in words."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise refuse("is not allowed", allowed=allowed)
        return text

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"allowed": allowed})]


def mistake_in(
    error: ValidationError,
    model: Any,
    file: Any = "",
    locate: Callable[[Place], str] = dotted,
) -> Mistake:
    """The Mistake behind what pydantic found when it made a `model` of a document.

    Of several errors an unknown key comes first: it is often why another one is missing.
    """
    found = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    context = found.get("ctx", {})
    place = tuple(part for part in found["loc"] if part != "[key]")
    schema = _schema(model)
    tell = {"extra_forbidden": _unknown, "missing": _missing, "refused": _refused}
    told = tell.get(found["type"], _not_allowed)(found["input"], place, context, schema)
    told.file, told.key = str(file), locate((*place, *context.get("key", ())))
    return told


@cache
def _schema(model: Any) -> dict:
    return model.model_json_schema()


def place_in(schema: dict, place: Place) -> dict:
    """The part of a JSON schema that speaks about one place of a document; {} where none does."""
    options = _options(schema, schema)
    for part in place:
        below = [_below(option, part) for option in options]
        options = [option for schema_ in below for option in _options(schema_, schema)]
    return options[0] if len(options) == 1 else {"anyOf": options} if options else {}


def words(schema: dict) -> str:
    """What a JSON schema allows, in words."""
    if "allowed" in schema:
        return schema["allowed"]
    if "anyOf" in schema:
        return " or ".join(words(option) for option in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(map(_word, schema["enum"]))
    if schema.get("type") == "array":
        several = " of one or more" if schema.get("minItems") else ""
        return f"a list{several}, each {words(schema.get('items', {}))}"
    return f"{_KINDS.get(schema.get('type', ''), 'a value')} {_limits(schema)}".strip()


def _word(value: Any) -> str:
    """A value that may stand somewhere: in quotes where it is no word."""
    return str(value) if re.fullmatch(r"[\w.+-]+", str(value)) else repr(value)


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "object": "a mapping",
    "null": "null",
}
_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def _limits(schema: dict) -> str:
    given = [(sign, schema[bound]) for bound, sign in _BOUNDS.items() if bound in schema]
    limits = [f"{sign} {int(n) if n == int(n) and n < 2**53 else n}" for sign, n in given]
    if "maxLength" in schema:
        limits.append(f"of {schema.get('minLength', 0)} to {schema['maxLength']} characters")
    return " and ".join(limits)


def _unknown(_value: Any, place: Place, _context: dict, schema: dict) -> Mistake:
    above = place_in(schema, place[:-1])
    keys = [key for each in above.get("anyOf", [above]) for key in each.get("properties", ())]
    return Mistake(
        "unknown key", allowed="one of " + ", ".join(keys), nearest=nearest(place[-1], keys)
    )


def _missing(_value: Any, place: Place, _context: dict, schema: dict) -> Mistake:
    return Mistake("is missing", allowed=words(place_in(schema, place)))


def _refused(value: Any, place: Place, context: dict, _schema: dict) -> Mistake:
    field = next((part for part in reversed(place) if isinstance(part, str)), "")
    return Mistake(
        context["problem"],
        value=ABSENT if context["key"] else value,
        allowed=context["allowed"],
        nearest=nearest(value, context["options"]),
        hint=ADDED.get(field, "") if context["options"] else "",
    )


def _not_allowed(value: Any, place: Place, _context: dict, schema: dict) -> Mistake:
    expected = place_in(schema, place)
    return Mistake(
        "is not allowed",
        value=value,
        allowed=words(expected),
        nearest=nearest(value, map(str, _enum(expected))),
        hint=_hint(value, expected),
    )


def _enum(schema: dict) -> list:
    return [each for option in schema.get("anyOf", [schema]) for each in option.get("enum", ())]


def _hint(value: Any, expected: dict) -> str:
    """How to write the number that a string, or a number with a point, seems to mean."""
    kinds = {option.get("type") for option in expected.get("anyOf", [expected])}
    if "integer" in kinds and (whole := _whole(value)) is not None:
        return f"write {whole}"
    if "number" not in kinds or not isinstance(value, str):
        return ""
    text = value.strip()
    if len(text) < 40 and NUMBER.fullmatch(text):
        return f"write {text} without quotes"
    if DECIMAL_COMMA.fullmatch(text):
        return f"write {text.replace(',', '.')}"
    whole = _whole(value)
    return "" if whole is None else f"write {whole}"


def _whole(value: Any) -> int | None:
    """The whole number that a string or a number with a point seems to mean."""
    if isinstance(value, bool) or not isinstance(value, str | float) or len(str(value)) > 20:
        return None
    if isinstance(value, str) and re.fullmatch(r"[-+]?0[xob]\w+", value):
        value = _in_base(value)
    try:
        number = float(value)
        return int(number) if number == int(number) and abs(number) < 2**53 else None
    except (ValueError, OverflowError):
        return None


def _in_base(text: str) -> float:
    """The number in 0x10, 0o17 or 0b11; not a number where there is none."""
    try:
        return float(int(text, 0))
    except ValueError:
        return float("nan")


def _options(schema: dict, root: dict) -> list[dict]:
    """A schema with its references followed, and its alternatives one by one."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if "items" in schema:
        schema = {**schema, "items": {"anyOf": _options(schema["items"], root)}}
    if "allowed" in schema or "anyOf" not in schema:
        return [schema] if schema else []
    return [option for each in schema["anyOf"] for option in _options(each, root)]


def _below(schema: dict, part: str | int) -> dict:
    if isinstance(part, int):
        return schema.get("items", {})
    others = schema.get("additionalProperties")
    return schema.get("properties", {}).get(part) or (others if isinstance(others, dict) else {})


def _form(word: str) -> str:
    return word[:100].lower().replace("-", "_").replace(" ", "_")


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _one_line(text: str) -> str:
    """The text with every character that would break or bend a line escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
