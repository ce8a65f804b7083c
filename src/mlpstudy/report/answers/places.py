"""Where something was found, in words: "on digits with wrong labels", "everywhere except on moons"."""

from collections.abc import Sequence
from typing import Any

from mlpstudy.report.answers.where import Box, Place
from mlpstudy.words import Words
from mlpstudy.words.labels import LEVELS
from mlpstudy.words.markers import N_

ON = {  # of a field, how its levels stand in a sentence; they say by themselves what they are
    "dataset": N_("on {levels}"),
    "label_noise": N_("with {levels}"),
    "activation": N_("with {levels}"),
    "initialization": N_("with {levels}"),
    "pretraining": N_("with {levels}"),
    "optimizer": N_("with {levels}"),
    "schedule": N_("with {levels}"),
    "cost": N_("with {levels}"),
    "residual": N_("with {levels}"),
    "way": N_("with {levels}"),
    "family": N_("with the criteria {levels}"),
    "network": N_("in the network {levels}"),
}
BARE = {  # the same, of levels that are a number
    "dropout": N_("at a rate of {levels}"),
    "input_noise": N_("with noise of sigma {levels}"),
    "depth": N_("with {levels} hidden layers"),
    "width": N_("with {levels} units per layer"),
    "examples": N_("with {levels} examples at once"),
}


def place_of(words: Words, place: Place) -> str:
    """Where something was found; how often, where no few words say where."""
    if place.everywhere:
        return words.gettext("in all {n} settings", n=place.n) if place.n > 1 else ""
    if place.inside is None:
        return counted(words, place)
    inside = box_of(words, place.inside) or words.gettext("everywhere")
    if place.besides:
        besides = _joined(words, place.besides)
        inside = words.gettext("{place} except {besides}", place=inside, besides=besides)
    if place.outside:
        outside = _joined(words, place.outside)
        inside = words.gettext("{place}, and {outside}", place=inside, outside=outside)
    return inside


def counted(words: Words, place: Place) -> str:
    """In how many of all conditions something was found."""
    return words.gettext("in {count} of {n} settings", count=place.count, n=place.n)


def box_of(words: Words, box: Box) -> str:
    """The levels of some fields; "" for everywhere."""
    return " ".join(_levels(words, field, levels) for field, levels in box.items())


def _joined(words: Words, boxes: Sequence[Box]) -> str:
    return words.listed([box_of(words, box) for box in boxes])


def _levels(words: Words, field: str, levels: Sequence[Any]) -> str:
    if field in BARE and all(levels):
        shown = words.listed([words.level(field, level) for level in levels])
        return words.gettext(BARE[field], levels=shown)
    shown = words.listed([words.value(field, level) for level in levels])
    default = "with {levels}" if field in LEVELS else "for {levels}"
    return words.gettext(ON.get(field, default), levels=shown)


FOR = N_("for {levels}")  # of a field that is in neither table
