"""How far the studies are: what is trained, what is missing, what other code has made.

Only files are looked at, so it may be asked while Snakemake runs, or after it was killed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from rich import box
from rich.table import Table

from mlpstudy.data import store
from mlpstudy.design.pool import Job
from mlpstudy.design.project import Project
from mlpstudy.files import SUMS, DamagedFile, is_whole, read_sums, sums_of
from mlpstudy.planning.estimate import trained
from mlpstudy.provenance.digests import of_job, of_study
from mlpstudy.tables.files import read_table

DATA = "data/"
STAGES = {"summarise": "summarised", "draw": "drawn"}


class StudyStatus(NamedTuple):
    """Of one study: networks that it asks for, those that are trained as they would be now, those
    that other code, other data or a damage keeps from being used (by reason), those that are not
    there, those that diverged, and how far the study itself is."""

    study: str
    networks: int
    trained: int
    unusable: dict[str, int]
    missing: int
    diverged: int
    stage: str


class Statuses:
    """Of the studies of a project."""

    def __init__(self, project: Project):
        self.project = project

    @cached_property
    def trained(self) -> set[str]:
        """The ids of all runs that are trained as they would be now."""
        return trained(self.project)

    def of(self, name: str) -> StudyStatus:
        """Of one study; raises Mistake where there is none."""
        wanted = {each.id for each in self.project.study(name).pool}
        done = wanted & self.trained
        unusable: Counter[str] = Counter()
        diverged = 0
        for job in map(self.project.job, self.project.jobs_of(name)):
            runs = wanted & {each.id for each in job.seeded}
            diverged += len(runs & self.diverged(job))
            if runs - done and (reason := self.reason(job)):
                unusable[reason] += len(runs - done)
        missing = len(wanted) - len(done) - unusable.total()
        return StudyStatus(
            name, len(wanted), len(done), dict(unusable), missing, diverged, self.stage(name)
        )

    def reason(self, job: Job) -> str:
        """Why the tables of a job are not to be used; "" where they are not there, or may be."""
        folder = self.project.job_dir(job.id)
        if not folder.exists():
            return ""
        try:
            made_by = read_sums(folder / SUMS).made_by
        except DamagedFile:
            return "damaged"
        if not is_whole(folder / SUMS):
            return "damaged"
        if made_by.get("train") != of_job(job.uses, made_by.get("engine", "")):
            return "other code"
        changed = (name for name in job.datasets if made_by.get(DATA + name) != self.content(name))
        return next((f"other data: {name}" for name in changed), "")

    def content(self, dataset: str) -> str | None:
        """The fingerprint of what a dataset's file holds now."""
        return store.made_by(self.project.data_file(dataset)).get("content")

    def diverged(self, job: Job) -> set[str]:
        """The runs of a job that diverged, as its tables say."""
        try:
            runs = read_table(self.project.job_dir(job.id), "runs", ["run_id", "status"])
        except (OSError, DamagedFile):
            return set()
        return set(runs.loc[runs["status"] == "diverged", "run_id"])

    def stage(self, name: str) -> str:
        """The last stage that a study has behind it, and whether other code has made that."""
        study, folder = self.project.studies[name].resolved(), self.project.study_dir(name)
        sums = {"summarise": sums_of(folder / "findings.json"), "draw": folder / "figures" / SUMS}
        reached = ""
        for stage, path in sums.items():
            made = _made_by(path)
            if stage not in made:
                return reached or "nothing"
            if made[stage] != of_study(stage, study):
                return f"{STAGES[stage]} by other code"
            reached = STAGES[stage]
        return reached


def _made_by(path: Path) -> Mapping[str, str]:
    try:
        return read_sums(path).made_by
    except (DamagedFile, OSError):
        return {}


def table(statuses: Sequence[StudyStatus]) -> Table:
    """A row for each study."""
    shown = Table(box=box.SIMPLE_HEAD)
    for column in (
        "study",
        "networks",
        "trained",
        "missing",
        "not to be used",
        "diverged",
        "study is",
    ):
        shown.add_column(column, justify="left" if column in ("study", "study is") else "right")
    for each in statuses:
        reasons = ", ".join(f"{n:,} ({reason})" for reason, n in sorted(each.unusable.items()))
        counts = (f"{n:,}" for n in (each.networks, each.trained, each.missing))
        shown.add_row(each.study, *counts, reasons or "0", f"{each.diverged:,}", each.stage)
    return shown
