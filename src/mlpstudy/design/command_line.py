"""Words of a command line: FIELD=VALUE -> a Run; where its folder is."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlpstudy.design import yaml_file
from mlpstudy.design.examples import misfits
from mlpstudy.design.mistakes import Mistake, mistake_in, nearest
from mlpstudy.design.names import names_of
from mlpstudy.design.run import DATASETS, FIELDS, Run
from mlpstudy.design.settings import Settings

PLACE = "command line"
BIN = ".venv/bin/"  # where make puts the programs of the project, seen from its folder


def run_of(words: Sequence[str], datasets: Callable[[], Iterable[str]] = tuple) -> Run:
    """The run that words such as depth=8 describe; raises Mistake. datasets: gives the names that
    it may take beside those of the package, where it takes none of these."""
    given: dict[str, Any] = {}
    for word in words:
        field, equals, text = word.partition("=")
        if not equals:
            raise Mistake("is not FIELD=VALUE", file=PLACE, value=word, allowed="such as depth=8")
        if field in Settings.model_fields:
            hint = f"it is a setting: mlpstudy -C {word} run ..."
            raise Mistake("is no field of a run", file=PLACE, value=field, hint=hint)
        if field not in FIELDS:
            some = "one of " + ", ".join(FIELDS)
            close = nearest(field, FIELDS)
            raise Mistake("is unknown", file=PLACE, value=field, allowed=some, nearest=close)
        if field in given:
            raise Mistake("is given twice", file=PLACE, key=field)
        try:
            given[field] = yaml_file.scalar(text)
        except Mistake as mistake:
            mistake.file, mistake.key = PLACE, field
            raise
    try:
        known = given.get("dataset", Run.model_fields["dataset"].default) in names_of("dataset")
        run = Run.model_validate(given, context={DATASETS: () if known else tuple(datasets())})
    except ValidationError as error:
        raise mistake_in(error, Run, PLACE) from None
    for field, reason in misfits(run):
        raise Mistake(reason, file=PLACE, key=field)
    return run


def folder_of(text: str | None) -> Path | None:
    """The folder that --to names; raises Mistake where there can be none."""
    if text is None:
        return None
    if not text:
        raise Mistake("is empty", file=PLACE, key="--to", allowed="a folder")
    folder = Path(text)
    for place in (folder, *folder.parents):
        if place.exists():
            if not place.is_dir():
                problem = "is a file" if place == folder else f"lies below the file {place}"
                raise Mistake(problem, file=PLACE, key="--to", value=text, allowed="a folder")
            break
    return folder
