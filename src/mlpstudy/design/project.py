"""The checkout as a whole: its settings, its studies, the jobs they come to, and where files go."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from mlpstudy.design import settings as settings_file
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.pool import Job, jobs, jobs_of, pool
from mlpstudy.design.run import Run
from mlpstudy.design.seedless import Seeded
from mlpstudy.design.settings import Settings
from mlpstudy.design.study import Study
from mlpstudy.design.study_file import load_all

CONFIG = "config/config.yaml"
CHECKOUT = PACKAGE.parents[1]
LECTURE = "lecture.yaml"
TABLES = ("runs.parquet", "curves.parquet", "layers.parquet", "SHA256SUMS")
STUDY_JSON = ("study.json", "findings.json", "counts.json", "diverged.json", "tables.json")
STUDY_FILES = tuple(name for file in STUDY_JSON for name in (file, f"{file}.sha256"))


class Project:
    """What is to be done with some settings. Paths are relative to the project's folder."""

    def __init__(self, settings: Settings):
        self.settings = settings

    @classmethod
    def read(cls, config: str = CONFIG, overrides: Mapping[str, Any] | None = None) -> "Project":
        """The project of a config file and `--config key=value`; raises Mistake."""
        if config == CONFIG and not Path(CONFIG).exists():
            raise Mistake("is not here: start this in the folder of the checkout", file=CONFIG)
        return cls(settings_file.load(config, overrides))

    @classmethod
    def read_anywhere(cls, overrides: Mapping[str, Any]) -> "Project":
        """The project of the working folder; of one without settings that which came with the code.

        So the workflow runs in any folder, and as a module of another. Raises Mistake.
        """
        if Path(CONFIG).exists() or not (CHECKOUT / CONFIG).exists():
            return cls.read(overrides=overrides)
        shipped = CHECKOUT / CONFIG
        return cls.read(str(shipped), {"config_dir": str(shipped.parent), **overrides})

    def below(self, folder: str) -> "Project":
        """The same, with all that is written in another folder; "": in the same."""
        place = Path(folder, self.settings.output_dir).as_posix()
        return Project(self.settings.model_copy(update={"output_dir": place}))

    @cached_property
    def studies(self) -> dict[str, Study]:
        """The chosen studies by name. Raises Mistake where one neither trains nor measures."""
        studies = load_all(self.settings)
        for study in studies:
            if not (study.sweep or study.is_measured):
                problem = f"is missing, and the module {study.module} measures nothing by itself"
                raise study.mistake(problem, ("sweep",), allowed="blocks of cells, by name")
        return {study.name: study for study in studies}

    @cached_property
    def pool(self) -> dict[str, Seeded]:
        return pool(self.studies.values())

    @cached_property
    def jobs(self) -> dict[str, Job]:
        return {job.id: job for job in jobs(self.studies.values(), self.settings.job_seconds)}

    @property
    def datasets(self) -> list[str]:
        return sorted({run.dataset for run in self.pool.values()})

    def study(self, name: str) -> Study:
        return found(name, self.studies, "study", self.settings.config_dir)

    def measuring(self, name: str) -> Study:
        """A study that measures something itself; raises Mistake where it does not."""
        measuring = {study.name: study for study in self.studies.values() if study.is_measured}
        if name in self.studies and name not in measuring:
            raise Mistake(
                "measures nothing by itself: its module has no function `measure`",
                file=self.settings.config_dir,
                key="study",
                value=name,
                allowed="one of " + ", ".join(measuring) if measuring else "",
            )
        return self.study(name)

    def run(self, run_id: str) -> Run:
        return found(run_id, self.pool, "run", self.settings.config_dir).run

    def job(self, job_id: str) -> Job:
        return found(job_id, self.jobs, "job", self.settings.config_dir)

    def jobs_of(self, study: str) -> list[str]:
        """The ids of the jobs that a study needs."""
        return [job.id for job in jobs_of(self.study(study), self.jobs.values())]

    # Places

    @property
    def results(self) -> Path:
        return Path(self.settings.results_dir)

    @property
    def report(self) -> Path:
        return Path(self.settings.report_dir)

    def report_of(self, studies: Sequence[str]) -> Path:
        """The report of some studies alone."""
        return self.results / "reports" / "-".join(studies)

    def findings_of(self, studies: Sequence[str]) -> Path:
        """The findings of some studies in one file; of all, where none is named."""
        return (self.report_of(studies) if studies else self.results) / "findings.json"

    @property
    def trained(self) -> Path:
        """What is trained, whatever the size it was trained for."""
        return Path(self.settings.placed("results/trained"))

    def data_file(self, dataset: str) -> Path:
        return Path(self.settings.placed("results/data"), f"{dataset}.npz")

    @property
    def plan_dir(self) -> Path:
        return self.results / "plan"

    def job_dir(self, job_id: str) -> Path:
        return self.results / "jobs" / job_id

    def measured_dir(self, study: str) -> Path:
        return self.results / "measured" / study

    def study_dir(self, study: str) -> Path:
        return self.results / "studies" / study

    @property
    def usage_dir(self) -> Path:
        """What each step of the workflow has cost."""
        return self.results / "usage"

    def usage_file(self, rule: str, name: str) -> Path:
        return self.usage_dir / rule / f"{name}.json"

    def run_dir(self, run_id: str) -> Path:
        return Path(self.settings.placed("results/runs"), run_id)

    @property
    def lecture(self) -> Path:
        """The lecture's claims: of the project, or else those that came with the code."""
        known = Path(self.settings.config_dir, LECTURE)
        return known if known.exists() else Path(CONFIG).with_name(LECTURE)


def found(name: str, known: Mapping[str, Any], kind: str, place: str) -> Any:
    """What is known by a name; raises Mistake where nothing is."""
    if name not in known:
        some = ", ".join(list(known)[:8]) + (f", ... ({len(known)})" if len(known) > 8 else "")
        raise Mistake(
            f"is not a {kind} of this project",
            file=place,
            key=kind,
            value=name,
            allowed=f"one of {some}",
            nearest=nearest(name, known),
        )
    return known[name]
