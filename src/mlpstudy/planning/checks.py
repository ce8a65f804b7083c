"""Whether the settings, a user's own parts and a user's own data can be trained with."""

import subprocess
import sys

from mlpstudy.core.engines import engine_of
from mlpstudy.data.downloads import missing
from mlpstudy.design.cells import without_classes
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.study import Study
from mlpstudy.stages.prepare import examples_now


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
