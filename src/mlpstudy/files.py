"""Files that are whole or not there: how outputs are written, and the error of a damaged one."""

import json
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


class DamagedFile(ValueError):
    """A file whose content is not what was written; its one line names the file."""

    def __init__(self, path: str | Path, reason: str = "its checksum does not match"):
        super().__init__(f"{path}: damaged, {reason}")


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part.

    Its folder is made where it is missing. The temporary name beside it is unique, so two writers
    of the same content do no harm, and what fails leaves nothing behind. Raises OSError naming the
    file (disk full, no permission).
    """
    path = Path(path)
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # already renamed, or never made
            temporary.unlink()


def write_json(path: Path, content) -> None:
    """Write JSON, whole or not at all; the same content is the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())
