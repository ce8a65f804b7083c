"""What a project comes to, before anything is trained."""

from collections.abc import Iterator

from mlpstudy.design.pool import estimated_seconds
from mlpstudy.design.project import Project
from mlpstudy.design.run import run_id
from mlpstudy.digests import digest

CORES = (1, 2, 8)


def estimate(project: Project) -> Iterator[str]:
    """Lines: networks, those already trained, jobs, and roughly how long."""
    there = {path.stem for path in (project.trained / digest("train")).glob("*.npz")}
    for study in project.studies.values():
        jobs = len(project.jobs_of(study.name))
        yield f"{study.name}: {study.extent}" + (f" in {jobs} jobs" if jobs else "")
    missing = [run for name, run in project.pool.items() if name not in there]
    yield (
        f"together: {len(project.pool):,} networks, each once, in {len(project.jobs)} jobs; "
        f"{len(project.pool) - len(missing):,} are trained already"
    )
    seconds = sum(
        estimated_seconds(run)
        for job in project.jobs.values()
        for run in job.runs
        if run_id(run) not in there
    )
    times = ", ".join(f"{_minutes(seconds / cores)} on {cores}" for cores in CORES)
    yield f"roughly {times} cores for the {len(missing):,} that are missing"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
