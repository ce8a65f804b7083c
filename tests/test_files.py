"""Checksums beside results: the right file is named, whatever has changed."""

import pytest

from mlpstudy.files import (
    SUMS,
    DamagedFile,
    StaleFile,
    check_made_by,
    is_whole,
    read_summed_json,
    sha256,
    sums_of,
    write_summed_json,
    write_sums,
)

CONTENT = [{"claim": "C22", "value": 0.97, "says": "été"}, None]


@pytest.fixture
def path(tmp_path):
    write_summed_json(tmp_path / "findings.json", CONTENT, {"summarise": "0123"})
    return tmp_path / "findings.json"


def test_what_is_written_is_read(path):
    assert read_summed_json(path) == CONTENT
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, sums_of(path).name]


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("damaged", ["findings.json", "findings.json.sha256"])
def test_every_flipped_bit_is_found_and_the_right_file_named(path, damaged, bit):
    file = path.with_name(damaged)
    content = file.read_bytes()
    for place in range(0, len(content), 3):
        changed = bytes([content[place] ^ 1 << bit])
        file.write_bytes(content[:place] + changed + content[place + 1 :])
        with pytest.raises(DamagedFile) as error:
            read_summed_json(path)
        assert str(error.value) == f"{file}: damaged, its checksum does not match"


def test_missing_checksums_are_named(path):
    sums_of(path).unlink()
    with pytest.raises(DamagedFile, match=r"findings\.json\.sha256: damaged, the checksums are"):
        read_summed_json(path)


def test_what_other_code_made_is_told_apart(path):
    check_made_by(sums_of(path), {"summarise": "0123"})
    check_made_by(sums_of(path), {})
    for expected in ({"summarise": "4567"}, {"summarise": "0123", "train": "89"}):
        with pytest.raises(StaleFile, match=r"findings\.json\.sha256: was made by other code"):
            check_made_by(sums_of(path), expected)


def test_a_folder_is_whole_while_all_its_files_are_there(tmp_path):
    assert not is_whole(tmp_path / SUMS)
    for name in ("a", "fr/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    write_sums(tmp_path / SUMS, {"a": sha256(b""), "fr/a": sha256(b"")}, {})
    assert is_whole(tmp_path / SUMS)
    (tmp_path / "fr/a").unlink()
    assert not is_whole(tmp_path / SUMS)
