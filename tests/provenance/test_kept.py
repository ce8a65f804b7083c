"""What was found of a package is kept, and found again only while all files are the same."""

import pytest

from mlpstudy.provenance.closure import Entry, Package
from mlpstudy.provenance.kept import SUFFIX, KeptPackage

BEGIN = [Entry("main.py", ("begin",))]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "main.py").write_text("def begin():\n    return other()\n\ndef other(): return 1\n")
    (tmp_path / "data.csv").write_text("1,2\n")
    return tmp_path


def kept(root):
    return list((root / "__pycache__").glob(f"*{SUFFIX}"))


def test_another_process_does_not_read_what_is_kept(root, monkeypatch):
    found = KeptPackage(root).closure(BEGIN)
    assert found == Package(root).closure(BEGIN)
    monkeypatch.setattr(Package, "closure", None)
    assert KeptPackage(root).closure(iter(BEGIN)) == found


@pytest.mark.parametrize("used", [{"cost": ["mse"]}, {}, {"cost": ["nll"]}])
def test_other_questions_have_answers_of_their_own(root, used):
    package = KeptPackage(root)
    package.closure(BEGIN)
    assert package.closure(BEGIN, used) == Package(root).closure(BEGIN, used)
    assert len(kept(root)[0].read_text().splitlines()) == 2


def test_a_changed_file_is_read_and_what_was_kept_is_removed(root):
    before = KeptPackage(root).closure(BEGIN)
    first = kept(root)
    (root / "main.py").write_text("def begin():\n    return 2\n")
    after = KeptPackage(root).closure(BEGIN)
    assert after == Package(root).closure(BEGIN) != before
    assert len(kept(root)) == 1 and kept(root) != first


def test_nothing_is_kept_of_files_that_change_meanwhile(root):
    package = KeptPackage(root)
    package.module("main")
    (root / "data.csv").write_text("3,4\n")
    package.closure(BEGIN)
    assert not kept(root)


def test_a_line_that_is_cut_off_is_no_answer(root):
    found = KeptPackage(root).closure(BEGIN)
    [file] = kept(root)
    file.write_text(file.read_text()[:40] + "\n")
    assert KeptPackage(root).closure(BEGIN) == found


def test_a_folder_that_may_not_be_written_keeps_nothing(root):
    (root / "__pycache__").write_text("not a folder")
    assert KeptPackage(root).closure(BEGIN) == Package(root).closure(BEGIN)
