"""How far long work has come: a line now and then, for a terminal and a log alike."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlpstudy.usage import cpu_seconds

EVERY = 5.0  # seconds between two lines
OFTEN = 15.0  # the same of the workflow
# Seconds of a step that has never been made here; of training the plan has an estimate of each job.
USUAL = {"all": 0.0, "prepare": 2.0, "measure": 10.0, "summarise": 3.0, "draw": 6.0, "report": 15.0}
UNUSUAL = 3.0  # of another rule
TRUSTED = 20.0  # seconds of work after which its speed counts as much as the estimates


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


Step = tuple[str, str]  # a rule, and the job or study that it is for


class TimeLeft(logging.Handler):
    """Hears what Snakemake logs, and says now and then how long the rest will take.

    seconds: of steps, on one core, where they are known: see `known_seconds`. How fast the finished
    steps were against what was expected of them corrects what is expected of the others. clock:
    seconds from some time on.
    """

    def __init__(
        self,
        seconds: Mapping[Step, float],
        cores: int,
        every: float = OFTEN,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__()
        self.seconds, self.cores, self.every, self.clock = seconds, cores, every, clock
        self.asked: Counter[str] = Counter()  # steps of each rule that are not begun
        self.running: dict[int, tuple[Step, float]] = {}  # with when they began
        self.begun: set[Step] = set()
        self.expected = self.spent = TRUSTED
        self.told = clock()

    def emit(self, record: logging.LogRecord) -> None:
        """Never fails: that what Snakemake logs has another form is no reason to stop."""
        with suppress(Exception):
            told = record.__dict__
            match getattr(told.get("event"), "value", ""):
                case "run_info":
                    self.asked = Counter({r: n for r, n in told["stats"].items() if r != "total"})
                case "job_info":
                    self._begins(told)
                case "job_error":
                    self.running.pop(told["jobid"], None)
                case "job_finished":
                    self._ends(told["job_id"])

    def _begins(self, told: Mapping[str, Any]) -> None:
        step = told["rule_name"], next(iter(told["wildcards"].values()), "")
        self.running[told["jobid"]] = step, self.clock()
        self.begun.add(step)
        self.asked[step[0]] -= 1

    def _ends(self, job: int) -> None:
        step, began = self.running.pop(job)
        self.expected += self._of(step)
        self.spent += self.clock() - began
        if self.clock() - self.told >= self.every and (left := self.left()) > 0:
            self.told = self.clock()
            print(f"about {_duration(left)} left", file=sys.stderr, flush=True)

    def left(self) -> float:
        """Seconds until the last step ends: all cores are busy, but never less than one step takes."""
        slow = self.spent / self.expected
        going = [
            max(slow * self._of(step) - (self.clock() - began), 0.0)
            for step, began in self.running.values()
        ]
        waiting = sum(n * self._usual(rule) for rule, n in self.asked.items() if n > 0)
        return max((slow * waiting + sum(going)) / self.cores, max(going, default=0.0))

    def _of(self, step: Step) -> float:
        return self.seconds.get(step, USUAL.get(step[0], UNUSUAL))

    def _usual(self, rule: str) -> float:
        """The mean of the steps of a rule that are not begun."""
        steps = self.seconds.keys() - self.begun
        known = [self.seconds[step] for step in steps if step[0] == rule]
        return sum(known) / len(known) if known else USUAL.get(rule, UNUSUAL)


def known_seconds(trained: Mapping[str, float], usage: Path) -> dict[Step, float]:
    """What steps take: as they took last time, and of training else as it is estimated.

    trained: seconds of each job. usage: a folder of what steps have cost, RULE/NAME.json.
    """
    found: dict[Step, float] = {("train", job): seconds for job, seconds in trained.items()}
    for file in sorted(usage.glob("*/*.json")):
        step = file.parent.name, file.stem
        seconds = cpu_seconds(file)
        if seconds is not None and (step[0] != "train" or step in found):
            found[step] = seconds
    return found
