"""The networks of a job, and one by itself."""

import ctypes
from contextlib import suppress

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id
from mlpstudy.digests import digest, made_by
from mlpstudy.progress import Progress
from mlpstudy.stages.prepare import dataset_from, fingerprints
from mlpstudy.tables.files import write_tables
from mlpstudy.tables.record import Record, Recorder, device_of
from mlpstudy.tables.schema import tables_of
from mlpstudy.tables.trained import Trained

MMAP_THRESHOLD = -3  # glibc's M_MMAP_THRESHOLD
LARGE = 2**20  # bytes of an array that has memory of its own


def recorder(
    project: Project, keep: str = "nothing", progress=None, files: set[str] | None = None
) -> Recorder:
    """A recorder of the core with the project's threads and device."""
    try:
        device = device_of(project.settings.device)
    except ValueError as error:
        raise Mistake(str(error), file="settings", key="device", allowed="auto or cpu") from None
    told = {} if progress is None else {"progress": progress}
    threads = project.settings.threads
    return Recorder(dataset_from(project, files), device, keep, threads=threads, **told)


def give_memory_back() -> None:
    """Have glibc give every large array back to the system when a stack is done with it.

    By itself it keeps what it was given for later and cuts it up: the peak of a long job would grow
    with its number of stacks. Elsewhere than under glibc nothing happens.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)


def train(project: Project, job_id: str) -> None:
    """Train what is missing of a job, stack by stack, and write its tables."""
    give_memory_back()
    job = project.job(job_id)
    data = fingerprints(project, sorted({run.dataset for run in job.runs}))
    trained = Trained(project.trained, digest("train"), data.__getitem__)
    records = {run_id(run): trained.load(run) for run in job.runs}
    missing = [run for run in job.runs if records[run_id(run)] is None]
    progress = Progress(job.id, len(missing), sum(run.epochs + 1 for run in missing))
    for stack in recorder(project, progress=progress).record(missing):
        for record in stack:
            trained.save(record)
            records[run_id(record.run)] = record
    progress.finish()
    makers = made_by("train", "tabulate") | {f"data/{name}": told for name, told in data.items()}
    write_tables(project.job_dir(job_id), tables_of(records.values()), makers)


def run_alone(project: Project, run: Run, keep: str = "last", progress=None) -> Record:
    """Train one run by itself."""
    [[record]] = recorder(project, keep, progress).record([run])
    return record
