"""Cells: what is told apart in a claim or a figure, and what would be pooled without a word.

A cell is one configuration: all fields of a run, without its seed and without what is tuned. It is
computed from the blocks of a study; a claim or a figure names the fields that it tells apart, and
whatever else varies among its cells is a mistake, said before anything is trained.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlpstudy.design import parts
from mlpstudy.design.claims import LARGEST, SMALLEST, ContrastSpec, FigureSpec
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.expressions import names_in
from mlpstudy.design.limits import limits
from mlpstudy.design.measures import (
    CURVE_COLUMNS,
    LAYER_COLUMNS,
    NEED_REACH,
    ROWS_OF,
    RUN_COLUMNS,
    is_of_classes,
)
from mlpstudy.design.mistakes import ADDED, Place, nearest
from mlpstudy.design.modules import Vain
from mlpstudy.design.run import FIELDS, Run

Cells = Mapping[str, Sequence[Run]]
# What a title may count, in braces.
COUNTED = (
    "n", "supported", "contradicted", "undecided", "negligible", "not_learned", "largest",
    "smallest", "largest_percent", "smallest_percent", "largest_points", "smallest_points",
    "networks", "least", "most", "least_at", "most_at",
)  # fmt: skip
DRAWN = ("networks", "least", "most", "least_at", "most_at")  # from what is drawn, without a claim
IN_BRACES = re.compile(r"\{([^{}]*)\}")


class Table:
    """What is known before training of a table: its columns, and what tells its rows apart."""

    def __init__(self, columns: Iterable[str], factors: Iterable[str] = ()):
        self.columns, self.factors = tuple(columns), tuple(factors)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a run that it has."""
        return tuple(field for field in FIELDS if field in self.columns and field != "seed")


def tables_of(study: Any) -> dict[str, Table]:
    """The tables that a study's claims and figures may name: those of all runs, with the study's
    measures, and those of its module."""
    known = study.known
    measures = tuple(study.measures)
    run = (*RUN_COLUMNS, *parts.names("measure"), *measures, *known.columns.get("runs", ()))
    tables = {
        "curves": Table((*run, *CURVE_COLUMNS), ROWS_OF["curves"]),
        "layers": Table((*run, *LAYER_COLUMNS), ROWS_OF["layers"]),
    }
    for name, columns in known.columns.items():
        tables[name] = Table((*columns, *measures), known.factors.get(name, ()))
    tables["runs"] = Table(run, known.factors.get("runs", ()))
    return tables


def mistakes(study: Any, cells: Cells) -> Iterator[Vain]:
    """What a study's claims and figures cannot mean. cells: those of each block, with any seed."""
    tables = tables_of(study)
    for i, (name, text) in enumerate(study.measures.items()):
        before = (*tables["runs"].columns, *list(study.measures)[:i])
        everywhere = {column for table in tables.values() for column in table.columns}
        known = set(before) | (everywhere - set(study.measures))
        yield from _unknown(names_in(text), known, ("measures", name), "column")
    for i, claim in enumerate(study.claims):
        yield from _of_claim(study, tables, cells, claim, ("claims", i))
    names = {claim.statistic for claim in study.claims}
    for i, figure in enumerate(study.figures):
        yield from _of_figure(study, tables, cells, figure, ("figures", i), names)
    # What is not in the table of datasets is judged when it is read.
    regressions = [name for name, examples in EXAMPLES.items() if not examples.classes]
    yield from without_classes(study, cells, regressions)


def _of_claim(study, tables, cells: Cells, claim, place: Place) -> Iterator[Vain]:
    contrast = claim.contrast
    if problem := _table_unknown(contrast.table, tables, (*place, "contrast", "table")):
        yield problem
        return
    table = tables[contrast.table]
    columns = table.columns
    yield from _unknown(
        names_in(contrast.measure), columns, (*place, "contrast", "measure"), "column or measure"
    )
    yield from _unknown(contrast.interval, columns, (*place, "contrast", "interval"), "column")
    for key in ("for_each", "over", "where"):
        yield from _unknown(getattr(claim, key), columns, (*place, key), "factor")
    yield from _unknown(contrast.factors, columns, (*place, "contrast"), "factor")
    along = [contrast.along] if contrast.along else []
    yield from _unknown(along, columns, (*place, "contrast", "along"), "factor")
    for field in contrast.factors:
        if field in claim.for_each and not contrast.across.get(field):
            yield Vain((*place, "for_each"), f"{field} is compared, and cannot be a condition too")
    least = [name for tune in (claim.tune or {}).values() for name in tune.least]
    yield from _unknown(least, columns, (*place, "tune"), "column or measure")
    tuned = list(study.tune if claim.tune is None else claim.tune)
    named = [*claim.for_each, *claim.over, *contrast.factors, *along, *tuned]
    yield from _rows_pooled(table, {*named, *_single(claim.where)}, place)
    matching, problems = _matching(study, cells, claim, place)
    yield from problems
    if not problems and table.fields:
        yield from _levels(study, table, matching, contrast, place)
        yield from _needs_level(
            study, [contrast.measure], matching, place, contrast.kind == "passes"
        )
        sides = _sides(matching, contrast)
        forgotten = list(_pooled(table, sides, named, place))
        conditions = [*claim.for_each, *claim.over]
        yield from forgotten or _confounded(table, sides, contrast, conditions, named, place)


def _of_figure(study, tables, cells: Cells, figure: FigureSpec, place, claims) -> Iterator[Vain]:
    for key in ("claim", "about"):
        yield from _unknown(getattr(figure, key), claims, (*place, key), "name of a claim")
    yield from _titles(figure, place)
    if figure.kind == "python":
        if figure.name not in study.known.drawn:
            where = f"a function {figure.name} in figures.py of the study's module"
            yield Vain((*place, "name"), "is drawn by nothing", {"allowed": where})
        return
    if problem := _table_unknown(figure.table, tables, (*place, "table")):
        yield problem
        return
    table = tables[figure.table]
    for key in ("x", "value", "theory"):
        if text := getattr(figure, key):
            yield from _unknown(names_in(text), table.columns, (*place, key), "column")
    for text in figure.y:
        yield from _unknown(names_in(text), table.columns, (*place, "y"), "column or measure")
    for key in ("hue", "style", "col", "row"):
        word = getattr(figure, key)
        yield from _unknown([word] if word else [], table.columns, (*place, key), "factor")
    for key in ("units", "over", "together", "where"):
        yield from _unknown(getattr(figure, key), table.columns, (*place, key), "factor")
    if figure.kind == "forest":
        return
    matching, problems = _matching(study, cells, figure, place)
    yield from problems
    if problems or not table.fields:
        return
    levels = {
        field: list({getattr(cell, field): None for cell in matching}) for field in table.fields
    }
    if beyond := limits(figure, levels):
        yield Vain(place, beyond)
    measures = [*figure.y, *filter(None, [figure.value, figure.x])]
    yield from _needs_level(study, measures, matching, place, figure.kind == "survival")
    tuned = list(study.tune if figure.tune is None else figure.tune)
    heat = list(figure.y) if figure.kind in ("heatmap", "regions") else []
    named = [*figure.fields, *figure.together, *heat, *tuned]
    yield from _pooled(table, matching, named, place)


def _titles(figure: FigureSpec, place: Place) -> Iterator[Vain]:
    title = figure.title
    for text in title.values() if isinstance(title, dict) else [title or ""]:
        for word in IN_BRACES.findall(text):
            if word not in COUNTED:
                more = {"value": word, "allowed": "one of " + ", ".join(COUNTED)}
                yield Vain((*place, "title"), "is nothing that a title counts", more)
            elif not (figure.about or figure.claim) and word not in DRAWN:
                yield Vain((*place, "about"), "is missing: the title counts a claim's findings")


def _table_unknown(name: str, tables: Mapping[str, Table], place: Place) -> Vain | None:
    if name in tables:
        return None
    more = {
        "value": name,
        "allowed": "one of " + ", ".join(tables),
        "nearest": nearest(name, tables),
    }
    return Vain(place, "is no table of this study", more)


def _unknown(
    names: Iterable[str], known: Collection[str], place: Place, kind: str
) -> Iterator[Vain]:
    for name in sorted(set(names)):
        if name not in known:
            close = nearest(name, known)
            some = "" if close else "one of " + ", ".join(list(known)[:12])
            hint = ADDED["measure"] if "measure" in kind and not close else ""
            more = {"value": name, "nearest": close, "allowed": some, "hint": hint}
            yield Vain(place, f"is no {kind} there", more)


def _single(where: Mapping[str, Sequence]) -> set[str]:
    return {field for field, values in where.items() if len(values) == 1}


def _rows_pooled(table: Table, named: Collection[str], place: Place) -> Iterator[Vain]:
    for factor in table.factors:
        if factor not in named:
            yield _forgotten(factor, place)


def _forgotten(field: str, place: Place) -> Vain:
    allowed = "name it in the contrast, in for_each, or in over to average on purpose"
    if place[0] == "figures":
        allowed = "give it to x, hue, style, col, row or units, or to over to average on purpose"
    return Vain(place, f"{field} varies here and is named nowhere", {"allowed": allowed})


def _matching(study: Any, cells: Cells, what: Any, place: Place) -> tuple[list[Run], list[Vain]]:
    """The cells that a claim or a figure is about, and what is wrong with its blocks and values."""
    problems = []
    for name in what.blocks:
        if name not in cells and name not in study.deleted_blocks:
            some = "one of " + ", ".join(cells) if cells else "the study has no sweep"
            more = {"value": name, "allowed": some, "nearest": nearest(name, cells)}
            problems.append(Vain((*place, "block"), "is no block of the sweep", more))
    chosen = [
        cell
        for name, each in cells.items()
        if not what.blocks or name in what.blocks
        for cell in each
    ]
    unique = list({id(cell): cell for cell in chosen}.values())
    matching = unique
    for field, values in what.where.items():
        if field in FIELDS:
            matching = [cell for cell in matching if getattr(cell, field) in values]
            if not matching and unique and not problems:
                levels = sorted({str(getattr(cell, field)) for cell in unique})
                more = {"allowed": "there are " + ", ".join(levels[:12])}
                if study.is_strict:
                    problems.append(Vain((*place, "where", field), "matches no cell", more))
                break
    return matching, problems


def _matches(cell: Run, level: Mapping[str, Any]) -> bool:
    """Whether a cell is at a level; the smallest and the largest may be any."""
    fields = ((f, v) for f, v in level.items() if f in FIELDS and v not in (SMALLEST, LARGEST))
    return all(getattr(cell, field) == value for field, value in fields)


def _levels(
    study, table: Table, cells: Sequence[Run], contrast: ContrastSpec, place
) -> Iterator[Vain]:
    """Levels that no cell has. A smaller size may have fewer."""
    sides: list[tuple[Place, Any]] = [(("of", i), level) for i, level in enumerate(contrast.of)]
    sides += [(("against",), contrast.against)] if contrast.against else []
    for key, level in sides if study.is_strict and cells else []:
        if any(_matches(cell, level) for cell in cells):
            continue
        field = next(
            (f for f in level if not any(_matches(c, {f: level[f]}) for c in cells)),
            next(iter(level)),
        )
        levels = ", ".join(sorted({str(getattr(cell, field)) for cell in cells}))
        more = {"value": level[field], "allowed": f"{field} is one of {levels}"}
        yield Vain((*place, "contrast", *key), "is at no level of the sweep", more)


def _made_of(study, measures: Iterable[str]) -> set[str]:
    """The columns that measures are made of, those of the study's own included."""
    texts = [study.measures.get(name, name) for text in measures for name in names_in(text)]
    return {name for text in texts for name in names_in(text)}


def without_classes(study: Any, cells: Cells, regressions: Collection[str]) -> Iterator[Vain]:
    """Claims and figures that take a score of classes from runs of a regression: it has none."""
    for (key, i, *rest), what, measures in _measured(study):
        scores = [m for m in measures if any(map(is_of_classes, _made_of(study, [m])))]
        matching, _ = _matching(study, cells, what, (key, i)) if scores else ([], [])
        for name in sorted({cell.dataset for cell in matching} & set(regressions))[:1]:
            problem = f"{name} is a regression, it has no classes"
            yield Vain((key, i, *rest), problem, {"value": scores[0]})


def _measured(study: Any) -> Iterator[tuple[Place, Any, list[str]]]:
    """What claims and figures measure of runs: the place, the claim or figure, and the measures."""
    tables = tables_of(study)
    for i, claim in enumerate(study.claims):
        if tables[claim.contrast.table].fields:
            yield ("claims", i, "contrast", "measure"), claim, [claim.contrast.measure]
    for i, figure in enumerate(study.figures):
        if figure.kind not in ("python", "forest") and tables[figure.table].fields:
            place = ("figures", i, "value" if figure.value else "y")
            yield place, figure, [*figure.y, *filter(None, [figure.value, figure.x])]


def _needs_level(study, measures, cells: Sequence[Run], place, always: bool) -> Iterator[Vain]:
    """A claim on what is reached needs a level for each of its datasets."""
    if not always and not _made_of(study, measures) & set(NEED_REACH):
        return
    if set(NEED_REACH) <= set(study.known.columns.get("runs", ())):
        return  # the study's module says what is reached
    if study.reach is None:
        yield Vain(
            ("reach",),
            "is missing: which level is to be reached",
            {"allowed": "such as {level: 0.9}"},
        )
        return
    level = study.reach.level
    missing = (
        sorted({cell.dataset for cell in cells} - set(level)) if isinstance(level, dict) else []
    )
    if missing:
        more = {"allowed": f"give one, or leave it out: where: {{dataset: {sorted(level)}}}"}
        yield Vain(("reach", "level"), f"is missing for {missing[0]}", more)


def _sides(cells: Sequence[Run], contrast: ContrastSpec) -> list[Run]:
    """The cells that are compared; all of them where every other level is."""
    if contrast.against is None and not contrast.of:
        return list(cells)
    levels = [*contrast.of, *([contrast.against] if contrast.against else [])]
    matching = (
        cells if not contrast.of else [c for c in cells if any(_matches(c, x) for x in levels)]
    )
    across = contrast.across.items()
    return [
        cell
        for cell in matching
        if all(
            getattr(cell, f) in v or {SMALLEST, LARGEST} & set(map(str, v))
            for f, v in across
            if f in FIELDS
        )
    ]


def _pooled(
    table: Table, cells: Sequence[Run], named: Sequence[str], place: Place
) -> Iterator[Vain]:
    """A field in which two cells differ that would be taken for one."""
    keys = [field for field in FIELDS if field in named]
    first: dict[tuple, Run] = {}
    for cell in cells:
        other = first.setdefault(tuple(getattr(cell, key) for key in keys), cell)
        for field in table.fields if other is not cell else ():
            if getattr(other, field) != getattr(cell, field):
                yield _forgotten(field, place)
                return


def _confounded(table, cells, contrast, conditions, named, place) -> Iterator[Vain]:
    """A field that differs between the sides of a contrast and is named nowhere."""
    if contrast.against is None:
        return
    keys = [field for field in FIELDS if field in conditions]
    others = [field for field in table.fields if field not in named]
    first: dict[tuple, Run] = {}
    for cell in cells:
        other = first.setdefault(tuple(getattr(cell, key) for key in keys), cell)
        for field in others:
            if getattr(other, field) != getattr(cell, field):
                allowed = f"name it in of and against, or in together: [{field}]"
                problem = f"{field} differs between the sides of the contrast"
                yield Vain((*place, "contrast"), problem, {"allowed": allowed})
                return
