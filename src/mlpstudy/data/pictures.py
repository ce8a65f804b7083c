"""Published sets of pictures -> a Dataset: gzipped IDX files, and the binary version of CIFAR-10.

Nothing is unpickled, and nothing is unpacked on the disk.
"""

import gzip
import struct
import tarfile
import zlib
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlpstudy.data.datasets import Dataset
from mlpstudy.data.downloads import AGAIN, SERVERS, md5, verify
from mlpstudy.data.subset import rows_of, subset_note
from mlpstudy.data.table_files import refuse_large
from mlpstudy.data.tables import Read
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.sources import Source

EXAMPLES = 10_000  # where a source does not say how many
MOST_CELLS = 60_000_000  # of what is kept: all 70,000 pictures of 28 x 28
MOST_UNPACKED = 250_000_000  # bytes of a file
DIGITS = tuple("0123456789")
BATCHES = (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")
PIXELS = 3 * 32 * 32  # of a picture of CIFAR-10
UNREADABLE = (OSError, EOFError, zlib.error, struct.error, tarfile.TarError)


class Published(NamedTuple):
    """labels: what the classes are called, in their order."""

    title: str
    labels: tuple[str, ...]
    source: str
    licence: str


PUBLISHED = {
    "MNIST": Published(
        "MNIST", DIGITS, "MNIST (LeCun, Cortes and Burges 1998)", "CC BY-SA 3.0"
    ),
    "FashionMNIST": Published(
        "Fashion-MNIST",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
         "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        "Fashion-MNIST (Xiao, Rasul and Vollgraf 2017)",
        "MIT",
    ),
    "KMNIST": Published(
        "Kuzushiji-MNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "Kuzushiji-MNIST (Clanuwat et al. 2018; adapted from the Kuzushiji dataset of CODH)",
        "CC BY-SA 4.0",
    ),
    "CIFAR10": Published(
        "CIFAR-10",
        ("airplane", "automobile", "bird", "cat", "deer",
         "dog", "frog", "horse", "ship", "truck"),
        "CIFAR-10 (Krizhevsky 2009)",
        "not stated by its author, who asks to cite his report",
    ),
}  # fmt: skip


class Labelled(NamedTuple):
    """x (N, ...) uint8 pixels and y (N,) uint8 classes; the last `tests` are the test part."""

    x: np.ndarray
    y: np.ndarray
    tests: int


def read(name: str, source: Source) -> Read:
    """The dataset of downloaded files. Raises Mistake where they are not what was published."""
    verify(source)
    paths = [Path(file) for file in source.downloads]
    x, y, tests = _cifar(paths[0]) if source.pictures == "CIFAR10" else _idx_sets(paths)
    n = source.examples or min(EXAMPLES, len(y))
    rows, tests = rows_of(name, y, tests, n)
    refuse_large(source.place, n, prod(x.shape[1:]), MOST_CELLS)
    about = PUBLISHED[str(source.pictures)]
    dataset = Dataset(
        name=name,
        x=x[rows].reshape(n, -1) / 255,
        y=y[rows].astype(np.int64),
        classes=len(about.labels),
        shape=x.shape[1:],
        title=about.title,
        source=about.source,
        labels=about.labels,
        held_out=tests,
        standardise=source.standardise,
    )
    return Read(dataset, tuple(_notes(source, paths, n, len(y), about.licence)))


def _notes(
    source: Source, paths: list[Path], n: int, there: int, licence: str
) -> list[tuple[str, str]]:
    server = source.mirror or SERVERS[str(source.pictures)]
    sums = ", ".join(f"{path.name} {md5(path)}" for path in paths)
    return [
        ("read", f"{paths[0].parent}, from {server}"),
        *([subset_note(n, there)] if n < there else []),
        ("licence", licence),
        ("MD5", sums),
    ]


# IDX: a magic number, the sizes, the bytes


def _idx_sets(paths: list[Path]) -> Labelled:
    """Of pictures and labels of the training set, then those of the test set."""
    x, y = [_idx(path, 3) for path in paths[::2]], [_idx(path, 1) for path in paths[1::2]]
    for path, pictures, labels in zip(paths[::2], x, y, strict=True):
        if len(pictures) != len(labels) or pictures.shape[1:] != x[0].shape[1:]:
            problem = f"has {len(pictures):,} pictures, and there are {len(labels):,} labels"
            raise Mistake(problem, file=path, hint=AGAIN)
    return Labelled(np.concatenate(x), np.concatenate(y), len(y[1]))


def _idx(path: Path, axes: int) -> np.ndarray:
    """An array of bytes with so many axes; never more of them than its head says."""
    try:
        with gzip.open(path) as file:
            magic, *shape = struct.unpack(f">{1 + axes}I", file.read(4 + 4 * axes))
            n = prod(shape)
            if magic != 0x800 + axes or n > MOST_UNPACKED:
                raise OSError(f"its head says {magic:#x} and {' x '.join(map(str, shape))}")
            content = file.read(n + 1)
        if len(content) != n:
            raise OSError(f"it does not hold {n:,} bytes")
    except UNREADABLE as error:
        raise Mistake(f"cannot be read as IDX: {error}", file=path, hint=AGAIN) from None
    return np.frombuffer(content, np.uint8).reshape(shape)


# CIFAR-10: a byte for the class, then 1024 each of red, green and blue


def _cifar(path: Path) -> Labelled:
    found: dict[str, np.ndarray] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                batch = Path(member.name).name
                if batch in BATCHES and member.isreg():
                    found[batch] = _batch(archive, member)
    except UNREADABLE as error:
        raise Mistake(f"cannot be read as a tar: {error}", file=path, hint=AGAIN) from None
    if lacking := [name for name in BATCHES if name not in found]:
        raise Mistake(f"holds no {lacking[0]}", file=path, hint=AGAIN)
    rows = np.concatenate([found[name] for name in BATCHES])
    x = (
        rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    )  # a convolution's channels come last
    return Labelled(x, rows[:, 0], len(found[BATCHES[-1]]))


def _batch(archive: tarfile.TarFile, member: tarfile.TarInfo) -> np.ndarray:
    """(N, 1 + PIXELS) of a member of the archive."""
    file = archive.extractfile(member)
    if file is None or member.size > MOST_UNPACKED or member.size % (1 + PIXELS):
        raise OSError(f"{member.name} has {member.size:,} bytes")
    rows = np.frombuffer(file.read(), np.uint8).reshape(-1, 1 + PIXELS)
    if rows.size and rows[:, 0].max() > 9:
        raise OSError(f"{member.name} has a class that there is not")
    return rows
