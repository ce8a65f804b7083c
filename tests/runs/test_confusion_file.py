"""confusion.csv: what is written is read again, and a damaged file says so."""

import numpy as np
import pytest

from mlpstudy.files import SUMS, DamagedFile, add_to_sums, write_sums
from mlpstudy.runs import confusion
from mlpstudy.runs.confusion import CONFUSION, Confusion

LABELS = ["pass", 'a "b", c', "é"]


def some(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1000, (3, 3))


def test_what_is_written_is_read_again(tmp_path):
    counts = {(2, "train"): some(0), (2, "test"): some(1), (12, "test"): some(2)}
    write_sums(tmp_path / SUMS, {}, {})
    add_to_sums(tmp_path / SUMS, confusion.write(tmp_path, Confusion(LABELS, counts)))
    found = confusion.read(tmp_path)
    assert found.labels == LABELS and list(found.counts) == list(counts)
    for key, matrix in counts.items():
        np.testing.assert_array_equal(found.counts[key], matrix)
    assert found.scores(2, "validation") is None
    assert confusion.write(tmp_path, None) == []
    assert confusion.read(tmp_path) is None and not (tmp_path / CONFUSION).exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"pass,part\n", b"\xff", b"pass,part,label,a,b\n1,test,a,3,x\n1,test,b,0,1\n",
     b"pass,part,label,a,b\n1,test,a,3,1\n", b"pass,part,label\n1,test,a\n"],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path, content):
    """Also one that is listed: other code may have written it."""
    (tmp_path / CONFUSION).write_bytes(content)
    write_sums(tmp_path / SUMS, {}, {})
    with pytest.raises(DamagedFile, match=CONFUSION):
        confusion.read(tmp_path)
    add_to_sums(tmp_path / SUMS, [tmp_path / CONFUSION])
    with pytest.raises(DamagedFile, match=CONFUSION):
        confusion.read(tmp_path)
