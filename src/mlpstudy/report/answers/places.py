"""Where something was found, in words: "on digits with wrong labels", "everywhere except on moons"."""

from collections.abc import Callable, Sequence
from typing import Any

from mlpstudy.report.answers.where import Box, Place
from mlpstudy.statistics.depends import CLAIM, Depends
from mlpstudy.words import Words
from mlpstudy.words.markers import N_

MOST_BESIDE = 3  # boxes beside a count
# Of a field, how its levels stand in a sentence; those of others follow "with", all in one
FIRST = {"dataset": N_("on {levels}"), "network": N_("in the {levels}")}
LAST = {"dropout": N_("at a rate of {levels}"), "trained": N_("where {levels}")}
Form = Callable[[Words, float, str], str]  # of the largest level, and all levels as they are shown
NUMBERS: dict[str, Form] = {  # of numbers that do not say by themselves what they are
    "dropout": lambda w, n, shown: shown,
    "input_noise": lambda w, n, shown: w.gettext("noise of sigma {levels}", levels=shown),
    "depth": lambda w, n, shown: w.ngettext(
        "{levels} hidden layer", "{levels} hidden layers", n, levels=shown
    ),
    "width": lambda w, n, shown: w.ngettext(
        "{levels} unit per layer", "{levels} units per layer", n, levels=shown
    ),
    "step_after": lambda w, n, shown: w.gettext("a step after {levels}", levels=shown),
    "initialization": lambda w, n, shown: w.gettext("{levels} initialization", levels=shown),
    "family": lambda w, n, shown: w.gettext("the criteria {levels}", levels=shown),
}


def place_of(words: Words, place: Place, hangs_on: Depends | None = None) -> str:
    """Where something was found; how often, where no few words say where.

    hangs_on: what tells it from the rest, which then stands beside the count.
    """
    if place.everywhere:
        return _everywhere(words, place.n)
    if place.inside is None:
        return counted(words, place, hangs_on)
    inside = box_of(words, place.inside) or words.gettext("everywhere")
    if place.besides:
        besides = _joined(words, place.besides)
        inside = words.gettext("{place} except {besides}", place=inside, besides=besides)
    if place.outside:
        outside = _joined(words, place.outside)
        inside = words.gettext("{place}, and {outside}", place=inside, outside=outside)
    return inside


def _everywhere(words: Words, n: int) -> str:
    if n < 3:
        return words.gettext("in both settings") if n == 2 else ""
    return words.gettext("in all {n} settings", n=n)


def counted(words: Words, place: Place, hangs_on: Depends | None = None) -> str:
    """In how many of all conditions something was found, and where in most of them."""
    if place.within:
        return words.gettext(
            "in {count} of {n} settings {place}",
            count=place.count,
            n=place.of,
            place=box_of(words, place.within),
        )
    count = words.gettext("in {count} of {n} settings", count=place.count, n=place.n)
    if hangs_on is None:
        return count
    best = hangs_on.where[0]
    most = [each for each in hangs_on.where if each.count * best.n == best.count * each.n]
    boxes = [{k: (v,) for k, v in each.condition.items() if k != CLAIM} for each in most]
    if len(most) > MOST_BESIDE or not all(boxes):
        return count
    return words.gettext(
        "{settings} ({count} of {n} {place})",
        settings=count,
        count=sum(each.count for each in most),
        n=sum(each.n for each in most),
        place=_joined(words, _merged(boxes)),
    )


def _merged(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of one field as one."""
    if {len(box) for box in boxes} != {1}:
        return list(boxes)
    (field,) = boxes[0]
    return [{field: tuple(level for box in boxes for level in box[field])}]


def box_of(words: Words, box: Box) -> str:
    """The levels of some fields; "" for everywhere."""
    first = [name for name in FIRST if name in box]
    last = [name for name in LAST if name in box and all(box[name])]
    middle = [_levels(words, name, box[name]) for name in box if name not in (*first, *last)]
    before = [_after(words, FIRST[name], name, box[name]) for name in first]
    after = [_after(words, LAST[name], name, box[name]) for name in last]
    return " ".join([*before, *_with(words, middle), *after])


def _with(words: Words, levels: Sequence[str]) -> list[str]:
    """ "with" some levels, unless they begin by saying without what it is."""
    if not levels:
        return []
    shown = ", ".join(levels)
    begun = shown.startswith(words.gettext("without") + " ")
    return [shown if begun else words.gettext("with {levels}", levels=shown)]


def _after(words: Words, message: str, name: str, levels: Sequence[Any]) -> str:
    return words.gettext(message, levels=_levels(words, name, levels))


def _joined(words: Words, boxes: Sequence[Box]) -> str:
    return words.listed([box_of(words, box) for box in boxes])


def _levels(words: Words, name: str, levels: Sequence[Any]) -> str:
    """Levels of a field that say by themselves what they are."""
    if name in NUMBERS and all(levels):
        shown = words.listed([words.level(name, level) for level in levels])
        numbers = [level for level in levels if isinstance(level, int | float)]
        return NUMBERS[name](words, max(numbers, default=2), shown)
    return words.listed([words.value(name, level) for level in levels])
