"""`mlpstudy status` tells what is trained, what is missing and what cannot be used, from files."""

import shutil
from pathlib import Path

import pytest

from mlpstudy.cli import by_name
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.files import SUMS
from mlpstudy.planning.status import Statuses

STUDY = """\
study: steps
title: Two steps
question: Which step?
base: {dataset: iris, depth: 1, width: 3, epochs: 2}
seeds: 6
sweep: {steps: {grid: {eta: [0.01, 0.1]}}}
claims:
  - {id: S1, name: gain, says: The larger one loses less, direction: below, threshold: 0,
     contrast: {measure: test_loss, factor: eta, of: 0.1, against: 0.01}}
figures: [{name: losses, kind: line, x: eta, y: test_loss}]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    Path("config/studies/steps.yaml").write_text(STUDY, encoding="utf-8")
    return Project(Settings(engine="torch"))


def status(project):
    return Statuses(project).of("steps")


def train(project):
    from mlpstudy.stages.prepare import prepare

    prepare("iris", project.data_file("iris"))
    for job in project.jobs:
        by_name.train(project, job)


def test_before_and_after(project):
    assert status(project)[:6] == ("steps", 12, 0, {}, 12, 0) and status(project).stage == "nothing"
    train(project)
    assert status(project)[:6] == ("steps", 12, 12, {}, 0, 0)
    by_name.summarise(project, "steps")
    assert status(project).stage == "summarised"
    by_name.draw(project, "steps")
    assert status(project).stage == "drawn"


def folder(project) -> Path:
    return project.job_dir(next(iter(project.jobs)))


def test_other_code_is_told_from_missing(project):
    train(project)
    sums = folder(project) / SUMS
    from mlpstudy.files import read_sums, write_sums

    files, made_by = read_sums(sums)
    write_sums(sums, files, {**made_by, "train": "of another day"})
    assert status(project).trained == 12  # they are kept under the key of the code
    shutil.rmtree(project.trained)
    assert status(project)[2:5] == (0, {"other code": 12}, 0)


def test_other_data_and_damage_are_told(project):
    train(project)
    shutil.rmtree(project.trained)
    project.data_file("iris").unlink()
    assert status(project)[2:5] == (0, {"other data: iris": 12}, 0)
    (folder(project) / "runs.parquet").unlink()
    assert status(project)[2:5] == (0, {"damaged": 12}, 0)
    (folder(project) / SUMS).write_bytes(b"\xff")
    assert status(project)[2:5] == (0, {"damaged": 12}, 0)


def test_a_study_that_is_none_is_a_mistake(project):
    with pytest.raises(Mistake, match="steps"):
        Statuses(project).of("stps")
