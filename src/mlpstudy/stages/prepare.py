"""Datasets, from the functions that make them to files."""

import errno
from collections.abc import Callable, Iterable
from pathlib import Path

from mlpstudy.data import checks, store
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.data.opened import opened
from mlpstudy.data.split import split_sizes
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.digests import recipe

READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def made(name: str) -> Dataset:
    """A dataset, made anew. Raises Mistake where it cannot be read, learned from or divided."""
    try:
        dataset = DATASETS[name]()
    except Mistake:
        raise
    except (ValueError, LookupError) as error:  # what readers of files make of a file
        raise checks.mistake(name, f"cannot be made: {type(error).__name__}: {error}") from error
    split_sizes(dataset)
    return dataset


def prepare(dataset: str, path: Path) -> None:
    """Make a dataset and write it to a file."""
    with opened() as files:
        data = made(dataset)
    store.save(data, path, recipe(dataset), files)


def data_file(project: Project, dataset: str) -> Path:
    """The file of a dataset, which is made where it is missing, or was made by other code or from
    other data files than it would be now."""
    path = project.data_file(dataset)
    if not store.is_current(path, recipe(dataset)):
        prepare(dataset, path)
    return path


def fingerprints(project: Project, datasets: Iterable[str]) -> dict[str, str]:
    """What networks see of some datasets, as their files say."""
    return {name: store.made_by(data_file(project, name))["content"] for name in datasets}


def dataset_from(project: Project, files: set[str] | None = None) -> Callable[[str], Dataset]:
    """Gives a dataset by name: from its file.

    files: the names that have one (None: all). The others are made and not kept: nobody would
    make their files again when the code changes. Where nothing may be written none is kept.
    """

    def dataset(name: str) -> Dataset:
        if files is not None and name not in files:
            return made(name)
        try:
            return store.load(data_file(project, name))
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
            return made(name)

    return dataset
