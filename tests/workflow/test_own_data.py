"""docs/own-data.md, done word by word: a user's own tables, from config.yaml to the report."""

import json
import re
from pathlib import Path

import pytest
import yaml

from mlpstudy.design.run import DATASETS as OWN
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings
from mlpstudy.report import findings_file

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
DATASETS = """
datasets:
  prices: {file: "data/J. Müller's prices.csv", target: price, columns: [area, rooms]}
  my_gaps: {file: data/gaps.csv, target: class}
"""
PRICES = """\
study: cost
title: Does depth help with prices?
question: One layer, or two?
base: {dataset: prices, cost: mse_raw, activation: tanh, eta: 0.01, epochs: 3, width: 4}
seeds: 6
sweep: {depth: {grid: {depth: [1, 2]}}}
claims:
  - {id: P1, name: loss_by_depth, says: Two layers lose less, direction: below, threshold: 0,
     contrast: {measure: test_loss, factor: depth, of: 2, against: 1}}
figures: [{name: losses, kind: line, x: depth, y: test_loss}]
"""
CHANGED = {"read": 1, "train": 1, "summarise": 1, "draw": 1, "report": 1, "all": 1}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def trees() -> str:
    """The guide's table, with sixty rows."""
    head, first, second, _ = blocks("")[0].splitlines()
    rest = (f"{i};{i % 7},5;{-i % 11},25;{('spruce', 'beech')[i % 2]}" for i in range(2, 60))
    return "\n".join([head, first, second, *rest]) + "\n"


def write(folder: Path) -> None:
    studies = folder / "config/studies"
    for path in studies.iterdir():
        path.unlink()
    config, study, *_ = blocks("yaml")
    (studies / "trees.yaml").write_text(study, encoding="utf-8")
    (studies / "cost.yaml").write_text(PRICES, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data/trees.csv").write_text(trees(), encoding="utf-8")
    prices = [f"{30 + 7 * i % 90},{1 + i % 5},{1000 * (30 + 7 * i % 90)}.25,x" for i in range(60)]
    text = "\n".join(["area,rooms,price,agent", *prices])
    (folder / "data/J. Müller's prices.csv").write_text(text, encoding="utf-8")
    gaps = ["0.5," + ("" if i in (3, 16) else f"{i}.5") + f",{i % 2}" for i in range(60)]
    (folder / "data/gaps.csv").write_text("\n".join(["u,v,class", *gaps]), encoding="utf-8")
    settings = (folder / "config/config.yaml").read_text(encoding="utf-8")
    own = DATASETS + config.removeprefix("datasets:\n")
    settings = settings.replace("datasets: {}", own)
    (folder / "config/config.yaml").write_text(settings, encoding="utf-8")


@pytest.fixture(scope="module")
def own(filled):
    """A project with tables of one's own, run from end to end at the smoke size."""
    return filled("own data", write)


def console() -> dict[str, str]:
    """The guide's commands, and what it says that they print."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    told: dict[str, str] = {}
    for line in lines:
        if line.startswith("$ "):
            told[command := line.removeprefix("$ ")] = ""
        else:
            told[command] += f"{line}\n"
    return told


def test_the_guide_s_commands_print_what_it_says(own):
    ran = 0
    for command, printed in console().items():
        program, *words = command.split()
        if program == "mlpstudy":
            done = own.mlpstudy(*words)
            said = done.stdout + done.stderr if "gaps" in command else done.stdout
            assert printed in said if printed else done.returncode == 0, said
            assert done.returncode == (2 if "gaps" in command else 0)
            ran += 1
    assert ran == 6


def test_both_tables_reach_the_report(own):
    results = own.folder / "results/smoke"
    findings = findings_file.read(results / "findings.json")
    assert {f["claim"] for f in findings} == {"T1", "P1"}
    for study, dataset in (("trees", "my_trees"), ("cost", "prices")):
        page = results / f"report/chapters/{study}.md"
        assert dataset in page.read_text(encoding="utf-8").replace("\\_", "_")
    counts = json.loads((results / "studies/cost/counts.json").read_text(encoding="utf-8"))
    assert counts["finished"] == 12


def test_what_is_made_again_follows_the_bytes(own):
    table = own.folder / "data/J. Müller's prices.csv"
    assert own.planned() == {}
    table.touch()
    assert own.planned() == {}
    undo = own.edit(f"data/{table.name}", ",1,30000.25", ",1,30001.25")
    try:
        assert own.planned() == CHANGED
    finally:
        undo()


def test_a_published_set_is_downloaded_by_a_rule_and_before_that_not_looked_at(own):
    undo = [
        own.edit("config/config.yaml", "  my_gaps:", "  flowers: {openml: 61}\n  my_gaps:"),
        own.edit("config/studies/trees.yaml", "dataset: my_trees", "dataset: flowers"),
    ]
    try:
        planned = own.planned()
    finally:
        for each in undo:
            each()
    assert planned["fetch"] == 2 and planned["read"] == 1
    assert not (own.folder / "results/downloads").exists()


def test_a_mistake_is_one_line_before_anything_is_made(own):
    settings = own.folder / "config/config.yaml"
    before = settings.read_text(encoding="utf-8")
    for old, new, told in [
        ("target: price", "target: prize", "target: 'prize' is no column; one of area, rooms, price and agent; did you mean 'price'?"),
        ("target: price,", "target: price, task: classification,", "class '30000.25' has 1 example"),
    ]:  # fmt: skip
        assert old in before
        settings.write_text(before.replace(old, new, 1), encoding="utf-8")
        try:
            done = own.snakemake("--dry-run")
        finally:
            settings.write_text(before, encoding="utf-8")
        said = done.stdout + done.stderr
        [line] = [each for each in said.splitlines() if each.startswith("mlpstudy: ")]
        assert "Traceback" not in said
        assert done.returncode == 1 and line.startswith("mlpstudy: data/J. Müller's ")
        assert told in line


def test_a_study_that_asks_a_regression_for_classes_is_one_line(own):
    undo = own.edit("config/studies/cost.yaml", "cost: mse_raw, ", "")
    try:
        done = own.mlpstudy("check", "cost")
    finally:
        undo()
    assert done.returncode == 2
    told = "config/studies/cost.yaml: cost: prices is a regression: use mse_raw (dataset prices)"
    assert told in done.stdout


def test_the_guide_s_yaml_is_what_the_settings_and_a_study_take():
    config, study, published, rare, base = map(yaml.safe_load, blocks("yaml"))
    assert [*config] == [*published] == ["datasets"]
    sources = Settings(datasets=published["datasets"]).datasets
    assert [source.place for source in sources.values()] == [
        "OpenML 31",
        "OpenML zoo, version 1",
        "FashionMNIST",
    ]
    assert base["base"] == study["base"] | {"folds": 5}
    Run.model_validate(rare["base"], context={OWN: ["my_trees"]})
    Run.model_validate(base["base"], context={OWN: ["my_trees"]})
