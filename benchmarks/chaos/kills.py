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


def kills(project: Project, n: int, rng: random.Random, until: float = float("inf")) -> Killed:
    """Kill n times, or until a moment, and go on each time; what was found in the end.

    After each end something is made stale or taken away, so that there is more to do.
    """
    expected, longest = _undisturbed(project)
    tables = _tables(project)
    done: Counter[str] = Counter()
    ends = lost = wrong = helpless = 0
    threshold = THRESHOLDS[-1]
    while done.total() < n and time.monotonic() < until:
        threshold = _spoil(project, rng, threshold)
        targets = [] if rng.randrange(8) == 0 else tables
        code = 1
        while code:
            may = done.total() < n and time.monotonic() < until
            process = project.start("resume", "--cores", "2", *targets)
            kind = rng.choice(KINDS)
            if may and _kill(process, kind, rng.uniform(0, longest), rng):
                done[kind] += 1
                code = 1
                process.wait()
                continue
            code = process.wait()
            if code:
                helpless += 1
                print(f"resume ended with {code}:\n{project.said[-2000:]}", flush=True)
            if code and not may:
                break
        ends += 1
        print(f"{done.total()} kills, {ends} ends", flush=True)
        now, wanted = project.results(), expected[threshold]
        if targets:
            wanted = {path: old for path, old in wanted.items() if not path.startswith(LATER)}
        for path, how in _unlike(wanted, now):
            print(f"{how}: {path}", flush=True)
            lost, wrong = lost + (how == "lost"), wrong + (how == "wrong")
    return Killed(done, ends, lost, wrong, helpless)


def _unlike(wanted: dict[str, bytes], now: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """The files that are not there, or not the same. What is trained is kept only to be used again:
    where tables are there already, it is not missed."""
    for path, content in wanted.items():
        if path not in now and not path.startswith(TRAINED):
            yield path, "lost"
        elif now.get(path, content) != content:
            yield path, "wrong"


def _undisturbed(project: Project) -> tuple[dict[float, dict[str, bytes]], float]:
    """The results for each threshold, and how long it takes to make all."""
    expected, longest = {}, 0.0
    for threshold in THRESHOLDS:
        project.write(threshold)
        began = time.monotonic()
        code, said = project.resume()
        assert code == 0, said[-3000:]
        longest = longest or (time.monotonic() - began) / PART
        expected[threshold] = project.results()
    return expected, longest


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
