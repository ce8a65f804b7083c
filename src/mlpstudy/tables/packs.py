"""Records as arrays, those of many runs in each, and back with the same bits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlpstudy.design.run import Run, canonical, run_id
from mlpstudy.tables.record import Record

NUMBERS = (
    "n_parameters",
    "n_inputs",
    "input_mean_square",
    "classes",
    "majority",
    "diverged_at",
    "passes",
)
ARRAYS = ("curves", "probed", "layers", "confusion")
SELDOM = {"stopped_at": -1}  # numbers, and what they are in a pack that does not hold them


def packed(records: Sequence[Record]) -> dict[str, np.ndarray]:
    """The arrays of R records: ids and settings of their runs, each number (R,), and each array laid
    end to end with its shapes (R, dimensions). The records are at least one; those of one engine
    have arrays of one type."""
    kept = {
        "ids": _text(run_id(record.run) for record in records),
        "runs": _text(canonical(record.run) for record in records),
    }
    for name in NUMBERS:
        kept[name] = np.array([getattr(record, name) for record in records])
    for name, usual in SELDOM.items():
        numbers = [getattr(record, name) for record in records]
        kept |= {name: np.array(numbers)} if set(numbers) != {usual} else {}
    for name in ARRAYS:
        arrays = [getattr(record, name) for record in records]
        kept[f"{name}_shapes"] = np.array([array.shape for array in arrays])
        kept[name] = np.concatenate([array.ravel() for array in arrays], casting="no")
    return kept


def unpacked(kept: Mapping[str, np.ndarray], wanted: Mapping[str, Run]) -> Iterator[Record]:
    """The records of the runs that are wanted, by id; of another run with the same id none."""
    ids, runs = lines(kept["ids"]), lines(kept["runs"])
    places = [i for i, name in enumerate(ids) if name in wanted]
    arrays: dict[str, Any] = {name: _cut(kept[name], kept[f"{name}_shapes"]) for name in ARRAYS}
    for i in places:
        run = wanted[ids[i]]
        if runs[i] == canonical(run):
            numbers = {name: kept[name][i].item() for name in NUMBERS}
            numbers |= {name: kept[name][i].item() for name in SELDOM if name in kept}
            yield Record(run=run, **numbers, **{name: cut[i] for name, cut in arrays.items()})


def lines(text: np.ndarray) -> list[str]:
    """The ids, or the settings, of some runs."""
    return text.tobytes().decode().splitlines()


def _text(words) -> np.ndarray:
    """Bytes: NumPy's own texts have the length of the longest, and four bytes for a letter."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _cut(flat: np.ndarray, shapes: np.ndarray) -> list[np.ndarray]:
    ends = np.cumsum(np.prod(shapes, axis=1))
    parts = np.split(flat, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
