"""A study's overlay: what `smoke` and `full` change, and where a changed value was written."""

from collections.abc import Collection
from typing import get_args

from mlpstudy.design.mistakes import Mistake, Place, dotted, nearest
from mlpstudy.design.run import Run

OVERLAYS = ("smoke", "full")
# In a base, null is a value of these fields; anywhere else in an overlay it deletes the key.
NULLABLE = {
    field for field, info in Run.model_fields.items() if type(None) in get_args(info.annotation)
}


def laid_over(below: dict, above: dict, place: Place) -> tuple[dict, set[Place]]:
    """What results, and the places in it that `above` decided.

    Mappings merge key by key, null deletes, anything else replaces. `place` is where `above`
    stands in its file: ("smoke",). Raises Mistake where an overlay deletes what is not there or
    changes what the study is.
    """
    merged, decided = dict(below), set()
    for key, value in above.items():
        at = (*place, key)
        if len(place) == 1 and key in (*OVERLAYS, "study"):
            raise Mistake("cannot be changed by an overlay", key=dotted(at))
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key], deeper = laid_over(below[key], value, at)
            decided |= deeper
            continue
        decided.add(at[1:])
        merged[key] = value
        if value is None and not (place[-1] == "base" and key in NULLABLE):
            del merged[key]
            if key not in below:
                close = nearest(key, below)
                raise Mistake("there is nothing to delete", key=dotted(at), nearest=close)
    return merged, decided


def origin(place: Place, decided: Collection[Place], size: str) -> Place:
    """Where something was written: in the overlay of this size, or in the study below it."""
    above = any(place[:n] in decided for n in range(1, len(place) + 1))
    return (size, *place) if above else place
