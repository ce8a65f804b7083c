"""A dataset's file is made again when what made it has changed, and only then."""

import errno

import numpy as np
import pytest

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.files import DamagedFile
from mlpstudy.stages import prepare


class Own:
    """A dataset of one number, read from own.csv; counts how often it was made."""

    def __init__(self):
        self.made = 0

    def __call__(self) -> Dataset:
        self.made += 1
        x = np.loadtxt("own.csv", ndmin=2)
        return Dataset("own", x, np.array([0]), 1, (1,), "Own", "", divided=False)


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.csv").write_text("1\n", encoding="utf-8")
    monkeypatch.setitem(DATASETS, "own", own := Own())
    monkeypatch.setattr(prepare, "of_dataset", lambda name: "code")
    return own


def points() -> list[float]:
    return prepare.dataset_from(Project(Settings()))("own").x.ravel().tolist()


def test_it_is_made_once(own):
    assert points() == points() == [1]
    assert own.made == 1


def test_other_code_makes_it_again(own, monkeypatch):
    points()
    monkeypatch.setattr(prepare, "of_dataset", lambda name: "other code")
    points()
    assert own.made == 2


def test_another_data_file_makes_it_again(own, tmp_path):
    points()
    (tmp_path / "own.csv").write_text("2\n", encoding="utf-8")
    assert points() == points() == [2]
    assert own.made == 2


def test_a_file_that_says_nothing_of_its_making_is_made_again(own, tmp_path):
    path = tmp_path / "results/data/own.npz"
    store.save(
        Dataset("own", np.array([[7.0]]), np.array([0]), 1, (1,), "Own", "", divided=False), path
    )
    assert points() == [1]
    path.write_bytes(b"not an archive")
    assert points() == [1]


def test_networks_are_kept_by_what_they_see(own, tmp_path):
    project = Project(Settings())

    def content() -> dict[str, str]:
        return prepare.fingerprints({"own": prepare.data_file(project, "own")})

    first = content()
    (tmp_path / "own.csv").write_text("2\n", encoding="utf-8")
    second = content()
    (tmp_path / "own.csv").write_text("1.0\n", encoding="utf-8")
    assert first == content() != second


def test_a_file_without_a_fingerprint_is_damaged(tmp_path):
    with pytest.raises(DamagedFile, match="own.npz: damaged, it says nothing of its content"):
        prepare.fingerprints({"own": tmp_path / "own.npz"})


def test_what_has_no_file_is_made_and_not_kept(own, tmp_path):
    path = prepare.data_file(Project(Settings()), "own")
    (tmp_path / "own.csv").write_text("2\n", encoding="utf-8")
    assert prepare.stored(prepare.named([path]))("own").x.item() == 1
    assert prepare.stored({})("own").x.item() == 2
    assert prepare.stored(prepare.named([path]))("own").x.item() == 1


def test_where_nothing_may_be_written_it_is_not_kept(own, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EROFS, "Read-only file system", "results/data/own.npz")

    monkeypatch.setattr(store, "save", refuse)
    assert points() == [1]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("Usecols do not match columns"), "ValueError: Usecols do not match columns"),
        (KeyError("class"), "KeyError: 'class'"),
    ],
)
def test_what_a_reader_of_files_says_is_one_line(own, monkeypatch, error, told):
    def read():
        raise error

    monkeypatch.setitem(DATASETS, "own", read)
    with pytest.raises(Mistake) as mistake:
        points()
    assert str(mistake.value) == f"dataset own: cannot be made: {told}"


def test_what_cannot_be_divided_is_refused_and_not_kept(own, tmp_path, monkeypatch):
    rare = Dataset("own", np.ones((30, 1)), np.repeat([0, 1], [28, 2]), 2, (1,), "Own", "")
    monkeypatch.setitem(DATASETS, "own", lambda: rare)
    with pytest.raises(Mistake, match="class 1 has 2 examples"):
        points()
    assert not (tmp_path / "results").exists()
