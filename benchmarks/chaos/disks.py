"""Disks that are full at random points: a small tmpfs below results/, which takes root to mount."""

import contextlib
import io
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlpstudy.cli import by_name
from mlpstudy.design.plan import plan_of
from mlpstudy.design.project import Project
from mlpstudy.files import FULL
from mlpstudy.recovery.verify import verify

RESULTS = Path("results")
ROOM = "512m"


class Filled(NamedTuple):
    """Disks that were full; those that one line named with what was needed; other errors; files
    that were read half-written, or were not the same once there was room again."""

    disks: int
    named: int
    tracebacks: int
    half: int
    wrong: int


def disks(n: int, rng: random.Random, until: float = float("inf")) -> Filled:
    """Fill the disk below results/ of the working folder n times, or as often as there is time for
    until a moment, at random points of all stages.

    The caller may mount. What is there already is kept aside.
    """
    aside = RESULTS.with_name("results aside")
    RESULTS.rename(aside)
    RESULTS.mkdir()
    try:
        with _mounted(ROOM):
            return _filled(n, rng, until)
    finally:
        shutil.rmtree(RESULTS, ignore_errors=True)
        aside.rename(RESULTS)


def _filled(n: int, rng: random.Random, until: float) -> Filled:
    project = Project.read()
    _stages(project)
    whole, needed = _contents(), _used()
    counted = dict.fromkeys(Filled._fields, 0)
    while counted["disks"] < n and time.monotonic() < until:
        for path in RESULTS.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        _resize(f"{max(rng.randrange(needed) // 1024, 16)}k")
        kind = _outcome(project)
        counted["disks"] += kind != "done"
        counted["named"] += kind == "named"
        counted["tracebacks"] += kind == "traceback"
        counted["half"] += sum("damaged" in fault.reason for fault in verify([RESULTS]).faults)
        _resize(ROOM)
        _stages(project)
        now = _contents()
        counted["wrong"] += sum(now.get(path) != old for path, old in whole.items())
    return Filled(**counted)


def _outcome(project: Project) -> str:
    """ "named" where one line says which disk is full and how much was needed."""
    try:
        _stages(project)
    except OSError as error:
        named = error.errno in FULL and "are needed" in str(error) and "on the disk" in str(error)
        return "named" if named else "traceback"
    except Exception:
        return "traceback"
    return "done"


def _stages(project: Project) -> None:
    with contextlib.redirect_stderr(io.StringIO()):
        for job in plan_of(project).jobs:
            by_name.train(project, job)
        for name in project.studies:
            by_name.summarise(project, name)


def _contents() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in RESULTS.rglob("*") if path.is_file()}


def _used() -> int:
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in RESULTS.rglob("*"))


@contextlib.contextmanager
def _mounted(size: str) -> Iterator[None]:
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(RESULTS)]
    subprocess.run(["mount", *options], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(RESULTS)], check=True)


def _resize(size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(RESULTS)], check=True)
