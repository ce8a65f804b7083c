"""Some of many examples: with the shares of the classes and of the parts that the whole has."""

import numpy as np

from mlpstudy.data import checks
from mlpstudy.data.split import stratified_order
from mlpstudy.rng import stream


def rows_of(name: str, y: np.ndarray, held_out: int, n: int) -> tuple[np.ndarray, int]:
    """n rows of y (N,), the classes, in their order, and how many of them are the test part: the
    last ones, as `held_out` of all are. The same rows whoever asks.

    Raises Mistake where there are not so many.
    """
    if n > len(y):
        raise checks.mistake(name, f"has {len(y):,} examples", "examples", n)
    tests = round(n * held_out / len(y))
    parts = np.split(np.arange(len(y)), [len(y) - held_out])
    drawn = [
        part[stratified_order(y[part], stream(0, "data", i))[:size]]
        for i, (part, size) in enumerate(zip(parts, (n - tests, tests), strict=True))
    ]
    return np.concatenate([np.sort(rows) for rows in drawn]), tests


def subset_note(n: int, there: int) -> tuple[str, str]:
    """What is said of it."""
    return (
        "drawn",
        f"{n:,} of {there:,} examples, with the shares of classes and parts; see examples",
    )
