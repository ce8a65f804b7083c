"""What claims compare: each contrast in each of its conditions, ready to be a finding.

A contrast is measured twice: each side at the settings chosen for it, and both sides at those of
the control. The unit is the seed, and sides are paired by it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mlpstudy.design.claims import LARGEST, SMALLEST
from mlpstudy.design.run import FIELDS
from mlpstudy.statistics.edges import edges_of
from mlpstudy.statistics.estimates import EXTREMES, Term, following, own
from mlpstudy.statistics.grids import Grid, NotOneRowPerSeed
from mlpstudy.statistics.intervals import Interval
from mlpstudy.statistics.kinds import KINDS, Result, far_from, kind_of
from mlpstudy.statistics.learning import Rows, are_few, censored, failed, folds_of, learned
from mlpstudy.statistics.power import of_interval
from mlpstudy.statistics.selection import Asked, Selection, is_at, kept, position, select, values_of
from mlpstudy.statistics.verdicts import EXPERIMENT, IDENTITY, Finding, plain

Levels = dict[str, Any]  # a value of each of some fields
MOST_RUNS = 5  # named behind a finding


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured for a claim in one condition, at one level.

    value: each side at the settings chosen for it. common: both at the control's, where the treated
    one was tried there. edge: where a choice is the smallest or the largest of its grid. learned:
    whether the control learns its task. decides: whether the claim's verdict rests on it. n: seeds
    (rows, where there are none). networks, runs: behind the value. p: two-sided, that it is at the
    threshold. sees: the smallest distance from it that so many seeds can see. failed: runs of either
    side that do, see `learning`. censored: whether all times of a side are longer than the budget.
    folds: of its runs, the most.
    """

    condition: Levels
    value: Interval
    common: Interval | None = None
    edge: str = ""
    learned: bool = True
    decides: bool = False
    n: int = 0
    networks: int = 0
    runs: tuple[str, ...] = ()
    p: float | None = None
    sees: float | None = None
    failed: tuple[int, int | None] | None = None
    censored: bool = False
    folds: int = 0


class Compared(NamedTuple):
    """What a claim comes to, and the conditions where a level had nothing to be compared with."""

    measured: list[Measured]
    missing: list[Levels]


def compare(
    claim: Any,
    frame: pd.DataFrame,
    tune: Mapping[str, Any] | None = None,
    measures: Mapping[str, str] | None = None,
) -> Compared:
    """What a claim's contrast comes to, in each condition that occurs and for each `of`.

    claim: see design.claims.Claim. frame: the rows of the claim's blocks, one per run, or of another
    table with the columns that the claim names. tune: the fields that are chosen for each cell, see
    design.claims.Tune. measures: the study's own, by name, which say what a measure is made of.
    A level that a condition does not have is left out; one that has nothing to be compared with is
    in `missing`. Raises NotOneRowPerSeed where a cell has several rows of a seed at one setting,
    ValueError where a column is not there.
    """
    spec, everywhere = claim.contrast, frame
    frame = kept(frame, claim.where)
    if spec.interval:
        return Compared(list(_given(claim, frame)), [])
    at = select(frame, _asked(claim, tune or {}, measures or {}), spec.kind == "passes")
    if at.tuned and not set(claim.where) <= set(FIELDS):
        at = _with_tried(at, everywhere)
    found, missing = [], []
    for condition, cells in _conditions(at, claim.for_each):
        for level, named in _levels(spec, cells):
            sides = _sides(at, claim, cells, level)
            if not sides or not all(side.grids for side in sides if not side.is_control):
                continue
            if made := _measured(at, claim, cells, sides, condition | named):
                found.append(made)
            else:
                missing.append(condition | named)
    return Compared(_with_runs(found), missing)


def measured(
    claim: Any,
    frame: pd.DataFrame,
    tune: Mapping[str, Any] | None = None,
    measures: Mapping[str, str] | None = None,
) -> list[Measured]:
    """What a claim's contrast comes to: see `compare`."""
    return compare(claim, frame, tune, measures).measured


def findings(
    claim: Any,
    frame: pd.DataFrame,
    tune: Mapping[str, Any] | None = None,
    study: str = "",
    measures: Mapping[str, str] | None = None,
) -> list[Finding]:
    """The findings of a claim: see `compare`. study: the name of who measured them."""
    return [as_finding(claim, each, study) for each in measured(claim, frame, tune, measures)]


def as_finding(claim: Any, each: Measured, study: str) -> Finding:
    """The finding of a claim in one condition."""
    again = f"mlpstudy replay {each.runs[0]}" if each.runs else f"mlpstudy measure {study}"
    return Finding(
        claim=claim.id,
        study=study,
        statistic=claim.statistic,
        condition=each.condition,
        **each.value._asdict(),
        unit=claim.unit,
        n=each.n,
        networks=each.networks,
        direction=claim.direction,
        threshold=claim.threshold,
        says=claim.says,
        runs=each.runs,
        rerun=again,
        decides=each.decides,
        edge=each.edge,
        common=each.common,
        learned=each.learned,
        matters=claim.matters,
        nature=IDENTITY if claim.identity else EXPERIMENT,
        sees=each.sees,
        failed=each.failed,
        seeds_few=are_few(each.failed, each.n),
        censored=each.censored,
        folds=each.folds,
        p=each.p,
    )


def _with_tried(at: Selection, everywhere: pd.DataFrame) -> Selection:
    """With all settings that were tried for each cell, also where a claim is only about rows of
    which a measure holds: the ends of a grid are those of what was tried."""
    places = at.keys.assign(place=range(len(at.keys)))
    rows = (
        everywhere.merge(places, on=list(at.keys))
        if len(at.keys.columns)
        else everywhere.assign(place=0)
    )
    tried = rows[["place", *at.tuned]].drop_duplicates().groupby("place")[list(at.tuned)]
    settings = {place: tuple(each.itertuples(index=False, name=None)) for place, each in tried}
    return replace(at, grids=[replace(g, tried=settings[i]) for i, g in enumerate(at.grids)])


def _asked(claim: Any, tune: Mapping[str, Any], measures: Mapping[str, str]) -> Asked:
    spec = claim.contrast
    factors = chain(*spec.of, spec.against or {}, spec.across)
    return Asked(
        measure=spec.measure,
        cell=tuple(dict.fromkeys([*claim.for_each, *factors, *_over(claim)])),
        tune=tune,
        measures=measures,
        along=spec.along,
        log=spec.log,
        by_row=_is_extreme(spec),
    )


def _is_extreme(spec: Any) -> bool:
    """Whether it is the largest or smallest of all rows, of which none is averaged."""
    return spec.statistic in EXTREMES and spec.against is None


def _over(claim: Any) -> tuple[str, ...]:
    """The fields that are averaged within each seed."""
    return () if _is_extreme(claim.contrast) else tuple(claim.over)


# Conditions, levels, sides


def _conditions(at: Selection, by: Sequence[str]) -> Iterator[tuple[Levels, pd.DataFrame]]:
    """Each condition that occurs, and its cells."""
    if not by:
        yield {}, at.keys
        return
    for key, cells in at.keys.groupby(list(by), dropna=False, observed=True):
        yield plain(dict(zip(by, key, strict=True))), cells


def _levels(spec: Any, cells: pd.DataFrame) -> Iterator[tuple[Levels, Levels]]:
    """The levels to compare, each with what of it tells its finding from the others.

    cells: some rows of Selection.keys, whose index says which.
    """
    against = None if spec.against is None else _resolved(spec.against, cells)
    if spec.of:
        levels = [_resolved(level, cells) for level in spec.of]
        apart = [field for field in levels[0] if len({level[field] for level in levels}) > 1]
        for level in levels:
            if level != against:
                yield level, {field: level[field] for field in apart}
        return
    if against is None:
        yield {}, {}
        return
    for row in cells[list(against)].drop_duplicates().to_dict("records"):
        if (level := plain(row)) != against:
            yield level, level


def _resolved(level: Mapping[str, Any], cells: pd.DataFrame) -> Levels:
    """With the smallest or the largest value that the condition has, where that is asked for."""
    ends = {SMALLEST: pd.Series.min, LARGEST: pd.Series.max}
    return {
        field: plain({field: ends[value](cells[field])})[field] if value in ends else value
        for field, value in level.items()
    }


class _Side(NamedTuple):
    """The cells of a level: one for each level of what is averaged; and their weight."""

    weight: float
    grids: dict[tuple, Grid]
    is_control: bool


def _sides(at: Selection, claim: Any, cells: pd.DataFrame, level: Levels) -> list[_Side]:
    """The sides of a contrast: a treated one and, where there is one, its control, alternately."""
    spec, sides = claim.contrast, []
    control = None if spec.against is None else _resolved(spec.against, cells)
    for weight, point in _points(spec, cells, level, control):
        sides.append(_Side(weight, _grids(at, cells, level | point, _over(claim)), False))
        if control is not None:
            sides.append(_Side(-weight, _grids(at, cells, control | point, _over(claim)), True))
    return sides


def _points(
    spec: Any, cells: pd.DataFrame, level: Levels, control: Levels | None
) -> Iterator[tuple[float, Levels]]:
    """Where a difference is taken, and its weight: along a slope, across an interaction."""
    if spec.across:
        ((field, (low, high)),) = spec.across.items()
        yield 1.0, _resolved({field: high}, cells)
        yield -1.0, _resolved({field: low}, cells)
    elif spec.along in cells:
        yield from _weights(spec, cells, level, control)
    else:
        yield 1.0, {}


def _weights(
    spec: Any, cells: pd.DataFrame, level: Levels, control: Levels | None
) -> Iterator[tuple[float, Levels]]:
    """The weights whose sum of levels is the slope of the least-squares line along a field."""
    there = set(cells.loc[_match(cells, level), spec.along])
    if control is not None:
        there &= set(cells.loc[_match(cells, control), spec.along])
    values = sorted(there)
    x = position(np.array(values, dtype=float), spec.log)
    off = x - x.mean() if len(x) > 1 else x[:0]
    for value, weight in zip(values, off / (off**2).sum()):
        yield float(weight), {spec.along: value}


def _match(cells: pd.DataFrame, level: Levels) -> np.ndarray:
    there = np.ones(len(cells), dtype=bool)
    for field, value in level.items():
        there &= is_at(cells[field], value)
    return there


def _grids(
    at: Selection, cells: pd.DataFrame, level: Levels, over: Sequence[str]
) -> dict[tuple, Grid]:
    """The cells at a level, by what is averaged over."""
    found: dict[tuple, Grid] = {}
    there = _match(cells, level)
    columns = [cells[name].to_numpy(dtype=object)[there] for name in over]
    keys = zip(*columns) if columns else repeat(())
    for place, key in zip(cells.index[there], keys):
        grid = at.grids[place]
        if (other := found.setdefault(key, grid)) is not grid:
            raise NotOneRowPerSeed(at.frame.iloc[[other.chosen[0], grid.chosen[0]]])
    return found


# One contrast


def _measured(
    at: Selection, claim: Any, cells: pd.DataFrame, sides: list[_Side], condition: Levels
) -> Measured | None:
    """One contrast, with all runs of its treated side; None where its sides have no seed, or no
    level of what is averaged, in common. cells: all of its condition."""
    spec = claim.contrast
    both = set(sides[0].grids).intersection(*(side.grids for side in sides))
    sides = [side._replace(grids={key: side.grids[key] for key in both}) for side in sides]
    made = _result(at, spec, _own(sides)) if both else None
    if made is None or not made.n:
        return None
    if made.n > 1 < len(sides) and "seed" not in at.frame:
        raise NotOneRowPerSeed(at.frame.iloc[_rows(sides[:1])])  # nothing says which are paired
    common = _result(at, spec, _common(sides))
    rows, behind = _rows(sides), _behind(at, cells, sides)
    return Measured(
        condition=condition,
        value=made.interval,
        common=common and common.interval,
        edge=edges_of(at, chain(*(side.grids.values() for side in sides))),
        learned=learned(at, behind, claim.control_may_fail),
        decides=_decides(at, claim.decides, sides),
        n=at.units(rows) if at.asked.by_row else made.n,
        networks=len(at.runs(rows)),
        runs=tuple(at.runs(behind.treated)),
        p=made.p(claim.threshold),
        sees=made.sees(claim.threshold),
        failed=failed(at, behind),
        censored=censored(at, behind),
        folds=folds_of(at, rows),
    )


def _behind(at: Selection, cells: pd.DataFrame, sides: Sequence[_Side]) -> Rows:
    treated = [side for side in sides if not side.is_control]
    controls = [_rows([side]) for side in sides if side.is_control]
    condition = np.concatenate([at.grids[place].chosen for place in cells.index])
    return Rows(_rows(treated), controls, condition)


def _result(at: Selection, spec: Any, terms: list[Term] | None) -> Result | None:
    if terms is None:
        return None
    made = KINDS[kind_of(spec.kind, at.values.dtype == bool)](at, terms, spec.statistic)
    return made if spec.distance_from is None else far_from(made, spec.distance_from)


def _own(sides: Sequence[_Side]) -> list[Term]:
    """Each cell at its own choice."""
    return [own(s.weight / len(s.grids), grid) for s in sides for _, grid in _ordered(s)]


def _common(sides: Sequence[_Side]) -> list[Term] | None:
    """Each cell at the choice of its control; None where nothing is chosen, or a treated cell was
    not tried there."""
    if not any(side.is_control for side in sides):
        return None
    terms: list[Term] = []
    for treated, control in zip(sides[::2], sides[1::2], strict=True):
        for key, grid in _ordered(treated):
            weight, theirs = treated.weight / len(treated.grids), control.grids[key]
            followed = _followed(weight, grid, theirs)
            if followed is None:
                return None
            terms += [followed, own(-weight, theirs)]
    return terms


def _followed(weight: float, grid: Grid, control: Grid) -> Term | None:
    """A field of which the control has one value and the cell several is the cell's alone: it stays
    as it was chosen for it. None where no field is left, or the control's choice was not tried."""
    several, control_has = grid.varied(), control.varied()
    alone = [i for i, many in enumerate(several) if many and not control_has[i]]
    if len(alone) == len(several):
        return None
    return following(weight, grid, control, alone)


def _ordered(side: _Side) -> list[tuple[tuple, Grid]]:
    """In an order of their own, so that sums do not hang on that of a set."""
    return sorted(side.grids.items(), key=lambda item: str(item[0]))


def _rows(sides: Sequence[_Side]) -> np.ndarray:
    """The chosen rows of some sides."""
    return np.concatenate([grid.chosen for side in sides for _, grid in _ordered(side)])


def _decides(at: Selection, decides: Any, sides: Sequence[_Side]) -> bool:
    """Whether the claim's verdict rests on it: always, never, or by the level of the control."""
    if isinstance(decides, bool):
        return decides
    control = [side for side in sides if side.is_control]
    if not control:
        return False
    level = float(np.mean(at.values[_rows(control)]))
    below, above = decides.control_below, decides.control_above
    return (below is None or level < below) and (above is None or level > above)


def _with_runs(found: Sequence[Measured]) -> list[Measured]:
    """A few of the runs behind each, those first that the fewest have behind them."""
    asked = Counter(chain(*(each.runs for each in found)))
    return [
        replace(each, runs=tuple(sorted(each.runs, key=lambda run: (asked[run], run))[:MOST_RUNS]))
        for each in found
    ]


def _given(claim: Any, frame: pd.DataFrame) -> Iterator[Measured]:
    """What a table holds with its intervals: one row for each condition; where it has them also
    n, networks, run_id, edge, learned and censored (see Measured)."""
    spec = claim.contrast
    values = values_of(frame, spec.measure)
    ends = [frame[name].to_numpy(dtype=float) for name in spec.interval]
    fields = list(claim.for_each)
    twice = frame.duplicated(fields, keep=False) if fields else np.full(len(frame), len(frame) > 1)
    if twice.any():
        raise NotOneRowPerSeed(frame[twice])
    for row, (value, low, high) in zip(frame.to_dict("records"), zip(values, *ends)):
        yield Measured(
            condition=plain({field: row[field] for field in fields}),
            value=Interval(float(value), float(low), float(high)),
            decides=claim.decides is True,
            n=int(row.get("n", 0)),
            networks=int(row.get("networks", 0)),
            edge=row.get("edge", ""),
            learned=bool(row.get("learned", True)),
            censored=bool(row.get("censored", False)),
            sees=of_interval(low, high, int(row.get("n", 0))),
            runs=(row["run_id"],) if "run_id" in row else (),
        )
