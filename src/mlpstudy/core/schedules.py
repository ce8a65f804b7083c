"""The step eta(t): a factor on eta for pass t = 1 .. epochs, the number of passes."""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi

import numpy as np

from mlpstudy.design.run import Run

# fmt: off
SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "constant": lambda t, epochs: 1.0,
    "step": lambda t, epochs: 0.1 ** (2 * (t - 1) // epochs),  # a tenth in the second half
    "inverse": lambda t, epochs: 1 / (1 + 10 * (t - 1) / epochs),  # 1/t, down to about 1/11
    "cosine": lambda t, epochs: (1 + cos(pi * (t - 1) / epochs)) / 2,
}
# fmt: on


def etas_of(run: Run, epochs: int) -> np.ndarray:
    """(epochs,) a run's eta in each pass: during `warmup` passes it rises in equal steps to what the
    schedule says, which goes on meanwhile. Read-only."""
    return _etas(run.eta, run.schedule, run.warmup, epochs)


@lru_cache(256)
def _etas(eta: float, schedule: str, warmup: int, epochs: int) -> np.ndarray:
    rate, passes = SCHEDULES[schedule], range(1, epochs + 1)
    etas = np.array([eta * rate(t, epochs) * min(1.0, t / (warmup + 1)) for t in passes], float)
    etas.flags.writeable = False
    return etas


def eta_of(run: Run, t: int, epochs: int) -> float:
    """A run's eta in pass t of so many."""
    return float(etas_of(run, epochs)[t - 1])
