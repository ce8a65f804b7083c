"""The networks of a job, and one by itself."""

import ctypes
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from mlpstudy.core.engines import Keep, device_of, engine_of
from mlpstudy.data.datasets import Dataset
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.specs import read_job
from mlpstudy.progress import Progress
from mlpstudy.provenance.digests import makers_of_job, of_record
from mlpstudy.stages.prepare import fingerprints, named, stored
from mlpstudy.tables.record import Record, Recorder
from mlpstudy.tables.trained import Trained

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # glibc's M_MMAP_THRESHOLD and M_TRIM_THRESHOLD
LARGE = 2**20  # bytes of an array that has memory of its own
SPARE = 2**26  # bytes of small arrays that are kept for the next ones


def recorder(
    dataset: Callable[[str], Dataset],
    device: str,
    engine: str,
    threads: int,
    keep: Keep = "nothing",
    progress: Progress | None = None,
) -> Recorder:
    """A recorder of the core. dataset: gives one by name. device: auto, cpu or cuda; engine: auto,
    native or torch. Raises Mistake where a user's own part is not what it should be."""
    if parts.files():
        from mlpstudy.core.parts import install

        install()
    watched = {} if progress is None else {"progress": progress}
    place = found_device(device, engine)
    trainer = partial(engine_of, device=place, setting=engine)
    return Recorder(dataset, place, keep, threads=threads, engine=trainer, **watched)


def found_device(setting: str, engine: str) -> str:
    """The device behind auto, cpu or cuda, for an engine that may be auto, too; raises Mistake
    where it is not there."""
    try:
        return device_of("cpu" if (setting, engine) == ("auto", "native") else setting)
    except ValueError as error:
        raise Mistake(str(error), file="settings", key="device", allowed="auto or cpu") from None


def give_memory_back() -> None:
    """Have glibc give every large array back to the system when a stack is done with it.

    By itself it keeps what it was given for later and cuts it up: the peak of a long job would grow
    with its number of stacks. The small ones stay: glibc would ask for their memory again and again.
    Elsewhere than under glibc nothing happens.
    """
    with suppress(OSError, AttributeError, TypeError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(MMAP_THRESHOLD, LARGE)
        glibc.mallopt(TRIM_THRESHOLD, SPARE)


def train(
    job_file: Path,
    data: Iterable[Path],
    out: Path,
    store: Path,
    device: str,
    engine: str,
    threads: int,
) -> None:
    """Train what is missing of a job, stack by stack, and write its tables.

    job_file: of a plan. data: the files of its datasets. out: the folder of its tables. store: the
    folder of what is trained, whoever asked for it.
    """
    give_memory_back()
    job = read_job(job_file)
    files = {name: path for name, path in named(data).items() if name in job.datasets}
    content = fingerprints(files)
    if lacking := sorted(set(job.datasets) - set(files)):
        raise Mistake("there is no file of this dataset", file=str(job_file), value=lacking[0])
    runs = dict(zip((each.id for each in job.seeded), job.runs, strict=True))
    core = recorder(stored(files), device, engine, threads)
    engines = sorted({core.engine(run) for run in job.runs})
    trained = Trained(
        store, lambda run: of_record(run, core.device, core.engine(run)), content.__getitem__
    )
    records = trained.load(runs)
    missing = [run for name, run in runs.items() if name not in records]
    core.progress = Progress(job.id, len(missing), sum(core.passes(run) + 1 for run in missing))
    for stack in core.record(missing):
        trained.save(stack)
        records |= {run_id(record.run): record for record in stack}
    trained.merge(list(records.values()))
    core.progress.finish()
    makers = makers_of_job(job.uses, core.device, ",".join(engines))
    _write(records.values(), out, makers | {f"data/{name}": told for name, told in content.items()})


def _write(records: Iterable[Record], folder: Path, makers: dict[str, str]) -> None:
    from mlpstudy.tables.files import write_tables  # pandas is not waited for before training
    from mlpstudy.tables.schema import tables_of

    write_tables(folder, tables_of(records), makers)


def run_alone(recorder: Recorder, run: Run) -> Record:
    """Train one run by itself."""
    [[record]] = recorder.record([run])
    return record
