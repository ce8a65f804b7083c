"""docs/reference.md, from the models and the commands: every key with its values, its default and its
meaning, every measure, every command with its options. `mlpstudy schema` writes it.
"""

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mlpstudy.design.block import Block
from mlpstudy.design.claims import (
    KINDS_OF_CONTRAST,
    KINDS_OF_FIGURE,
    Claim,
    ContrastSpec,
    Decides,
    FigureSpec,
    Reach,
    Tune,
)
from mlpstudy.design.expressions import FUNCTIONS
from mlpstudy.design.measures import (
    CLASS_ENDS,
    CURVE_COLUMNS,
    ENDED,
    ENDS,
    LAYER_COLUMNS,
    MEASURES,
    PARTS,
)
from mlpstudy.design.mistakes import place_in, words
from mlpstudy.design.names import PACKAGE, TABLES, package_names
from mlpstudy.design.run import Kind, Run
from mlpstudy.design.settings import Settings
from mlpstudy.design.sources import Source, TestPart
from mlpstudy.design.study import Study
from mlpstudy.leaving import EXIT_CODES

FILE = Path("docs/reference.md")
HEAD = """\
# Reference

Written by `mlpstudy schema` from the models that check what you write and from the commands
themselves. [config/README.md](../config/README.md) says the same in sentences, with examples.
"""
MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "Settings": (Settings, "Keys of `config/config.yaml`, also `--config KEY=VALUE`."),
    "A dataset of your own": (Source, "What stands under a name in `datasets` of the settings."),
    "Its test part": (TestPart, "What stands under `test` of a dataset."),
    "A study": (Study, "Keys of `config/studies/NAME.yaml`."),
    "A block": (Block, "What stands under a name in `sweep` of a study."),
    "reach": (Reach, "From which level on a run counts as trained."),
    "tune": (Tune, "What stands under a field in `tune` of a study, a claim or a figure."),
    "A claim": (Claim, "One of `claims` of a study."),
    "A contrast": (ContrastSpec, "What stands under `contrast` of a claim."),
    "decides": (Decides, "What may stand under `decides` of a claim, beside `true`."),
    "A figure": (FigureSpec, "One of `figures` of a study."),
}
NEEDED = "*needed*"
BLOCKS = {"blocks": "block"}
WRITTEN = {Claim: {**BLOCKS, "statistic": "name"}, FigureSpec: BLOCKS}  # keys, where kept otherwise
COMPUTED: dict[tuple[type[BaseModel], str], str] = {
    (ContrastSpec, "kind"): "`contrast` with `against`, else `level`"
}  # defaults
FACTOR = (
    "`factor`",
    "a word",
    "",
    "the field whose levels `of` and `against` are, if single values",
)
VALUES = {int: "N", list[str]: "KEY=VALUE"}  # of options, by their type
CURVES_SAY = {
    "epoch": "passes so far; 0 before training",
    "split": "the part: train, validation or test",
    "loss": "mean cost of an example, without dropout and noise",
    "accuracy": "share of examples that are right; of a regression R2",
}
KINDS_SAY = {  # where the name does not say it
    "balanced_accuracy": "balanced accuracy (mean over the classes of the share of theirs that is "
    "right; a class without examples is left out)",
    "f1": "macro F1 (mean over the classes of 2 right / (there + named); 0 of a class that is never "
    "named)",
}
LAYERS_SAY = {  # measured on the first 128 training examples
    "epoch": "the pass: 0, 1, 2, 5, 10, 20, 50, ...",
    "layer": "1 is the first; the last is the output",
    "delta_rms": "root mean square of delta = dL/da of one example",
    "weight_gradient_rms": "root mean square of dL/dW of the mean over the examples",
    "weight_gradient_sample_rms": "root mean square of dL/dW of one example",
    "weight_rms": "root mean square of W",
    "activation_mean": "mean of z, at the output of a",
    "activation_std": "standard deviation of z, at the output of a",
    "saturated": "share of units and examples with |g'| under a twentieth of its largest value",
    "dead": "share of units whose g' is 0 on every example",
}


def text(app: typer.Typer) -> str:
    """The whole page; the same models and commands make the same text."""
    parts = [HEAD]
    parts += [_of_model(name, *given) for name, given in MODELS.items()]
    parts += [_fields(), _names(), _measures(), _kinds(), _commands(app), _codes()]
    return "\n".join(parts)


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(value: str) -> str:
    return " ".join(value.replace("|", "\\|").split())


def _section(title: str, opening: str, table: str) -> str:
    return f"## {title}\n\n{opening}\n\n{table}"


# Models


def _of_model(title: str, model: type[BaseModel], opening: str) -> str:
    short = WRITTEN.get(model, {})
    rows = [
        (f"`{short.get(key, key)}`", _values(model, key),
         COMPUTED.get((model, key)) or _default(info), info.description or "")
        for key, info in model.model_fields.items()
    ]  # fmt: skip
    rows += [FACTOR] if model is ContrastSpec else []
    return _section(title, opening, _table(("key", "values", "default", "meaning"), rows))


def _values(model: type[BaseModel], key: str) -> str:
    return words(place_in(model.model_json_schema(), (key,)))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return NEEDED
    value = info.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return NEEDED
    plain = value.model_dump() if isinstance(value, BaseModel) else value
    return f"`{json.dumps(plain, ensure_ascii=False)}`"


def _fields() -> str:
    """The fields of a run, each with its kinds."""
    rows = [
        (f"`{field}`", _of_table(field) or _values(Run, field), _default(info),
         ", ".join(_kinds_of(info)), info.description or "")
        for field, info in Run.model_fields.items()
    ]  # fmt: skip
    kinds = "; ".join(f"{kind}: {meaning}" for kind, meaning in KINDS.items())
    opening = f"Words of `mlpstudy run`, and keys of `base`, `grid`, `zip`, `cells`. {kinds}."
    return _section(
        "Fields of a run", opening, _table(("field", "values", "default", "kind", "meaning"), rows)
    )


KINDS = {
    Kind.SHAPE: "one value in a stack of networks that are trained together",
    Kind.SWITCH: "a value for each, but 0 for all of them or for none",
    Kind.EACH: "a value for each",
    Kind.DATA: "decides what the examples are",
    Kind.DRAW: "decides what is drawn at random",
    Kind.TUNED: "chosen for each cell, unless a study compares it",
}


def _kinds_of(info: FieldInfo) -> list[str]:
    return [str(each) for each in info.metadata if isinstance(each, Kind)] or [str(Kind.SHAPE)]


def _of_table(field: str) -> str:
    return f"a name, see [names](#names): {field}" if field in TABLES else ""


def _names() -> str:
    rows = [(f"`{field}`", ", ".join(f"`{n}`" for n in package_names(field))) for field in TABLES]
    opening = "What these fields may be, beside [datasets](own-data.md) and [parts](own-parts.md) of your own."
    return _section("Names", opening, _table(("field", "names"), rows))


# Measures and kinds


OF_CLASSES_SAY = (
    "Balanced accuracy and F1 have no curve: `curves` holds the two numbers of each pass that every "
    "network has, and two more would nearly double that table for the few studies that ask. "
    "After other passes than the last they are had by sweeping `epochs`: with a constant `schedule` "
    "a run of 10 passes is, bit for bit, the beginning of one of 40."
)


def _measures() -> str:
    ends = {name: _meaning_of_end(name) for name in (*ENDS, *CLASS_ENDS)}
    runs = [(f"`{name}`", "`runs`", text) for name, text in {**MEASURES, **ends}.items()]
    curves = [(f"`{name}`", "`curves`", CURVES_SAY[name]) for name in CURVE_COLUMNS]
    layers = [(f"`{name}`", "`layers`", LAYERS_SAY[name]) for name in LAYER_COLUMNS]
    takes = ", ".join(f"`{name}`" for name in FUNCTIONS)
    opening = (
        "Columns that a `measure`, an `x` or a `y` may name, beside the fields of a run and those of a "
        f"[plugin](own-parts.md). Expressions of them take `+ - * / **`, comparisons, `and`, `or`, "
        f"`not`, {takes}.\n\n{OF_CLASSES_SAY}"
    )
    return _section("Measures", opening, _table(("measure", "table", "meaning"), [*runs, *curves, *layers]))  # fmt: skip


def _meaning_of_end(name: str) -> str:
    part = next(part for part in ENDED if name.startswith(f"{part}_"))
    kind = KINDS_SAY.get(name.removeprefix(f"{part}_"), name.removeprefix(f"{part}_"))
    if part in PARTS:
        return f"{kind} on the {part} part after the last pass"
    return f"{kind} on the test part after the pass that is best on validation"


def _kinds() -> str:
    rows = [(f"`{name}`", "contrast", CONTRASTS[name]) for name in KINDS_OF_CONTRAST]
    rows += [(f"`{name}`", "figure", _first_line(name)) for name in KINDS_OF_FIGURE]
    return _section(
        "Kinds", "Of contrasts and of figures.", _table(("kind", "of", "meaning"), rows)
    )


CONTRASTS = {
    "level": "the measure itself",
    "contrast": "the measure at a level less that at `against`",
    "ratio": "the level divided by that at `against`, a geometric mean over the seeds",
    "share": "the share of runs for which a measure is true; with `against` the difference of two",
    "interaction": "how much a contrast changes between the two values of `across`",
    "slope": "the slope of the measure along a field, or along the layers",
    "passes": "the difference in passes to the level of `reach`; without `against` their median",
}


def _first_line(kind: str) -> str:
    """What the module of a kind of figure says first."""
    file = PACKAGE / "drawing/kinds" / f"{kind}.py"
    if not file.exists():
        return "what a function of the study's `figures.py` draws"
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0]


# Commands


def _commands(app: typer.Typer) -> str:
    group: Any = typer.main.get_command(app)
    parts = ["## Commands\n\n`mlpstudy [OPTIONS] COMMAND ...`\n", _parameters(group)]
    for name, command in sorted(group.commands.items()):
        parts += [f"### mlpstudy {name}\n\n{_cell(command.help or '')}\n", _parameters(command)]
    return "\n".join(parts)


def _parameters(command: Any) -> str:
    rows = [
        (_spelt(each), _cell(getattr(each, "help", None) or ""), _given(each))
        for each in command.params
        if not {"--help", "--install-completion", "--show-completion"} & set(each.opts)
    ]
    return _table(("word", "meaning", "default"), rows) if rows else "No words.\n"


def _spelt(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.name.strip("_").upper()
        return f"`{name}{' ...' if parameter.nargs == -1 else ''}`"
    kind = parameter.type_descriptor.annotation
    value = "|".join(get_args(kind)) if get_origin(kind) is Literal else VALUES.get(kind, "TEXT")
    spelt = (opt if parameter.is_flag else f"{opt} {value}" for opt in parameter.opts)
    return ", ".join(f"`{each}`" for each in spelt)


def _given(parameter: Any) -> str:
    if parameter.required:
        return NEEDED
    flag = parameter.param_type_name == "option" and parameter.is_flag
    return "" if parameter.default in (None, "", []) or flag else f"`{parameter.default}`"


def _codes() -> str:
    rows = [(f"`{code}`", meaning) for code, meaning in EXIT_CODES.items()]
    opening = "With which a command leaves; what is said of a mistake or a failure is one line."
    return _section("Exit codes", opening, _table(("code", "meaning"), rows))
