"""Arrays in one file: the same bits back, the same bytes again, and no damage unnoticed."""

import numpy as np
import pytest

from mlpstudy.archive import load_arrays, save_arrays
from mlpstudy.files import DamagedFile

ARRAYS = {
    "numbers": np.array([0.0, -0.0, np.nan, np.inf, 5e-324, 1 / 3]),
    "single": np.arange(6, dtype=np.float32).reshape(2, 3),
    "labels": np.array([], dtype=np.int64),
    "count": 7,
    "text": "état 8 × 8",
}


@pytest.fixture
def path(tmp_path):
    save_arrays(tmp_path / "arrays.npz", ARRAYS)
    return tmp_path / "arrays.npz"


def test_the_same_bits_come_back(path):
    stored = load_arrays(path)
    assert list(stored) == list(ARRAYS)
    for name, array in ARRAYS.items():
        expected = np.asarray(array)
        assert stored[name].dtype == expected.dtype and stored[name].shape == expected.shape
        assert stored[name].tobytes() == expected.tobytes()


def test_the_same_arrays_are_the_same_bytes(path, tmp_path):
    save_arrays(tmp_path / "again.npz", ARRAYS)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("level", [1, 9])
def test_every_level_of_compression_keeps_the_bits(path, tmp_path, level):
    save_arrays(tmp_path / "other.npz", ARRAYS, level=level)
    before, after = load_arrays(path), load_arrays(tmp_path / "other.npz")
    assert {n: a.tobytes() for n, a in after.items()} == {n: a.tobytes() for n, a in before.items()}


def test_numpy_alone_reads_the_file(path):
    with np.load(path, allow_pickle=False) as stored:
        assert stored["single"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_every_flipped_bit_is_found(path):
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
        with pytest.raises(DamagedFile, match=r"arrays\.npz: damaged, its checksum does not match"):
            load_arrays(path)


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200, -64, -1])
def test_a_missing_end_is_found(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedFile):
        load_arrays(path)


def test_a_missing_file_is_missing_and_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_arrays(tmp_path / "never.npz")
