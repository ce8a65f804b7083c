"""A file -> the study in it, at one of its sizes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlpstudy.design import yaml_file
from mlpstudy.design.block import FEWEST
from mlpstudy.design.mistakes import Mistake, Place, dotted, mistake_in, nearest
from mlpstudy.design.modules import in_vain
from mlpstudy.design.overlay import OVERLAYS, laid_over, origin
from mlpstudy.design.run import DATASETS
from mlpstudy.design.settings import SIZES, Settings
from mlpstudy.design.study import Study


def load(path: Path | str, size: str = "default", datasets: Iterable[str] = ()) -> Study:
    """The study in a file at one of SIZES; raises Mistake. Its runs are expanded on demand.

    datasets: the names that a run may take beside those of the package.
    """
    datasets = frozenset(datasets)
    if size not in SIZES:
        some = "one of " + ", ".join(SIZES)
        raise Mistake("is not a size", value=size, allowed=some, nearest=nearest(size, SIZES))
    document = yaml_file.read(path)
    study, decided = _at_size(document, size, path, datasets)
    for other in {*OVERLAYS} - {size}:
        if isinstance(document.get(other), dict):  # a mistake there is told at every size
            _at_size(document, other, path, datasets)
    if study.name != Path(path).stem:
        expected = f"the name of its file: {Path(path).stem}"
        raise Mistake("is not allowed", file=path, key="study", value=study.name, allowed=expected)
    study._file, study._size, study._decided = str(path), size, frozenset(decided)
    study._datasets = datasets
    study._deleted = frozenset(set(document.get("sweep") or ()) - set(study.sweep))
    for place, problem, more in in_vain(study):
        raise study.mistake(problem, place, **more)
    if study.claims and size != "smoke":  # that size decides nothing: it shows that all goes well
        _refuse_few_seeds(study)
    return study


def _at_size(
    document: dict[str, Any], size: str, path: Path | str, datasets: frozenset[str]
) -> tuple[Study, set[Place]]:
    """The study in a document at a size, and the places that the size's overlay decided."""
    overlay = document.get(size) if size in OVERLAYS else None
    try:
        above = overlay if isinstance(overlay, dict) else {}
        merged, decided = laid_over(document, above, (size,))
        return Study.model_validate(merged, context={DATASETS: datasets}), decided
    except ValidationError as error:
        raise mistake_in(
            error, Study, path, lambda place: dotted(origin(_written(place, merged), decided, size))
        ) from None
    except Mistake as mistake:
        mistake.file = str(path)
        raise


def _refuse_few_seeds(study: Study) -> None:
    """Raises Mistake where a claim can have no verdict, for its intervals would have no seeds. A
    block that no claim is about may have fewer."""
    places: dict[Place, tuple[int, ...] | None] = {
        ("sweep", name, "seeds"): block.seeds
        for name, block in study.sweep.items()
        if any(not claim.blocks or name in claim.blocks for claim in study.claims)
    }
    if not all(places.values()) or "seeds" in study.known.keys:
        places[("seeds",)] = study.seeds
    for place, seeds in places.items():
        if seeds and len(seeds) < FEWEST:
            problem = f"{len(seeds)} give no interval and no verdict on a claim"
            raise study.mistake(problem, place, allowed=f"at least {FEWEST}")


def load_all(settings: Settings) -> list[Study]:
    """The chosen studies at the chosen size; raises Mistake."""
    files = settings.study_files().values()
    return [load(path, settings.size, settings.datasets) for path in files]


SHORT = {"statistic": "name", "blocks": "block"}  # as a key is written, of how it is kept


def _written(place: Place, document: Any) -> Place:
    """The place as it is written: without the index of a value that was written alone and is read
    as a list, and without the names that pydantic gives to the kinds of a value."""
    written: list[str | int] = []
    for i, part in enumerate(place):
        if isinstance(part, int) and not isinstance(document, list):
            continue
        is_last = i == len(place) - 1
        short = SHORT.get(str(part), "")
        if isinstance(document, dict) and part not in document and short in document:
            part = short
        if isinstance(part, str) and i and not _may_hold(document, part, is_last):
            continue
        written.append(part)
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            document = None
    return tuple(written)


def _may_hold(document: Any, key: str, is_last: bool) -> bool:
    """Whether a key may belong to a place: it is there, or is what is missing."""
    return isinstance(document, dict) and (key in document or is_last)
