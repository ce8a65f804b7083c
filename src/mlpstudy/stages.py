"""What each rule of the workflow does: from a project's settings to files."""

import importlib
import json
from pathlib import Path

from mlpstudy.core.threads import one_thread
from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id
from mlpstudy.digests import digest
from mlpstudy.files import write_atomically
from mlpstudy.progress import Progress
from mlpstudy.studies.finding import write_findings
from mlpstudy.studies.view import View
from mlpstudy.tables.files import checksums, read_table, write_tables
from mlpstudy.tables.networks import Networks
from mlpstudy.tables.record import Record, Recorder, device_of
from mlpstudy.tables.schema import tables_of
from mlpstudy.tables.trained import Trained


def prepare(dataset: str, path: Path) -> None:
    """Make a dataset and write it to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store.save(DATASETS[dataset](), path)


def dataset_from(project: Project, files: set[str] | None = None):
    """Gives a dataset by name: from its file, which is made where it is missing.

    files: the names that have one (None: all). The others are made and not kept: nobody would
    make their files again when the code changes.
    """

    def dataset(name: str):
        if files is not None and name not in files:
            return DATASETS[name]()
        path = project.data_file(name)
        if not path.exists():
            prepare(name, path)
        return store.load(path)

    return dataset


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


def train(project: Project, job_id: str) -> None:
    """Train what is missing of a job, stack by stack, and write its tables."""
    job = project.job(job_id)
    trained = Trained(project.trained, digest("train"))
    records = {run_id(run): trained.load(run) for run in job.runs}
    missing = [run for run in job.runs if records[run_id(run)] is None]
    progress = Progress(job.id, len(missing), sum(run.epochs + 1 for run in missing))
    for stack in recorder(project, progress=progress).record(missing):
        for record in stack:
            trained.save(record)
            records[run_id(record.run)] = record
    progress.finish()
    write_tables(
        project.job_dir(job_id), tables_of(records.values()), _made_by("train", "tabulate")
    )


def _made_by(*stages: str) -> dict[str, str]:
    return {stage: digest(stage) for stage in stages}


def measure(project: Project, study_name: str) -> dict[str, str]:
    """Write the tables of a study that measures; for each, its checksum of before, or ""."""
    study = project.measuring(study_name)
    module = importlib.import_module(f"mlpstudy.studies.{study.module}")
    files = {run.dataset for run in study.runs}
    networks = Networks(lambda keep: recorder(project, keep, files=files), study.blocks)
    folder = project.measured_dir(study_name)
    before = checksums(folder)
    with one_thread():
        tables = module.measure(study.asked, networks)
    write_tables(folder, tables, {"measure": digest("measure", study.module)})
    return {name: before.get(name, "") for name in tables}


def view(project: Project, study_name: str) -> View:
    """A study's part of the tables of the jobs that it needs, and what it measured itself."""
    study = project.study(study_name)
    wanted = {run_id(run) for run in study.runs}
    folders = [project.job_dir(job) for job in project.jobs_of(study_name)]
    tables = {
        name: _selected([read_table(f, name) for f in folders] or [empty], wanted)
        for name, empty in tables_of([]).items()
    }
    blocks = {name: [run_id(run) for run in runs] for name, runs in study.blocks.items()}
    measured = _measured(project, study_name) if study.measures else {}
    return View(study.resolved(), blocks, **tables, measured=measured)


def _measured(project: Project, study_name: str) -> dict:
    folder = project.measured_dir(study_name)
    if not (names := checksums(folder)):
        problem = f"is not measured yet; first: mlpstudy measure {study_name}"
        raise Mistake(problem, file=str(project.results), value=study_name)
    return {name: read_table(folder, name) for name in names}


def _selected(parts: list, wanted: set[str]):
    import pandas as pd

    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["run_id"].isin(wanted)].sort_values(
        "run_id", kind="stable", ignore_index=True
    )


def summarise(project: Project, study_name: str) -> None:
    """A study's tables, findings and counts."""
    seen = view(project, study_name)
    module = importlib.import_module(f"mlpstudy.studies.{seen.study['module']}")
    frames = module.summary(seen)
    folder = project.study_dir(study_name)
    tables = dict(frames)
    shown = []
    for table in module.shown(frames):
        tables[f"shown_{table['name']}"] = table["frame"]
        shown.append({**table, "name": f"shown_{table['name']}"})
    made_by = _made_by("train", "tabulate", "summarise")
    if seen.measured:
        made_by["measure"] = digest("measure", seen.study["module"])
    write_tables(folder / "tables", tables, made_by)
    write_json(
        folder / "tables.json", [{k: v for k, v in t.items() if k != "frame"} for t in shown]
    )
    write_json(folder / "counts.json", counts(seen))
    write_findings(module.findings(seen, frames), folder / "findings.json")
    write_json(folder / "study.json", seen.study)


def counts(seen: View) -> dict[str, int]:
    """How many networks a study has and what became of them; rows that it measured itself."""
    runs = seen.runs
    measured = {"measurements": sum(map(len, seen.measured.values()))} if seen.measured else {}
    if runs.empty and measured:
        return measured
    passes = runs["epochs"].where(runs["diverged_at"] < 0, runs["diverged_at"]).sum()
    return measured | {
        "networks": len(runs),
        "finished": int((runs["status"] == "finished").sum()),
        "diverged": int((runs["status"] == "diverged").sum()),
        "trained": int((runs["epochs"] > 0).sum()),
        "passes": int(passes),
    }


def draw(project: Project, study_name: str) -> None:
    """A study's figures, from its tables."""
    from mlpstudy.analysis import style

    folder = project.study_dir(study_name)
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    module = importlib.import_module(f"mlpstudy.figures.{study['module']}")
    names = [p.stem for p in sorted((folder / "tables").glob("*.parquet"))]
    frames = {name: read_table(folder / "tables", name) for name in names}
    listed = []
    with style.context():
        for drawn in module.figures(frames, study):
            figures = folder / "figures"
            style.save(drawn.figure, figures / drawn.name, french=figures / "fr" / drawn.name)
            listed.append(drawn.description())
    write_json(folder / "figures.json", listed)


def write_json(path: Path, content) -> None:
    """Write JSON, whole or not at all; the same content is the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())


def run_alone(project: Project, run: Run, keep: str = "last", progress=None) -> Record:
    """Train one run by itself."""
    [[record]] = recorder(project, keep, progress).record([run])
    return record
