"""A stamp is written anew when, and only when, a result has to be made again."""

import os

import pytest

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.provenance.digests import of_dataset
from mlpstudy.provenance.stamps import Stamps, stamp

OLD = (1, 1)


@pytest.fixture
def written(tmp_path):
    """written(...) -> whether stamp(...) writes the file."""

    def written(*makers, **more) -> bool:
        path = tmp_path / "made_by" / "train"
        if path.exists():
            os.utime(path, OLD)
        assert stamp(path, *makers, **more) == str(path)
        return path.stat().st_mtime > 1

    return written


def test_a_stamp_is_written_where_the_makers_change(written):
    told = [written("a"), written("a"), written("b"), written("b", "c"), written("b", "c")]
    assert told == [True, False, True, True, False]


def test_a_stamp_is_written_each_time_until_the_result_is_good(written, tmp_path):
    path, seen = tmp_path / "made_by" / "train", set()
    for good, expected in [(True, True), (False, True), (False, True), (True, False)]:
        assert written("a", good=good) == expected
        seen.add(path.read_bytes())
    assert len(seen) == 3  # also where Snakemake compares what inputs hold


@pytest.mark.parametrize(
    ("code", "good"), [(None, True), (of_dataset("iris"), True), ("old code", False), ("", False)]
)
def test_a_dataset_that_other_code_made_is_made_again(tmp_path, monkeypatch, code, good):
    monkeypatch.chdir(tmp_path)
    project = Project(Settings())
    if code is not None:
        store.save(DATASETS["iris"](), project.data_file("iris"), code)
    path = Stamps(project).prepare("iris")
    os.utime(path, OLD)
    Stamps(project).prepare("iris")
    assert (os.stat(path).st_mtime == 1) == good
