"""One run on the terminal: its settings, its results, what it stands behind, how to train it again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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
from mlpstudy.runs.known import KnownRun, chosen_fields, command

DIGITS = 4


def show(project: Project, known: KnownRun, every: bool = False) -> RenderableType:
    """What is known of a run. every: also the settings that have their default."""
    parts: list[RenderableType] = [
        heading(known),
        settings_table([known], every),
        results_table(known),
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


def results_table(known: KnownRun) -> Table:
    """Loss and accuracy (of a regression R2) of each part after the best and the last pass."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("after pass", "part", "loss", known.score):
        table.add_column(column, justify="left" if column == "part" else "right")
    for at, name in passes(known):
        for part, (loss, score) in known.scores(at).items():
            first = f"{at}, {name}" if part == PARTS[0] else ""
            table.add_row(first, part, f"{loss:.{DIGITS}g}", f"{score:.{DIGITS}g}")
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
