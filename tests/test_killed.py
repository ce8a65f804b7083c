"""A job that is killed for its memory says so, and no other."""

import subprocess
import sys
from pathlib import Path

import pytest

from mlpstudy.killed import LINE

COMMON = Path(__file__).resolve().parents[1] / "workflow/rules/common.smk"


@pytest.mark.parametrize(
    ("code", "said"),
    [("os.kill(os.getpid(), 9)", f"{LINE}\n"), ("sys.exit(2)", ""), ("sys.exit(0)", "")],
)
def test_a_kill_is_said(tmp_path, code, said):
    """By the shell, as the workflow's rules call it: with its standard output in a log."""
    trap = next(line for line in COMMON.read_text().splitlines() if "trap" in line).strip(' "')
    command = f"{sys.executable} -c 'import os, sys; {code}' 2>&1 | tee log > /dev/null"
    prefix = f"PATH={Path(sys.executable).parent}:$PATH; set -euo pipefail; {trap} "
    done = subprocess.run(
        ["bash", "-c", prefix + command], cwd=tmp_path, capture_output=True, text=True
    )
    lines = [line for line in done.stderr.splitlines(keepends=True) if line.startswith("mlpstudy")]
    assert "".join(lines) == said
