"""Where the home is not to be written, caches lie in the project's folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlpstudy.caches import keep_in_reach

PLACE = ".snakemake/caches"


@pytest.mark.parametrize("home", ["file/home", "file"])
def test_where_there_is_no_home_caches_lie_here(tmp_path, monkeypatch, home):
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / home))
    found = {"MPLCONFIGDIR": "/mine"}
    keep_in_reach(found)
    assert found == {"XDG_CACHE_HOME": str(tmp_path / PLACE), "MPLCONFIGDIR": "/mine"}


def test_a_home_that_can_be_written_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "made when needed"))
    found = {}
    keep_in_reach(found)
    assert found == {}


def test_a_command_knows_its_caches_without_a_home(tmp_path):
    code = (
        "import os, atexit\n"
        "atexit.register(lambda: print(os.environ['XDG_CACHE_HOME']))\n"
        "from mlpstudy.cli import main\n"
        "main(['--version'])\n"
    )
    (tmp_path / "file").touch()
    environment = {"HOME": f"{tmp_path}/file", "PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == f"{tmp_path}/{PLACE}"
