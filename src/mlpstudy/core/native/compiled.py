"""What Numba compiles: how, and where the machine code is kept.

Nothing here may change a bit from machine to machine: no fastmath, so that sums keep their order
and products are fused only where the tile says so.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numba
from numba import njit, types
from numba.extending import overload
from numba.misc.appdirs import AppDirs

PACKAGE = Path(__file__).parent
HOW = {"nogil": True, "error_model": "numpy"}

jit = njit(**HOW)  # for what only compiled functions call
inlined = njit(forceinline=True, **HOW)  # for the body of a loop that is to be vectorised


def entry(function: Callable) -> Callable:
    """Compile a function of a module that Python calls, and keep its machine code.

    Numba looks at the file of the function alone: so the folder is named after all files that may
    be part of it. Without a folder that can be written it is compiled in every process.
    """
    before = numba.config.CACHE_DIR
    try:
        for folder in _folders():
            numba.config.CACHE_DIR = str(folder / f"mlpstudy-{_digest()}")
            try:
                return njit(cache=True, **HOW)(function)
            except RuntimeError:  # it cannot be written
                continue
        return jit(function)
    finally:
        numba.config.CACHE_DIR = before


def _folders() -> Iterator[Path]:
    """Where machine code may be kept: beside the code, else where the user keeps such things."""
    if asked := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(asked)
    elif os.access(PACKAGE, os.W_OK):
        yield PACKAGE / "__pycache__"
    yield Path(AppDirs(appname="numba", appauthor=False).user_cache_dir)


def _digest() -> str:
    code = b"".join(path.read_bytes() for path in sorted(PACKAGE.glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:16]


def like(x, value):
    """A constant in the type of x, a NumPy number or array: a plain 0.5 is a double, and so would
    be all that it meets."""
    return x.dtype.type(value)


@overload(like, inline="always")
def _like(x, value):
    kind = x.dtype if isinstance(x, types.Array) else x
    return lambda x, value: kind(value)
