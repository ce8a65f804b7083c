"""A report in several processes: the same bytes, the same mistakes, and none that is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.files import DamagedFile, StaleFile
from mlpstudy.report.build import build
from mlpstudy.report.processes import mapped
from tests.report.conftest import LECTURE, PROVENANCE, TEMPLATES


def files_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_report_is_the_same_bytes_in_however_many_processes(untouched, built_once, tmp_path):
    build(untouched, tmp_path, TEMPLATES, LECTURE, "en", PROVENANCE, processes=3)
    assert files_of(tmp_path) == files_of(built_once.folder)


def test_what_is_damaged_is_named_by_whichever_process_meets_it(results, tmp_path):
    path = results / "studies" / "passes" / "counts.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DamagedFile, match=r"passes/counts\.json: damaged, its checksum does not"):
        build(results, tmp_path / "report", TEMPLATES, LECTURE, "en", PROVENANCE, processes=2)
    assert not (tmp_path / "report").exists()


def fail(error):
    raise error


@pytest.mark.parametrize(
    "error",
    [
        Mistake("is no number", file="a.yaml", key="eta", value="x", allowed="a number"),
        Mistake("is missing", key="eta", nearest="beta", hint="write it"),
        DamagedFile("a.json"),
        DamagedFile(Path("b.json"), "it is empty"),
        StaleFile("SHA256SUMS"),
    ],
    ids=lambda error: f"{type(error).__name__}-{str(error)[:6]}",
)
def test_a_mistake_has_the_same_line_in_another_process(error):
    with pytest.raises(type(error)) as raised, mapped(2) as each:
        list(each(fail, [error]))
    assert raised.value is not error and str(raised.value) == str(error)


def kill(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_one_line():
    with pytest.raises(ChildProcessError, match="killed.*fewer --threads"), mapped(2) as each:
        list(each(kill, [0]))


def names(_):
    return parts.names("measure")


def test_the_users_own_parts_are_known_in_each(tmp_path):
    (tmp_path / "own.py").write_text("MEASURES = {'mine': None}\n")
    parts.use([tmp_path / "own.py"])
    try:
        with mapped(2) as each:
            assert list(each(names, range(4))) == [("mine",)] * 4
    finally:
        parts.use(())


def process(_):
    return os.getpid()


def test_one_process_is_this_one():
    with mapped(1) as each:
        assert list(each(process, [0])) == [os.getpid()]


def test_none_is_left_where_the_first_is_killed():
    code = (
        "import os\n"
        "from mlpstudy.report.processes import mapped\n"
        "with mapped(2) as each:\n"
        "    print(*each(abs, [-1]), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    # It is read to its end, which is when the last process that can write to it has ended.
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"1\n")
