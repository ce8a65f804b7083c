"""The files of a plan, as a stage reads them: see mlpstudy.design.plan, which writes them."""

from pathlib import Path
from typing import Any, NamedTuple

from mlpstudy.design import parts
from mlpstudy.design.columns import runs_in
from mlpstudy.design.pool import Job
from mlpstudy.design.seedless import Seeded
from mlpstudy.files import DamagedFile, read_sealed_json


def read_json(path: str | Path) -> dict[str, Any]:
    """What stands in a file of a plan; raises DamagedFile where a bit of it has changed."""
    return read_sealed_json(path)


def _damaged(path: str | Path) -> DamagedFile:
    return DamagedFile(path, "it is not what a plan holds")


def read_job(path: str | Path) -> Job:
    """The job in a file; raises DamagedFile where its runs are not those of its name."""
    spec = read_json(path)
    parts.use(parts.listed_in(spec))
    try:
        job = Job.of(runs_in(spec["runs"]))
        if job.id == spec["job"]:
            return job
    except (KeyError, TypeError, ValueError):
        pass
    raise _damaged(path)


class StudySpec(NamedTuple):
    """A study in plain values, and the runs of each block of its sweep."""

    study: dict[str, Any]
    blocks: dict[str, list[Seeded]]


def read_study(path: str | Path) -> StudySpec:
    """The study in a file of plan/studies or plan/measurements; raises DamagedFile."""
    spec = read_json(path)
    parts.use(parts.listed_in(spec.get("study")))
    try:
        return StudySpec(spec["study"], {k: runs_in(v) for k, v in spec["blocks"].items()})
    except (KeyError, TypeError, ValueError):
        raise _damaged(path) from None
