"""What the folder of a study says of itself, and what a study asks of it in vain.

measure.py, derive.py and figures.py say it in literals at their top, which are read without
importing them:

COLUMNS     the columns of the tables that they make, by table
FACTORS     what tells the rows of a table apart beside the fields of a run, by table
OPTIONS     the study's options, each with its kind; NEEDS: those that must be there
BLOCKS      blocks that are needed
KEYS        keys of the study that are needed

A kind is a word of KINDS, or several of them for a text of as many words ("dataset number"); a list
with the kind that all of its values have, or with the kinds of as many values (["whole", "whole"]).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlpstudy.design.mistakes import Place, nearest
from mlpstudy.design.names import functions_of, literals_of, names_of
from mlpstudy.design.run import FIELDS

Kind = str | list[Any]


class Known(NamedTuple):
    """What a study's folder says of itself."""

    options: Mapping[str, Kind] = {}
    needs: Mapping[str, Kind] = {}
    blocks: Sequence[str] = ()
    keys: Sequence[str] = ()
    columns: Mapping[str, Sequence[str]] = {}
    factors: Mapping[str, Sequence[str]] = {}
    drawn: Sequence[str] = ()  # figures that it draws


PARTS = ("measure", "derive", "figures")  # files of a study's folder
MAPPINGS, LISTS = ("COLUMNS", "FACTORS", "OPTIONS", "NEEDS"), ("BLOCKS", "KEYS")


def is_part(file: Path) -> bool:
    """Whether a file is one of those that a study's folder may hold."""
    return file.stem in PARTS


def known_by(folder: Path) -> Known:
    """What the files of a study's folder say, all together."""
    declared: dict[str, Any] = {name: {} for name in MAPPINGS} | {name: [] for name in LISTS}
    for file in (folder / f"{part}.py" for part in PARTS):
        for name, value in literals_of(file).items() if file.is_file() else ():
            if name in MAPPINGS:
                declared[name] = {**declared[name], **value}
            elif name in LISTS:
                declared[name] = [*declared[name], *value]
    declared["OPTIONS"] = {**declared["NEEDS"], **declared["OPTIONS"]}
    drawing = folder / "figures.py"
    drawn = functions_of(drawing) if drawing.is_file() else ()
    return Known(**{name.lower(): value for name, value in declared.items()}, drawn=drawn)


# Options


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _recipe(value: Any) -> bool:
    """activation+initialization"""
    parts = str(value).split("+")
    tables = [names_of("activation"), names_of("initialization")]
    return len(parts) == 2 and all(p in t for p, t in zip(parts, tables, strict=True))


def _name_of(field: str) -> tuple[str, Callable[[Any], bool]]:
    return f"a name of `mlpstudy list {field}s`", lambda value: value in names_of(field)


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "number": ("a number", _number),
    "whole": ("a whole number", _whole),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "text": ("text", lambda value: isinstance(value, str)),
    "scalar": ("a number or text", lambda value: not isinstance(value, list)),
    "field": ("a field of a run", lambda value: value in FIELDS),
    "dataset": _name_of("dataset"),
    "initialization": _name_of("initialization"),
    "cost": _name_of("cost"),
    "recipe": ("activation+initialization", _recipe),
    "block": ("a block of the sweep", lambda value: isinstance(value, str)),
}


def in_words(kind: Kind) -> str:
    """What a value of a kind is."""
    if isinstance(kind, list) and len(kind) > 1:
        return "a list of " + ", ".join(map(in_words, kind))
    if isinstance(kind, list):
        return f"a list, each {in_words(kind[0])}"
    words = [KINDS[word][0] if word in KINDS else word for word in kind.split()]
    return words[0] if len(words) == 1 else "text: " + ", ".join(words)


def fits(kind: Kind, value: Any) -> bool:
    """Whether an option's value is of its kind."""
    if isinstance(kind, list):
        kinds = kind if len(kind) > 1 else kind * len(value) if isinstance(value, list) else []
        return isinstance(value, list) and len(value) == len(kinds) and all(map(fits, kinds, value))
    words = kind.split()
    if len(words) == 1:
        return KINDS[kind][1](value)
    texts = value.split() if isinstance(value, str) else []
    return len(texts) == len(words) and all(map(_fits_word, words, texts))


def _fits_word(word: str, text: str) -> bool:
    if word not in KINDS:
        return text == word
    if word not in ("number", "whole"):
        return KINDS[word][1](text)
    try:
        return (int if word == "whole" else float)(text) == float(text)
    except ValueError:
        return False


# What a study asks in vain


class Vain(NamedTuple):
    """A place in a study's file, what is wrong there, and what else a Mistake says of it."""

    place: Place
    problem: str
    more: Mapping[str, Any] = {}


def in_vain(study: Any) -> Iterator[Vain]:
    """What a study wants of its module that it does not know, and what the module lacks in it."""
    known, name = study.known, study.module
    lacks = f"is missing: the module {name} needs it"
    yield from _options(study, known, name)
    yield from (Vain((key,), lacks) for key in known.keys if not getattr(study, key))
    for block in known.blocks:
        if block not in study.sweep:
            yield Vain(("sweep", block), lacks, {"nearest": nearest(block, study.sweep)})


def _options(study: Any, known: Known, name: str) -> Iterator[Vain]:
    for option, value in study.options.items():
        place = ("options", option)
        if option not in known.options:
            yield Vain(
                place,
                f"the module {name} has no such option" if name else "no module reads it",
                _one_of(known.options, option),
            )
            continue
        kind = known.options[option]
        if not fits(kind, value):
            yield Vain(place, "is not allowed", {"value": value, "allowed": in_words(kind)})
        elif kind == "block" and value not in study.sweep:
            more = {"value": value, **_one_of(study.sweep, value)}
            yield Vain(place, "is no block of the sweep", more)
    for option, kind in known.needs.items():
        if option not in study.options:
            problem = f"is missing: the module {name} needs it"
            yield Vain(("options", option), problem, {"allowed": in_words(kind)})


def _one_of(names: Any, word: str) -> dict[str, str]:
    allowed = "one of " + ", ".join(names) if names else "there is none"
    return {"allowed": allowed, "nearest": nearest(word, names)}
