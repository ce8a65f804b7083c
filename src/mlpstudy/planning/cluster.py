"""What a project costs on a cluster, from its jobs as they are planned."""

import heapq
from collections.abc import Iterable, Iterator
from statistics import median

from mlpstudy.design.project import TABLES, Project

# Files of a job: its plan, its stamp, its tables, a log, a benchmark, and what it keeps as trained.
FILES = 2 + len(TABLES) + 2 + 1


def seconds_on(cores: int, jobs: Iterable[float]) -> float:
    """Seconds until the last of some jobs ends, the longest first, each on one core."""
    free = [0.0] * cores
    for seconds in sorted(jobs, reverse=True):
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def lines(project: Project, cores: int, start: float) -> Iterator[str]:
    """Lines: what all training comes to where so many jobs run at a time.

    start: seconds of a job before it trains, which differ from cluster to cluster.
    """
    jobs = [job.seconds for job in project.jobs.values()]
    if not jobs:
        yield "nothing is trained: these studies only measure"
        return
    together = sum(jobs) + start * len(jobs)
    wall = seconds_on(cores, (seconds + start for seconds in jobs))
    enough = f" (more than {len(jobs):,} are no faster)" if cores > len(jobs) else ""
    yield (
        f"on a cluster, {cores:,} jobs at a time{enough}, each with {start:g} s before it trains: "
        f"about {wall / 60:.0f} min of training, {together / 3600:.1f} core hours, "
        f"{start * len(jobs) / together:.0%} of them before training"
    )
    yield (
        f"{len(jobs):,} jobs, {median(jobs) / 60:.1f} min the median, "
        f"{max(jobs) / 60:.1f} min the longest (job_seconds: {project.settings.job_seconds:g}); "
        f"about {FILES * len(jobs):,} files"
    )
