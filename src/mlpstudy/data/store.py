"""A dataset as one file, checksummed and without pickle."""

from dataclasses import asdict
from pathlib import Path

from mlpstudy.archive import load_arrays, save_arrays
from mlpstudy.data.datasets import Dataset


def save(dataset: Dataset, path: str | Path) -> None:
    """Write a dataset. The same dataset is the same bytes."""
    save_arrays(path, asdict(dataset))


def load(path: str | Path) -> Dataset:
    """Read a dataset written by save, with the same bits.

    Raises DamagedFile where a single bit of the file has changed or its end is missing.
    """
    fields = load_arrays(path)
    return Dataset(
        x=fields["x"],
        y=fields["y"],
        classes=int(fields["classes"]),
        shape=tuple(fields["shape"].tolist()),
        **{name: str(fields[name]) for name in ("name", "title", "source")},
    )
