"""Runs without their seeds: what the runs of one configuration share is worked out once for all.

A sweep has a dozen seeds for each configuration, and a project some hundred thousand runs.
"""

from typing import NamedTuple

from mlpstudy.design.run import Run, canonical, run_id, shape, short_digest

MARK = 2**32 - 1  # a seed, found again in what is made of it


class Seedless:
    """All fields of a run but its seed.

    run: the run with the seed 0. text: its canonical JSON. shape: what stacks are made by.
    """

    def __init__(self, run: Run):
        self.run = run.model_copy(update={"seed": 0})
        self.text, self.shape = canonical(self.run), shape(self.run)
        marked = run.model_copy(update={"seed": MARK})
        self._text = canonical(marked).split(f'"seed":{MARK}')
        self._name = run_id(marked).rpartition(f"{MARK}-")[0]

    def id(self, seed: int) -> str:
        """The run_id of the run with this seed."""
        before, after = self._text
        text = f'{before}"seed":{seed}{after}' if seed else self.text
        return f"{self._name}{seed}-{short_digest(text)}"


class Seeded(NamedTuple):
    """A run as the pool holds it: its id, its configuration and its seed."""

    id: str
    seedless: Seedless
    seed: int

    @property
    def run(self) -> Run:
        """The run in full."""
        return self.seedless.run.model_copy(update={"seed": self.seed})

    @property
    def dataset(self) -> str:
        return self.seedless.run.dataset
