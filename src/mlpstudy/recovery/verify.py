"""Every result file against its checksum: what is damaged, missing, or nothing of this project's.

A file is covered by a SHA256SUMS or a NAME.sha256 that lists it, or carries its own checksum: an npz
in its last bytes, a file of the plan in its first. Snakemake's logs, its measurements of time and the
stamps are no results: a changed stamp only has something made again.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mlpstudy.archive import is_whole_archive
from mlpstudy.files import LEFT, SUMS, DamagedFile, is_sealed, read_sums, sha256

PLACES = ("results", "report")
UNCOVERED = {"logs", "usage", "made_by"}  # folders
MADE_ELSEWHERE = {
    ".snakemake_timestamp",
    "report.pdf",
    "single.html",
    "provenance.html",
    "compared.png",
    "compared.svg",
}
RUN_JSON = "run.json"  # of a single run, what Snakemake is asked for
SUM = ".sha256"
FOREIGN = "no checksum covers it: it was not made here, or not to its end"
OF_A_PLAN = "damaged, or of an earlier version"
LEFT_BEHIND = "left by a writer that was killed"


class Fault(NamedTuple):
    """A file, and what is wrong with it. made: whether it is a result, which can be made again."""

    path: Path
    reason: str
    made: bool = True

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class Verified(NamedTuple):
    files: int
    bytes: int
    faults: list[Fault]


def verify(places: Iterable[str | Path] = PLACES) -> Verified:
    """Read every result file below some folders; what was found, by path."""
    paths = [path for place in places for path in Path(place).rglob("*") if _counts(path)]
    contents = Contents()
    faults = {fault.path: fault for fault in _faults(sorted(paths), contents)}
    return Verified(len(paths), contents.bytes, sorted(faults.values()))


def repair(faults: Iterable[Fault]) -> list[Path]:
    """Remove what is damaged and can be made again, and what killed writers left; what was removed.

    Of a folder that Snakemake sees as one the list of checksums goes too, so that it is missed, and
    of a single run its run.json.
    """
    removed = []
    for fault in faults:
        if fault.made:
            listed = (
                fault.path,
                *(fault.path.with_name(name) for name in (SUMS, RUN_JSON)),
                _sums_above(fault.path),
            )
            for path in dict.fromkeys(listed):
                if path.is_file():
                    path.unlink()
                    removed.append(path)
    return removed


def _sums_above(path: Path) -> Path:
    """The nearest list of checksums in a folder above."""
    return next((p / SUMS for p in path.parents if (p / SUMS).exists()), path)


class Contents:
    """Reads files, and counts their bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def of(self, path: Path) -> bytes:
        content = path.read_bytes()
        self.bytes += len(content)
        return content


def _counts(path: Path) -> bool:
    return path.is_file() and not set(path.parts) & UNCOVERED and path.name not in MADE_ELSEWHERE


def _faults(paths: list[Path], contents: Contents) -> Iterator[Fault]:
    covered = set()
    for path in paths:
        if path.name == SUMS or path.suffix == SUM:
            covered.add(path)
            for file, fault in _listed(path, contents):
                covered.add(file)
                if fault:
                    yield fault
    for path in paths:
        if path not in covered and (reason := _fault_of(path, contents)):
            yield Fault(path, reason, made=reason != FOREIGN)


def _listed(sums: Path, contents: Contents) -> Iterator[tuple[Path, Fault | None]]:
    """The files that a list of checksums names, and what is wrong with each."""
    try:
        files = read_sums(sums).files
    except DamagedFile as damaged:
        yield sums, Fault(sums, str(damaged).removeprefix(f"{sums}: "))
        files = dict.fromkeys(_beside(sums), "")
    for name, checksum in files.items():
        path = sums.parent / name
        if not path.is_file():
            yield path, Fault(path, "missing")
        elif checksum and sha256(contents.of(path)) != checksum:
            yield path, Fault(path, "damaged, its checksum does not match")
        else:
            yield path, None


def _beside(sums: Path) -> Iterator[str]:
    """What a damaged list of checksums has covered: nobody knows, so all of its folder."""
    if sums.name != SUMS:
        yield sums.name.removesuffix(SUM)
        return
    for path in sums.parent.rglob("*"):
        if path.is_file():
            yield path.relative_to(sums.parent).as_posix()


def _fault_of(path: Path, contents: Contents) -> str:
    """What is wrong with a file that no list covers; "" where it says itself that it is whole."""
    if path.suffix == LEFT:
        return LEFT_BEHIND
    if path.suffix == ".npz":
        whole = is_whole_archive(contents.of(path))
    elif path.suffix == ".json" and "plan" in path.parts:
        return "" if is_sealed(contents.of(path)) else OF_A_PLAN
    else:
        return FOREIGN
    return "" if whole else "damaged, its checksum does not match"
