"""Seconds that calls take, side by side on a machine that has other things to do."""

import time
from collections.abc import Callable, Mapping


def quickest(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Seconds of the quickest of some repeats of each call, after one that does not count.

    The calls take turns, so that what slows the machine down slows all of them: compare within one
    answer only.
    """
    for call in calls.values():
        call()
    seconds = {name: float("inf") for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            seconds[name] = min(seconds[name], one(call))
    return seconds


def one(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
