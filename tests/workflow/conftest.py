"""A copy of the project in an awkward folder, and the smoke size run there from end to end."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from mlpstudy.design.project import Project

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "workflow", "profiles", "config", "src")
FOLDER = "src/mlpstudy/studies/drawing"


# Two small studies: what they measure, draw and claim.
MEASURE = """
import numpy as np
import pandas as pd

from mlpstudy import rng

COLUMNS = {"draws": ["seed", "value"], "outputs": ["seed", "value"]}


def measure(study, networks):
    draws = [rng.stream(s, "study").random() for s in study["seeds"]]
    tables = {"draws": pd.DataFrame({"seed": study["seeds"], "value": draws})}
    runs = networks.blocks.get("some", [])
    if runs:
        records = networks.train(runs)
        grid = np.zeros((5, records[0].n_inputs))
        outputs = [networks.forward(record, grid).output[0, 0] for record in records]
        tables["outputs"] = pd.DataFrame({"seed": [run.seed for run in runs], "value": outputs})
    return tables
"""
FIGURES = """
from mlpstudy.drawing import style


def draws(tables, study, words):
    figure, axes = style.panels()
    axes[0, 0].plot(tables["draws"]["seed"], tables["draws"]["value"], "o")
    return figure
"""
STUDY = """\
study: {name}
title: What are the draws?
question: Are they below one?
module: drawing
seeds: 7
claims:
  - {{id: DRAWS, name: mean_draw, says: below one, direction: below, threshold: 1,
     contrast: {{table: draws, measure: value}}}}
figures:
  - {{name: draws, kind: python, title: Draws, note: All draws., alt: Dots.}}
smoke: {{seeds: 6}}
"""
SWEEP = "sweep: {some: {base: {dataset: iris, width: 3, epochs: 1}}}\n"


@dataclass(frozen=True)
class Checkout:
    """A folder that holds the project, and commands that are run in it."""

    folder: Path

    def run(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        """python -m ARGUMENTS with this copy's sources."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MLPSTUDY")}
        environment |= {"PYTHONPATH": str(self.folder / "src"), "NO_COLOR": "1"}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            **options,
        )

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("snakemake", "--cores", "2", *arguments, "--config", "size=smoke")

    def mlpstudy(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("mlpstudy", "-C", "size=smoke", *arguments)

    def planned(self, *arguments: str) -> dict[str, int]:
        """The rules that Snakemake would run, and how often."""
        dry = self.snakemake("--dry-run", *arguments)
        assert dry.returncode == 0, dry.stderr
        stats = re.search(
            r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", dry.stdout + dry.stderr, re.S
        )
        if stats is None:
            assert "Nothing to be done" in dry.stdout + dry.stderr
            return {}
        rows = (line.split() for line in stats.group(1).splitlines())
        return {name: int(count) for name, count in rows}

    def project(self) -> Project:
        """The project at the smoke size, as the rules see it."""
        with contextlib.chdir(self.folder):
            project = Project.read(overrides={"size": "smoke"})
            assert project.jobs
            return project

    def each(self, *rules: str) -> dict[str, int]:
        """How often a rule runs when all of it has to."""
        project = self.project()
        studies = len(project.studies)
        often = {"prepare": len(project.datasets), "train": len(project.jobs)}
        often |= {"measure": sum(study.is_measured for study in project.studies.values())}
        often |= {"summarise": studies, "draw": studies, "report": 1, "all": 1}
        return {rule: often[rule] for rule in rules if often[rule]}

    def edit(self, file: str, old: str, new: str):
        """Change a file of the copy until the returned function is called."""
        path = self.folder / file
        before = path.read_text(encoding="utf-8")
        assert old in before
        path.write_text(before.replace(old, new, 1), encoding="utf-8")
        return lambda: path.write_text(before, encoding="utf-8")


def copied(folder: Path) -> Checkout:
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return Checkout(folder)


def made_once(tmp_path_factory, worker_id: str, name: str, make: Callable[[Path], Checkout]):
    """What `make` makes of a folder with a name of its own.

    Of several processes the first makes it; the others take a copy, so that none sees what another
    changes in its own.
    """
    place = tmp_path_factory.getbasetemp()
    shared = (place if worker_id == "master" else place.parent) / "made" / name
    shared.parent.mkdir(exist_ok=True)
    with FileLock(shared.parent / f"{name}.lock"):
        if not shared.exists():
            made = make(place / "work" / name)
            shutil.copytree(made.folder, shared)
            return made
    return Checkout(shutil.copytree(shared, place / "work" / name))


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id) -> Checkout:
    """The project in a path with spaces, an umlaut and a quote, run once at the smoke size."""

    def make(folder: Path) -> Checkout:
        made = copied(folder)
        done = made.snakemake()
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return made

    return made_once(tmp_path_factory, worker_id, "a folder of J. Müller's", make)


@pytest.fixture(scope="session")
def measured(tmp_path_factory, worker_id) -> Checkout:
    """A project with two small studies of its own, run at the smoke size: one only measures, the
    other trains too."""

    def make(folder: Path) -> Checkout:
        made = copied(folder)
        for path in (made.folder / "config/studies").iterdir():
            path.unlink()
        files = {
            f"{FOLDER}/__init__.py": "",
            f"{FOLDER}/measure.py": MEASURE,
            f"{FOLDER}/figures.py": FIGURES,
            "config/studies/only.yaml": STUDY.format(name="only"),
            "config/studies/both.yaml": STUDY.format(name="both") + SWEEP,
        }
        (made.folder / FOLDER).mkdir()
        for file, text in files.items():
            (made.folder / file).write_text(text, encoding="utf-8")
        done = made.snakemake()
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return made

    return made_once(tmp_path_factory, worker_id, "two studies", make)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Checkout:
    """The project in which nothing has been run."""
    return copied(tmp_path_factory.mktemp("fresh"))
