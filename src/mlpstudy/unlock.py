"""The lock that a killed Snakemake leaves behind, and whether one still runs that needs it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

LOCKS = Path(".snakemake", "locks")


def unlock() -> bool:
    """Remove Snakemake's lock on the working folder, as `snakemake --unlock` does, where no
    Snakemake runs there on this machine. Whether there was one to remove."""
    if not (LOCKS.is_dir() and any(LOCKS.iterdir())) or any(holders(Path.cwd())):
        return False
    shutil.rmtree(LOCKS)
    return True


def holders(folder: Path) -> Iterator[int]:
    """The processes that run Snakemake in a folder, or in one that is not to be seen."""
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or not _is_snakemake(process.cmdline()):
                continue
        except psutil.Error:
            continue
        try:
            if folder.samefile(process.cwd()):
                yield process.pid
        except psutil.AccessDenied:
            yield process.pid
        except (psutil.Error, OSError):  # the process, or its folder, is gone
            continue


def _is_snakemake(words: list[str]) -> bool:
    """`snakemake ...`, with or without its interpreter, or `python -m snakemake ...`."""
    return any(Path(word).name == "snakemake" for word in words[:3])
