"""A dataset of config.yaml: from a user's own table, or from what others have published, to a
file."""

from pathlib import Path

from mlpstudy.data import openml, pictures, store
from mlpstudy.data.downloads import fetch_missing
from mlpstudy.data.split import FEWEST_PER_CLASS, split_sizes
from mlpstudy.data.tables import Read
from mlpstudy.data.tables import read as read_table
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source
from mlpstudy.provenance.digests import of_source


def learnable(name: str, source: Source) -> Read:
    """A dataset, read anew, and downloaded where it is not yet. Raises Mistake where it cannot be
    read, learned from or divided."""
    fetch_missing(source)
    found = _read(name, source)
    try:
        split_sizes(found.dataset)
    except Mistake as mistake:
        mistake.file = f"{source.place} (dataset {name})"
        if found.dataset.classes and source.classes is None and not source.pictures:
            mistake.hint = f"classes: {{at_least: {FEWEST_PER_CLASS}}} leaves such classes out"
        raise
    return found


def _read(name: str, source: Source) -> Read:
    if source.pictures:
        return pictures.read(name, source)
    return openml.read(name, source) if source.openml else read_table(name, source)


def read(name: str, source: Source, path: Path) -> Read:
    """Read a table and write its dataset to a file; what was read."""
    found = learnable(name, source)
    store.save(found.dataset, path, of_source(name, source), source.files)
    return found
