"""What a module of mlpstudy.studies knows of a study, and what a study asks of it in vain.

A module says it in literals at its top, which are read without importing it:

STATISTICS  what its `findings` measure
FACTORS     the fields of a run whose values it keeps apart, those that it tunes among them. "block":
            it keeps blocks apart; a block's name: that one from the others; "any": all fields
OPTIONS     its options, each with its kind; NEEDS: those without which it does nothing
BLOCKS      blocks that it needs; ONLY_BLOCKS: those that it knows, where it takes no others
KEYS        keys of the study that it needs
CLAIMS      statistics that its figures take a threshold from

A kind is a word of KINDS, or several of them for a text of as many words ("dataset number"); a list
with the kind that all of its values have, or with the kinds of as many values (["whole", "whole"]).
A module that says nothing is not checked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlpstudy.design.mistakes import Place, nearest
from mlpstudy.design.names import functions_of, literals_of, names_of
from mlpstudy.design.run import FIELDS, Run

Kind = str | list[Any]


class Known(NamedTuple):
    """What a module says of itself; None where it does not say it."""

    statistics: Sequence[str] | None = None
    factors: Sequence[str] | None = None
    options: Mapping[str, Kind] | None = None
    needs: Mapping[str, Kind] = {}
    blocks: Sequence[str] = ()
    only_blocks: Sequence[str] = ()
    keys: Sequence[str] = ()
    claims: Sequence[str] = ()
    columns: Mapping[str, Sequence[str]] = {}  # of the tables that a folder makes, by table
    rows_by: Mapping[str, Sequence[str]] = {}  # what tells their rows apart beside runs' fields
    drawn: Sequence[str] = ()  # figures that a folder draws


PARTS = ("measure", "derive", "figures")  # files of a study's folder


def is_part(file: Path) -> bool:
    """Whether a file is one of those that a study's folder may hold."""
    return file.stem in PARTS


def known_by(module: Path) -> Known:
    """What the file of a module, or the files of a study's folder, say."""
    if module.suffix == ".py":
        return _said_by(literals_of(module))
    said: dict[str, Any] = {}
    for file in (module / f"{part}.py" for part in PARTS):
        for name, value in literals_of(file).items() if file.is_file() else ():
            if name in _MERGED and isinstance(value, dict):
                said[name] = {**said.get(name, {}), **value}
            elif name in _MERGED and isinstance(value, list):
                said[name] = [*said.get(name, []), *value]
    rows_by = said.pop("FACTORS", {})
    drawing = module / "figures.py"
    drawn = functions_of(drawing) if drawing.is_file() else ()
    known = _said_by({**said, "OPTIONS": said.get("OPTIONS", {})})
    return known._replace(rows_by=rows_by, drawn=drawn)


_MERGED = ("COLUMNS", "FACTORS", "OPTIONS", "NEEDS", "BLOCKS", "KEYS")


def _said_by(said: Mapping[str, Any]) -> Known:
    given = {name: said[name.upper()] for name in Known._fields if name.upper() in said}
    if "options" in given or "needs" in given:
        given["options"] = {**given.get("needs", {}), **given.get("options", {})}
    return Known(**given)


def is_module(file: Path) -> bool:
    """Whether a file analyses studies."""
    return "summary" in functions_of(file)


# Options


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _recipe(value: Any) -> bool:
    """activation+initialization or activation+initialization+residual"""
    parts = str(value).split("+")
    tables = [names_of("activation"), names_of("initialization"), ("none", "plain", "scaled")]
    return len(parts) in (2, 3) and all(p in t for p, t in zip(parts, tables, strict=False))


def _name_of(field: str) -> tuple[str, Callable[[Any], bool]]:
    return f"a name of `mlpstudy list {field}s`", lambda value: value in names_of(field)


KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "number": ("a number", _number),
    "whole": ("a whole number", _whole),
    "text": ("text", lambda value: isinstance(value, str)),
    "scalar": ("a number or text", lambda value: not isinstance(value, list)),
    "field": ("a field of a run", lambda value: value in FIELDS),
    "dataset": _name_of("dataset"),
    "initialization": _name_of("initialization"),
    "cost": _name_of("cost"),
    "recipe": ("activation+initialization, or with +residual", _recipe),
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
    yield from _of_the_other_way(study)
    yield from _options(study, known, name)
    yield from (Vain((key,), lacks) for key in known.keys if not getattr(study, key))
    for block in known.blocks:
        if block not in study.sweep:
            yield Vain(("sweep", block), lacks, {"nearest": nearest(block, study.sweep)})
    for block in study.sweep if known.only_blocks else ():
        if block not in known.only_blocks:
            problem = f"is no block that the module {name} knows"
            yield Vain(("sweep", block), problem, _one_of(known.only_blocks, block))
    for i, claim in enumerate(study.claims):
        if known.statistics is not None and claim.statistic not in known.statistics:
            more = {"value": claim.statistic, **_one_of(known.statistics, claim.statistic)}
            problem = f"is nothing that the module {name} measures"
            yield Vain(("claims", i, "statistic"), problem, more)
    for statistic in known.claims:
        if statistic not in {claim.statistic for claim in study.claims}:
            problem = f"none asks for {statistic}, whose threshold the module {name} draws"
            yield Vain(("claims",), problem)


def _of_the_other_way(study: Any) -> Iterator[Vain]:
    """A claim without what decides it."""
    for i, claim in enumerate(study.claims):
        if study.is_declared and claim.contrast is None:
            allowed = "such as {measure: test_error, factor: dropout, of: 0.5, against: 0.0}"
            yield Vain(
                ("claims", i, "contrast"), "is missing: what is compared", {"allowed": allowed}
            )
        if not study.is_declared and claim.contrast is not None:
            yield Vain(("claims", i, "contrast"), f"the module {study.module} measures by itself")


def _options(study: Any, known: Known, name: str) -> Iterator[Vain]:
    if known.options is None:
        return
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


def pooled(cells: Mapping[str, Sequence[Run]], module: Path) -> tuple[str, str] | None:
    """(block, field): two cells of a study that differ in a field, and that its module would take
    for one. None where it tells all cells apart. cells: those of each block, whatever their seed."""
    factors = known_by(module).factors
    if factors is None or "any" in factors:
        return None
    fields = [name for name in factors if name in FIELDS]
    seen: dict[tuple, Run] = {}
    for block, runs in cells.items():
        scope = block if "block" in factors else block if block in factors else ""
        for run in runs:
            values = run.__dict__
            other = seen.setdefault((scope, *(values[name] for name in fields)), run).__dict__
            if other is not values and other != values:
                return block, next(f for f in FIELDS if values[f] != other[f])
    return None
