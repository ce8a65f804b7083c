"""Where the clock was set back, results keep their order, and none is later than what is made next."""

import os
import time

import pytest

from mlpstudy.clock import follow

AGES = {"results/old": 7200, "results/jobs/a": 100, "results/made_by/x": -3600, "report/y": -3000}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """made(AGES) makes files of ages in seconds, negative ones in the future; their folders are old."""
    monkeypatch.chdir(tmp_path)

    def made(ages):
        now = time.time()
        for name in ages:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        for folder in (path for path in tmp_path.rglob("*") if path.is_dir()):
            os.utime(folder, (now - 8000, now - 8000))
        for name, age in ages.items():
            os.utime(tmp_path / name, (now - age, now - age))
        return [tmp_path / "results", tmp_path / "report"]

    return made


def test_files_of_the_future_are_set_back_in_their_order(made, tmp_path):
    said = follow(made(AGES))
    times = [(tmp_path / name).stat().st_mtime for name in AGES]
    assert sorted(range(4), key=times.__getitem__) == [0, 1, 3, 2]
    assert max(times) <= time.time() and times[2] - times[1] == pytest.approx(3700, abs=1e-3)
    assert "set back by 3600 s" in said and "\n" not in said
    assert follow([tmp_path / "results", tmp_path / "report"]) == ""


@pytest.mark.parametrize("ages", [{}, {"results/a": 5}, {"results/a": -30}])
def test_a_clock_that_goes_on_changes_nothing(made, tmp_path, ages):
    folders = made(ages)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert follow(folders) == ""
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
