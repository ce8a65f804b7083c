"""A project in an empty folder, and runs that were trained in it alone."""

from pathlib import Path

import pytest

from mlpstudy.cli import by_name
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings

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
def project(tmp_path, monkeypatch) -> Project:
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    Path("config/studies/steps.yaml").write_text(STUDY, encoding="utf-8")
    return Project(Settings(engine="torch"))


@pytest.fixture
def trained(project):
    """Trains a run of these fields; its folder."""
    return lambda **fields: by_name.run(project, Run(**fields), None, "last")
