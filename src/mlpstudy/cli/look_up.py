"""Looking up: what there is to choose from, and what was understood of a dataset."""

from typing import Annotated

import typer

from mlpstudy.cli import completion
from mlpstudy.cli.arguments import source_of, unknown
from mlpstudy.design.names import TABLES, names_of

TARGETS = ("datasets", "activations", "initializations", "costs", "optimizers", "schedules")


def list_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="studies or one of " + ", ".join(TARGETS))] = "",
) -> None:
    """Show the studies, datasets, activations, optimizers, ..."""
    known = ("studies", *TARGETS)
    if what and what not in known:
        raise unknown("list", what, known)
    for kind in [what] if what else known:
        if not what:
            print(f"{kind}:")
        for line in _listed(context, kind):
            print(f"  {line}" if not what else line)


def _listed(context: typer.Context, kind: str) -> list[str]:
    sources = context.obj().settings.datasets if kind == "datasets" else ()
    if kind != "studies":
        return [*names_of(next(f for f in TABLES if f + "s" == kind)), *sources]
    from mlpstudy.words import Words

    project = context.obj()
    studies, words = project.studies.values(), Words(project.settings.language)
    width = max(len(study.name) for study in studies)
    return [f"{s.name:{width}}  {words.said(s.title)} ({s.extent})" for s in studies]


def data(
    context: typer.Context,
    dataset: Annotated[
        str,
        typer.Argument(
            help="one of them; none: a line for each", autocompletion=completion.datasets
        ),
    ] = "",
) -> None:
    """Show the datasets, or what was understood of one.

    Examples, classes, columns, gaps, parts. Nothing is trained.
    """
    from mlpstudy.cli.datasets import dataset_lines, datasets_lines

    project = context.obj()
    if not dataset:
        lines = datasets_lines(project)
    else:
        lines = dataset_lines(dataset, source_of(project, dataset))
    for line in lines:
        print(line)
