"""Flipped bits and missing ends at random places of result files, whose times stay as they were."""

import contextlib
import io
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mlpstudy.cli import by_name
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import plan_of
from mlpstudy.design.project import Project
from mlpstudy.files import DamagedFile
from mlpstudy.recovery.verify import PLACES, UNCOVERED, verify
from mlpstudy.report import findings_file

TOLD = (DamagedFile, Mistake, OSError)  # what a command leaves with in one line


class Flipped(NamedTuple):
    """Damages of each kind; those that `verify` named; readers that went over one, by how they
    ended: with one line, with another error, with results that differ."""

    flips: int
    cuts: int
    named: int
    read: int
    refused: int
    tracebacks: int
    wrong: int


def flips(n: int, rng: random.Random, until: float = float("inf")) -> Flipped:
    """Damage n files of the working folder, or as many as there is time for until a moment, one at a
    time, and put each right again.

    Each is verified, and read by the stage that reads it: what that stage writes is the same bytes
    as before, or nothing.
    """
    project = Project.read()
    _every_stage(project)
    whole = _contents()
    counted = dict.fromkeys((*Flipped._fields, "same"), 0)
    while counted["read"] < n and time.monotonic() < until:
        path = rng.choice(sorted(whole))
        kind = "cuts" if rng.random() < 0.2 else "flips"
        _damage(path, kind, rng)
        counted[kind] += 1
        counted["named"] += path in {fault.path for fault in verify().faults}
        counted["read"] += 1
        counted[_read(project, path)] += 1
        now = _contents()
        changed = {p for p, old in whole.items() if p != path and now.get(p, old) != old}
        for other in changed:
            print(f"{path}: {kind}: {other} has changed", flush=True)
        counted["wrong"] += len(changed)
        for each in {path, *(p for p in whole if now.get(p) != whole[p])}:
            each.parent.mkdir(parents=True, exist_ok=True)
            each.write_bytes(whole[each])
    del counted["same"]
    return Flipped(**counted)


def _contents() -> dict[Path, bytes]:
    paths = (path for place in PLACES for path in Path(place).rglob("*") if path.is_file())
    return {p: p.read_bytes() for p in paths if not set(p.parts) & UNCOVERED and p.stat().st_size}


def _damage(path: Path, kind: str, rng: random.Random) -> None:
    content, told = path.read_bytes(), path.stat()
    place = rng.randrange(len(content))
    flipped = bytes([content[place] ^ 1 << rng.randrange(8)])
    path.write_bytes(content[:place] + (b"" if kind == "cuts" else flipped + content[place + 1 :]))
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def _read(project: Project, path: Path) -> str:
    """Run the stage that reads a file: "refused", "tracebacks", or "same" where it went through."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            _stage(project, path)()
    except TOLD:
        return "refused"
    except Exception:
        return "tracebacks"
    return "same"


def _stage(project: Project, path: Path) -> Callable[[], object]:
    """What reads a file; of a study's results the drawing its tables, the report the rest."""
    match path.parts[1:]:
        case ("trained" | "data", *_) | ("plan", "jobs", *_):
            return lambda: _train(project)
        case ("jobs", *_) | ("plan", *_):
            return lambda: [by_name.summarise(project, name) for name in project.studies]
        case ("studies", name, "tables" | "study.json", *_):
            return lambda: by_name.draw(project, name)
        case ("studies", *_):
            return lambda: by_name.report(project)
    return lambda: findings_file.read(project.results / "findings.json")


def _train(project: Project) -> None:
    for job in plan_of(project).jobs:
        by_name.train(project, job)


def _every_stage(project: Project) -> None:
    """All results, as this process makes them."""
    _train(project)
    for name in project.studies:
        by_name.summarise(project, name)
        by_name.draw(project, name)
    by_name.report(project)
