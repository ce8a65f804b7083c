"""The stages by name, one command for each: mlpstudy.rules has them with all paths."""

from typing import Annotated

import typer

from mlpstudy.cli import by_name, completion
from mlpstudy.cli.arguments import OneStudy, source_of
from mlpstudy.rules import compared


def prepare(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="its name", autocompletion=completion.datasets)],
) -> None:
    """Make a dataset: results/data/DATASET.npz."""
    from mlpstudy.stages.prepare import prepare
    from mlpstudy.stages.read import read

    project = context.obj()
    source, path = source_of(project, dataset), project.data_file(dataset)
    if source is None:
        prepare(dataset, path)
    else:
        read(dataset, source, path)


def train(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="its id: a file of results/plan/jobs")],
) -> None:
    """Train the networks of a job, and write its tables."""
    by_name.train(context.obj(), job)


def measure(context: typer.Context, study: OneStudy) -> None:
    """Make what a study measures by itself: results/measured/STUDY."""
    project = context.obj()
    compared(by_name.measure(project, study), project.measured_dir(study))


def summarise(context: typer.Context, study: OneStudy) -> None:
    """Make a study's tables and findings, from those of its jobs."""
    by_name.summarise(context.obj(), study)


def draw(context: typer.Context, study: OneStudy) -> None:
    """Draw a study's figures, from its tables."""
    by_name.draw(context.obj(), study)
