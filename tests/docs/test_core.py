"""docs/core.md: its code runs as it stands, and prints what the page says."""

import re
from pathlib import Path

GUIDE = (Path(__file__).resolve().parents[2] / "docs/core.md").read_text(encoding="utf-8")


def test_the_example_runs(capsys):
    space: dict = {}
    exec("\n".join(re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)), space)
    printed = capsys.readouterr().out.splitlines()
    [said] = re.findall(r"```\n(\(.*?)```", GUIDE, re.DOTALL)
    assert [line for line in said.splitlines() if line not in printed] == []
    accuracy = space["score"].accuracy
    assert accuracy.shape == (4,) and accuracy.min() > 0.7, "the networks learn"
    assert tuple(space["a"].shape) == (4, 100, 2)
    assert tuple(space["layer"].W.shape) == (4, 2, 16)
