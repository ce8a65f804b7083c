"""Small files that say what would make a result now: inputs of the workflow's rules.

A stamp is written anew only where that has changed, so a result that is older than its stamp is
made again: also where Snakemake has lost its own records, or never had any. It is written anew,
too, where a folder is no longer whole, or a dataset was made by other code without Snakemake.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from mlpstudy.core.engines import engines_of
from mlpstudy.data import store
from mlpstudy.design.project import Project
from mlpstudy.files import SUMS, is_whole, write_atomically
from mlpstudy.provenance.closure import Package
from mlpstudy.provenance.digests import (
    HERE,
    of_dataset,
    of_job,
    of_report,
    of_run,
    of_source,
    of_study,
)

SHARED = ("prepare", "run")  # rules whose results serve all sizes
FORCED = "\nagain: "


def stamp(path: Path, *makers: str, good: bool = True) -> str:
    """Write a stamp where it does not say these makers yet, or the result is not good; its path."""
    current = "\n".join(makers)
    try:
        written = path.read_text(encoding="utf-8")
    except OSError:
        written = ""
    if written.partition(FORCED)[0] != current or not good:
        content = current if good else f"{current}{FORCED}{uuid4().hex}"
        write_atomically(path, content.encode(), durable=False)
    return str(path)


class Makers:
    """What would make each result of a project now. package: with which code."""

    def __init__(self, project: Project, package: Package = HERE):
        self.project, self.package = project, package

    @property
    def trainer(self) -> tuple[str, str]:
        """Where the settings have networks trained, and by which engine."""
        settings = self.project.settings
        return settings.device, settings.engine

    @property
    def engines(self) -> str:
        return ",".join(engines_of(*self.trainer))

    def prepare(self, dataset: str) -> tuple[str, ...]:
        source = self.project.settings.datasets.get(dataset)
        if source is None:
            return (of_dataset(dataset, self.package),)
        return (of_source(dataset, source, self.package), *map(store.checksum, source.files))

    def train(self, uses: str) -> tuple[str, ...]:
        """The tables of a job whose runs use this (see design/used.py)."""
        return of_job(uses, self.engines, self.package), *self.trainer

    def run(self, uses: str) -> tuple[str, ...]:
        return of_run(uses, self.engines, self.package), *self.trainer

    def measure(self, study: str) -> tuple[str, ...]:
        """What a measurement depends on: a study without its words and thresholds."""
        return *self._of_study("measure", self.project.studies[study].asked), *self.trainer

    def summarise(self, study: str) -> tuple[str, ...]:
        return self._of_study("summarise", self.project.studies[study].resolved())

    def draw(self, study: str) -> tuple[str, ...]:
        return (of_study("draw", self.project.studies[study].resolved(), self.package),)

    def report(self) -> tuple[str, ...]:
        studies = [study.resolved() for study in self.project.studies.values()]
        return (
            of_report(studies, self.package),
            self.project.settings.language,
            *self.project.studies,
        )

    def _of_study(self, stage: str, study: dict[str, Any]) -> tuple[str, ...]:
        return of_study(stage, study, self.package), json.dumps(study, sort_keys=True)


class Stamps:
    """The stamps of a project. Those of data and of single runs serve all sizes."""

    def __init__(self, project: Project):
        self.project, self.makers = project, Makers(project)
        self.folder = project.results / "made_by"
        self.shared = Path(project.settings.placed("results/made_by"))

    def place(self, rule: str, name: str = "") -> Path:
        """Where the stamp of a result lies."""
        folder = self.shared if rule in SHARED else self.folder
        return folder / rule / name

    def prepare(self, dataset: str) -> str:
        path, makers = self.project.data_file(dataset), self.makers.prepare(dataset)
        good = not path.exists() or store.is_current(path, makers[0])
        return stamp(self.place("prepare", dataset), *makers, good=good)

    def train(self, job: str, uses: str) -> str:
        return stamp(self.place("train", job), *self.makers.train(uses))

    def run(self, run_id: str, uses: str) -> str:
        return stamp(self.place("run", run_id), *self.makers.run(uses))

    def measure(self, study: str) -> str:
        good = _good(self.project.measured_dir(study))
        return stamp(self.place("measure", study), *self.makers.measure(study), good=good)

    def summarise(self, study: str) -> str:
        good = _good(self.project.study_dir(study) / "tables")
        return stamp(self.place("summarise", study), *self.makers.summarise(study), good=good)

    def draw(self, study: str) -> str:
        good = _good(self.project.study_dir(study) / "figures")
        return stamp(self.place("draw", study), *self.makers.draw(study), good=good)

    @cached_property
    def report(self) -> str:
        return stamp(self.place("report"), *self.makers.report())


def _good(folder: Path) -> bool:
    """Whether a folder is whole, or not there at all."""
    return not folder.exists() or is_whole(folder / SUMS)
