"""docs/tutorial.md, done word by word, in the order in which it stands there."""

import json
import re
from pathlib import Path

import pytest

GUIDE = (Path(__file__).resolve().parents[2] / "docs/tutorial.md").read_text(encoding="utf-8")
SET_UP = ("cd ", "make setup", ". .venv")
STEPS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)


def write(folder: Path, text: str) -> None:
    """A block of YAML: the study that it names, or keys of the settings."""
    if named := re.match(r"# (config/studies/\w+\.yaml)\n", text):
        assert (folder / named[1]).exists(), "mlpstudy new comes before"
        (folder / named[1]).write_text(text, encoding="utf-8")
        return
    settings = folder / "config/config.yaml"
    said = settings.read_text(encoding="utf-8")
    for line in text.splitlines():
        key = line.partition(":")[0]
        said, n = re.subn(rf"^{key}:.*$", line, said, flags=re.MULTILINE)
        assert n == 1
    settings.write_text(said, encoding="utf-8")


@pytest.fixture(scope="module")
def done(checkout):
    """What each command printed, in order, and the folder where all was done."""
    settings = (checkout.folder / "config/config.yaml").read_text(encoding="utf-8")
    printed: list[tuple[str, str]] = []
    for kind, text in STEPS:
        if kind == "yaml":
            write(checkout.folder, text)
            continue
        for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
            if not command.startswith(SET_UP):
                printed.append((command, said_by(checkout, command, printed)))
    yield checkout.folder, printed
    (checkout.folder / "config/config.yaml").write_text(settings, encoding="utf-8")
    (checkout.folder / "config/studies/my_width.yaml").unlink()


def said_by(checkout, command: str, before: list[tuple[str, str]]) -> str:
    if "RUN_ID" in command:
        replayed = next(said for name, said in before if "replay" in name)
        command = command.replace("RUN_ID", replayed.partition(":")[0])
    ran = checkout.run(*command.split())
    assert ran.returncode == 0, f"{command}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    return ran.stdout


def test_it_ends_in_a_finding_of_one_s_own(done):
    folder, printed = done
    said = dict(printed)
    assert "all 2 runs agree, bit for bit" in said["mlpstudy replay --sample 2"]
    assert "C10" in said["mlpstudy answer C10"] and "mlpstudy run" in said["mlpstudy show RUN_ID"]
    assert "120 networks" in said["mlpstudy check my_width"]
    assert "weak" not in said["mlpstudy check my_width"]
    assert "W1" in said["mlpstudy answer W1"]
    results = folder / "results/smoke"
    file = json.loads((results / "studies/my_width/findings.json").read_text(encoding="utf-8"))
    found = file["findings"] if isinstance(file, dict) else file
    assert [f["condition"] for f in found] == [{"width": 8}, {"width": 32}]
    assert all(f["n"] == 8 for f in found)
    page = (results / "report/chapters/my_width.html").read_text(encoding="utf-8")
    assert "A wider network loses less on test" in page


def test_it_goes_in_the_order_of_a_user_s_day():
    commands = re.findall(r"^\$ (?:mlpstudy )?(\w+)", GUIDE, re.MULTILINE)
    assert commands == ["cd", "make", "snakemake", "status", "answer", "answer", "replay", "show",
                        "new", "check", "snakemake", "answer"]  # fmt: skip
