"""A copy of the project in an awkward folder, and the smoke size run there from end to end."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
    """A folder that holds the project, and commands that are run in it.

    `python` is that of warm.py, which has the libraries in memory. `cold` is the same folder with a
    Python that imports them each time, as a user's does, and hashes strings in another way than the
    process before: for what has to come out the same twice.
    """

    folder: Path
    python: str

    @property
    def cold(self) -> "Checkout":
        return Checkout(self.folder, sys.executable)

    def run(self, *arguments: str, sources: str = "", **options) -> subprocess.CompletedProcess:
        """python -m ARGUMENTS with this copy's sources, or with others."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MLPSTUDY")}
        environment |= {"PYTHONPATH": sources or str(self.folder / "src"), "NO_COLOR": "1"}
        return subprocess.run(
            [self.python, "-m", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=1800,
            **options,
        )

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("snakemake", "--cores", "2", *arguments, "--config", "size=smoke")

    def mlpstudy(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run("mlpstudy", "-C", "size=smoke", *arguments)

    def dry_run(self, *arguments: str) -> str:
        """What Snakemake says of what it would run."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def planned(self, *arguments: str) -> dict[str, int]:
        """The rules that Snakemake would run, and how often."""
        return self.counted(self.dry_run(*arguments))

    @staticmethod
    def counted(dry_run: str) -> dict[str, int]:
        """The rules of a dry run, and how often each would run."""
        stats = re.search(r"Job stats:\njob +count\n[- ]+\n(.*?)\ntotal", dry_run, re.DOTALL)
        if stats is None:
            assert "Nothing to be done" in dry_run
            return {}
        rows = (line.split() for line in stats[1].splitlines())
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


@pytest.fixture(scope="session")
def python() -> Iterator[str]:
    """The Python of warm.py."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", str(Path(__file__).with_name("warm.py")), folder]
        pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with subprocess.Popen(command, env=os.environ | threads, **pipes) as server:
            assert server.stdout.readline() == b"ready\n"
            yield f"{folder}/bin/python"
            server.stdin.close()


def copy_to(folder: Path) -> None:
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def made_once(tmp_path_factory, worker_id: str, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of a name, that `make` fills.

    Of several processes the first makes it; the others take a copy, so that none sees what another
    changes in its own.
    """
    place = tmp_path_factory.getbasetemp()
    shared = (place if worker_id == "master" else place.parent) / "made" / name
    shared.parent.mkdir(exist_ok=True)
    folder = place / "work" / name
    with FileLock(shared.parent / f"{name}.lock"):
        if not shared.exists():
            make(folder)
            shutil.copytree(folder, shared)
            return folder
    return shutil.copytree(shared, folder)


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id, python) -> Checkout:
    """The project in a path with spaces, an umlaut and a quote, run once at the smoke size."""

    def make(folder: Path) -> None:
        copy_to(folder)
        done = Checkout(folder, python).snakemake()
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    folder = made_once(tmp_path_factory, worker_id, "a folder of J. Müller's", make)
    return Checkout(folder, python)


@pytest.fixture(scope="session")
def measured(tmp_path_factory, worker_id, python) -> Checkout:
    """A project with two small studies of its own, run at the smoke size as a user runs it: one
    only measures, the other trains too."""

    def make(folder: Path) -> None:
        copy_to(folder)
        for path in (folder / "config/studies").iterdir():
            path.unlink()
        files = {
            f"{FOLDER}/__init__.py": "",
            f"{FOLDER}/measure.py": MEASURE,
            f"{FOLDER}/figures.py": FIGURES,
            "config/studies/only.yaml": STUDY.format(name="only"),
            "config/studies/both.yaml": STUDY.format(name="both") + SWEEP,
        }
        (folder / FOLDER).mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        done = Checkout(folder, python).cold.snakemake()
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    name = f"two studies {'in a long path ' * 12}".strip()  # 191 characters
    return Checkout(made_once(tmp_path_factory, worker_id, name, make), python)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory, python) -> Checkout:
    """The project in which nothing has been run."""
    folder = tmp_path_factory.mktemp("fresh")
    copy_to(folder)
    return Checkout(folder, python)


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory, worker_id, python
) -> Callable[[str, Callable[[Path], None]], Checkout]:
    """filled(name, fill) -> the project after fill(folder), run once at the smoke size."""

    def filled(name: str, fill: Callable[[Path], None]) -> Checkout:
        def make(folder: Path) -> None:
            copy_to(folder)
            fill(folder)
            done = Checkout(folder, python).snakemake()
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

        return Checkout(made_once(tmp_path_factory, worker_id, name, make), python)

    return filled


@pytest.fixture
def kept(measured):
    """The two studies; whatever a test does to their results is undone."""
    saved = measured.folder.parent / "saved"
    for name in ("results", ".snakemake"):
        shutil.copytree(measured.folder / name, saved / name)
    yield measured
    for name in ("results", ".snakemake"):
        shutil.rmtree(measured.folder / name, ignore_errors=True)
        shutil.move(saved / name, measured.folder / name)
