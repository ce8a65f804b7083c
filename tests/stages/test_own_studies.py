"""Studies as users write them, from their networks to their figures: those of the guides, and some
that a module could take for something else."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from mlpstudy.by_name import draw, summarise, train
from mlpstudy.design.project import Project
from mlpstudy.studies.finding import read_findings

ROOT = Path(__file__).parents[2]
HEAD = "title: t\nquestion: q\nseeds: 6\n"
DROPOUT = (
    HEAD
    + """\
study: my_dropout
module: dropout
options: {rates: [0.5]}
base: {dataset: wine, activation: relu, width: 8, epochs: 2}
sweep: {wines: {grid: {dropout: [0.0, 0.5], eta: [0.01, 0.05]}}}
claims: [{id: D1, says: s, statistic: loss_reduced, direction: above, threshold: 0}]
"""
)
BATCHES = (
    HEAD
    + """\
study: batches
module: trainability
base: {dataset: wine, depth: 1, width: 4, epochs: 2}
sweep: {sizes: {grid: {batch_size: [8, null], eta: [0.01, 0.1]}}}
claims: [{id: B1, says: s, statistic: gain_in_trained, direction: below, threshold: 0}]
"""
)


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


SIGMOID = "digits, sigmoid glorot_uniform, depth {}, momentum 0.9 against 0"
TANH = "wine, tanh glorot_uniform, width {}, depth 1 against 8"


@pytest.mark.parametrize(
    ("text", "conditions", "n"),
    [
        (shown_in("README.md"), [TANH.format(width) for width in (4, 16, 64)], 8),
        (shown_in("config/README.md"), [SIGMOID.format(depth) for depth in (5, 8)], 8),
        (BATCHES, ["wine, sigmoid glorot_uniform, depth 1, batch size 106 against 8"], 6),
        (DROPOUT, ["wine, clean labels, rate 0.5"], 6),
    ],
    ids=["README", "config/README", "a batch of all examples", "the whole training part"],
)
def test_a_study_of_one_s_own(made, text, conditions, n):
    folder = made(text)
    found = read_findings(folder / "findings.json")
    assert [f.condition for f in found] == conditions
    assert {f.n for f in found} == {n}
    table = "compared" if "dropout" in text else "shares"
    assert pd.read_parquet(folder / f"tables/{table}.parquet")["n"].ge(n).all()
    assert list((folder / "figures").glob("*.svg"))
