"""The step eta(t): a factor on eta for pass t = 1 .. epochs, the number of passes."""

from collections.abc import Callable
from math import cos, pi

from mlpstudy.design.run import Run

# fmt: off
SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "constant": lambda t, epochs: 1.0,
    "step": lambda t, epochs: 0.1 ** (2 * (t - 1) // epochs),  # a tenth in the second half
    "inverse": lambda t, epochs: 1 / (1 + 10 * (t - 1) / epochs),  # 1/t, down to about 1/11
    "cosine": lambda t, epochs: (1 + cos(pi * (t - 1) / epochs)) / 2,
}
# fmt: on


def eta_of(run: Run, t: int, epochs: int) -> float:
    """A run's eta in pass t of so many: during `warmup` passes it rises in equal steps to what the
    schedule says, which goes on meanwhile."""
    return run.eta * SCHEDULES[run.schedule](t, epochs) * min(1.0, t / (run.warmup + 1))
