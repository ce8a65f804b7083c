"""Datasets, from the functions that make them to files."""

import errno
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlpstudy.data import checks, store
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.data.opened import opened
from mlpstudy.data.split import examples_of, split_sizes
from mlpstudy.design.examples import Examples
from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import DamagedFile
from mlpstudy.provenance.digests import of_dataset, of_source

if TYPE_CHECKING:  # who is given all paths waits for no study
    from mlpstudy.design.project import Project

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
    store.save(data, path, of_dataset(dataset), files)


def code_of(project: "Project", dataset: str) -> str:
    """The digest of what would make a dataset now, but for the bytes of the files behind it."""
    source = project.settings.datasets.get(dataset)
    return of_dataset(dataset) if source is None else of_source(dataset, source)


def data_file(project: "Project", dataset: str) -> Path:
    """The file of a dataset, which is made where it is missing, or was made by other code or from
    other data files than it would be now."""
    path, source = project.data_file(dataset), project.settings.datasets.get(dataset)
    if store.is_current(path, code_of(project, dataset)):
        return path
    if source is None:
        prepare(dataset, path)
    else:
        from mlpstudy.stages.read import read  # pandas is not waited for where nothing is read

        read(dataset, source, path)
    return path


@cache
def examples_now(project: "Project", dataset: str, folds: int = 0) -> Examples:
    """The sizes of a dataset, in so many folds, as it would be made now; nothing is written. Raises
    Mistake."""
    path = project.data_file(dataset)
    if not store.is_current(path, code_of(project, dataset)):
        return examples_of(_anew(project, dataset), folds)
    if folds:
        return examples_of(store.load(path), folds)
    train, shape, outputs, classes = store.made_by(path)["examples"]
    return Examples(train, tuple(shape), outputs, classes)


def named(files: Iterable[Path]) -> dict[str, Path]:
    """Files of datasets by the names of these."""
    return {Path(file).stem: Path(file) for file in files}


def stored(files: Mapping[str, Path]) -> Callable[[str], Dataset]:
    """Gives a dataset by name: from its file. One without a file is made and not kept."""
    return lambda name: store.load(files[name]) if name in files else made(name)


def fingerprints(files: Mapping[str, Path]) -> dict[str, str]:
    """What networks see of some datasets, as their files say; raises DamagedFile."""
    found = {name: store.made_by(path).get("content", "") for name, path in files.items()}
    for name in found:
        if not found[name]:
            raise DamagedFile(files[name], "it says nothing of its content")
    return found


def dataset_from(project: "Project") -> Callable[[str], Dataset]:
    """Gives a dataset by name: from its file. Where nothing may be written it is not kept."""

    def dataset(name: str) -> Dataset:
        try:
            return store.load(data_file(project, name))
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
            return _anew(project, name)

    return dataset


def _anew(project: "Project", name: str) -> Dataset:
    """A dataset that is made and not kept."""
    if name not in project.settings.datasets:
        return made(name)
    from mlpstudy.stages.read import learnable

    return learnable(name, project.settings.datasets[name]).dataset
