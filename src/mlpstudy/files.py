"""Files that are whole or not there: how outputs are written, their checksums, and the error of a
damaged one.

SHA256SUMS has the form that `sha256sum --check` reads. It is written last, so a folder that was
left half-written does not pass for a whole one; its last line covers the lines above, so that a
damaged list of checksums does not blame the files that it lists.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

SUMS = "SHA256SUMS"
MADE_BY = "# made by "
COVERED = "# sha256 of the lines above: "
SEAL = b'{"sha256":"'  # of sealed JSON, then the checksum of the rest
SEALED = b'",'  # and before the rest
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LEFT = ".tmp"  # how a file ends that is being written, or was when its writer was killed


class DamagedFile(ValueError):
    """A file whose content is not what was written; its one line names the file."""

    def __init__(self, path: str | Path, reason: str = "its checksum does not match"):
        super().__init__(path, reason)  # from which another process makes it again

    def __str__(self) -> str:
        path, reason = self.args
        return f"{path}: damaged, {reason}"


class StaleFile(DamagedFile):
    """A file that something else has made than would make it now."""

    def __init__(self, path: str | Path):
        ValueError.__init__(self, path)

    def __str__(self) -> str:
        return f"{self.args[0]}: was made by other code or from other data"


class FullDisk(OSError):
    """There is no room for a file; its one line names the disk and how much is needed.

    needed: bytes of the file, 0 where that is not known.
    """

    def __init__(self, error: OSError, path: str | Path, needed: int = 0):
        super().__init__(error.errno, error.strerror, str(path))
        self.needed = needed

    def __str__(self) -> str:
        size = f"{size_of(self.needed)} are needed" if self.needed else "more is needed"
        return f"{self.filename}: {self.strerror}: {size}, {room(self.filename)}"


def room(path: str | Path) -> str:
    """How much room there is for a file, and on which disk."""
    folder = next(p for p in Path(path).absolute().parents if p.exists())
    disk = next(p for p in (folder, *folder.parents) if os.path.ismount(p))
    return f"{size_of(shutil.disk_usage(folder).free)} are free on the disk {disk}"


def size_of(bytes_: int) -> str:
    return f"{bytes_ / 1e6:.1f} MB" if bytes_ >= 1e5 else f"{bytes_ / 1e3:.1f} KB"


def write_atomically(path: str | Path, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part.

    Its folder is made where it is missing. The temporary name beside it is unique, so two writers
    of the same content do no harm, and what fails leaves nothing behind. durable: also after the
    power fails; what is easily made again need not be. Raises OSError naming the file (disk full,
    no permission), FullDisk where there is no room.
    """
    path = Path(path)
    temporary = path.with_name(f".{uuid4().hex}{LEFT}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if error.errno in FULL:
            raise FullDisk(error, path, len(content)) from error
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # already renamed, or never made
            temporary.unlink()


def json_bytes(content: Any) -> bytes:
    """JSON in UTF-8; the same content is the same bytes. Raises ValueError for NaN and infinity."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def write_json(path: Path, content: Any) -> None:
    """Write JSON, whole or not at all."""
    write_atomically(path, json_bytes(content))


def sealed_json(content: Mapping[str, Any]) -> bytes:
    """A mapping as JSON on one line that begins with the checksum of the rest; the same content is
    the same bytes."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    rest = f"{text[1:]}\n".encode()
    return SEAL + sha256(rest).encode() + SEALED + rest


def read_sealed_json(path: str | Path) -> dict[str, Any]:
    """What sealed_json made; raises DamagedFile where a bit of it has changed."""
    content = Path(path).read_bytes()
    if not is_sealed(content):
        raise DamagedFile(path)
    told = json.loads(content)
    del told["sha256"]
    return told


def is_sealed(content: bytes) -> bool:
    """Whether a file is whole sealed JSON."""
    _, _, rest = content[len(SEAL) :].partition(SEALED)
    return content == SEAL + sha256(rest).encode() + SEALED + rest


# Checksums


class Sums(NamedTuple):
    """What a SHA256SUMS says: the checksum of each file, by its path from there, and what made
    them."""

    files: dict[str, str]
    made_by: dict[str, str]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_sums(path: str | Path, files: Mapping[str, str], made_by: Mapping[str, str]) -> None:
    """Write the checksums of files that are all there; made_by says which code made them."""
    lines = [f"{checksum}  {name}\n" for name, checksum in sorted(files.items())]
    above = "".join([*lines, f"{MADE_BY}{json.dumps(dict(made_by), sort_keys=True)}\n"])
    write_atomically(path, f"{above}{COVERED}{sha256(above.encode())}\n".encode())


def add_to_sums(path: str | Path, files: Iterable[str | Path]) -> None:
    """List more files of its folder in a SHA256SUMS that is there."""
    before = read_sums(path)
    added = {Path(file).name: sha256(Path(file).read_bytes()) for file in files}
    write_sums(path, {**before.files, **added}, before.made_by)


def read_sums(path: str | Path) -> Sums:
    """Read what write_sums wrote; raises DamagedFile where a bit of it has changed."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DamagedFile(path, "the checksums are missing") from None
    except UnicodeDecodeError:
        raise DamagedFile(path) from None
    above, covered, checksum = text.rpartition(COVERED)
    if not covered or checksum != f"{sha256(above.encode())}\n":
        raise DamagedFile(path)
    *lines, maker = above.splitlines()
    pairs = (line.partition("  ") for line in lines)
    return Sums({name: told for told, _, name in pairs}, json.loads(maker.removeprefix(MADE_BY)))


def read_verified(path: str | Path, sums: str | Path | None = None) -> bytes:
    """The content of a file that a SHA256SUMS lists: the one beside it, or another.

    Raises DamagedFile, which names whichever of the two is damaged.
    """
    path = Path(path)
    sums = Path(sums or path.with_name(SUMS))
    content = path.read_bytes()
    name = Path(os.path.relpath(path, sums.parent)).as_posix()
    listed = read_sums(sums).files
    if name not in listed:
        raise DamagedFile(path, f"or of an earlier version: {sums.name} does not list it")
    if listed[name] != sha256(content):
        raise DamagedFile(path)
    return content


def write_summed_json(
    path: str | Path, content: Any, made_by: Mapping[str, str] | None = None
) -> None:
    """Write JSON, and its checksum beside it."""
    path, written = Path(path), json_bytes(content)
    write_atomically(path, written)
    write_sums(sums_of(path), {path.name: sha256(written)}, made_by or {})


def read_summed_json(path: str | Path) -> Any:
    """Read what write_summed_json wrote; raises DamagedFile like read_verified."""
    return json.loads(read_verified(path, sums_of(path)))


def sums_of(path: str | Path) -> Path:
    """Where the checksum of a JSON file stands: x.json.sha256 beside x.json."""
    return Path(f"{path}.sha256")


def check_made_by(sums: str | Path, expected: Mapping[str, str]) -> None:
    """Raise StaleFile where something else made the files of a SHA256SUMS."""
    made_by = read_sums(sums).made_by
    if any(made_by.get(stage) != digest for stage, digest in expected.items()):
        raise StaleFile(sums)


def is_whole(sums: str | Path) -> bool:
    """Whether a SHA256SUMS and all files that it lists are there; they are not read."""
    try:
        return all((Path(sums).parent / name).exists() for name in read_sums(sums).files)
    except DamagedFile:
        return False
