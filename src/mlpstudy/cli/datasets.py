"""What the command line shows of datasets."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from mlpstudy.data.checks import listed
from mlpstudy.data.datasets import Dataset
from mlpstudy.data.split import split_sizes
from mlpstudy.data.store import checksum, fingerprint
from mlpstudy.design.examples import EXAMPLES
from mlpstudy.design.names import names_of
from mlpstudy.design.project import Project
from mlpstudy.design.sources import Source
from mlpstudy.stages.prepare import made

MOST_NAMED = 12  # columns and classes
WIDTH = 13
MOST_COMPARED = 2_000_000  # numbers
UCI = "CC BY 4.0 (UCI Machine Learning Repository)"
LICENCES = {  # of the package's datasets that others have published
    **dict.fromkeys(("digits", "breast_cancer", "wine", "iris"), UCI),
    "diabetes": "not stated by its authors",
    "mnist_5k": "CC BY-SA 3.0 (MNIST)",
    **dict.fromkeys(("mnist_1d", "mnist_1d_published"), "Apache 2.0 (mnist1d)"),
}


def datasets_lines(project: Project) -> Iterator[str]:
    """A line for each dataset. A user's own table is not read."""
    sources = project.settings.datasets
    width = max(map(len, [*names_of("dataset"), *sources]))
    for name in names_of("dataset"):
        known = EXAMPLES[name]
        shape = " x ".join(map(str, known.shape))
        task = f"{known.classes} classes" if known.classes else "regression"
        yield f"{name:{width}}  {shape} inputs, {task}, {known.train:,} for training"
    for name, source in sources.items():
        target = f", target {listed(source.target)}" if source.target else ""
        yield f"{name:{width}}  {' and '.join(source.files) or source.place}{target}"


def dataset_lines(name: str, source: Source | None) -> Iterator[str]:
    """What was understood of a dataset, made or read anew. Raises Mistake."""
    if source is None:
        data = made(name)
        licence = [("licence", LICENCES[name])] if name in LICENCES else []
        return _lines([*_described(data), *licence, ("fingerprint", fingerprint(data))])
    from mlpstudy.stages.read import learnable  # pandas is not waited for where nothing is read

    found = learnable(name, source)
    target = [("target", listed(source.target))] if source.target else []
    sums = [("SHA-256", f"{Path(file).name} {checksum(file)}") for file in source.files]
    noted = {what for what, _ in found.notes}
    described = [fact for fact in _described(found.dataset) if fact[0] not in noted]
    return _lines([*found.notes, *target, *described, *sums])


def _lines(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for what, words in facts:
        yield f"{what:{WIDTH}} {words}"


def _described(data: Dataset) -> Iterator[tuple[str, str]]:
    x = data.x
    columns = data.columns or tuple(map(str, range(1, x.shape[1] + 1)))
    yield "examples", f"{len(x):,}{_twice(data)}"
    yield "inputs", f"{len(columns)}: {_some(columns)}" if len(data.shape) == 1 else _picture(data)
    if data.classes:
        yield "task", f"classification, {data.classes} classes"
        yield "classes", f"{data.classes}: {_some(_shares(data))}"
        if alike := _alike(data.labels):
            yield "look at", f"classes that differ in capitals or blanks alone: {_some(alike)}"
    else:
        yield "task", f"regression, {data.y.shape[1]} value{'s' * (data.y.shape[1] > 1)}"
        low, high = data.y.min(axis=0), data.y.max(axis=0)
        ranges = _some([f"{a:g} to {b:g}" for a, b in zip(low, high, strict=True)])
        yield "values", f"{data.y.shape[1]}: {ranges}"
    gaps = np.isnan(x).sum(axis=0)
    yield "missing", _some([f"{columns[i]} {gaps[i]:,}" for i in np.flatnonzero(gaps)])
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    yield "constant", _some([columns[i] for i in np.flatnonzero(low == high)])
    train, validation, test = split_sizes(data)
    whole = "" if data.divided else ": each is the whole set"
    fixed = ", which is given" if data.held_out else ""
    yield "parts", f"{train:,} training, {validation:,} validation, {test:,} test{fixed}{whole}"
    yield "standardised", "yes, by the training part" if data.standardise else "no"
    yield "from", data.source


def _picture(data: Dataset) -> str:
    shape = " x ".join(map(str, data.shape[:2]))
    return f"{shape}, a picture" + (f" of {data.shape[2]} channels" if data.shape[2:] else "")


def _shares(data: Dataset) -> list[str]:
    counts = np.bincount(data.y, minlength=data.classes)
    labels = data.labels or tuple(map(str, range(data.classes)))
    return [
        f"{label} {n:,} ({n / len(data.y):.1%})" for label, n in zip(labels, counts, strict=True)
    ]


def _alike(labels: Iterable[str]) -> list[str]:
    """The labels that are another one but for capitals and blanks."""
    labels = list(labels)
    forms = ["".join(label.lower().split()) for label in labels]
    return [label for label, form in zip(labels, forms, strict=True) if forms.count(form) > 1]


def _twice(data: Dataset) -> str:
    """How many examples are there before, with all their inputs: they may be in two parts."""
    if data.x.size > MOST_COMPARED or not data.divided:
        return ""
    _, first = np.unique(data.x, axis=0, return_inverse=True, equal_nan=True)
    if not (n := len(data.x) - len(np.unique(first))):
        return ""
    known, tested = np.split(first, [len(first) - data.held_out])
    shared = int(np.isin(tested, known).sum())
    of_test = f" ({shared:,} of the test part with those of one outside of it)" if shared else ""
    return f", {n:,} of them with the inputs of another: parts may share those{of_test}"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return listed(names[:MOST_NAMED], len(names[MOST_NAMED:])) if names else "none"
