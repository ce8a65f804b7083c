"""Interleaved timing: contestants take turns, so that a machine that drifts treats all alike."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from threadpoolctl import threadpool_limits

Job = Callable[[], object]
ROUNDS = 7
TURN = 0.08  # seconds that a turn lasts at least


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Let torch, and the BLAS of NumPy and scikit-learn, use n threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(before)


def now() -> float:
    """Seconds: of this process alone with one thread, for a shared machine interrupts it."""
    return time.process_time() if torch.get_num_threads() == 1 else time.perf_counter()


def turn(job: Job, at_least: float = TURN) -> float:
    """Seconds per call, over as many calls as fill the turn."""
    start, calls = now(), 0
    while (spent := now() - start) < at_least or not calls:
        job()
        calls += 1
    return spent / calls


def race(jobs: Mapping[str, Job], rounds: int = ROUNDS) -> dict[str, np.ndarray]:
    """Seconds per call of every job: (rounds,) each, the jobs one after another in every round.

    Every other round runs backwards. A first call of each, which makes buffers and compiles, is
    not counted.
    """
    for job in jobs.values():
        job()
    seconds = {name: [] for name in jobs}
    for lap in range(rounds):
        for name in list(jobs)[:: 1 if lap % 2 == 0 else -1]:
            seconds[name].append(turn(jobs[name]))
    return {name: np.array(s) for name, s in seconds.items()}


def ratio(seconds: Mapping[str, np.ndarray], other: str, to: str) -> float:
    """The median over the rounds of how many times longer `other` takes than `to`."""
    return float(np.median(seconds[other] / seconds[to]))
