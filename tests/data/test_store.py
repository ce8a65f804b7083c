"""Stored datasets: the same bits back, the same bytes again, and no damage unnoticed."""

import errno
import hashlib
import os
from dataclasses import fields, replace

import numpy as np
import pytest

from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.data.store import fingerprint, is_current, load, made_by, save
from mlpstudy.files import DamagedFile, write_atomically


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "iris.npz"
    save(DATASETS["iris"](), path)
    return path


@pytest.mark.parametrize("name", ["iris", "digits", "diabetes", "xor_4", "radial"])
def test_what_is_saved_is_loaded(name, tmp_path):
    dataset = DATASETS[name]()
    save(dataset, tmp_path / "data.npz")
    again = load(tmp_path / "data.npz")
    for field in fields(Dataset):
        was, now = getattr(dataset, field.name), getattr(again, field.name)
        assert type(now) is type(was)
        if isinstance(was, np.ndarray):
            assert now.dtype == was.dtype
            assert now.tobytes() == was.tobytes()
        assert np.array_equal(was, now)


def test_written_again_it_is_the_same_bytes(stored, tmp_path):
    save(load(stored), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == stored.read_bytes()


def test_numpy_reads_it_without_pickle(stored):
    with np.load(stored, allow_pickle=False) as arrays:
        assert set(arrays.files) == {*(field.name for field in fields(Dataset)), "made_by"}
        assert arrays["x"].shape == (150, 4)


def test_every_flipped_bit_is_noticed(stored):
    content = stored.read_bytes()
    for place in [0, 1, 10, 40, len(content) - 65, len(content) - 1, *range(0, len(content), 37)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        stored.write_bytes(damaged)
        with pytest.raises(DamagedFile) as error:
            load(stored)
        assert str(error.value) == f"{stored}: damaged, its checksum does not match"


def test_every_missing_end_is_noticed(stored):
    content = stored.read_bytes()
    for length in [0, 1, 63, 64, 65, len(content) // 2, len(content) - 64, len(content) - 1]:
        stored.write_bytes(content[:length])
        with pytest.raises(DamagedFile):
            load(stored)
    stored.write_bytes(content + b"\0")
    with pytest.raises(DamagedFile):
        load(stored)


def test_a_damaged_file_is_a_value_error(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"hello")
    with pytest.raises(ValueError, match="x.npz: damaged"):
        load(tmp_path / "x.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        load(tmp_path / "nowhere.npz")


def test_writing_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new folder" / "file"
    write_atomically(path, b"old")
    with path.open("rb") as reading:
        write_atomically(path, b"new")
        assert reading.read() == b"old"
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file"]


def test_a_new_file_has_the_usual_permissions(tmp_path):
    write_atomically(tmp_path / "ours", b"")
    (tmp_path / "usual").write_bytes(b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_full_disk_names_the_file_and_keeps_the_old_one(stored, monkeypatch):
    content = stored.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError) as error:
        save(DATASETS["wine"](), stored)
    assert error.value.errno == errno.ENOSPC
    assert error.value.filename == str(stored)
    assert stored.read_bytes() == content
    assert os.listdir(stored.parent) == [stored.name]


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError) as error:
        write_atomically(tmp_path / "file" / "below", b"")
    assert error.value.filename == str(tmp_path / "file" / "below")


def test_a_file_says_what_made_it(tmp_path):
    source, path = tmp_path / "own.csv", tmp_path / "own.npz"
    source.write_bytes(b"1")
    dataset = DATASETS["iris"]()
    save(dataset, path, "code", [str(source)])
    checksum = hashlib.sha256(b"1").hexdigest()
    assert made_by(path) == {
        "code": "code",
        "files": {str(source): checksum},
        "content": fingerprint(dataset),
        "examples": [90, [4], 3, 3],
    }
    assert is_current(path, "code") and not is_current(path, "other code")
    source.write_bytes(b"2")
    assert not is_current(path, "code")
    source.unlink()
    assert not is_current(path, "code")


def test_a_file_that_cannot_be_read_is_not_current(stored):
    assert is_current(stored, "")
    stored.write_bytes(stored.read_bytes()[:100])
    assert made_by(stored) == {} and not is_current(stored, "")
    stored.unlink()
    assert made_by(stored) == {} and not is_current(stored, "")


def test_the_fingerprint_is_of_what_networks_see():
    iris = DATASETS["iris"]()
    others = (
        replace(iris, held_out=30),
        replace(iris, standardise=False),
        replace(iris, watched=30),
    )
    assert len({fingerprint(each) for each in (iris, *others)}) == 4
    same = replace(iris, title="Other", source="other", labels=("a", "b", "c"))
    moved = replace(iris, x=np.nextafter(iris.x, np.inf))
    swapped = replace(iris, y=iris.y[::-1])
    flat = replace(iris, shape=(2, 2))
    whole = replace(iris, divided=False)
    assert fingerprint(same) == fingerprint(iris)
    assert len({fingerprint(d) for d in (iris, moved, swapped, flat, whole)}) == 5
