"""docs/own-parts.md, done word by word: a user's own parts, from a file to a finding."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/own-parts.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def write(folder: Path) -> None:
    studies = folder / "config/studies"
    for path in studies.iterdir():
        path.unlink()
    config, study = blocks("yaml")
    (studies / "snakes.yaml").write_text(study, encoding="utf-8")
    [code] = blocks("python")
    (folder / "my_parts.py").write_text(code, encoding="utf-8")
    settings = (folder / "config/config.yaml").read_text(encoding="utf-8")
    settings = settings.replace("plugins: []", config.strip())
    (folder / "config/config.yaml").write_text(settings, encoding="utf-8")


@pytest.fixture(scope="module")
def own(filled):
    """A project with parts of one's own, run from end to end."""
    return filled("own parts", write)


def test_the_sweep_has_a_finding(own):
    findings = json.loads((own.folder / "results/smoke/studies/snakes/findings.json").read_text("utf-8"))  # fmt: skip
    [finding] = findings["findings"] if isinstance(findings, dict) else findings
    assert finding["statistic"] == "loss_saved" and finding["n"] == 8


def test_the_guide_s_commands_work(own):
    for command in re.findall(r"^\$ mlpstudy (.*)$", GUIDE, re.MULTILINE):
        done = own.mlpstudy(*command.split())
        assert done.returncode == 0, done.stderr


def test_a_wrong_slope_is_refused_before_anything_is_trained(own):
    file = own.folder / "my_parts.py"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text(right.replace("1 + torch.sin(2 * a)", "2 + 0 * a"), encoding="utf-8")
        for done in (own.snakemake("--dry-run"), own.mlpstudy("check", "snakes")):
            lines = [line for line in (done.stdout + done.stderr).splitlines() if "is not the slope of g" in line]  # fmt: skip
            assert len(lines) == 1 and "ACTIVATIONS['snake']" in lines[0]
            assert done.returncode != 0 and "Traceback" not in done.stdout + done.stderr
    finally:
        file.write_text(right, encoding="utf-8")
