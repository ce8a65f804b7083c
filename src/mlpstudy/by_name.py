"""The stages for people, who name a job or a study: where its files are follows from the settings.

The workflow's rules give all paths themselves: see mlpstudy.rules.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mlpstudy.design.plan import plan_of
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id

if TYPE_CHECKING:
    from mlpstudy.runs.known import KnownRun


def train(project: Project, job: str) -> None:
    """Train the networks of a job that are not trained yet, and write its tables."""
    from mlpstudy.stages.prepare import data_file
    from mlpstudy.stages.train import train

    if not (project.plan_dir / "jobs" / f"{job}.json").exists():
        project.job(job)
    plan = plan_of(project)
    data = [data_file(project, name) for name in plan.datasets_of(job)]
    out = project.job_dir(job)
    train(plan.job_file(job), data, out, project.trained, *_how(project))


def measure(project: Project, study: str) -> dict[str, str]:
    """What a study measures by itself; for each of its tables the checksum of before, or ""."""
    from mlpstudy.stages.measure import measure
    from mlpstudy.stages.prepare import data_file

    project.measuring(study)
    plan = plan_of(project)
    data = [data_file(project, name) for name in plan.studies[study].datasets]
    out = project.measured_dir(study)
    return measure(plan.measurement_file(study), data, out, *_how(project))


def summarise(project: Project, study: str) -> None:
    """A study's summary tables and findings."""
    from mlpstudy.stages.summarise import summarise

    project.study(study)
    plan = plan_of(project)
    planned = plan.studies[study]
    jobs = [project.job_dir(job) for job in planned.jobs]
    measured = project.measured_dir(study) if planned.measured else None
    data = [path for path in map(project.data_file, planned.datasets) if path.exists()]
    summarise(plan.study_file(study), jobs, measured, data, project.study_dir(study))


def draw(project: Project, study: str) -> None:
    """A study's figures."""
    from mlpstudy.stages.draw import draw

    project.study(study)
    draw(project.study_dir(study), project.study_dir(study))


def report(project: Project) -> list[Path]:
    """The report of all studies; what was written."""
    from mlpstudy import publish

    return publish.report(
        plan_of(project).report_file,
        project.lecture,
        [project.study_dir(name) for name in project.studies],
        project.results / "benchmarks",
        project.report,
        project.results / "findings.json",
        project.settings.language,
    )


def single_page(project: Project) -> Path:
    """The report of all studies as one page."""
    from mlpstudy import publish

    return publish.single(
        plan_of(project).report_file,
        project.lecture,
        [project.study_dir(name) for name in project.studies],
        project.report / "single.html",
        project.settings.language,
    )


def run(project: Project, run: Run, folder: Path | None, keep: Literal["last", "best"]) -> Path:
    """Train one run alone; the folder that it leaves."""
    from mlpstudy import single
    from mlpstudy.stages.prepare import dataset_from

    folder = folder or project.run_dir(run_id(run))
    return single.run(run, dataset_from(project), folder, *_how(project), keep)


def go_on(
    project: Project, before: "KnownRun", epochs: int, folder: Path | None
) -> tuple[Path, bool]:
    """Train a run for so many passes in all; the folder, and whether it begins as the run did."""
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.longer import goes_on, longer

    made = run(project, longer(before, epochs), folder, "last")
    return made, goes_on(before, known_run(project, str(made)))


def _how(project: Project) -> tuple[str, str, int]:
    """Where networks are trained, by which engine and on how many threads."""
    settings = project.settings
    return settings.device, settings.engine, settings.threads
