"""What the rules of the workflow call, one command for each: every path is on the command line.

    python -m mlpstudy.rules train results/plan/jobs/JOB.json --data results/data/digits.npz ...

Nothing is looked up in settings or studies, so it does not matter what becomes of them meanwhile.
People call `mlpstudy train JOB`, which finds the paths.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from mlpstudy.design.mistakes import Mistake
from mlpstudy.leaving import leave
from mlpstudy.usage import write_usage

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Spec = Annotated[Path, typer.Argument(help="a file of the plan")]
Data = Annotated[list[Path], typer.Option("--data", help="the file of a dataset")]
SomeData = Annotated[list[Path] | None, typer.Option("--data", help="the file of a dataset")]
To = Annotated[Path, typer.Option("--to", help="the folder for what is made")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda")]
Engine = Annotated[str, typer.Option("--engine", help="auto, native or torch")]
Usage = Annotated[Path, typer.Option("--usage", help="the file for what the step has cost")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="stacks trained at a time")]


@app.command()
def prepare(
    dataset: str, to: Annotated[Path, typer.Option("--to", help="the file of the dataset")]
) -> None:
    """Make a dataset."""
    from mlpstudy.stages.prepare import prepare

    prepare(dataset, to)


@app.command()
def fetch(
    source: Annotated[str, typer.Argument(help="a published set, in JSON")],
    to: Annotated[Path, typer.Option("--to", help="one of its files")],
) -> None:
    """Download one file of a published set."""
    from mlpstudy.data.downloads import fetch
    from mlpstudy.design.sources import Source

    fetch(Source.model_validate_json(source), to)
    print(to)


@app.command()
def read(
    dataset: str,
    source: Annotated[str, typer.Argument(help="how its table is read, in JSON")],
    to: Annotated[Path, typer.Option("--to", help="the file of the dataset")],
) -> None:
    """Make a dataset of a user's own table."""
    from mlpstudy.design.sources import Source
    from mlpstudy.stages.read import read

    for what, words in read(dataset, Source.model_validate_json(source), to).notes:
        print(f"{what}: {words}")


@app.command()
def train(
    job: Spec,
    data: Data,
    to: To,
    store: Annotated[Path, typer.Option("--store", help="the folder of what is trained")],
    device: Device,
    engine: Engine,
    threads: Threads,
    usage: Usage,
) -> None:
    """Train the networks of a job that are not trained yet, and write its tables."""
    from mlpstudy.stages.train import train

    train(job, data, to, store, device, engine, threads)
    write_usage(usage)


@app.command()
def measure(
    study: Spec,
    to: To,
    device: Device,
    engine: Engine,
    threads: Threads,
    usage: Usage,
    data: SomeData = None,
) -> None:
    """What a study measures by itself, beside training."""
    from mlpstudy.stages.measure import measure

    compared(measure(study, data or [], to, device, engine, threads), to)
    write_usage(usage)


def compared(before: Mapping[str, str], folder: Path) -> None:
    """Say of each table of a folder whether it is as before, its checksum having been this or ""."""
    from mlpstudy.tables.files import checksums

    for name, now in checksums(folder).items():
        same = "the same as before, bit for bit" if before[name] == now else "differs from before"
        print(f"{folder / name}.parquet: {same if before[name] else 'new'}")


@app.command()
def summarise(
    study: Spec,
    to: To,
    usage: Usage,
    jobs: Annotated[list[Path] | None, typer.Argument(help="the tables of its jobs")] = None,
    measured: Annotated[Path | None, typer.Option("--measured", help="what it measured")] = None,
    data: SomeData = None,
) -> None:
    """A study's summary tables and findings, from the tables of its jobs and its measurements."""
    from mlpstudy.stages.summarise import summarise

    summarise(study, jobs or [], measured, data or [], to)
    write_usage(usage)


@app.command()
def draw(
    study: Annotated[Path, typer.Argument(help="a study's folder")], to: To, usage: Usage
) -> None:
    """A study's figures, from its summary tables."""
    from mlpstudy.stages.draw import draw

    draw(study, to)
    write_usage(usage)


@app.command()
def report(
    plan: Spec,
    studies: Annotated[list[Path], typer.Argument(help="the folders of the studies")],
    lecture: Annotated[Path, typer.Option("--lecture", help="claims and chapters")],
    usage: Annotated[Path, typer.Option("--usage", help="the folder of what the steps have cost")],
    to: To,
    findings: Annotated[Path, typer.Option("--findings", help="the file of all findings")],
    language: Annotated[str, typer.Option("--language", help="en or fr")],
    threads: Annotated[int, typer.Option("--threads", min=1, help="processes")] = 1,
) -> None:
    """The report of all studies, from their findings, tables and figures."""
    from mlpstudy import publish
    from mlpstudy.design.specs import read_json

    given = read_json(plan)
    pages(publish.report(given, lecture, studies, usage, to, findings, language, threads))


def pages(written: Iterable[Path]) -> None:
    """Say which files of a report are to be read."""
    for path in written:
        if path.name in ("index.html", "README.md"):
            print(path)


@app.command()
def run(
    job: Spec,
    name: Annotated[str, typer.Option("--id", help="one of its runs")],
    data: Data,
    to: To,
    device: Device,
    engine: Engine,
    threads: Threads,
) -> None:
    """Train one run of a job alone."""
    from mlpstudy.design.specs import read_job
    from mlpstudy.runs import single
    from mlpstudy.stages.prepare import named, stored

    runs = {each.id: each.run for each in read_job(job).seeded}
    if name not in runs:
        raise Mistake("is no run of this job", file=str(job), key="--id", value=name)
    print(single.run(runs[name], stored(named(data)), to, device, engine, threads))


if __name__ == "__main__":
    leave(app, "mlpstudy.rules")
