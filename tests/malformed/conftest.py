"""A project in which nothing may be trained, and what a command says when it refuses."""

import os
from pathlib import Path

import pytest

from mlpstudy.cli import main
from mlpstudy.design import parts

STUDY = """\
study: mine
title: t
question: q
base: {dataset: iris, activation: tanh, epochs: 1}
seeds: 6
tune: {eta: {}}
sweep: {all: {grid: {depth: [1, 2], eta: [0.1]}}}
claims:
  - {id: C1, name: errs, says: s, contrast: {measure: test_error, factor: depth, of: 2, against: 1},
     direction: above, threshold: 0}
figures: [{name: errors, kind: line, x: depth, y: test_error}]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a config and one study."""
    folder = tmp_path / "project"
    (folder / "config/studies").mkdir(parents=True)
    monkeypatch.chdir(folder)
    Path("config/config.yaml").write_text("size: default\n", encoding="utf-8")
    Path("config/studies/mine.yaml").write_text(STUDY, encoding="utf-8")
    Path("a_file").touch()
    yield folder
    parts.use(())


def refused(words, capsys) -> str:
    """The one line with which a command is left; it has made no file, here or beside."""
    before = files()
    with pytest.raises(SystemExit) as left:
        main(list(words))
    printed = capsys.readouterr()
    assert (left.value.code, printed.out) == (2, ""), printed
    assert printed.err.count("\n") == 1 and printed.err.startswith("mlpstudy: "), printed.err
    assert printed.err.isprintable() or printed.err[:-1].isprintable()
    assert files() == before
    return printed.err


def files() -> set[str]:
    """All files of the project's folder and beside it."""
    return {f"{place}/{name}" for place, _, names in os.walk("..") for name in names}
