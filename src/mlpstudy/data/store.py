"""A dataset as one file: checksummed, without pickle, and with what made it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mlpstudy.archive import load_array, load_arrays, save_arrays
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import examples_of
from mlpstudy.files import DamagedFile, sha256


def save(dataset: Dataset, path: str | Path, code: str = "", files: Iterable[str] = ()) -> None:
    """Write a dataset with what made it. The same dataset, made by the same, is the same bytes.

    code: a digest of the code that made it. files: the data files that it was read from.
    """
    read = {str(file): sha256(Path(file).read_bytes()) for file in sorted(files)}
    made_by = {
        "code": code,
        "files": read,
        "content": fingerprint(dataset),
        "examples": examples_of(dataset),
    }
    save_arrays(path, asdict(dataset) | {"made_by": json.dumps(made_by, sort_keys=True)})


def load(path: str | Path) -> Dataset:
    """Read a dataset written by save, with the same bits.

    Raises DamagedFile where a single bit of the file has changed or its end is missing.
    """
    fields = load_arrays(path)
    return Dataset(
        x=fields["x"],
        y=fields["y"],
        classes=int(fields["classes"]),
        divided=bool(fields["divided"]),
        shape=tuple(fields["shape"].tolist()),
        columns=tuple(fields["columns"].tolist()),
        labels=tuple(fields["labels"].tolist()),
        name=str(fields["name"]),
        title=str(fields["title"]),
        source=str(fields["source"]),
        held_out=int(fields["held_out"]),
        standardise=bool(fields["standardise"]),
        gaps=bool(fields["gaps"]),
        watched=int(fields["watched"]),
    )


def fingerprint(dataset: Dataset) -> str:
    """Sixteen hexadecimal digits of what networks see of a dataset: not its title and source."""
    total = hashlib.sha256(f"{dataset.classes} {tuple(dataset.shape)} {dataset.divided}".encode())
    if dataset.held_out or not dataset.standardise:
        total.update(f" {dataset.held_out} {dataset.standardise}".encode())
    if dataset.watched:
        total.update(f" watched {dataset.watched}".encode())
    for array in (dataset.x, dataset.y):
        total.update(f" {array.dtype.str} {array.shape} ".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()[:16]


def made_by(path: str | Path) -> dict[str, Any]:
    """What made the dataset in a file: the digest of the code, the checksums of the files that it
    was read from, the fingerprint of its content, and its sizes (see design/examples.py); {} where
    there is no such file, or none that can be read."""
    try:
        return json.loads(str(load_array(path, "made_by")))
    except (FileNotFoundError, DamagedFile):
        return {}


def is_current(path: str | Path, code: str) -> bool:
    """Whether a file was made by this code from data files that have not changed since."""
    made = made_by(path)
    return made.get("code") == code and all(
        checksum(file) == known for file, known in made["files"].items()
    )


def checksum(file: str) -> str:
    """The checksum of a file's bytes; "" where it cannot be read."""
    try:
        return sha256(Path(file).read_bytes())
    except OSError:
        return ""
