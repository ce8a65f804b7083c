"""Which files count as those that a dataset is read from."""

import sys
from threading import Thread

import numpy as np
import pytest

from mlpstudy.data.opened import opened


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "read",
    [
        lambda path: np.loadtxt(path),
        lambda path: path.read_bytes(),
        lambda path: open(path.name, encoding="utf-8").close(),
    ],
    ids=["numpy", "pathlib", "open"],
)
def test_a_file_that_is_read_is_named_from_the_working_folder(folder, read):
    (folder / "own.csv").write_text("1 2\n", encoding="utf-8")
    with opened() as files:
        read(folder / "own.csv")
    assert files == {"own.csv"}


def test_a_file_elsewhere_has_its_whole_path(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "own.csv"
    path.write_text("1", encoding="utf-8")
    with opened() as files:
        path.read_text(encoding="utf-8")
    assert files == {path.as_posix()}


@pytest.mark.parametrize("name", ["written.csv", "code.py", ".hidden", "site-packages/a.csv"])
def test_what_is_written_hidden_or_code_is_no_data(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("1", encoding="utf-8")
    with opened() as files:
        path.open("w" if name == "written.csv" else "r", encoding="utf-8").close()
        open(sys.executable, "rb").close()
    assert files == set()


def test_files_that_are_gone_or_another_threads_do_not_count(folder):
    for name in ("gone", "other", "later"):
        (folder / name).write_bytes(b"1")
    thread = Thread(target=(folder / "other").read_bytes)
    with opened() as files:
        (folder / "gone").read_bytes()
        (folder / "gone").unlink()
        thread.start()
        thread.join()
    (folder / "later").read_bytes()
    assert files == set()
