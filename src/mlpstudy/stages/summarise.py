"""A study's tables, findings and counts, from the tables of its jobs and its measurements."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from mlpstudy.data import store
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import split_sizes
from mlpstudy.design import parts
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.design.specs import StudySpec, read_study
from mlpstudy.files import SUMS, check_made_by, read_sums, write_summed_json
from mlpstudy.provenance.digests import of_job, of_study
from mlpstudy.stages.prepare import named, stored
from mlpstudy.statistics.verdicts import write_findings
from mlpstudy.studies import declared
from mlpstudy.studies.view import View
from mlpstudy.tables.files import checksums, read_table, write_tables
from mlpstudy.tables.schema import tables_of


def summarise(
    study_file: Path, jobs: Iterable[Path], measured: Path | None, data: Iterable[Path], out: Path
) -> None:
    """A study's tables, findings and counts.

    study_file: of a plan's studies. jobs: the folders of the tables of its jobs. measured: the
    folder of its measurements, where it has any. data: the files of its datasets. out: a folder.
    """
    jobs = list(jobs)
    seen = view(read_study(study_file), jobs, measured, named(data))
    summary = declared.summarise(seen)
    tables, shown = dict(summary.tables), []
    for table in summary.shown:
        tables[f"shown_{table['name']}"] = table["frame"]
        shown.append({**table, "name": f"shown_{table['name']}"})
    makers = {"summarise": of_study("summarise", seen.study), **trained_by(jobs)}
    write_tables(out / "tables", tables, makers)
    listed = [{k: v for k, v in table.items() if k != "frame"} for table in shown]
    write_summed_json(out / "tables.json", listed, makers)
    write_summed_json(out / "counts.json", counts(seen), makers)
    write_summed_json(out / "diverged.json", diverged(seen.runs), makers)
    write_findings(summary.findings, out / "findings.json", makers)
    write_summed_json(out / "study.json", seen.study, makers)


def view(
    asked: StudySpec, jobs: Iterable[Path], measured: Path | None, data: Mapping[str, Path]
) -> View:
    """A study's part of the tables of some jobs, and what it measured itself. Raises Mistake where
    a run that it asks for is in none of them."""
    if parts.files():  # theory asks for them
        from mlpstudy.core.parts import install

        install()
    blocks = {name: [each.id for each in block] for name, block in asked.blocks.items()}
    wanted = {run for block in blocks.values() for run in block}
    folders = [trained(folder, data) for folder in jobs]
    tables = {
        name: _selected([_read(folder, name) for folder in folders] or [empty], wanted)
        for name, empty in tables_of([]).items()
    }
    if lacking := wanted.difference(tables["runs"]["run_id"]):
        more = f"with {len(lacking) - 1} more of {asked.study['name']}"
        problem = f"is in no table of the jobs, {more}"
        raise Mistake(problem, key="run", value=min(lacking))
    tables["runs"] = with_sizes(tables["runs"], stored(data))
    frames = {} if measured is None else _measured(measured, asked.study)
    return View(asked.study, blocks, **tables, measured=frames)


def with_sizes(runs: pd.DataFrame, dataset: Callable[[str], Dataset]) -> pd.DataFrame:
    """The runs, with the number of examples where the whole training part was used: groups by a
    key that is null would not be there. dataset: gives a dataset by name."""
    divided = ["dataset", "folds"]
    whole_part = runs.loc[runs["train_size"].isna(), divided]
    whole = {
        (name, folds): EXAMPLES[name].train
        if name in EXAMPLES and not folds
        else split_sizes(dataset(name), folds)[0]
        for name, folds in whole_part.drop_duplicates().itertuples(index=False)
    }
    keys = pd.MultiIndex.from_frame(runs[divided])
    sizes = pd.Series(keys.map(whole), runs.index, "Int64")
    return runs.assign(train_size=runs["train_size"].fillna(sizes))


def trained(folder: Path, data: Mapping[str, Path]) -> Path:
    """The folder of a job's tables. Raises StaleFile where other code has trained its networks, or
    other data than its datasets' files hold now. data: the files of datasets, by name."""
    makers = read_sums(folder / SUMS).made_by
    expected = {"train": of_job(makers.get("uses", ""), makers.get("engine", ""))}
    for name in _datasets(makers):
        if name in data and (content := store.made_by(data[name]).get("content")):
            expected[f"data/{name}"] = content
    check_made_by(folder / SUMS, expected)
    return folder


def trained_by(jobs: Iterable[Path]) -> dict[str, str]:
    """{"device": that which all jobs were trained on, "engine": "native", "torch" or "native,torch"};
    {} where there are none.

    Raises Mistake where there are two devices: what they train differs in the last bits.
    """
    makers = [read_sums(folder / SUMS).made_by for folder in jobs]
    devices = sorted({each["device"] for each in makers})
    if len(devices) > 1:
        problem = f"the networks of one study were trained on {' and on '.join(devices)}"
        raise Mistake(problem, file="settings", key="device", allowed="cpu or cuda, for all jobs")
    engines = sorted({engine for each in makers for engine in each["engine"].split(",")})
    return {"device": devices[0], "engine": ",".join(engines)} if makers else {}


def _datasets(makers: Iterable[str]) -> list[str]:
    return [maker.removeprefix("data/") for maker in makers if maker.startswith("data/")]


def _measured(folder: Path, study: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    if not (names := checksums(folder)):
        problem = f"is not measured yet; first: mlpstudy measure {study['name']}"
        raise Mistake(problem, file=str(folder.parent), value=study["name"])
    check_made_by(folder / SUMS, {"measure": of_study("measure", study)})
    return {name: read_table(folder, name) for name in names}


def _read(folder: Path, name: str) -> pd.DataFrame:
    """A table of a job. Runs that were trained before a field was there have its default."""
    frame = read_table(folder, name)
    if name != "runs":
        return frame
    new = [field for field in FIELDS if field not in frame]
    return frame.assign(**{field: Run.model_fields[field].default for field in new})


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
    ended = runs[["diverged_at", "stopped_at"]].max(axis=1)
    passes = runs["epochs"].where(ended < 0, ended).sum()
    return measured | {
        "networks": len(runs),
        "finished": int((runs["status"] == "finished").sum()),
        "diverged": int((runs["status"] == "diverged").sum()),
        "trained": int((runs["epochs"] > 0).sum()),
        "passes": int(passes),
    }


TOLD = (
    "dataset", "depth", "width", "activation", "initialization", "optimizer", "pretraining", "eta",
)  # fmt: skip


def diverged(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """The runs that diverged: their ids, what they are told apart by, and in which pass it was."""
    lost = runs.loc[runs["status"] == "diverged", ["run_id", *TOLD, "diverged_at"]]
    return lost.to_dict("records")
