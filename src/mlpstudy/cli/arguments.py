"""What several commands take, and how it is read."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from mlpstudy.cli import completion
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.names import names_of
from mlpstudy.design.project import Project
from mlpstudy.design.sources import Source

SomeStudies = Annotated[
    list[str] | None,
    typer.Argument(help="all, where none is named", autocompletion=completion.studies),
]
OneStudy = Annotated[str, typer.Argument(help="its name", autocompletion=completion.studies)]
AnyRun = Annotated[
    str,
    typer.Argument(
        help="an id of the studies, or a folder of mlpstudy run", autocompletion=completion.runs
    ),
]
RunAlone = Annotated[
    str, typer.Argument(help="a folder of mlpstudy run, or its id", autocompletion=completion.runs)
]
ToFolder = Annotated[
    str | None, typer.Option("--to", help="a folder; default: results/runs/RUN_ID")
]


def key_values(words: list[str] | None) -> dict[str, str]:
    """What -C lays over the settings, by key. Raises Mistake."""
    return _once([_pair(word, "--config") for word in words or []])


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Keys and values; raises Mistake for a key that is given twice."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise Mistake("is given twice", file="--config", key=key)
        found[key] = value
    return found


def _pair(word: str, file: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals or not key:
        raise Mistake("is not KEY=VALUE", file=file, value=word, allowed="such as size=smoke")
    return key, value


def source_of(project: Project, dataset: str) -> Source | None:
    """How a user's own dataset is read; None for one of the package. Raises Mistake."""
    known = [*names_of("dataset"), *project.settings.datasets]
    if dataset not in known:
        raise unknown("dataset", dataset, known)
    return project.settings.datasets.get(dataset)


def unknown(key: str, value: str, known: Iterable[str]) -> Mistake:
    return Mistake(
        "is not known",
        file="command line",
        key=key,
        value=value,
        allowed="one of " + ", ".join(known),
        nearest=nearest(value, known),
    )


def to_terminal(shown: Any) -> None:
    """On the terminal, in colours where it has some; as wide as it needs where it is none."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(shown)
