"""After a stop or a crash: going on, what is damaged, the lock that was left."""

from typing import Annotated

import typer

from mlpstudy.cli.arguments import key_values
from mlpstudy.design.project import Project


def resume(context: typer.Context) -> None:
    """Go on where the workflow stopped, or was killed.

    Unlocks and runs snakemake. Words after it are Snakemake's, such as --cores 2 --config
    size=smoke.
    """
    from mlpstudy.recovery.resume import given, resume

    root = context.find_root().params
    laid = key_values(root["config"])
    resume(Project.read(root["file"], {**laid, **given(context.args)}), laid, context.args)


def verify(
    remove: Annotated[
        bool,
        typer.Option("--repair", help="remove what is damaged; mlpstudy resume makes it again"),
    ] = False,
) -> None:
    """Compare every result file with its checksum.

    A line for each that is damaged, and exit code 1 unless all of them could be removed.
    """
    from mlpstudy.files import size_of
    from mlpstudy.leaving import AGAIN
    from mlpstudy.recovery.verify import repair, verify

    found = verify()
    for fault in found.faults:
        print(fault)
    removed = repair(found.faults) if remove else []
    print(
        f"{found.files:,} files, {size_of(found.bytes)}: {len(found.faults)} not as they were made"
    )
    if removed:
        print(f"{len(removed)} files are removed; to make them again: {AGAIN}")
    if not all(remove and fault.made for fault in found.faults):
        raise typer.Exit(1)


def unlock() -> None:
    """Remove the lock that a killed Snakemake left here.

    Not where one is still running. `resume` does it by itself.
    """
    from mlpstudy.recovery.unlock import LOCKS, unlock

    if unlock():
        print(f"{LOCKS}: removed, no Snakemake runs here any more")
