"""A copy of the project in an awkward folder, and the smoke size run there from end to end."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from mlpstudy.design.project import Project

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "workflow", "profiles", "config", "src")


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
        often |= {"measure": sum(study.measures for study in project.studies.values())}
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


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id) -> Checkout:
    """The project in a path with spaces, an umlaut and a quote, run once at the smoke size.

    Of several processes the first runs it; the others take a copy, so that none sees what another
    changes in its own.
    """
    place = tmp_path_factory.getbasetemp()
    shared = (place if worker_id == "master" else place.parent) / "made" / "a folder of J. Müller's"
    shared.parent.mkdir(exist_ok=True)
    with FileLock(shared.parent / "lock"):
        if not shared.exists():
            made = copied(place / "work" / shared.name)
            done = made.snakemake()
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            shutil.copytree(made.folder, shared)
            return made
    return Checkout(shutil.copytree(shared, place / "work" / shared.name))


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Checkout:
    """The project in which nothing has been run."""
    return copied(tmp_path_factory.mktemp("fresh"))
