"""How far long work has come: a line now and then, for a terminal and a log alike."""

import sys
import time
from contextlib import suppress

EVERY = 5.0  # seconds between two lines


class Progress:
    """Counts networks and passes; writes to stderr."""

    def __init__(self, name: str, networks: int, passes: int, every: float = EVERY):
        self.name, self.networks, self.passes, self.every = name, networks, passes, every
        self.done_networks = self.done_passes = 0
        self.started = self.told = time.monotonic()

    def __call__(self, networks: int, passes: int) -> None:
        """Told what has been done since the last call."""
        self.done_networks += networks
        self.done_passes += passes
        if time.monotonic() - self.told >= self.every:
            self.told = time.monotonic()
            self._say(f", {_duration(self._left())} left")

    def finish(self) -> None:
        self._say(f" in {_duration(time.monotonic() - self.started)}")

    def _left(self) -> float:
        spent = time.monotonic() - self.started
        return spent * (self.passes - self.done_passes) / max(self.done_passes, 1)

    def _say(self, rest: str) -> None:
        line = f"{self.name}: {self.done_networks} of {self.networks} networks{rest}"
        with suppress(OSError):  # a full disk is reported by who writes a result
            print(line, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
