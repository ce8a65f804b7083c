"""Which data files are read while a dataset is made: a change of one of them makes it again."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import local

CODE = (".py", ".pyc", ".pyd", ".so")
SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr")  # what libraries look at by themselves
PACKAGES = {"site-packages", "dist-packages"}  # their versions are part of the code's digest

_reading = local()


@contextmanager
def opened() -> Iterator[set[str]]:
    """The data files that this thread opens for reading: from the working folder where they lie in
    it. Files of Python, of its packages and of the system are none, nor are hidden ones."""
    _listen()
    files: set[str] = set()
    _reading.files = files
    try:
        yield files
    finally:
        del _reading.files
        files.intersection_update({file for file in files if Path(file).is_file()})


@cache
def _listen() -> None:
    """Python calls an audit hook whenever it opens a file; a hook stays for the process's life."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple) -> None:
    if event != "open" or not hasattr(_reading, "files"):
        return
    path, _, flags = arguments
    if not isinstance(path, str | bytes | os.PathLike) or flags & (os.O_WRONLY | os.O_RDWR):
        return
    if name := _named(Path(os.fsdecode(path)).absolute()):
        _reading.files.add(name)


def _named(path: Path) -> str:
    """The path of a data file, or "" where it is none."""
    within = Path.cwd() in path.parents
    shown = path.relative_to(Path.cwd()) if within else path
    hidden = any(part.startswith(".") and part != ".." for part in shown.parts)
    system = not within and any(Path(place) in path.parents for place in (*SYSTEM, sys.base_prefix))
    foreign = hidden or system or PACKAGES & set(path.parts) or path.suffix in CODE
    return "" if foreign else shown.as_posix()
