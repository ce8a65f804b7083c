"""What a step has cost is what the system counted."""

import json
import shlex
import subprocess
import sys
import time

import pytest

from mlpstudy.usage import cpu_seconds, write_usage

BUSY = """
import sys, time
from pathlib import Path
from mlpstudy.usage import write_usage
block = bytearray(300_000_000)
block[::4096] = b"x" * len(block[::4096])
while time.process_time() < 0.5:
    pass
time.sleep(0.3)
write_usage(Path(sys.argv[1]))
"""


def test_seconds_are_those_of_the_processor_and_memory_is_at_its_peak(tmp_path):
    file = tmp_path / "train" / "job.json"
    # From a shell, as the rules are: Linux counts the memory of who started a process as its own.
    command = shlex.join([sys.executable, "-c", BUSY, str(file)])
    subprocess.run(["bash", "-c", f"{command}; exit $?"], check=True)
    usage = json.loads(file.read_text(encoding="utf-8"))
    assert usage.keys() == {"cpu_seconds", "megabytes"}
    assert 0.5 <= usage["cpu_seconds"] < 0.8  # not the time asleep
    assert 300 <= usage["megabytes"] < 450
    assert cpu_seconds(file) == usage["cpu_seconds"]


def test_processes_that_were_waited_for_count(tmp_path):
    before = time.process_time()
    subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.5: pass"])
    write_usage(tmp_path / "usage.json")
    assert cpu_seconds(tmp_path / "usage.json") >= before + 0.5


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cpu_seconds": "no"}', '{"cpu_seconds": null}'])
def test_what_cannot_be_read_is_not_known(tmp_path, text):
    (tmp_path / "usage.json").write_text(text, encoding="utf-8")
    assert cpu_seconds(tmp_path / "usage.json") is None
    assert cpu_seconds(tmp_path / "nothing.json") is None
