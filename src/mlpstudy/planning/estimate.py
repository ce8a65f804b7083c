"""How many networks and jobs a project has, how many are trained already, and how long the rest takes."""

from collections.abc import Iterator
from functools import cache

from mlpstudy.core.engines import engine_of
from mlpstudy.data import store
from mlpstudy.design.pool import estimated_seconds
from mlpstudy.design.project import Project
from mlpstudy.planning.checks import check_engine
from mlpstudy.provenance.digests import of_record
from mlpstudy.stages.prepare import code_of
from mlpstudy.tables.trained import ids_in

CORES = (1, 2, 8)
DEVICES = {"auto": ("cpu", "cuda"), "cpu": ("cpu",), "cuda": ("cuda",)}  # by setting


def estimate(project: Project) -> Iterator[str]:
    """Lines: networks, those already trained, jobs, and roughly how long."""
    check_engine(project)
    done = trained(project)
    for study in project.studies.values():
        jobs = len(project.jobs_of(study.name))
        yield f"{study.name}: {study.extent}" + (f" in {jobs} jobs" if jobs else "")
    missing = project.pool.keys() - done
    yield (
        f"together: {len(project.pool):,} networks, each once, in {len(project.jobs)} jobs; "
        f"{len(project.pool) - len(missing):,} are trained already"
    )
    seconds = sum(estimated_seconds(project.pool[name].seedless.run) for name in sorted(missing))
    times = ", ".join(f"{_minutes(seconds / cores)} on {cores}" for cores in CORES)
    yield f"roughly {times} cores for the {len(missing):,} that are missing"


def trained(project: Project) -> set[str]:
    """The ids of runs that are trained already, on the data as they would be made now."""
    content = {name: _content(project, name) for name in project.datasets}
    engine = project.settings.engine
    devices = DEVICES["cpu" if engine == "native" else project.settings.device]
    keys = {
        id(alike): [of_record(alike.run, d, engine_of(alike.run, d, engine)) for d in devices]
        for alike in {id(e.seedless): e.seedless for e in project.pool.values()}.values()
    }
    stored_ids = cache(ids_in)
    return {
        name
        for name, each in project.pool.items()
        for key in keys[id(each.seedless)]
        if name in stored_ids(project.trained / key / content[each.dataset])
    }


def _content(project: Project, dataset: str) -> str:
    """The fingerprint of a dataset, as it would be made now; "-" where that is not known yet."""
    path = project.data_file(dataset)
    return (
        store.made_by(path)["content"] if store.is_current(path, code_of(project, dataset)) else "-"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
