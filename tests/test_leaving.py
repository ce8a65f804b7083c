"""How the command leaves: one line and an exit code, also where nothing in the settings is wrong."""

import errno
import re

import pytest

from mlpstudy.cli import main
from mlpstudy.design.project import Project
from mlpstudy.files import DamagedFile, StaleFile, write_atomically


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "stopped; what was trained is kept"),
        (
            DamagedFile("a.json"),
            1,
            "a.json: damaged, its checksum does not match; to make it again: mlpstudy verify --repair, then mlpstudy resume (a single run: mlpstudy run)",
        ),
        (
            StaleFile("SHA256SUMS"),
            1,
            "SHA256SUMS: was made by other code or from other data; to make it again: mlpstudy resume",
        ),
    ],
    ids=["Ctrl-C", "damaged", "stale"],
)
def test_a_failure_is_one_line(monkeypatch, capsys, error, code, line):
    def fail(*_):
        raise error

    monkeypatch.setattr(Project, "read", fail)
    with pytest.raises(SystemExit) as left:
        main(["plan"])
    assert left.value.code == code
    assert capsys.readouterr().err.strip() == f"mlpstudy: {line}"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("write", [True, False], ids=["a result", "something else"])
def test_a_full_disk_is_named_with_what_is_needed(monkeypatch, capsys, tmp_path, code, write):
    def fail(*_):
        raise OSError(code, "No room", "results/x.parquet")

    def write_a_result(*_):
        monkeypatch.setattr("os.replace", fail)
        write_atomically(tmp_path / "x.parquet", bytes(1_500_000))

    monkeypatch.setattr(Project, "read", write_a_result if write else fail)
    with pytest.raises(SystemExit) as left:
        main(["plan"])
    assert left.value.code == 1 and not list(tmp_path.iterdir())
    said = capsys.readouterr().err
    asked = "1.5 MB are needed" if write else "more is needed"
    assert re.fullmatch(rf"mlpstudy: .*x.parquet: No room: {asked}, [\d.]+ [KM]B are free on the disk /.*; make room, then: mlpstudy resume\n", said)  # fmt: skip


def test_elsewhere_it_says_where_to_start(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["plan"])
    assert left.value.code == 2
    line = "config/config.yaml: is not here: start this in the folder of the checkout"
    assert capsys.readouterr().err == f"mlpstudy: {line}\n"
