"""The answers: the report, one claim, the report on paper."""

from typing import Annotated

import typer

from mlpstudy.cli import by_name
from mlpstudy.cli.arguments import SomeStudies
from mlpstudy.rules import pages


def report(
    context: typer.Context,
    studies: SomeStudies = None,
    single: Annotated[
        bool, typer.Option("--single", help="all pages as one file: single.html")
    ] = False,
) -> None:
    """Write the report, of all studies or of those that are named.

    Of all: report/index.html. Of some, which snakemake --cores 2 STUDY has run:
    results/reports/STUDY/index.html. Nothing is trained.
    """
    if single:
        print(by_name.single_page(context.obj(), studies or []))
    else:
        pages(by_name.report(context.obj(), studies or []))


def answer(
    context: typer.Context,
    claim: Annotated[str, typer.Argument(help="such as C29; none: a line for each")] = "",
    language: Annotated[str, typer.Option("--language", help="en or fr; default: as set")] = "",
) -> None:
    """Show what the report answers: a line per claim, or one in full."""
    from rich.console import Console

    from mlpstudy.cli.claims import findings_with, show

    project = context.obj()
    language = language or project.settings.language
    show(
        findings_with(claim, project.results),
        project.lecture,
        claim,
        language,
        Console(markup=False),
    )


def pdf(context: typer.Context) -> None:
    """Print the report as a PDF: report.pdf beside the page.

    Chromium or Chrome does it; MLPSTUDY_CHROMIUM names it where it is not found.
    """
    from mlpstudy import publish

    print(publish.pdf(context.obj()))
