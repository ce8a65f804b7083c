"""Arrays in one file: an ordinary npz that carries its own checksum.

The checksum (sha256, 64 hexadecimal digits) is the archive's comment, the last bytes of the file,
and covers all bytes before it. So np.load reads the file anywhere, and no flipped bit and no
missing end goes unnoticed here. The same arrays are the same bytes.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlpstudy.files import DamagedFile, write_atomically

DIGITS = 64
# What zipfile makes of a file that is none, or of one whose bits have changed.
UNREADABLE = (
    OSError,
    EOFError,
    KeyError,
    ValueError,
    OverflowError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def save_arrays(
    path: str | Path, arrays: Mapping[str, Any], durable: bool = True, level: int | None = None
) -> None:
    """Write named arrays, numbers and texts, whole or not at all. durable: also after the power
    fails. level: of the compression, from 1 (fast) to 9 (small); None: the usual one of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
        archive.comment = b"0" * DIGITS
    content = buffer.getvalue()[:-DIGITS]
    write_atomically(path, content + _checksum(content), durable)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read what save_arrays wrote, with the same bits.

    Raises DamagedFile where a single bit of the file has changed or its end is missing.
    """
    content = Path(path).read_bytes()
    if not is_whole_archive(content):
        raise DamagedFile(path)
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def is_whole_archive(content: bytes) -> bool:
    """Whether a file is all that save_arrays wrote."""
    return _checksum(content[:-DIGITS]) == content[-DIGITS:]


def load_array(path: str | Path, name: str) -> np.ndarray:
    """One array of a file, of which nothing else is read: only its own bytes are verified.

    Raises DamagedFile where it is not to be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(f"{name}.npy")
    except FileNotFoundError:
        raise
    except UNREADABLE as error:
        raise DamagedFile(path) from error
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
