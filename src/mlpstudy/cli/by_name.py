"""The stages for people, who name a job or a study: where its files are follows from the settings.

The workflow's rules give all paths themselves: see mlpstudy.rules.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import plan_of, report_spec
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.specs import read_json
from mlpstudy.files import SUMS
from mlpstudy.usage import write_usage

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
    write_usage(project.usage_file("train", job))


def measure(project: Project, study: str) -> dict[str, str]:
    """What a study measures by itself; for each of its tables the checksum of before, or ""."""
    from mlpstudy.stages.measure import measure
    from mlpstudy.stages.prepare import data_file

    project.measuring(study)
    plan = plan_of(project)
    data = [data_file(project, name) for name in plan.studies[study].datasets]
    out = project.measured_dir(study)
    before = measure(plan.measurement_file(study), data, out, *_how(project))
    write_usage(project.usage_file("measure", study))
    return before


def summarise(project: Project, study: str) -> None:
    """A study's summary tables and findings."""
    from mlpstudy.stages.summarise import summarise

    project.study(study)
    plan = plan_of(project)
    planned = plan.studies[study]
    jobs = [project.job_dir(job) for job in planned.jobs]
    _need([job / SUMS for job in jobs], study)
    measured = project.measured_dir(study) if planned.measured else None
    data = [path for path in map(project.data_file, planned.datasets) if path.exists()]
    summarise(plan.study_file(study), jobs, measured, data, project.study_dir(study))
    write_usage(project.usage_file("summarise", study))


def draw(project: Project, study: str) -> None:
    """A study's figures."""
    from mlpstudy.stages.draw import draw

    project.study(study)
    _need([project.study_dir(study) / "study.json"], study)
    draw(project.study_dir(study), project.study_dir(study))
    write_usage(project.usage_file("draw", study))


def report(project: Project, names: Sequence[str] = ()) -> list[Path]:
    """The report of all studies; of some, in a folder of their own. What was written."""
    from mlpstudy import publish

    project, plan = _chosen(project, names)
    return publish.report(
        plan,
        project.lecture,
        _studies(project),
        project.usage_dir,
        project.report_of(names) if names else project.report,
        project.findings_of(names),
        project.settings.language,
    )


def single_page(project: Project, names: Sequence[str] = ()) -> Path:
    """The same as one page."""
    from mlpstudy import publish

    project, plan = _chosen(project, names)
    folder = project.report_of(names) if names else project.report
    language = project.settings.language
    page = folder / "single.html"
    return publish.single(plan, project.lecture, _studies(project), page, language)


def _chosen(project: Project, names: Sequence[str]) -> tuple[Project, dict[str, Any]]:
    """The project with some of its studies, or with all; what its plan says to the report."""
    if not names:
        return project, read_json(plan_of(project).report_file)
    for name in names:
        project.study(name)
    some = Project(project.settings.model_copy(update={"studies": tuple(names)}))
    return some, report_spec(some)


def _studies(project: Project) -> list[Path]:
    """The folders of the studies. Raises Mistake where one has nothing drawn."""
    for name in project.studies:
        _need([project.study_dir(name) / "figures.json"], name)
    return [project.study_dir(name) for name in project.studies]


def _need(paths: Iterable[Path], study: str) -> None:
    """Raises Mistake where what a study is made of is not there."""
    for path in paths:
        if not path.exists():
            problem = f"is not made yet; first: snakemake --cores 2 {study}"
            raise Mistake(problem, file=path.as_posix())


def run(project: Project, run: Run, folder: Path | None, keep: Literal["last", "best"]) -> Path:
    """Train one run alone; the folder that it leaves."""
    from mlpstudy.runs import single
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
