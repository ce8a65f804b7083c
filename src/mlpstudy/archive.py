"""Arrays in one file: an ordinary npz that carries its own checksum.

The checksum (sha256, 64 hexadecimal digits) is the archive's comment, the last bytes of the file,
and covers all bytes before it. So np.load reads the file anywhere, and no flipped bit and no
missing end goes unnoticed here. The same arrays are the same bytes.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlpstudy.files import DamagedFile, write_atomically

DIGITS = 64


def save_arrays(path: str | Path, arrays: Mapping[str, Any], durable: bool = True) -> None:
    """Write named arrays, numbers and texts, whole or not at all. durable: also after the power
    fails."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"0" * DIGITS
    content = buffer.getvalue()[:-DIGITS]
    write_atomically(path, content + _checksum(content), durable)


def load_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Read what save_arrays wrote, with the same bits.

    Raises DamagedFile where a single bit of the file has changed or its end is missing.
    """
    content = Path(path).read_bytes()
    if _checksum(content[:-DIGITS]) != content[-DIGITS:]:
        raise DamagedFile(path)
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
