"""What a killed Snakemake leaves in a folder: its lock, and jobs that run on without it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

LOCKS = Path(".snakemake", "locks")
PATIENCE = 5.0  # seconds that a job has to end by itself
RULES = "mlpstudy.rules"  # what a job's command names
OF_A_JOB = ("remote", "subprocess")  # the mode of a Snakemake that a job of another one is


def unlock() -> bool:
    """Remove Snakemake's lock on the working folder, as `snakemake --unlock` does, where no
    Snakemake runs there on this machine. Whether there was one to remove."""
    if not (LOCKS.is_dir() and any(LOCKS.iterdir())) or any(holders(Path.cwd())):
        return False
    shutil.rmtree(LOCKS)
    return True


def holders(folder: Path) -> Iterator[int]:
    """The processes that run Snakemake in a folder, or in one that is not to be seen; not those
    that are jobs of another one, which hold no lock."""
    return (process.pid for process in _running(folder, _is_snakemake))


def resuming(folder: Path) -> Iterator[int]:
    """The processes that are about to run Snakemake in a folder, and came before this one."""
    mine = psutil.Process()
    for process in _running(folder, _is_resume):
        if (process.create_time(), process.pid) < (mine.create_time(), mine.pid):
            yield process.pid


def end_orphans(folder: Path) -> int:
    """End the jobs that run on in a folder, all of whose Snakemakes are dead; how many there were.

    What they have trained is kept. The caller has seen that no Snakemake runs there.
    """
    jobs, shells = (list(_running(folder, kind)) for kind in (_is_job, _is_shell))
    for process in (*shells, *jobs):
        _send(process.terminate)
    _, alive = psutil.wait_procs([*shells, *jobs], PATIENCE)
    for process in alive:
        _send(process.kill)
    psutil.wait_procs(alive, PATIENCE)
    return len(jobs)


def _send(signal: Callable[[], None]) -> None:
    with suppress(psutil.Error):  # it is gone, or another user's
        signal()


def _running(folder: Path, wanted: Callable[[list[str]], bool]) -> Iterator[psutil.Process]:
    """Other processes in a folder whose words are wanted."""
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or not wanted(process.cmdline()):
                continue
        except psutil.Error:
            continue
        try:
            if folder.samefile(process.cwd()):
                yield process
        except psutil.AccessDenied:
            yield process
        except (psutil.Error, OSError):  # the process, or its folder, is gone
            continue


def _is_snakemake(words: list[str]) -> bool:
    """`snakemake ...`, with or without its interpreter, or `python -m snakemake ...`."""
    mode = words[words.index("--mode") + 1 :][:1] if "--mode" in words else []
    return any(Path(word).name == "snakemake" for word in words[:3]) and not set(mode) & set(
        OF_A_JOB
    )


def _is_resume(words: list[str]) -> bool:
    """`mlpstudy resume ...` or `python -m mlpstudy resume ...`."""
    names = [Path(word).name for word in words[:3]]
    return "mlpstudy" in names and "resume" in words


def _is_job(words: list[str]) -> bool:
    """`python -m mlpstudy.rules ...`."""
    return RULES in words[:4]


def _is_shell(words: list[str]) -> bool:
    """The shell that Snakemake has such a command run by."""
    return any(f" -m {RULES} " in word for word in words[1:])
