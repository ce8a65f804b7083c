"""Datasets, from the functions that make them to files."""

from pathlib import Path

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.project import Project


def prepare(dataset: str, path: Path) -> None:
    """Make a dataset and write it to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    store.save(DATASETS[dataset](), path)


def dataset_from(project: Project, files: set[str] | None = None):
    """Gives a dataset by name: from its file, which is made where it is missing.

    files: the names that have one (None: all). The others are made and not kept: nobody would
    make their files again when the code changes.
    """

    def dataset(name: str):
        if files is not None and name not in files:
            return DATASETS[name]()
        path = project.data_file(name)
        if not path.exists():
            prepare(name, path)
        return store.load(path)

    return dataset
