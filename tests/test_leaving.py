"""How the command leaves: one line and an exit code, also where nothing in the settings is wrong."""

import errno

import pytest

from mlpstudy.cli import main
from mlpstudy.design.project import Project
from mlpstudy.files import DamagedFile, StaleFile

FULL = OSError(errno.ENOSPC, "No space left on device", "results/x.parquet")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "stopped; what was trained is kept"),
        (FULL, 1, "results/x.parquet: No space left on device"),
        (
            DamagedFile("a.json"),
            1,
            "a.json: damaged, its checksum does not match; delete it and run again",
        ),
        (
            StaleFile("SHA256SUMS"),
            1,
            "SHA256SUMS: was made by other code or from other data; delete it and run again",
        ),
    ],
    ids=["Ctrl-C", "full disk", "damaged", "stale"],
)
def test_a_failure_is_one_line(monkeypatch, capsys, error, code, line):
    def fail(*_):
        raise error

    monkeypatch.setattr(Project, "read", fail)
    with pytest.raises(SystemExit) as left:
        main(["plan"])
    assert left.value.code == code
    assert capsys.readouterr().err.strip() == f"mlpstudy: {line}"


def test_elsewhere_it_says_where_to_start(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["plan"])
    assert left.value.code == 2
    line = "config/config.yaml: is not here: start this in the folder of the checkout"
    assert capsys.readouterr().err == f"mlpstudy: {line}\n"
