"""What a project comes to, before anything is trained."""

import subprocess
import sys
from collections.abc import Iterator
from functools import cache

from mlpstudy.core.engines import engine_of
from mlpstudy.data import store
from mlpstudy.data.downloads import missing
from mlpstudy.design.cells import without_classes
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.pool import estimated_seconds
from mlpstudy.design.project import Project
from mlpstudy.design.study import Study
from mlpstudy.provenance.digests import of_record
from mlpstudy.stages.prepare import code_of, examples_now
from mlpstudy.tables.trained import ids_in

CORES = (1, 2, 8)
DEVICES = {"auto": ("cpu", "cuda"), "cpu": ("cpu",), "cuda": ("cuda",)}  # by setting


def check_engine(project: Project) -> None:
    """Raises Mistake where the settings ask for an engine that does not train every run."""
    if project.settings.engine == "native":
        for alike in {id(e.seedless): e.seedless for e in project.pool.values()}.values():
            engine_of(alike.run, "cpu", "native")


def check_parts(project: Project) -> None:
    """Raises Mistake where a part of a user's own is not what it should be. Another process runs the
    files: this one does not wait for torch where there are none."""
    if not project.settings.plugins:
        return
    done = subprocess.run(
        [sys.executable, "-m", "mlpstudy.planning.plugins", *map(str, project.settings.plugins)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["stopped without a word"]
        raise Mistake(lines[-1].removeprefix("mlpstudy: "), file="")


def check_data(project: Project) -> None:
    """Raises Mistake where a user's own dataset cannot be learned from, or cannot serve a run."""
    for study in project.studies.values() if project.settings.datasets else ():
        check_data_of(study, project)


def check_data_of(study: Study, project: Project) -> None:
    """The same for one study."""
    regressions = set()
    for run in {id(each.seedless): each.seedless.run for each in study.pool}.values():
        source = project.settings.datasets.get(run.dataset)
        if source is None or missing(source):  # what is not downloaded yet is checked once it is
            continue
        examples = examples_now(project, run.dataset, run.folds)
        for field, reason in misfits(run, examples):
            raise Mistake(f"{reason} (dataset {run.dataset})", file=study.file, key=field)
        if not examples.classes:
            regressions.add(run.dataset)
    for place, problem, more in without_classes(study, study.blocks, regressions):
        raise study.mistake(problem, place, **more)


def estimate(project: Project) -> Iterator[str]:
    """Lines: networks, those already trained, jobs, and roughly how long."""
    check_engine(project)
    there = trained(project)
    for study in project.studies.values():
        jobs = len(project.jobs_of(study.name))
        yield f"{study.name}: {study.extent}" + (f" in {jobs} jobs" if jobs else "")
    missing = project.pool.keys() - there
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
    kept = cache(ids_in)
    return {
        name
        for name, each in project.pool.items()
        for key in keys[id(each.seedless)]
        if name in kept(project.trained / key / content[each.dataset])
    }


def _content(project: Project, dataset: str) -> str:
    """The fingerprint of a dataset, as it would be made now; "-" where that is not known yet."""
    path = project.data_file(dataset)
    return (
        store.made_by(path)["content"] if store.is_current(path, code_of(project, dataset)) else "-"
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
