"""One run: trained alone, shown, compared, asked for answers to new examples, trained again."""

import sys
from typing import Annotated, Any, Literal

import typer

from mlpstudy.cli import by_name, completion
from mlpstudy.cli.arguments import AnyRun, RunAlone, ToFolder, to_terminal
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project


def run(
    context: typer.Context,
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            help="FIELD=VALUE, such as depth=8 activation=sigmoid", autocompletion=completion.fields
        ),
    ] = None,
    run_id: Annotated[
        str | None, typer.Option("--id", help="a run of one of the studies instead of fields")
    ] = None,
    to: ToFolder = None,
    weights: Annotated[
        Literal["last", "best"], typer.Option(help="after the last pass, or the best on validation")
    ] = "last",
) -> None:
    """Train one network alone, and leave a folder.

    It holds settings, curves, weights, pictures, and a page to begin with: run.html.
    """
    from mlpstudy.design.command_line import folder_of

    # The words first: no study is expanded, and no library loaded, for a slip of the pen.
    if run_id is not None and fields:
        raise Mistake("and fields do not go together", file="command line", key="--id")
    chosen = None
    if run_id is None:
        chosen = _run_of(context, fields or [])
    folder = folder_of(to)
    project = context.obj()
    chosen = chosen or project.run(run_id)
    left = by_name.run(project, chosen, folder, weights)
    _say_results(project, left)
    print(left)


def _say_results(project: Project, folder: Any) -> None:
    """What a run came to, for who watches: its folder alone is the command's answer."""
    from rich.console import Console

    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.show import results

    Console(stderr=True).print(*results(known_run(project, str(folder))))


def _run_of(context: typer.Context, fields: list[str]) -> Any:
    """The run that some words describe. The settings are read where the words name what the package
    does not have: it may be a user's own."""
    from mlpstudy.design.command_line import run_of

    try:
        return run_of(fields, lambda: context.obj().settings.datasets)
    except Mistake as mistake:
        if mistake.key not in parts.TABLES or not context.obj().settings.plugins:
            raise
        return run_of(fields, lambda: context.obj().settings.datasets)


def show(
    context: typer.Context,
    run: AnyRun,
    every: Annotated[
        bool, typer.Option("--all", help="also settings that have their default")
    ] = False,
) -> None:
    """Show one run: settings, results, its findings, its command."""
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.show import show

    project = context.obj()
    to_terminal(show(project, known_run(project, run), every))


def scores(
    context: typer.Context,
    run: RunAlone,
) -> None:
    """Score a trained network: balanced accuracy, F1, confusion.

    Of a regression R2, and errors in the data's own unit.
    """
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.scores import scored, shown
    from mlpstudy.stages.prepare import dataset_from

    project = context.obj()
    known = known_run(project, run)
    to_terminal(shown(scored(known, dataset_from(project)(known.run.dataset))))


def compare(
    context: typer.Context,
    runs: Annotated[
        list[str], typer.Argument(help="two or more, as for show", autocompletion=completion.runs)
    ],
    picture: Annotated[
        str, typer.Option("--picture", help="where the picture of their curves goes")
    ] = "results/compared.png",
) -> None:
    """Compare runs: where settings and results differ; a picture."""
    from pathlib import Path

    from mlpstudy.runs import compare
    from mlpstudy.runs.known import known_run

    if Path(picture).suffix != ".png":
        raise Mistake("is no picture", file="command line", key="--picture", value=picture, allowed="a file that ends in .png")  # fmt: skip
    project = context.obj()
    known = [known_run(project, name) for name in runs]
    to_terminal(compare.compare(known))
    print(compare.picture(known, Path(picture)))


def predict(
    context: typer.Context,
    run: RunAlone,
    file: Annotated[str, typer.Argument(help="a table of examples: CSV, Parquet or NPZ")],
    to: Annotated[str, typer.Option("--to", help="a CSV file; default: the terminal")] = "",
) -> None:
    """Answer to new examples with a trained network.

    A CSV with a row for each: the class and its probability, or the value.
    """
    from pathlib import Path

    from mlpstudy.files import write_atomically
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.predict import predict

    project = context.obj()
    known = known_run(project, run)
    answers = predict(known, Path(file), project.settings.datasets.get(known.run.dataset))
    text = answers.to_csv(index=False)
    if to:
        write_atomically(to, text.encode())
    print(to or text, end="\n" if to else "")


def continue_(
    context: typer.Context,
    run: AnyRun,
    epochs: Annotated[int, typer.Option("--epochs", help="passes in all")],
    to: ToFolder = None,
) -> None:
    """Train a run for more passes.

    Its own are trained again, and compared bit for bit, and then the rest.
    """
    from mlpstudy.design.command_line import folder_of
    from mlpstudy.runs.known import known_run

    folder = folder_of(to)
    project = context.obj()
    before = known_run(project, run)
    made, agrees = by_name.go_on(project, before, epochs, folder)
    print(made)
    if not agrees:
        print(
            f"its first {before.run.epochs} passes differ from those of {before.id}: other code or data"
        )
        raise typer.Exit(1)
    print(f"its first {before.run.epochs} passes are those of {before.id}, bit for bit")


def replay(
    context: typer.Context,
    run_ids: Annotated[list[str] | None, typer.Argument(help="runs of the studies")] = None,
    sample: Annotated[int, typer.Option("--sample", min=0, help="take so many at random")] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of the sample")] = 0,
) -> None:
    """Train runs of the studies again, and compare bit for bit."""
    from mlpstudy.runs import single

    project = context.obj()
    chosen = list(run_ids or []) or single.sample(project, sample or 1, seed)
    differing = 0
    for run_id in chosen:
        replayed = single.replay(project, run_id)
        differing += bool(replayed.differences)
        print(f"{run_id}: {replayed}")
    if differing:
        print(f"{differing} of {len(chosen)} runs differ", file=sys.stderr)
        raise typer.Exit(1)
    if len(chosen) > 1:
        print(f"all {len(chosen)} runs agree, bit for bit")
