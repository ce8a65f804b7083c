"""A user's own dataset: from the table that config.yaml describes to a file."""

from pathlib import Path

from mlpstudy.data import store
from mlpstudy.data.split import split_sizes
from mlpstudy.data.tables import Read
from mlpstudy.data.tables import read as read_table
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source
from mlpstudy.digests import of_source


def learnable(name: str, source: Source) -> Read:
    """A table, read anew. Raises Mistake where it cannot be read, learned from or divided."""
    found = read_table(name, source)
    try:
        split_sizes(found.dataset)
    except Mistake as mistake:
        mistake.file = f"{source.file} (dataset {name})"
        raise
    return found


def read(name: str, source: Source, path: Path) -> Read:
    """Read a table and write its dataset to a file; what was read."""
    found = learnable(name, source)
    store.save(found.dataset, path, of_source(name, source), source.files)
    return found
