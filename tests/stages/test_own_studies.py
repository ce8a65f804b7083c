"""Studies as users write them, from their networks to their figures: those of the guides, and some
that a module could take for something else."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from mlpstudy.cli import main
from mlpstudy.cli.by_name import draw, summarise, train
from mlpstudy.design import yaml_file
from mlpstudy.design.project import Project
from mlpstudy.files import read_summed_json
from mlpstudy.statistics.verdicts import read_findings

ROOT = Path(__file__).parents[2]
QUESTIONS = sorted((ROOT / "docs/questions").glob("*.yaml"))
BATCHES = """\
study: batches
title: t
question: q
seeds: 6
base: {dataset: wine, depth: 1, width: 4, epochs: 2}
tune: {eta: {}}
sweep: {sizes: {grid: {batch_size: [8, null], eta: [0.01, 0.1]}}}
claims:
  - {id: B1, name: errs, says: s, direction: below, threshold: 0,
     contrast: {measure: test_error, factor: batch_size, of: null, against: 8}}
figures: [{name: errors, kind: point, x: batch_size, y: test_error}]
"""


def shown_in(guide: str) -> str:
    """The study that a guide shows, with two passes for every network."""
    text = re.search(r"```yaml\n(.*?)```", (ROOT / guide).read_text(encoding="utf-8"), re.DOTALL)[1]
    return re.sub(r"epochs: \d+", "epochs: 2", text)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """made(text) -> the folder of a study that was trained, summarised and drawn."""
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    Path("config/config.yaml").write_text("size: default\n")

    def folder(text: str) -> Path:
        name = re.search(r"study: (\w+)", text)[1]
        Path(f"config/studies/{name}.yaml").write_text(text, encoding="utf-8")
        project = Project.read()
        for job in project.jobs:
            train(project, job)
        summarise(project, name)
        draw(project, name)
        plt.close("all")
        return project.study_dir(name)

    return folder


@pytest.mark.parametrize(
    ("text", "conditions", "n"),
    [
        (shown_in("docs/own-question.md"), [{"width": 16}, {"width": 64}], 8),
        (shown_in("config/README.md"), [{"depth": 5}, {"depth": 8}] * 2, 8),
        (BATCHES, [{}], 6),
    ],
    ids=["docs/own-question", "config/README", "a batch of all examples"],
)
def test_a_study_of_one_s_own(made, text, conditions, n):
    folder = made(text)
    found = read_findings(folder / "findings.json")
    assert [f.condition for f in found] == conditions
    assert {f.n for f in found} == {n}
    described = read_summed_json(folder / "figures.json")
    assert [each["name"] for each in described] == re.findall(r"{name: (\w+), kind", text)
    for each in described:
        assert (folder / f"figures/{each['name']}.svg").exists()
        assert pd.read_parquet(folder / f"tables/figure_{each['name']}.parquet")["n"].eq(n).all()


def own_table(target: str) -> None:
    """my_trees: 340 trees of one kind, 60 of another that the features hardly tell apart."""
    drawn, oak = np.random.default_rng(0), np.arange(400) >= 340
    Path("trees.csv").write_text(
        "girth,height,kind\n"
        + "".join(f"{a + 1.0 * o},{b},{('elm', 'oak')[int(o)]}\n" for (a, b), o in zip(drawn.normal(size=(400, 2)), oak)),
        encoding="utf-8",
    )  # fmt: skip
    settings = f"size: default\ndatasets: {{my_trees: {{file: trees.csv, target: {target}}}}}\n"
    Path("config/config.yaml").write_text(settings, encoding="utf-8")


def rare_study() -> str:
    guide = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
    return next(t for t in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "study: rare" in t)


def test_weights_of_the_classes_are_judged_by_balanced_accuracy(made):
    own_table("kind")
    folder = made(rare_study())
    (found,) = read_findings(folder / "findings.json")
    assert found.unit == "test balanced accuracy" and found.verdict == "supported"
    drawn = pd.read_parquet(folder / "tables/figure_scores.parquet")
    drawn = drawn.set_index(["measure", "class_weights"])["value"].unstack()
    gain = drawn["balanced"] - drawn["none"]
    assert gain["test_balanced_accuracy"] == pytest.approx(found.value)
    assert gain["test_accuracy"] < gain["test_balanced_accuracy"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("", "", "claims[0].contrast.measure"),
        ("measure: test_balanced_accuracy", "measure: test_loss", "figures[0].y"),
    ],
)
def test_a_table_without_classes_is_refused_before_its_networks_are_trained(
    tmp_path, monkeypatch, capsys, old, new, place
):
    """Whether a table has classes is known once it is read."""
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    own_table("height, columns: [girth]")
    text = rare_study().replace("class_weights: [none, balanced]", "width: [4, 8]")
    text = text.replace("class_weights, of: balanced, against: none", "width, of: 8, against: 4")
    text = text.replace("x: class_weights", "x: width").replace("relu,", "relu, cost: mse_raw,")
    Path("config/studies/rare.yaml").write_text(text.replace(old, new), encoding="utf-8")
    line = f"{place}: 'test_balanced_accuracy' my_trees is a regression, it has no classes"
    for words in ["plan"], ["check", "rare"]:
        with pytest.raises(SystemExit, match="2"):
            main(words)
        told = capsys.readouterr()
        assert line in told.out + told.err
    assert not Path("results").exists()


@pytest.mark.parametrize("path", QUESTIONS, ids=[path.stem for path in QUESTIONS])
def test_questions_that_the_lecture_does_not_ask(made, path):
    """From YAML alone, at the size that shows that all goes well."""
    text = path.read_text(encoding="utf-8")
    Path("config/config.yaml").write_text("size: smoke\n")
    folder = made(text)
    study = yaml_file.read(path)
    found = read_findings(folder / "findings.json")
    assert {f.statistic for f in found} == {claim["name"] for claim in study["claims"]}
    assert all(isinstance(f.condition, dict) and f.n == 2 for f in found)
    described = read_summed_json(folder / "figures.json")
    assert [each["name"] for each in described] == [f["name"] for f in study["figures"]]
    for each in described:
        assert each["title"]["en"] and each["caption"]["fr"] and each["alt"]["en"]
        assert (folder / f"figures/fr/{each['name']}.svg").exists()
