"""The command `mlpstudy`: what people call, in the order in which they need it.

What a subcommand needs is imported when it runs: `mlpstudy list` does not wait for torch.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Annotated, Any

import typer

from mlpstudy.cli import answers, look_up, one_run, question, stages, stopped
from mlpstudy.cli.arguments import key_values
from mlpstudy.design.project import CONFIG, Project


def schema() -> None:
    """Write config/schema and docs/reference.md from the models."""
    from mlpstudy.cli import reference
    from mlpstudy.design.schema import SCHEMAS, file_of, text_of
    from mlpstudy.files import write_atomically

    files = {file_of(name): text_of(name) for name in SCHEMAS}
    for file, text in {**files, reference.FILE: reference.text(app)}.items():
        write_atomically(file, text.encode())
        print(file)


# What a person does, in that order, and the commands for it; each is called like its function.
PANELS: Mapping[str, tuple[Callable[..., None], ...]] = {
    "Look up": (look_up.list_, look_up.data),
    "One run": (
        one_run.run,
        one_run.show,
        one_run.scores,
        one_run.compare,
        one_run.predict,
        one_run.continue_,
        one_run.replay,
    ),
    "Ask a question": (question.new, question.check, question.plan, question.status),
    "Read the answers": (answers.report, answers.answer, answers.pdf),
    "After a stop or a crash": (stopped.resume, stopped.verify, stopped.unlock),
    "The stages, as the workflow calls them": (
        stages.prepare,
        stages.train,
        stages.measure,
        stages.summarise,
        stages.draw,
    ),
    "For who changes the package": (schema,),
}
HANDED_ON = {"ignore_unknown_options": True, "allow_extra_args": True}  # to Snakemake
CONTEXTS: Mapping[Callable[..., None], dict[str, Any]] = {stopped.resume: HANDED_ON}


def _say_version(wanted: bool) -> None:
    """Say the version, and leave."""
    if wanted:
        print(f"mlpstudy {version('mlpstudy')}")
        raise typer.Exit


def settings(
    context: typer.Context,
    file: Annotated[str, typer.Option("--file", help="the settings of the project")] = CONFIG,
    config: Annotated[
        list[str] | None, typer.Option("--config", "-C", help="KEY=VALUE laid over the file")
    ] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", help="say the version", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Which settings hold for the subcommand."""

    def read() -> Project:
        return Project.read(file, key_values(config))

    context.obj = read


def name_of(function: Callable[..., None]) -> str:
    """What a command is called: some functions may not be called like it in Python."""
    return function.__name__.rstrip("_")


def command_line() -> typer.Typer:
    """All commands, in their panels."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Put the claims of a lecture on multilayer perceptrons to the test.",
        epilog="All studies: snakemake --cores 2. One: snakemake --cores 2 STUDY. Begin: docs/tutorial.md",
    )
    app.callback()(settings)
    for panel, functions in PANELS.items():
        for function in functions:
            settle = app.command(
                name_of(function),
                rich_help_panel=panel,
                context_settings=CONTEXTS.get(function),
            )
            settle(function)
    return app


app = command_line()
