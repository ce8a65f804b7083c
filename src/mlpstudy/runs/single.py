"""Single experiments: one run alone, and the proof that it equals the sweep's."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from mlpstudy import rng
from mlpstudy.archive import save_arrays
from mlpstudy.core.measures import PARTS
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.scaler import scaler
from mlpstudy.data.store import fingerprint
from mlpstudy.design.measures import OF_CLASSES
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.used import used_by
from mlpstudy.drawing import style
from mlpstudy.drawing.single import pictures
from mlpstudy.files import SUMS, add_to_sums, write_json
from mlpstudy.progress import Progress
from mlpstudy.provenance.digests import makers_of_job
from mlpstudy.runs import confusion
from mlpstudy.runs.known import RUN_JSON, SCALER, WEIGHTS, KnownRun
from mlpstudy.runs.page import write_page
from mlpstudy.stages.prepare import data_file, dataset_from
from mlpstudy.stages.train import recorder, run_alone
from mlpstudy.tables.files import made_by, read_table, write_tables
from mlpstudy.tables.record import Record
from mlpstudy.tables.schema import TABLES, tables_of


def run(
    run: Run,
    dataset: Callable[[str], Dataset],
    folder: Path,
    device: str,
    engine: str,
    threads: int,
    keep: Literal["last", "best"] = "last",
) -> Path:
    """Train one run alone; the folder that it leaves: run.json, the three tables, weights.npz,
    scaler.npz, of classes confusion.csv, curves and layers as pictures, run.html, and the checksums of
    all of these.

    dataset: gives one by name. keep: the weights after the last pass, or after the best one on
    validation; of a run that diverges, of the passes before that.
    """
    watched = recorder(dataset, device, engine, threads, keep)
    watched.progress = progress = Progress(run_id(run), 1, watched.passes(run) + 1)
    record = run_alone(watched, run)
    progress.finish()
    tables, labels = tables_of([record]), dataset(run.dataset).labels
    counted = confusion.of_record(record, labels)
    makers = makers_of_job(used_by([run]), watched.device, watched.engine(run))
    makers[f"data/{run.dataset}"] = fingerprint(dataset(run.dataset))
    write_tables(folder, tables, makers)
    files = [folder / WEIGHTS, folder / SCALER]
    save_arrays(files[0], record.weights or {})
    scaler(dataset(run.dataset), run).save(files[1])
    with style.context():
        for name, figure in pictures(tables):
            files += style.save(figure, folder / name)
    files += confusion.write(folder, counted)
    files.append(write_page(KnownRun(run, folder, tables, lambda: counted)))
    files.append(folder / RUN_JSON)
    write_json(files[-1], _run_json(record, makers))
    add_to_sums(folder / SUMS, files)
    return folder


def _run_json(record: Record, makers: dict[str, str]) -> dict:
    """The resolved settings of a run, how it ended and what made it.

    final: the scores of the weights in the folder, those after pass weights_after; last_pass: the
    scores after the last pass, of a run that diverged the last one before that.
    """
    last = len(record.curves) - 1
    return {
        "run_id": run_id(record.run),
        "fields": record.run.model_dump(),
        "n_parameters": record.n_parameters,
        "status": record.status,
        "diverged_at": record.diverged_at,
        "weights_after": record.weights_epoch,
        "final": _scores(record, record.weights_epoch),
        "last_pass": {"pass": last, **_scores(record, last)} if last >= 0 else {},
        "made_by": makers,
    }


def _scores(record: Record, epoch: int) -> dict[str, dict[str, float]]:
    """Loss and accuracy, or R2, of the three parts after a pass, with the scores of classes where they
    were counted then; {} where they were not finite."""
    if not 0 <= epoch < len(record.curves):
        return {}
    score = "accuracy" if record.classes else "r2"
    counted = confusion.of_record(record, ())
    of_classes = {part: counted.scores(epoch, part) if counted else None for part in PARTS}
    return {
        part: {
            "loss": float(loss),
            score: float(value),
            **dict(zip(OF_CLASSES, of_classes[part] or ())),
        }
        for part, (loss, value) in zip(PARTS, record.curves[epoch], strict=True)
    }


@dataclass(frozen=True)
class Replay:
    """What came of training a run again."""

    numbers: int
    differences: list[str]

    def __str__(self) -> str:
        if not self.differences:
            return f"agrees with the sweep in all {self.numbers:,} numbers, bit for bit"
        return f"differs from the sweep in {', '.join(self.differences)}"


def replay(project: Project, name: str) -> Replay:
    """Train a run of the studies alone, on the device and by the engine of the sweep, and compare it
    with its tables.

    Raises Mistake where it has not been trained yet or the device is not there, StaleFile where it
    was trained by other code or on other data."""
    run = project.run(name)
    swept, makers = _swept(project, name)
    engine = makers["engine"].replace("native,torch", "auto")  # each where the run lets it
    again = recorder(dataset_from(project), makers["device"], engine, project.settings.threads)
    alone = tables_of([run_alone(again, run)])
    differences, numbers = [], 0
    for table in TABLES:
        numbers += alone[table].size
        differences += [f"{table}.{column}" for column in _differing(swept[table], alone[table])]
    return Replay(numbers, differences)


def _swept(project: Project, name: str) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The sweep's tables of one run, and what made them."""
    job = next(j for j in project.jobs.values() if any(r.id == name for r in j.seeded))
    folder = project.job_dir(job.id)
    if not folder.exists():
        raise Mistake(
            f"is not trained yet; first: snakemake --cores 2 {folder}/runs.parquet",
            file=str(project.results),
            value=name,
        )
    from mlpstudy.stages.summarise import trained  # with all statistics, which a run alone lacks

    trained(folder, {dataset: data_file(project, dataset) for dataset in job.datasets})
    tables = {table: read_table(folder, table) for table in TABLES}
    of_run = {
        table: frame[frame["run_id"] == name].reset_index(drop=True)
        for table, frame in tables.items()
    }
    return of_run, made_by(folder)


def _differing(swept: pd.DataFrame, alone: pd.DataFrame) -> list[str]:
    """The columns that are not the same, bit for bit."""
    if len(swept) != len(alone):
        return ["rows"]
    return [column for column in alone if not _same(swept[column], alone[column])]


def _same(a: pd.Series, b: pd.Series) -> bool:
    if pd.api.types.is_float_dtype(a.dtype) and isinstance(a.dtype, np.dtype):
        return a.to_numpy(float).tobytes() == b.to_numpy(float).tobytes()
    return json.dumps(a.astype(str).tolist()) == json.dumps(b.astype(str).tolist())


def sample(project: Project, n: int, seed: int) -> list[str]:
    """n runs of the pool, drawn at random."""
    names = sorted(project.pool)
    drawn = rng.stream(seed, "study").choice(len(names), size=min(n, len(names)), replace=False)
    return [names[i] for i in sorted(drawn)]
