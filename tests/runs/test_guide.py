"""docs/one-run.md, done word by word."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from mlpstudy.cli import by_name, main
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import FIELDS
from mlpstudy.stages.prepare import prepare

GUIDE = (Path(__file__).resolve().parents[2] / "docs/one-run.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ mlpstudy (.*)$", GUIDE, re.MULTILINE)


@pytest.fixture
def ready(project, tmp_path):
    """A study that is trained, and a table of flowers."""
    (tmp_path / "config/config.yaml").write_text("engine: torch\n", encoding="utf-8")
    prepare("iris", project.data_file("iris"))
    for job in project.jobs:
        by_name.train(project, job)
    by_name.summarise(project, "steps")
    x = DATASETS["iris"]().x[:7]
    np.savetxt(tmp_path / "flowers.csv", x, delimiter=",", header="a,b,c,d", comments="")
    return tmp_path


def run(words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(shlex.split(words))
    return left.value.code or 0


def test_every_command_does_what_the_guide_says(ready, capsys):
    assert [command.split()[0] for command in COMMANDS] == ["run", "run", "run", "continue", "show", "compare", "scores", "predict", "replay", "status"]  # fmt: skip
    printed = {}
    for command in COMMANDS:
        assert run(command) == 0, capsys.readouterr().err
        printed[command.split()[0]] = capsys.readouterr().out
    assert "eta" in printed["show"] and "mlpstudy run dataset=iris" in printed["show"]
    assert "tanh" in printed["compare"] and (ready / "results/compared.png").exists()
    assert len((ready / "answers.csv").read_text(encoding="utf-8").splitlines()) == 1 + 7
    assert "its first 20 passes are those of iris-d2-w8-tanh-s0-f9e023a4" in printed["continue"]
    assert "balanced_accuracy" in printed["scores"]
    assert "12 runs agree, bit for bit" in printed["replay"]
    assert re.search(r"steps +12 +12 +0 ", printed["status"])


def test_a_run_of_a_study_stands_behind_its_findings(ready, project, capsys):
    name = next(iter(project.pool))
    assert run(f"show {name}") == 0
    text = capsys.readouterr().out
    assert "asked by steps, steps" in text and "S1" in text and f"mlpstudy replay {name}" in text


@pytest.mark.parametrize(
    "words",
    ["show", "show nothing", "compare a b", "compare", "predict nothing x.csv", "scores nothing", "status stps",
     "compare a b --picture x.svg", "show --al x"],
)  # fmt: skip
def test_a_slip_of_the_pen_is_one_line(ready, words, capsys):
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1 and "Traceback" not in err and not out


def test_the_guide_names_every_file_of_a_run_s_folder(ready, capsys):
    assert run(COMMANDS[0]) == 0
    folder = ready / capsys.readouterr().out.strip().splitlines()[-1]
    named = set(re.findall(r"`([\w.]+)`", GUIDE))
    left = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert {name for name in left if not name.endswith(".svg")} <= named
    assert "eta" in FIELDS
