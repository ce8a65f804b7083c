"""One dataset, divided for one run: train, validation, test.

The seed alone decides which example is in which part, so that runs of one seed are comparable
under every treatment. The treatments (train_size, label_noise, label_smoothing) touch the
training part only; permuted shuffles the inputs of all parts alike.
"""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from mlpstudy.data import checks
from mlpstudy.data.datasets import Dataset
from mlpstudy.design.examples import Examples
from mlpstudy.design.mistakes import Mistake, shown
from mlpstudy.design.run import Kind, Run, fields_of
from mlpstudy.rng import stream

VALIDATION_SHARE = 0.2
TEST_SHARE = 0.2
MOST_MEASURED = 500  # of validation and of test: every network is measured on them after every pass
FEWEST_PER_CLASS = 10  # one with fewer cannot be divided so that every part has some of it
NO_FOLDS = 0
# Numbers that are alike but for this share of their size differ by rounding alone.
ROUNDING = 64 * np.finfo(np.float64).eps

_data_of = attrgetter(*fields_of(Kind.DATA))


@dataclass(frozen=True)
class Part:
    """n examples: x (n, n_in) float32, standardised.

    target (n, C) float32: what is learned, one-hot, softened, or the standardised values.
    y (n,) int64: the label behind the target, replaced where label_noise says so (train only);
    zeros for a regression.
    """

    x: np.ndarray
    target: np.ndarray
    y: np.ndarray

    def first(self, n: int) -> "Part":
        """Its first n examples, or all where there are fewer."""
        return Part(self.x[:n], self.target[:n], self.y[:n])


@dataclass(frozen=True)
class Split:
    """The three parts; no example is in two of them, unless the dataset is not to be divided."""

    train: Part
    validation: Part
    test: Part


def data_key(run: Run) -> tuple[Any, ...]:
    """What decides a run's split: runs with the same key share one."""
    return _data_of(run)


def split(dataset: Dataset, run: Run) -> Split:
    """Divide, standardise and treat a dataset as a run asks.

    Raises Mistake where train_size is more than the training part holds, where a regression is to
    have noisy or smooth labels, and where a class is too rare to be divided.
    """
    if not dataset.classes:
        _refuse_label_treatments(dataset, run)
    train, validation, test = _rows(dataset, run.seed, run.folds)
    used = _used(train, run.train_size, dataset.name)
    x = _inputs(dataset, used, np.concatenate([used, validation, test]))
    if run.permuted:
        x = x[:, permutation(run, x.shape[1])]
    learned, watched, tested = np.split(x, np.cumsum([len(used), len(validation)]))
    if not dataset.classes:
        values = _standardised(dataset.y, used)
        no_label = np.zeros(len(values), np.int64)
        each = zip((learned, watched, tested), (used, validation, test), strict=True)
        return Split(*(Part(inputs, values[r], no_label[r]) for inputs, r in each))
    y = _noisy(dataset.y[train], dataset.classes, run.label_noise, len(used), run.seed)
    target = _smooth(_one_hot(y, dataset.classes), run.label_smoothing)
    clean = _one_hot(dataset.y, dataset.classes)
    return Split(
        Part(learned, target, y),
        Part(watched, clean[validation], dataset.y[validation]),
        Part(tested, clean[test], dataset.y[test]),
    )


def permutation(run: Run, n: int) -> np.ndarray:
    """The order (n,) in which a permuted run sees its inputs."""
    return stream(run.seed, "permutation").permutation(n)


def rows_used(dataset: Dataset, run: Run) -> np.ndarray:
    """The rows that a run learns from."""
    return _used(_rows(dataset, run.seed, run.folds)[0], run.train_size, dataset.name)


def split_sizes(dataset: Dataset, folds: int = NO_FOLDS, seed: int = 0) -> tuple[int, int, int]:
    """How many examples are for training, validation and test; the same for every seed, but for one
    example that is in validation where the seed's fold is smaller by one.

    Raises Mistake where a class is too rare to be divided, or the dataset has parts of its own
    and folds are asked for.
    """
    n = len(dataset.x) - dataset.held_out - dataset.watched
    if folds:
        _refuse_folds(dataset)
    if not dataset.divided:
        return n, n, n
    _refuse_rare_classes(dataset, max(FEWEST_PER_CLASS, folds))
    if dataset.watched:
        return n, dataset.watched, dataset.held_out
    shares = (VALIDATION_SHARE, TEST_SHARE)
    validation, test = (min(round(share * n), MOST_MEASURED) for share in shares)
    if folds:
        test = n // folds + (seed % folds < n % folds)
        train = n - -(-n // folds) - validation
        return train, n - train - test, test
    drawn = validation if dataset.held_out else validation + test
    return n - drawn, validation, dataset.held_out or test


def examples_of(dataset: Dataset, folds: int = NO_FOLDS) -> Examples:
    """What is known of a dataset before a run is trained on it."""
    outputs = dataset.classes or dataset.y.shape[1]
    return Examples(split_sizes(dataset, folds)[0], dataset.shape, outputs, dataset.classes)


def _refuse_folds(dataset: Dataset) -> None:
    if dataset.held_out or not dataset.divided:
        problem = f"{dataset.name} has parts of its own: there are no folds to draw"
        raise Mistake(problem, key="folds", allowed="0")


def _refuse_rare_classes(dataset: Dataset, fewest: int) -> None:
    divided = _classes(dataset)[: len(dataset.y) - dataset.held_out - dataset.watched]
    counts = np.bincount(divided, minlength=max(1, dataset.classes))
    rarest = int(counts.argmin())
    if counts[rarest] >= fewest:
        return
    n = f"{counts[rarest]} example{'s' if counts[rarest] != 1 else ''}"
    needed = f"{fewest} are needed for training, validation and test"
    if dataset.held_out:
        n, needed = f"{n} outside of the test part", f"{fewest} are needed"
    if not dataset.classes:
        raise checks.mistake(dataset.name, f"has {n}, {needed}")
    called = shown(dataset.labels[rarest] if dataset.labels else rarest)
    hint = "leave the class out, merge it with another, or add examples"
    raise checks.mistake(dataset.name, f"class {called} has {n}, {needed}", hint=hint)


def _classes(dataset: Dataset) -> np.ndarray:
    """(N,) labels to balance by: a regression is a single class."""
    return dataset.y if dataset.classes else np.zeros(len(dataset.y), np.int64)


def _rows(dataset: Dataset, seed: int, folds: int = NO_FOLDS) -> list[np.ndarray]:
    """The rows of the training, validation and test parts, each in a stratified order."""
    parts = _rows_of_fold(dataset, seed, folds) if folds else _drawn_rows(dataset, seed)
    whole = np.arange(len(dataset.y))
    alone = np.array_equal(np.sort(np.concatenate(parts)), whole)
    assert alone or not dataset.divided, "parts share examples"
    return parts


def _rows_of_fold(dataset: Dataset, seed: int, folds: int) -> list[np.ndarray]:
    """The same, where the test part of seed s is fold s mod folds. Seeds 0 to folds - 1 share one
    division into folds, the next so many another one."""
    train, validation, test = split_sizes(dataset, folds, seed)
    y = _classes(dataset)
    order = stratified_order(y, stream(seed // folds, "folds"))
    end = np.cumsum([split_sizes(dataset, folds, fold)[2] for fold in range(seed % folds + 1)])[-1]
    tested, rest = order[end - test : end], np.concatenate([order[: end - test], order[end:]])
    rest = rest[stratified_order(y[rest], stream(seed, "split"))]
    return [rest[:train], rest[train : train + validation], tested]


def _drawn_rows(dataset: Dataset, seed: int) -> list[np.ndarray]:
    """The same, where each seed draws its test part, or the dataset brings it."""
    rng = stream(seed, "split")
    y = _classes(dataset)
    tested = len(y) - dataset.held_out
    known, watched, held_out = np.split(np.arange(len(y)), [tested - dataset.watched, tested])
    order = stratified_order(y[known], rng)
    if not dataset.divided:
        return [order, order, order]
    sizes = split_sizes(dataset)
    train, rest = np.split(order, sizes[:1])
    rest = rest[stratified_order(y[rest], rng)]
    parts = [train, *np.split(rest, sizes[1:2])]
    if dataset.held_out:
        parts = [train, watched if dataset.watched else rest, held_out]
    return parts


def stratified_order(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The positions of y (N,), shuffled so that the first n are stratified for every n.

    The i-th of a class of c gets the place (i + 1/2) / c: Sainte-Laguë's apportionment. Unlike
    the largest remainder it never takes an example back when n grows, so that smaller training
    sets lie within larger ones.
    """
    shuffled = rng.permutation(len(y))
    place = np.empty(len(y))
    for label in np.unique(y):
        members = np.flatnonzero(y[shuffled] == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return shuffled[np.argsort(place, kind="stable")]  # equal places: in the shuffled order


def _used(train: np.ndarray, train_size: int | None, name: str) -> np.ndarray:
    if train_size is not None and train_size > len(train):
        problem = f"is more than the {len(train)} training examples of {name}"
        raise Mistake(problem, key="train_size", value=train_size)
    return train[:train_size]


def _inputs(dataset: Dataset, used: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """x (rows, n_in) float32 of some rows as networks see it; its scale and what fills its gaps are
    those of the rows that are used."""
    x = _filled(dataset.x, used) if dataset.gaps else dataset.x
    if not dataset.standardise:
        return x[rows].astype(np.float32)
    mean, deviation = scale(x, used, one_unit=len(dataset.shape) > 1)
    return ((x[rows] - mean) / deviation).astype(np.float32)


def _filled(x: np.ndarray, used: np.ndarray) -> np.ndarray:
    """x (N, n_in) with the mean of the rows that are used instead of NaN; 0 where these have none."""
    return np.where(np.isnan(x), filling(x, used), x)


def filling(x: np.ndarray, used: np.ndarray) -> np.ndarray:
    """What stands for NaN in each column of x (N, n_in): (n_in,)."""
    known, is_known = np.nan_to_num(x[used], nan=0.0), ~np.isnan(x[used])
    return known.sum(axis=0) / np.maximum(is_known.sum(axis=0), 1)


def _standardised(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """values (N, n) float32 less the mean of the rows that are used, over their deviation."""
    mean, deviation = scale(values, used)
    return ((values - mean) / deviation).astype(np.float32)


def scale(
    values: np.ndarray, used: np.ndarray, one_unit: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The mean (n,) and the deviation (n,) of the rows of values (N, n) that are used.

    A column that is constant there, but for rounding, has deviation 1. The pixels of a picture
    share one_unit and one deviation, their root mean square: a pixel that is black in all but a
    few training examples would otherwise be thousands of deviations away in a test example.
    """
    known = values[used]
    deviation = known.std(axis=0)
    deviation[deviation <= ROUNDING * np.abs(known).max(axis=0)] = 0
    if one_unit:
        deviation[:] = np.sqrt(np.mean(np.square(deviation)))
    deviation[deviation == 0] = 1
    return known.mean(axis=0), deviation


def _noisy(y: np.ndarray, classes: int, share: float, size: int, seed: int) -> np.ndarray:
    """The first `size` of the whole training part's labels y, a share of them replaced.

    Every example has its rank and its other label for all sizes and shares, so that a larger
    share replaces the same labels and some more.
    """
    rng = stream(seed, "labels")
    rank = rng.permutation(len(y))[:size]
    shift = rng.integers(1, classes, len(y))[:size]
    replaced = np.argsort(rank)[: round(share * size)]
    noisy = y[:size].copy()
    noisy[replaced] = (noisy[replaced] + shift[replaced]) % classes
    return noisy


def _one_hot(y: np.ndarray, classes: int) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[y]


def _smooth(target: np.ndarray, share: float) -> np.ndarray:
    """A share of each row's mass spread evenly over its C classes."""
    return ((1 - share) * target + share / target.shape[1]).astype(np.float32)


def _refuse_label_treatments(dataset: Dataset, run: Run) -> None:
    for field in ("label_noise", "label_smoothing"):
        if getattr(run, field):
            raise Mistake(f"{dataset.name} is a regression, it has no labels", key=field)
