"""What is swept in a figure, and what is fixed."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from mlpstudy.design.limits import is_number, names, with_measures
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.drawing.channels import MEASURE, NAME, levels_of, orders
from mlpstudy.words import Words

DEFAULTS = {field: Run.model_fields[field].default for field in FIELDS}
MEASURED_ACROSS = ("scatter", "survival", "profile", "regions")  # kinds whose x is no setting
MOST_LEVELS = 10  # numbers that are listed; of more the first and the last are said


def swept(spec: Any, frame: pd.DataFrame) -> dict[str, list]:
    """The fields that vary in a figure, and the columns of a derived table that tell its rows apart;
    and their levels in it."""
    if spec.kind == "forest":
        fields = [name for name in frame if name in FIELDS]
    else:
        across = () if spec.kind in MEASURED_ACROSS else names(spec.x)
        channels = [across, *with_measures(spec).values(), spec.units]
        if spec.kind == "heatmap":
            channels.append(spec.y)
        fields = [name for channel in channels for name in channel if name in frame]
    levels = {
        name: [level for (level,) in levels_of(frame, (name,), orders(spec))]
        for name in fields
        if name not in (MEASURE, NAME)
    }
    return {name: found for name, found in levels.items() if len(found) > 1}


def listed(name: str, levels: Sequence, words: Words) -> str:
    """The levels of a field: numbers alone, names in words; of many numbers the ends."""
    called = any(f"{name}={level}" in words.own for level in levels)
    if called or not all(level is not None and is_number(level) for level in levels):
        return words.listed([words.level(name, level) for level in levels])
    if len(levels) <= MOST_LEVELS:
        return words.listed(levels)
    ends = {"first": levels[0], "last": levels[-1]}
    return words.gettext("{n} values from {first} to {last}", n=len(levels), **ends)


def fixed(spec: Any, study: Mapping, frame: pd.DataFrame) -> dict[str, Any]:
    """The fields that the study gives and that are one and the same in the whole figure; where what
    is drawn is not of the networks that it trains, those of the rows that are drawn."""
    if spec.kind == "python" or ("networks" in frame and not frame["networks"].any()):
        return {
            f: values[0] for f, values in spec.where.items() if f in FIELDS and len(values) == 1
        }
    levels = [block_levels(study, block) for block in blocks(spec, study)]
    given = {
        field: {value for each in levels for value in each.get(field, [DEFAULTS[field]])}
        for field in dict.fromkeys(field for each in levels for field in each)
    }
    given |= {field: set(values) for field, values in spec.where.items() if field in FIELDS}
    for field in given.keys() & set(frame.columns):
        given[field] = {level for (level,) in levels_of(frame, (field,))}
    tuned = set(spec.tune if spec.tune is not None else study.get("tune") or ())
    alone = {field: values for field, values in given.items() if len(values) == 1}
    return {
        field: alone[field].copy().pop()
        for field in FIELDS
        if field in alone and field not in tuned
    }


def together(
    spec: Any, study: Mapping, frame: pd.DataFrame
) -> dict[tuple[str, str], list[tuple[Any, Any]]]:
    """The fields that change along with one that is swept, and their values: (value, beside what).

    {("train_size", "dataset"): [(300, "digits"), (2000, "mnist_1d")]}: which blocks walk together
    by `zip`. Not those of which the description says so itself, as they may have many values
    beside one.
    """
    shown, some = swept(spec, frame), blocks(spec, study)
    walks: dict[str, str] = {}
    for block in some:
        drawn = next((field for field in block["zip"] if field in shown), None)
        others = [field for field in block["zip"] if field not in (*shown, *spec.together)]
        walks |= dict.fromkeys(others if drawn else [], drawn)
    found = {
        field: list(dict.fromkeys(p for block in some for p in _pairs(study, block, field, drawn)))
        for field, drawn in walks.items()
    }
    found = {f: [p for p in pairs if p[1] in shown[walks[f]]] for f, pairs in found.items()}
    return {(field, walks[field]): pairs for field, pairs in found.items() if _tells_apart(pairs)}


def _pairs(study: Mapping, block: Mapping, *fields: str) -> list[tuple[Any, ...]]:
    """The values of two fields that a block has beside each other."""
    if set(fields) <= set(block["zip"]):
        return list(zip(*(block["zip"][field] for field in fields), strict=True))
    levels = block_levels(study, block)
    return list(product(*(levels.get(field, [DEFAULTS[field]]) for field in fields)))


def _tells_apart(pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Whether there are several values, each beside levels of its own."""
    values, besides = ({pair[i] for pair in pairs} for i in (0, 1))
    return len(values) > 1 and len(besides) == len(pairs)


def blocks(spec: Any, study: Mapping) -> list[Mapping]:
    """The blocks of a study whose runs a figure shows: not those that its `where` leaves out."""
    sweep = study.get("sweep") or {}
    named = [block for name, block in sweep.items() if not spec.blocks or name in spec.blocks]
    return [block for block in named if _may_match(block_levels(study, block), spec.where)]


def _may_match(levels: Mapping[str, Sequence], where: Mapping[str, Sequence]) -> bool:
    return all(
        set(levels[field]) & set(values) for field, values in where.items() if field in levels
    )


def block_levels(study: Mapping, block: Mapping) -> dict[str, list]:
    """The levels that a block gives to each field, in their order."""
    given = {field: [value] for field, value in {**study["base"], **block["base"]}.items()}
    cells = block.get("cells") or ()
    for field in dict.fromkeys(field for cell in cells for field in cell):
        usual = given.get(field, [DEFAULTS.get(field)])[0]
        given[field] = [cell.get(field, usual) for cell in cells]
    given |= {**block["grid"], **block["zip"]}
    return {field: list(dict.fromkeys(values)) for field, values in given.items()}
