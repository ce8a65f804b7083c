"""What is to be done, written down before anything is done: a file for each job and each study.

    plan/jobs/JOB.json            the runs of a job, for `train`
    plan/measurements/STUDY.json  what a measurement may depend on, and its runs, for `measure`
    plan/studies/STUDY.json       a study in full, and the ids of its runs, for `summarise`
    plan/report.json              the studies, what they come to together, for `report`
    plan/plan.json                what the workflow knows of jobs and studies

A stage reads these and neither settings nor studies, so an edit harms nothing that waits for its
turn. A job is named after its runs: its file never changes. Other files are written where their
content has changed, and plan.json last: it says what the plan was made of, and a plan that is made
of the same is not made again.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mlpstudy.design import parts
from mlpstudy.design.columns import runs_spec
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.pool import Job, estimated_passes
from mlpstudy.design.project import Project, found
from mlpstudy.design.specs import read_job, read_json
from mlpstudy.design.study import Study
from mlpstudy.design.version import UNSAID, VERSION
from mlpstudy.files import SEAL, DamagedFile, sealed_json, sha256, write_atomically

INDEX = "plan.json"
PACKAGES = ("pydantic", "PyYAML")
WHERE = "command line"
UNUSED = {"threads", "config_dir", "output_dir"}  # settings that change no bit of a result


@dataclass(frozen=True)
class Planned:
    """What the workflow knows of a study: the datasets that its runs need, its jobs, and whether
    it measures something itself."""

    datasets: list[str]
    jobs: list[str]
    measured: bool


@dataclass(frozen=True)
class Plan:
    """What the workflow knows. jobs: the datasets of each, by its id; uses: what its runs use (see
    used.py); seconds: of one core, estimated; megabytes: of memory on one thread, estimated."""

    folder: Path
    studies: dict[str, Planned]
    jobs: dict[str, list[str]]
    uses: dict[str, str]
    seconds: dict[str, float]
    megabytes: dict[str, int]

    def datasets_of(self, job: str) -> list[str]:
        """The datasets of a job, also of one that is no longer planned and waits in a queue.

        Raises Mistake where there is no such job.
        """
        if job not in self.jobs and self.job_file(job).exists():
            return read_job(self.job_file(job)).datasets
        return found(job, self.jobs, "job", WHERE)

    def run(self, run_id: str) -> tuple[str, str]:
        """The job that trains a run, and its dataset; raises Mistake where none does."""
        for job, datasets in self.jobs.items():
            if run_id.startswith(tuple(f"{name}-" for name in datasets)):
                for each in read_job(self.job_file(job)).seeded:
                    if each.id == run_id:
                        return job, each.dataset
        raise Mistake("is not a run of this project", file=WHERE, key="run", value=run_id)

    def job_file(self, job: str) -> Path:
        return self.folder / "jobs" / f"{job}.json"

    def study_file(self, study: str) -> Path:
        return self.folder / "studies" / f"{study}.json"

    def measurement_file(self, study: str) -> Path:
        return self.folder / "measurements" / f"{study}.json"

    @property
    def report_file(self) -> Path:
        return self.folder / "report.json"


def travelling(project: Project) -> list[str]:
    """The files that a job needs beside its rule's inputs, where no filesystem is shared: settings,
    studies, a user's own parts, and all of the plan and of the stamps."""
    settings = project.settings
    config = Path(settings.config_dir)
    read = [config / "config.yaml", project.lecture, *settings.study_files().values()]
    tables = [f for s in settings.datasets.values() for f in (*s.files, *s.downloads)]
    made = [*project.plan_dir.rglob("*.json")]
    return [
        str(path) for path in (*read, *settings.plugins, *tables, *made) if Path(path).is_file()
    ]


# By which version


def versions(folder: Path) -> list[str]:
    """The versions of this project that have planned in a folder, the last one last. Others had
    other forms, so nothing is checked."""
    try:
        index = json.loads((folder / INDEX).read_bytes())
    except (OSError, ValueError):
        return []
    is_plan = isinstance(index, dict) and "key" in index
    return list(index.get("versions", [UNSAID])) if is_plan else []


def upgraded(folder: Path) -> str:
    """A line where another version has planned there last; "" where none has."""
    last = versions(folder)[-1:]
    if last in ([], [VERSION]):
        return ""
    return (
        f"{folder.parent} is of mlpstudy {last[0]}, and this is {VERSION}: what other code has made "
        "is made again, and nothing is mixed"
    )


# Written


def plan_of(project: Project) -> Plan:
    """The plan of a project, which is made where it is not there yet. Raises Mistake."""
    folder, key = project.plan_dir, _key(project)
    try:
        index = read_json(folder / INDEX)
        if index["key"] == key and _is_whole(folder, index):
            return _plan(folder, index)
    except (OSError, DamagedFile, KeyError, TypeError):
        pass  # there is none, or something else than this has written it
    return _write(project, folder, key)


def known_plan(folder: Path) -> Plan:
    """The plan in a folder, whatever it was made of: a job that waited asks for no other."""
    return _plan(folder, read_json(folder / INDEX))


def _plan(folder: Path, index: Mapping[str, Any]) -> Plan:
    studies = {name: Planned(**known) for name, known in index["studies"].items()}
    of_jobs = (dict(index[name]) for name in ("jobs", "uses", "seconds", "megabytes"))
    return Plan(folder, studies, *of_jobs)


def _write(project: Project, folder: Path, key: str) -> Plan:
    studies = {
        name: Planned(
            datasets=sorted({each.dataset for each in study.pool}),
            jobs=project.jobs_of(name),
            measured=study.is_measured,
        )
        for name, study in project.studies.items()
    }
    jobs = project.jobs.values()
    datasets, uses = {job.id: job.datasets for job in jobs}, {job.id: job.uses for job in jobs}
    seconds = {job.id: round(job.seconds, 1) for job in jobs}
    megabytes = {job.id: job.megabytes for job in jobs}
    plan = Plan(folder, studies, datasets, uses, seconds, megabytes)
    sums = {
        path.relative_to(folder).as_posix(): _update(path, spec)
        for path, spec in _specs(project, plan)
    }
    written = _stems(folder / "jobs")
    for job in project.jobs.values():
        if job.id not in written:
            write_atomically(plan.job_file(job.id), sealed_json(job_spec(job)), durable=False)
    known = {name: asdict(planned) for name, planned in studies.items()}
    by = [*(version for version in versions(folder) if version != VERSION), VERSION]
    index = {"key": key, "files": sums, "studies": known, "jobs": datasets, "uses": uses}
    index |= {"seconds": seconds, "megabytes": megabytes, "versions": by}
    write_atomically(folder / INDEX, sealed_json(index))
    return plan


def _specs(project: Project, plan: Plan) -> Iterable[tuple[Path, dict[str, Any]]]:
    """All files but those of jobs."""
    for name, study in project.studies.items():
        yield plan.study_file(name), study_spec(study)
        if study.is_measured:
            yield plan.measurement_file(name), measurement_spec(study)
    yield plan.report_file, report_spec(project)


def job_spec(job: Job) -> dict[str, Any]:
    """What `train` needs of a job."""
    return {"job": job.id, "runs": runs_spec(job.seeded), **parts.listed()}


def measurement_spec(study: Study) -> dict[str, Any]:
    """What `measure` needs of a study: none of its words, claims and thresholds."""
    return {"study": study.asked, "blocks": _blocks(study)}


def study_spec(study: Study) -> dict[str, Any]:
    """What `summarise` needs of a study."""
    return {"study": study.resolved(), "blocks": _blocks(study)}


def _blocks(study: Study) -> dict[str, Any]:
    return {name: runs_spec(block) for name, block in study.seeded.items()}


def report_spec(project: Project) -> dict[str, Any]:
    """What `report` needs of a project: networks are counted once, whoever asks for them."""
    settings = project.settings.model_dump(mode="json", exclude=UNUSED | {"datasets"})
    return {
        "settings": settings,
        "networks": len(project.pool),
        "passes": sum(estimated_passes(each.seedless.run) for each in project.pool.values()),
        "steps": {study.name: _steps(study, project) for study in project.studies.values()},
    }


def _steps(study: Study, project: Project) -> list[str]:
    """The rules and wildcards that a study's results are made by."""
    trained = [f"train/{job}" for job in project.jobs_of(study.name)]
    measured = ["measure"] if study.is_measured else []
    return [*trained, *(f"{rule}/{study.name}" for rule in (*measured, "summarise", "draw"))]


def _update(path: Path, spec: Mapping[str, Any]) -> str:
    """Write a file where its content has changed; its checksum."""
    content = sealed_json(spec)
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)
    return sha256(content)


def _stems(folder: Path) -> set[str]:
    """The jobs whose files are there; another version's has no checksum, and counts as missing."""
    return {path.stem for path in folder.glob("*.json") if _begins(path)}


def _begins(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SEAL)) == SEAL


# What a plan was made of


def _key(project: Project) -> str:
    """Changes with the settings, the bytes of the studies, the code, and what reads them."""
    settings = project.settings.model_dump(mode="json", exclude=UNUSED)
    total = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    studies = project.settings.study_files().values()
    for path in (*studies, *parts.files(), *_sources()):
        total.update(f"\0{path}\0{sha256(path.read_bytes())}".encode())
    for package in PACKAGES:
        total.update(f"\0{package} {version(package)}".encode())
    total.update(platform.python_version().encode())
    return total.hexdigest()


def _sources() -> list[Path]:
    """All files of the package but what is left behind by running it."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file())
    return sorted(path for path in files if "__pycache__" not in path.parts)


def _is_whole(folder: Path, index: Mapping[str, Any]) -> bool:
    """Whether all files of a plan are there as they were written. A job's is checked when it is
    read: its name says what it holds."""
    sums = {path: sha256((folder / path).read_bytes()) for path in index["files"]}
    return sums == index["files"] and index["jobs"].keys() <= _stems(folder / "jobs")
