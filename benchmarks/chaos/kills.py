"""SIGKILL at random moments: to the process group, to the main process alone, to one job."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil

from benchmarks.chaos.project import STUDIES, Project

KINDS = ("group", "main", "job")
THRESHOLDS = (0, 0.001)
PART = 4  # of the time for everything, within which a start is killed: there is often less to do
GIVEN_UP = 3  # starts in turn that end with an error
RULES = "mlpstudy.rules"
TRAINED = "results/trained/"
# Seven times in eight the tables alone are asked for: pictures and pages take most of the time.
LATER = (
    "report/",
    "results/findings.",
    *(f"results/studies/{study['name']}/figures" for study in STUDIES),
)


class Killed(NamedTuple):
    """Kills of each kind; times that everything came to its end, how often by itself; files that
    were not there, or not the same, in the end; starts that asked for help."""

    kills: Counter[str]
    ends: int
    lost: int
    wrong: int
    helpless: int

    def and_(self, other: "Killed") -> "Killed":
        return Killed(*(mine + its for mine, its in zip(self, other, strict=True)))


class Undisturbed(NamedTuple):
    """The results for each threshold, and for how many seconds a start may go on before its kill."""

    results: dict[float, dict[str, bytes]]
    seconds: float


def kills(
    project: Project, undisturbed: Undisturbed, n: int, rng: random.Random, until: float
) -> Killed:
    """Kill n times, or until a moment, and go on each time; what was found in the end.

    After each end something is made stale or taken away, so that there is more to do.
    """
    project.write(THRESHOLDS[-1])
    threshold, tables, found = THRESHOLDS[-1], _tables(project), Killed(Counter(), 0, 0, 0, 0)
    while found.kills.total() < n and time.monotonic() < until:
        threshold = _spoil(project, rng, threshold)
        targets = [] if rng.randrange(8) == 0 else tables
        left = n - found.kills.total()
        done, helpless = _killed_until_all_is_made(
            project, targets, rng, left, undisturbed.seconds, until
        )
        wanted = undisturbed.results[threshold]
        if targets:
            wanted = {path: old for path, old in wanted.items() if not path.startswith(LATER)}
        unlike = list(_unlike(wanted, project.results()))
        how = Counter(how for _, how in unlike)
        found = found.and_(Killed(done, 1, how["lost"], how["wrong"], helpless))
        for path, how_ in unlike:
            print(f"{how_}: {path}", flush=True)
        print(f"{found.kills.total()} kills, {found.ends} ends", flush=True)
    return found


def _killed_until_all_is_made(
    project: Project, targets: list[str], rng: random.Random, n: int, seconds: float, until: float
) -> tuple[Counter[str], int]:
    """Kill at most n starts for some targets, and let one come to its end; the kills, and how many
    starts ended by themselves with an error."""
    done: Counter[str] = Counter()
    helpless = 0
    while True:
        may = done.total() < n and time.monotonic() < until
        process = project.start("resume", "--cores", "2", *targets)
        kind, after = rng.choice(KINDS), rng.uniform(0, seconds)
        if may and _kill(process, kind, after, rng):
            done[kind] += 1
            process.wait()
            print(f"  {kind} killed after {after:.2f} s", flush=True)
            continue
        if not (code := process.wait()):
            return done, helpless
        helpless += 1
        print(f"resume ended with {code}:\n{project.said}", flush=True)
        if helpless > GIVEN_UP:
            raise RuntimeError("resume does not go on: see what it said above")


def _unlike(wanted: dict[str, bytes], now: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files that are not there, or not the same. What is trained is kept only to be used again:
    where tables are there already, it is not missed."""
    for path, content in wanted.items():
        if path not in now and not path.startswith(TRAINED):
            yield path, "lost"
        elif now.get(path, content) != content:
            yield path, "wrong"


def undisturbed(project: Project) -> Undisturbed:
    """What comes out where nothing is killed."""
    results, seconds = {}, 0.0
    for threshold in THRESHOLDS:
        project.write(threshold)
        began = time.monotonic()
        code, said = project.resume()
        assert code == 0, said[-3000:]
        seconds = seconds or (time.monotonic() - began) / PART
        results[threshold] = project.results()
    return Undisturbed(results, seconds)


def _tables(project: Project) -> list[str]:
    """All that is summarised, and what that stands on: Snakemake misses what a target names."""
    results = project.folder / "results"
    jobs = [f"results/jobs/{path.name}/SHA256SUMS" for path in (results / "jobs").iterdir()]
    data = [f"results/data/{path.name}" for path in (results / "data").iterdir()]
    return [*data, *jobs, *(f"results/studies/{s['name']}/findings.json" for s in STUDIES)]


def _spoil(project: Project, rng: random.Random, threshold: float) -> float:
    """Take something away, or edit the studies; the threshold from now on."""
    results = project.folder / "results"
    match rng.randrange(4):
        case 0:
            project.clear()
        case 1:
            shutil.rmtree(rng.choice(sorted((results / "jobs").iterdir())))
            shutil.rmtree(results / "trained", ignore_errors=True)
        case 2:
            rng.choice(sorted((results / "data").iterdir())).unlink()
        case _:
            threshold = THRESHOLDS[1 - THRESHOLDS.index(threshold)]
            project.write(threshold)
    return threshold


def _kill(process: subprocess.Popen, kind: str, after: float, rng: random.Random) -> bool:
    """Kill after some seconds; whether there was still something to kill."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(after)
        return False
    if kind == "group":
        os.killpg(process.pid, signal.SIGKILL)
    elif kind == "main":
        os.kill(process.pid, signal.SIGKILL)
    else:
        return _kill_a_job(process, rng)
    return True


def _kill_a_job(process: subprocess.Popen, rng: random.Random) -> bool:
    """The same of one job, of which one is waited for."""
    while process.poll() is None:
        with suppress(psutil.Error):
            jobs = [
                job
                for job in psutil.Process(process.pid).children(recursive=True)
                if RULES in job.cmdline()[:4]
            ]
            if jobs:
                rng.choice(jobs).kill()
                return True
        time.sleep(0.02)
    return False
