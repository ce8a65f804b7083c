"""A set of OpenML -> a Dataset: its ARFF, read as a table by what OpenML says of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mlpstudy.data.checks import listed
from mlpstudy.data.downloads import OPENML, Described, described, verify
from mlpstudy.data.table_files import arff_kinds
from mlpstudy.data.tables import Read, Task
from mlpstudy.data.tables import read as read_table
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source


def read(name: str, source: Source) -> Read:
    """The dataset of downloaded files. Raises Mistake where they are not what was published, or
    cannot be learned from."""
    verify(source)
    said = described(source)
    dataset, notes = read_table(name, as_table(source, said))
    place = f"OpenML {said.id}: {said.name}, version {said.version} ({OPENML}/d/{said.id})"
    return Read(
        replace(dataset, source=place),
        (*notes, ("licence", said.licence), ("MD5", f"data.arff {said.md5}")),
    )


def as_table(source: Source, said: Described) -> Source:
    """How its file is read: with the target and without the columns that OpenML names, the inputs
    of named values as columns of 0 and 1."""
    path = source.downloads[1]
    kinds = arff_kinds(Path(path))
    target = source.target or said.targets
    if not target:
        raise Mistake("has no target of its own", file=path, key="target", allowed=listed([*kinds]))
    unused = [each for each in said.unused if each in kinds and each not in target]
    drop = () if source.columns else tuple(dict.fromkeys([*source.drop, *unused]))
    marks: list[str] = [source.test.column] if source.test and source.test.column else []
    inputs = source.columns or [c for c in kinds if c not in (*target, *drop, *marks)]
    named = tuple(c for c in inputs if kinds.get(c) == "nominal")
    one_hot = source.one_hot or named
    _refuse_texts(path, [c for c in inputs if kinds.get(c) == "text" and c not in one_hot])
    changes = {
        "file": path, "openml": None, "mirror": None, "target": target, "drop": drop,
        "one_hot": one_hot, "task": source.task or next(_tasks(kinds, target), None),
    }  # fmt: skip
    return source.model_copy(update=changes)


def _refuse_texts(path: str, texts: list[str]) -> None:
    """All of them in one line: OpenML has sets with many."""
    if texts:
        several = len(texts) > 1
        problem = f"{listed(texts)} {'are texts' if several else 'is a text'}"
        raise Mistake(problem, file=path, hint=f"set drop: [{', '.join(texts)}]")


def _tasks(kinds: dict[str, str], target: tuple[str, ...]) -> Iterator[Task]:
    """Of a target that has named values, or is one of several numbers."""
    if len(target) == 1 and kinds.get(target[0]) == "nominal":
        yield "classification"
    elif all(kinds.get(each) == "number" for each in target):
        yield "regression"
