"""A study's tables, findings and counts, from the tables of its jobs and its measurements."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mlpstudy.data import store
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import split_sizes
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.run import run_id
from mlpstudy.digests import digest, made_by
from mlpstudy.files import SUMS, check_made_by, write_summed_json
from mlpstudy.stages.prepare import dataset_from
from mlpstudy.studies.finding import write_findings
from mlpstudy.studies.view import View
from mlpstudy.tables.files import checksums, read_table, write_tables
from mlpstudy.tables.schema import tables_of


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
    makers = made_by("train", "tabulate", "summarise")
    if seen.measured:
        makers |= _measuring(seen.study["module"])
    write_tables(folder / "tables", tables, makers)
    listed = [{k: v for k, v in table.items() if k != "frame"} for table in shown]
    write_summed_json(folder / "tables.json", listed, makers)
    write_summed_json(folder / "counts.json", counts(seen), makers)
    write_findings(module.findings(seen, frames), folder / "findings.json", makers)
    write_summed_json(folder / "study.json", seen.study, makers)


def view(project: Project, study_name: str) -> View:
    """A study's part of the tables of the jobs that it needs, and what it measured itself."""
    study = project.study(study_name)
    wanted = {run_id(run) for run in study.runs}
    folders = [trained(project, job) for job in project.jobs_of(study_name)]
    tables = {
        name: _selected([read_table(f, name) for f in folders] or [empty], wanted)
        for name, empty in tables_of([]).items()
    }
    blocks = {name: [run_id(run) for run in runs] for name, runs in study.blocks.items()}
    measured = _measured(project, study_name) if study.is_measured else {}
    tables["runs"] = with_sizes(tables["runs"], dataset_from(project))
    return View(study.resolved(), blocks, **tables, measured=measured)


def with_sizes(runs: pd.DataFrame, dataset: Callable[[str], Dataset]) -> pd.DataFrame:
    """The runs, with the number of examples where the whole training part was used: groups by a
    key that is null would not be there. dataset: gives a dataset by name."""
    whole = {
        name: EXAMPLES[name].train if name in EXAMPLES else split_sizes(dataset(name))[0]
        for name in runs.loc[runs["train_size"].isna(), "dataset"].unique()
    }
    filled = runs["train_size"].fillna(runs["dataset"].map(whole).astype("Int64"))
    return runs.assign(train_size=filled)


def trained(project: Project, job_id: str) -> Path:
    """The folder of a job's tables. Raises StaleFile where other code has trained its networks, or
    other data than its datasets' files hold now."""
    folder, expected = project.job_dir(job_id), made_by("train", "tabulate")
    for dataset in project.job(job_id).datasets:
        if content := store.made_by(project.data_file(dataset)).get("content"):
            expected[f"data/{dataset}"] = content
    check_made_by(folder / SUMS, expected)
    return folder


def _measured(project: Project, study_name: str) -> dict:
    folder = project.measured_dir(study_name)
    if not (names := checksums(folder)):
        problem = f"is not measured yet; first: mlpstudy measure {study_name}"
        raise Mistake(problem, file=str(project.results), value=study_name)
    check_made_by(folder / SUMS, _measuring(project.study(study_name).module))
    return {name: read_table(folder, name) for name in names}


def _measuring(module: str) -> dict[str, str]:
    return {"measure": digest("measure", module)}


def _selected(parts: list, wanted: set[str]):
    frame = pd.concat(parts, ignore_index=True)
    return frame[frame["run_id"].isin(wanted)].sort_values(
        "run_id", kind="stable", ignore_index=True
    )


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
