"""Every damaged, missing or foreign file is named, with its time as it was, and never a traceback."""

import os
from pathlib import Path

import numpy as np
import pytest

from mlpstudy.archive import save_arrays
from mlpstudy.files import (
    SUMS,
    sealed_json,
    sha256,
    write_atomically,
    write_summed_json,
    write_sums,
)
from mlpstudy.recovery.verify import FOREIGN, LEFT_BEHIND, repair, verify

FILES = (
    "results/trained/key/data/pack.npz",
    "results/jobs/a/runs.parquet",
    "results/jobs/a/SHA256SUMS",
    "results/studies/s/figures/fr/x.svg",
    "results/studies/s/figures/SHA256SUMS",
    "results/studies/s/study.json",
    "results/studies/s/study.json.sha256",
    "results/plan/report.json",
)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A small tree of results of every kind."""
    monkeypatch.chdir(tmp_path)
    save_arrays(FILES[0], {"ids": np.arange(5)})
    for sums, name in ((FILES[2], "runs.parquet"), (FILES[4], "fr/x.svg")):
        write_atomically(Path(sums).parent / name, name.encode())
        write_sums(sums, {name: sha256(name.encode())}, {"train": "0123"})
    write_summed_json(FILES[5], {"title": "été"})
    write_atomically(FILES[7], sealed_json({"studies": ["s"]}))
    write_atomically("results/logs/train.log", b"not covered")
    return tmp_path


def named() -> dict[str, str]:
    return {fault.path.as_posix(): fault.reason for fault in verify().faults}


def test_what_is_whole_has_no_fault(made):
    found = verify()
    assert (found.files, found.faults) == (len(FILES), []) and found.bytes > 0


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", ["flip", "cut", "lose"])
def test_a_damage_is_named_whatever_the_time_of_the_file(made, file, damage):
    path = Path(file)
    content, told = path.read_bytes(), path.stat()
    for place in range(0, len(content), 1 if len(content) < 300 else 11):
        flipped = content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
        path.write_bytes(flipped if damage == "flip" else content[:place])
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        if damage == "lose":
            path.unlink()
            break
        assert "damaged" in named()[file]
    if damage != "lose":
        assert list(named()) == [file]
    elif path.name == SUMS or path.suffix == ".sha256":
        assert set(named().values()) == {FOREIGN}  # of what it has covered
    elif file not in (FILES[0], FILES[7]):
        assert named() == {file: "missing"}


def test_repair_removes_what_is_damaged_and_the_list_that_snakemake_looks_for(made):
    Path(FILES[3]).write_bytes(b"x")
    write_atomically("results/compared.png", b"x")
    strange, left = Path("results/jobs/mine.txt"), Path("results/trained/.0123.tmp")
    for path in (strange, left):
        path.write_bytes(b"")
    assert named() == {FILES[3]: "damaged, its checksum does not match", str(strange): FOREIGN, str(left): LEFT_BEHIND}  # fmt: skip
    assert set(repair(verify().faults)) == {Path(FILES[3]), Path(FILES[4]), left}
    assert strange.exists() and named() == {str(strange): FOREIGN}
