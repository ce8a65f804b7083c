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
    _, snakes, config, halves = blocks("yaml")
    for name, study in (("snakes", snakes), ("halves", halves)):
        (studies / f"{name}.yaml").write_text(study, encoding="utf-8")
    for name, code in zip(("my_parts", "my_measures"), blocks("python"), strict=True):
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    settings = (folder / "config/config.yaml").read_text(encoding="utf-8")
    settings = settings.replace("plugins: []", config.strip())
    (folder / "config/config.yaml").write_text(settings, encoding="utf-8")


@pytest.fixture(scope="module")
def own(filled):
    """A project with parts of one's own, run from end to end."""
    return filled("own parts", write)


def findings(own, study: str) -> list[dict]:
    file = own.folder / f"results/smoke/studies/{study}/findings.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    return found["findings"] if isinstance(found, dict) else found


def test_the_sweep_has_a_finding(own):
    [finding] = findings(own, "snakes")
    assert finding["statistic"] == "loss_saved" and finding["n"] == 8


def test_the_measure_decides_and_the_kind_is_drawn_in_the_chapter(own):
    found = findings(own, "halves")
    assert [f["condition"] for f in found] == [{"activation": "sigmoid"}, {"activation": "tanh"}]
    assert all(f["n"] == 8 and 0 <= f["value"] <= 10 for f in found)
    results = own.folder / "results/smoke"
    page = (results / "report/chapters/halves.html").read_text(encoding="utf-8")
    assert "passes until the loss is halved" in page
    assert (results / "studies/halves/figures/halves.svg").exists()


def test_a_changed_measure_trains_nothing(own):
    assert own.planned() == {}
    undo = own.edit("my_measures.py", "loss[0] / 2", "loss[0] / 4")
    try:
        planned = own.planned()
    finally:
        undo()
    assert planned == {"summarise": 1, "draw": 1, "report": 1, "all": 1}


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
