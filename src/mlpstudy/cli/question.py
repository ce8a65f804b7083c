"""A question of one's own: written, checked, its cost, and how far it is."""

from typing import Annotated

import typer

from mlpstudy.cli.arguments import SomeStudies, to_terminal


def new(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="letters, digits, _ and -; also the name of the file")
    ],
) -> None:
    """Write a commented study to begin with: config/studies/NAME.yaml."""
    from pathlib import Path

    from mlpstudy.design.new import new_study

    path = new_study(name, Path(context.obj().settings.config_dir, "studies"))
    then = f"mlpstudy check {name}, snakemake --cores 2 {name}, mlpstudy report {name}"
    print(f"{path}; then: {then}")


def check(
    context: typer.Context,
    studies: SomeStudies = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit code 1 where a deciding finding is weak")
    ] = False,
) -> None:
    """Say what is wrong or weak in studies, before anything is trained.

    Mistakes, sizes, what so many seeds can see; of findings that are there, what a sceptic
    would not believe.
    """
    from mlpstudy.planning.checks import check_parts
    from mlpstudy.planning.remarks import check

    project = context.obj()
    check_parts(project)
    found = list(check(project, studies or []))
    for remark in found:
        print(remark.text)
    if any(remark.is_mistake for remark in found):
        raise typer.Exit(2)
    if strict and any(remark.is_weakness for remark in found):
        raise typer.Exit(1)


def plan(
    context: typer.Context,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=100_000, help="on a cluster: so many at a time")
    ] = 0,
    start: Annotated[
        float, typer.Option("--start", min=0, help="seconds of such a job before it trains")
    ] = 6.0,
) -> None:
    """Say how many networks and jobs there are, and how long they take."""
    from mlpstudy.design.plan import plan_of
    from mlpstudy.planning import cluster
    from mlpstudy.planning.checks import check_data, check_parts
    from mlpstudy.planning.estimate import estimate

    project = context.obj()
    check_parts(project)
    check_data(project)
    plan_of(project)
    for line in estimate(project):
        print(line)
    for line in cluster.lines(project, jobs, start) if jobs else ():
        print(line)


def status(
    context: typer.Context,
    studies: SomeStudies = None,
) -> None:
    """Show how far the studies are.

    What is trained, missing, diverged, or made by other code; also while Snakemake runs.
    """
    from mlpstudy.design.plan import upgraded
    from mlpstudy.planning.status import Statuses, table

    project = context.obj()
    statuses = Statuses(project)
    if line := upgraded(project.plan_dir):
        print(line)
    to_terminal(table([statuses.of(name) for name in studies or project.studies]))
