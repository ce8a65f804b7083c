"""Under which of all conditions something was found, in the fewest levels that say it exactly.

A place is a box (of some fields the levels, of the others all) with exceptions, and what lies
outside of it. Where no place says it in a few levels, counts have to do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

MOST_WORDS = 6  # of a place: more are not read
MOST_AROUND = 4  # levels of a box in which something is counted
Row = Mapping[str, Any]
Box = dict[str, tuple[Any, ...]]  # of each field that matters its levels; {}: everywhere


class Place(NamedTuple):
    """`count` of `n` conditions: those in `inside` but `besides`, and those in `outside`.

    inside: None where no few words say which; they are all `within` a box of `of` conditions then,
    if a few words say that.
    """

    count: int  # type: ignore[assignment]  # it hides a method of tuples
    n: int
    inside: Box | None
    besides: tuple[Box, ...] = ()
    outside: tuple[Box, ...] = ()
    within: Box = {}
    of: int = 0

    @property
    def everywhere(self) -> bool:
        """Whether it is all conditions."""
        return self.count == self.n

    @property
    def named(self) -> int:
        """How many levels say it."""
        return sum(_named(box) for box in (self.inside or {}, *self.besides, *self.outside))

    @property
    def words(self) -> int:
        """How long it takes to read: an exception is read less easily than a place."""
        return self.named + 2 * len(self.besides) + len(self.outside)


def place(rows: Sequence[Row], chosen: Sequence[bool]) -> Place:
    """Where the chosen ones of some conditions lie, which have the fields that are used in common."""
    n, count = len(rows), sum(chosen)
    if count == n or not count:
        return Place(count, n, {})
    fields = varied(rows)
    found = [Place(count, n, *parts) for parts in _places(rows, chosen, fields)]
    few = [each for each in found if each.words <= MOST_WORDS]
    return min(few, key=lambda each: _first(each, fields), default=_counted(rows, chosen, fields))


def _counted(rows: Sequence[Row], chosen: Sequence[bool], fields: Sequence[str]) -> Place:
    """What is counted, in the smallest box around it."""
    wanted = [row for row, flag in zip(rows, chosen) if flag]
    whole = {field: tuple(_seen(wanted, field)) for field in fields}
    of = sum(_in(row, whole) for row in rows)
    box = _fewest(rows, whole, of) if fields and of < len(rows) else {}
    small = box if _named(box) <= MOST_AROUND else {}
    return Place(len(wanted), len(rows), None, within=small, of=of)


def varied(rows: Sequence[Row]) -> tuple[str, ...]:
    """The fields that tell the conditions apart; of two that always change together the first."""
    shared = [name for name in rows[0] if all(name in row for row in rows)]
    kept: list[str] = []
    for name in shared:
        if len({row[name] for row in rows}) > 1 and not any(_follows(rows, name, k) for k in kept):
            kept.append(name)
    return tuple(kept)


def _follows(rows: Sequence[Row], name: str, other: str) -> bool:
    """Whether each level of the other field goes with one level of this one."""
    return len({(row[other], row[name]) for row in rows}) == len({row[other] for row in rows})


def _places(
    rows: Sequence[Row], chosen: Sequence[bool], fields: Sequence[str]
) -> Iterator[tuple[Box, tuple[Box, ...], tuple[Box, ...]]]:
    """All places made of a box whose levels are often or always chosen, with what it misses."""
    options = [_levels(rows, chosen, field) for field in fields]
    for levels in product(*options):
        box = {field: some for field, some in zip(fields, levels) if some is not None}
        inside = [_in(row, box) for row in rows]
        if _named(box) > MOST_WORDS or not any(a and b for a, b in zip(inside, chosen)):
            continue
        wrong = [i and not c for i, c in zip(inside, chosen)]
        missed = [c and not i for i, c in zip(inside, chosen)]
        besides = _boxes([r for r, i in zip(rows, inside) if i], _of(wrong, inside), fields)
        outside = _boxes(rows, missed, fields)
        if besides is not None and outside is not None:
            yield box, besides, outside


def _of(flags: Sequence[bool], among: Sequence[bool]) -> list[bool]:
    return [flag for flag, is_in in zip(flags, among) if is_in]


def _levels(
    rows: Sequence[Row], chosen: Sequence[bool], field: str
) -> list[tuple[Any, ...] | None]:
    """Which levels of a field a box may have: all (None), those where any, most or all are chosen."""
    shares = {level: _share(rows, chosen, field, level) for level in _seen(rows, field)}
    some: dict[tuple[Any, ...], None] = {}
    for least in (0.001, 0.501, 1):
        levels = tuple(level for level, share in shares.items() if share >= least)
        if levels and len(levels) < len(shares):
            some[levels] = None
    return [None, *some]


def _seen(rows: Iterable[Row], field: str) -> list[Any]:
    return list(dict.fromkeys(row[field] for row in rows))


def _share(rows: Sequence[Row], chosen: Sequence[bool], field: str, level: Any) -> float:
    flags = [flag for row, flag in zip(rows, chosen) if row[field] == level]
    return sum(flags) / len(flags)


def _boxes(
    rows: Sequence[Row], chosen: Sequence[bool], fields: Sequence[str]
) -> tuple[Box, ...] | None:
    """Boxes that hold exactly the chosen rows: one where one does, or else one for each row; None
    where that takes too many words, or a row is not told from the others."""
    if not any(chosen):
        return ()
    wanted = [row for row, flag in zip(rows, chosen) if flag]
    whole = {field: tuple(_seen(wanted, field)) for field in fields}
    if sum(_in(row, whole) for row in rows) == len(wanted):
        return (_fewest(rows, whole, len(wanted)),)
    if 2 * len(wanted) > MOST_WORDS:  # a level and more for each, and a word
        return None
    alone = [{field: (row[field],) for field in fields} for row in wanted]
    if any(sum(_in(row, box) for row in rows) > 1 for box in alone):
        return None
    return tuple(_fewest(rows, box, 1) for box in alone)


def _fewest(rows: Sequence[Row], box: Box, n: int) -> Box:
    """The box without the fields that it does not need to hold its n rows alone."""
    places = {name: n for n, name in enumerate(box)}
    for field in sorted(box, key=lambda name: (-len(box[name]), -places[name])):
        smaller = {name: levels for name, levels in box.items() if name != field}
        if smaller and sum(_in(row, smaller) for row in rows) == n:
            box = smaller
    return box


def _in(row: Row, box: Box) -> bool:
    return all(row[field] in levels for field, levels in box.items())


def _named(box: Box) -> int:
    return sum(map(len, box.values()))


def _first(found: Place, fields: Sequence[str]) -> tuple:
    """Fewest words first, then without exceptions, then by the fields that stand first."""
    places = sorted(fields.index(field) for field in found.inside or ())
    return found.words, len(found.besides), places
