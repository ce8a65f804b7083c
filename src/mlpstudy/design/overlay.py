"""A study's overlay: what `smoke` and `full` change, and where a changed value was written."""

from typing import Any, get_args

from mlpstudy.design.mistakes import Mistake, Place, dotted, nearest
from mlpstudy.design.run import Run

OVERLAYS = ("smoke", "full")
# In a base, null is a value of these fields; anywhere else in an overlay it deletes the key.
NULLABLE = {
    field for field, info in Run.model_fields.items() if type(None) in get_args(info.annotation)
}


def laid_over(below: dict, above: dict, place: Place) -> dict:
    """Mappings merge key by key, null deletes, anything else replaces.

    `place` is where `above` stands in its file: ("smoke",). Raises Mistake where an overlay
    deletes what is not there or changes what the study is.
    """
    merged = dict(below)
    for key, value in above.items():
        here = (*place, key)
        if len(place) == 1 and key in (*OVERLAYS, "study"):
            raise Mistake("cannot be changed by an overlay", key=dotted(here))
        if value is None and not (place[-1] == "base" and key in NULLABLE):
            if key not in below:
                close = nearest(key, below)
                raise Mistake("there is nothing to delete", key=dotted(here), nearest=close)
            del merged[key]
        elif isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key] = laid_over(below[key], value, here)
        else:
            merged[key] = value
    return merged


def origin(place: Place, overlay: dict, size: str) -> Place:
    """Where something was written: in the overlay of this size, or in the study below it."""
    node: Any = overlay
    for part in place:
        if not isinstance(node, dict):
            return (size, *place)  # within a list that replaced what was there
        if part not in node:
            return place
        node = node[part]
    return place if isinstance(node, dict) else (size, *place)
