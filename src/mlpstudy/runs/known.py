"""A trained run, wherever it lies: in the tables of a study's job, or in a folder of its own."""

import json
import shlex
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mlpstudy.archive import load_array
from mlpstudy.core.measures import PARTS
from mlpstudy.design.measures import OF_CLASSES
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.project import Project
from mlpstudy.design.run import ANY, DATASETS, FIELDS, Run, run_id
from mlpstudy.design.yaml_file import written
from mlpstudy.files import DamagedFile, read_verified
from mlpstudy.provenance.digests import of_record
from mlpstudy.runs import confusion
from mlpstudy.runs.confusion import Confusion
from mlpstudy.tables.files import made_by, read_table
from mlpstudy.tables.record import Record
from mlpstudy.tables.schema import TABLES
from mlpstudy.tables.trained import Trained

RUN_JSON, WEIGHTS, SCALER = "run.json", "weights.npz", "scaler.npz"


class KnownRun:
    """One run and what it left: folder, the tables of runs, curves and layers, what made them, and
    who it takes for whom. counted: gives that, as far as it is known."""

    def __init__(
        self,
        run: Run,
        folder: Path,
        tables: Mapping[str, pd.DataFrame],
        counted: Callable[[], Confusion | None] = lambda: None,
    ):
        self.run, self.folder, self.tables, self._counted = run, folder, tables, counted

    @cached_property
    def confusion(self) -> Confusion | None:
        """None of a regression, of a run that diverged, and where nothing was kept."""
        return self._counted()

    @property
    def id(self) -> str:
        return run_id(self.run)

    @property
    def is_alone(self) -> bool:
        """Whether it was trained by itself, with `mlpstudy run`: then its weights were kept."""
        return (self.folder / RUN_JSON).exists()

    @cached_property
    def made_by(self) -> dict[str, str]:
        return made_by(self.folder)

    @property
    def row(self) -> pd.Series:
        """Its row in the table of runs."""
        return self.tables["runs"].iloc[0]

    @property
    def score(self) -> str:
        """What the column accuracy of its curves is."""
        return "accuracy" if self.row["classes"] else "R2"

    def curve(self, part: str, column: str) -> pd.Series:
        """loss or accuracy (of a regression R2) of a part, by pass."""
        curves = self.tables["curves"]
        return curves[curves["split"] == part].set_index("epoch")[column]

    @cached_property
    def best_pass(self) -> int | None:
        """Of the least validation loss; None where no pass was finite."""
        losses = self.curve("validation", "loss").dropna()
        return int(losses.idxmin()) if len(losses) else None

    def scores(self, at: int) -> dict[str, tuple[float, float]]:
        """Loss and accuracy (of a regression R2) of each part after a pass."""
        return {
            part: (float(self.curve(part, "loss")[at]), float(self.curve(part, "accuracy")[at]))
            for part in PARTS
        }

    def class_scores(self, at: int) -> dict[str, tuple[float, float]]:
        """Balanced accuracy and macro F1 of the parts after a pass, as far as they are known: those of
        the counts or, without them, of the table of runs."""
        last = self.curve("test", "loss").index.max()
        ends = {part: part for part in PARTS} if at == last else {"test": "at_best"}
        found = {}
        for part in PARTS:
            scores = self.confusion and self.confusion.scores(at, part)
            if scores is None and part in ends:
                scores = tuple(self.row.get(f"{ends[part]}_{kind}") for kind in OF_CLASSES)
            if scores and all(map(pd.notna, scores)):
                found[part] = scores
        return found


def chosen_fields(run: Run) -> dict[str, Any]:
    """The fields of a run that do not have their default, in the order of the fields."""
    default = {name: field.default for name, field in Run.model_fields.items()}
    return {name: getattr(run, name) for name in FIELDS if getattr(run, name) != default[name]}


def command(run: Run) -> str:
    """`mlpstudy run ...`, which trains it alone."""
    words = (f"{name}={written(value)}" for name, value in chosen_fields(run).items())
    return " ".join(["mlpstudy run", *map(shlex.quote, words)])


def known_run(project: Project, name: str) -> KnownRun:
    """The run of a folder that `mlpstudy run` left, or of an id: such a folder's, or a study's.

    Raises Mistake where there is no such run, or it is not trained yet; DamagedFile.
    """
    for folder in (Path(name), project.run_dir(name) if _is_plain(name) else None):
        if folder and (folder / RUN_JSON).is_file():
            return _alone(folder)
    if name in project.pool:
        return _of_study(project, name)
    raise Mistake(
        "is no run that was trained here",
        file="command line",
        key="run",
        value=name,
        allowed=f"an id of the studies, or a folder with {RUN_JSON}, which mlpstudy run leaves",
        nearest=nearest(name, [*project.pool, *_alone_ids(project)]),
    )


def _is_plain(name: str) -> bool:
    return bool(name) and Path(name).name == name


def _alone_ids(project: Project) -> list[str]:
    return sorted(path.parent.name for path in project.run_dir("x").parent.glob(f"*/{RUN_JSON}"))


def _alone(folder: Path) -> KnownRun:
    try:
        settings = json.loads(read_verified(folder / RUN_JSON))
        run = Run.model_validate(settings["fields"], context={DATASETS: ANY})
    except DamagedFile:
        raise
    except (ValueError, KeyError, TypeError) as error:  # of other code
        raise DamagedFile(folder / RUN_JSON) from error
    tables = {table: read_table(folder, table) for table in TABLES}
    return KnownRun(run, folder, tables, lambda: confusion.read(folder))


def _of_study(project: Project, name: str) -> KnownRun:
    job = next(j for j in project.jobs.values() if any(r.id == name for r in j.seeded))
    folder = project.job_dir(job.id)
    if not folder.exists():
        raise Mistake(
            f"is not trained yet; first: snakemake --cores 2 {folder}/runs.parquet",
            file=str(project.results),
            value=name,
        )
    tables = {table: read_table(folder, table) for table in TABLES}
    of_run = {
        table: frame[frame["run_id"] == name].reset_index(drop=True)
        for table, frame in tables.items()
    }
    if of_run["runs"].empty:
        raise Mistake(
            "is not in the tables of its job: train it again", file=str(folder), value=name
        )
    run = project.run(name)
    return KnownRun(run, folder, of_run, lambda: _confusion(project, run, made_by(folder)))


def _confusion(project: Project, run: Run, makers: Mapping[str, str]) -> Confusion | None:
    """What was counted of a study's run, where it is among what was trained; None where it was trained
    by other code than is there now."""
    for engine in makers.get("engine", "").split(","):
        for record in _trained(project, run, makers, engine):
            return confusion.of_record(record, _labels(project, run.dataset))
    return None


def _trained(
    project: Project, run: Run, makers: Mapping[str, str], engine: str
) -> Collection[Record]:
    device, data = makers.get("device", ""), makers.get(f"data/{run.dataset}", "")
    store = Trained(
        project.trained, lambda each: of_record(each, device, engine), lambda name: data
    )
    return store.load({run_id(run): run}).values()


def _labels(project: Project, dataset: str) -> list[str]:
    """What the classes of a dataset are called; nothing where its file is not there."""
    try:
        return load_array(project.data_file(dataset), "labels").tolist()
    except (FileNotFoundError, DamagedFile):
        return []
