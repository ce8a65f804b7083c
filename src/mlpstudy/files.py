"""Files that are whole or not there: how outputs are written, their checksums, and the error of a
damaged one.

SHA256SUMS has the form that `sha256sum --check` reads. It is written last, so a folder that was
left half-written does not pass for a whole one; its last line covers the lines above, so that a
damaged list of checksums does not blame the files that it lists.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

SUMS = "SHA256SUMS"
MADE_BY = "# made by "
COVERED = "# sha256 of the lines above: "


class DamagedFile(ValueError):
    """A file whose content is not what was written; its one line names the file."""

    def __init__(self, path: str | Path, reason: str = "its checksum does not match"):
        super().__init__(f"{path}: damaged, {reason}")


class StaleFile(DamagedFile):
    """A file that something else has made than would make it now."""

    def __init__(self, path: str | Path):
        ValueError.__init__(self, f"{path}: was made by other code or from other data")


def write_atomically(path: str | Path, content: bytes, durable: bool = True) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part.

    Its folder is made where it is missing. The temporary name beside it is unique, so two writers
    of the same content do no harm, and what fails leaves nothing behind. durable: also after the
    power fails; what is easily made again need not be. Raises OSError naming the file (disk full,
    no permission).
    """
    path = Path(path)
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
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
    if read_sums(sums).files.get(name) != sha256(content):
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
