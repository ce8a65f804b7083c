"""A killed Snakemake's lock goes; that of one which runs stays."""

import subprocess
import sys

import pytest

from mlpstudy.recovery.unlock import LOCKS, holders, unlock

SLEEP = "import sys, time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    LOCKS.mkdir(parents=True)
    (LOCKS / "0.output.lock").write_text("results/x", encoding="utf-8")
    return tmp_path


@pytest.fixture
def running(tmp_path_factory):
    """running(folder) starts a process that is called snakemake, in a folder."""
    script = tmp_path_factory.mktemp("bin") / "snakemake"
    script.write_text(SLEEP, encoding="utf-8")
    started = []

    def running(folder) -> int:
        command = [sys.executable, str(script), "--cores", "1"]
        started.append(subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"up\n"
        return started[-1].pid

    yield running
    for process in started:
        process.kill()
        process.communicate()


def test_a_lock_that_nobody_holds_is_removed(folder):
    assert unlock() and not LOCKS.exists()
    assert not unlock()


def test_the_lock_of_a_snakemake_that_runs_here_stays(folder, running):
    pid = running(folder)
    assert list(holders(folder)) == [pid]
    assert not unlock() and any(LOCKS.iterdir())


def test_a_snakemake_elsewhere_holds_nothing_here(folder, running, tmp_path_factory):
    running(tmp_path_factory.mktemp("elsewhere"))
    assert unlock() and not LOCKS.exists()
