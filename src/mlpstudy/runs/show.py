"""One run on the terminal: its settings, its results, what it stands behind, how to train it again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mlpstudy.core.measures import PARTS
from mlpstudy.design.project import Project
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.design.study import Study
from mlpstudy.design.yaml_file import written
from mlpstudy.files import DamagedFile, read_summed_json
from mlpstudy.runs.confusion import CONFUSION, MOST_SHOWN
from mlpstudy.runs.known import KnownRun, chosen_fields, command

DIGITS = 4
SCORES = ("loss", "score", "balanced accuracy", "F1")  # score: what the run's accuracy is


def show(project: Project, known: KnownRun, every: bool = False) -> RenderableType:
    """What is known of a run. every: also the settings that have their default."""
    parts: list[RenderableType] = [
        heading(known),
        settings_table([known], every),
        *results(known),
    ]
    for name, blocks in asking(project, known.id).items():
        parts.append(Text(f"\nasked by {name}, {', '.join(blocks)}", style="bold"))
        findings = behind(project, project.studies[name], known)
        parts.append(findings_table(findings) if findings else Text("  no findings yet"))
    parts.append(Text("\ntrain it again", style="bold"))
    parts.extend(Text(f"  {line}") for line in again(project, known))
    return Group(*parts)


def heading(known: KnownRun) -> Text:
    row = known.row
    ended = known.row["status"]
    if ended == "diverged":
        ended += f" in pass {int(row['diverged_at'])}"
    text = Text(known.id, style="bold")
    text.append(f"\n{int(row['n_parameters']):,} weights, {ended}\n{known.folder}", style="default")
    return text


def settings_table(runs: Sequence[KnownRun], every: bool = False) -> Table:
    """A row for each setting that is not the default in one of the runs, a column for each run."""
    chosen = {name for known in runs for name in chosen_fields(known.run)}
    names = [name for name in FIELDS if every or name in chosen]
    table = Table("setting", *(_short(known.id) for known in runs), box=box.SIMPLE_HEAD)
    for name in names:
        table.add_row(name, *(written(getattr(known.run, name)) for known in runs))
    return table


def results(known: KnownRun) -> list[RenderableType]:
    """The scores of a run and, where it has classes, who is taken for whom on the test part at last."""
    tables: list[RenderableType] = [results_table(known)]
    if known.confusion:
        at = max(at for at, _ in known.confusion.counts)
        counts = known.confusion.counts[at, "test"]
        tables.append(matrix_table(known.confusion.labels, counts, "test"))
    return tables


def results_table(known: KnownRun) -> Table:
    """Loss and accuracy (of a regression R2) of each part after the best and the last pass, and scores
    of classes as far as they are known."""
    rows = list(scores_rows(known))
    columns = [name for name in SCORES if any(name in row for row in rows)]
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("after pass", "part", *(known.score if c == "score" else c for c in columns)):
        table.add_column(column, justify="left" if column == "part" else "right")
    for row in rows:
        first = row["at"] if row["part"] == PARTS[0] else ""
        table.add_row(first, row["part"], *(row.get(name, "") for name in columns))
    return table


def scores_rows(known: KnownRun) -> Iterator[dict[str, str]]:
    """at and part of a pass that counts, and of SCORES those that are known, as they are shown."""
    for at, name in passes(known):
        of_classes = known.class_scores(at)
        for part, both in known.scores(at).items():
            numbers = zip(SCORES, (*both, *of_classes.get(part, ())), strict=False)
            shown = {score: f"{number:.{DIGITS}g}" for score, number in numbers}
            yield {"at": f"{at}, {name}", "part": part, **shown}


def matrix_table(labels: Sequence[str], counts: np.ndarray, part: str) -> RenderableType:
    """Who is taken for whom in one part; of many classes where that is to be read."""
    if len(labels) > MOST_SHOWN:
        return Text(f"{len(labels)} classes: {CONFUSION} says who is taken for whom")
    matrix = table_of(["", *labels])
    for label, row in zip(labels, counts, strict=True):
        matrix.add_row(label, *map(str, row))
    return Group(Text(f"{part}: a row for each class, a column for each answer"), matrix)


def table_of(columns: Sequence[str]) -> Table:
    """A table without rows; the first column says what a row is."""
    table = Table(box=box.SIMPLE_HEAD)
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i else "left")
    return table


def passes(known: KnownRun) -> Iterator[tuple[int, str]]:
    """The best pass on validation, and the last."""
    last = known.curve("validation", "loss").index.max()
    if known.best_pass is not None and known.best_pass != last:
        yield known.best_pass, "best on validation"
    if last == last:  # not NaN, as it is without any pass
        yield int(last), "the last"


def asking(project: Project, run_id: str) -> dict[str, list[str]]:
    """The studies that ask for a run, and in which blocks."""
    blocks = {
        name: [block for block, runs in study.seeded.items() if any(r.id == run_id for r in runs)]
        for name, study in project.studies.items()
    }
    return {name: found for name, found in blocks.items() if found}


def behind(project: Project, study: Study, known: KnownRun) -> list[dict[str, Any]]:
    """The findings of a study whose condition is the run's, as far as they were made."""
    path = project.study_dir(study.name) / "findings.json"
    try:
        findings = read_summed_json(path)
    except (DamagedFile, OSError):
        return []
    claims = {claim.statistic: claim for claim in study.claims}
    return [
        finding
        for finding in findings
        if finding["statistic"] in claims
        and agrees(known.run, finding["condition"])
        and agrees(known.run, claims[finding["statistic"]].where or {})
    ]


def agrees(run: Run, condition: Mapping[str, Any]) -> bool:
    """Whether a run has the value, or one of the values, of every condition about its fields."""
    return all(
        getattr(run, name) in (value if isinstance(value, list | tuple) else [value])
        for name, value in condition.items()
        if name in FIELDS
    )


def findings_table(findings: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("claim", "statistic", "condition", "value", "verdict", box=box.SIMPLE_HEAD)
    for finding in findings:
        interval = ", ".join(f"{finding[end]:.3g}" for end in ("low", "high"))
        condition = ", ".join(f"{k} {written(v)}" for k, v in finding["condition"].items())
        value = f"{finding['value']:.3g} [{interval}]"
        table.add_row(finding["claim"], finding["statistic"], condition, value, finding["verdict"])
    return table


def again(project: Project, known: KnownRun) -> Iterator[str]:
    yield command(known.run)
    if known.id in project.pool:
        yield f"mlpstudy replay {known.id}"


def _short(run_id: str) -> str:
    """The end of an id, which tells runs apart."""
    return run_id.rpartition("-")[2]
