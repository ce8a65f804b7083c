"""A rule hands its inputs and outputs to its command, and the command reads nothing else."""

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlpstudy.design.specs import read_job
from mlpstudy.tables.schema import TABLES

RULES = ("prepare", "train", "measure", "summarise", "draw", "report", "run")
TRAINED = "results/trained"
# Runs a command and prints each file of the folder that it opens for reading, but those of Python.
AUDIT = """
import os, runpy, sys
from pathlib import Path

HERE = Path.cwd()

def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], str | os.PathLike):
        path = Path(os.path.abspath(arguments[0]))  # without ..: some ask by way of it
        reads = not arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if reads and HERE in path.parents and HERE / "src" not in path.parents:
            print("opened", path.relative_to(HERE))

sys.addaudithook(hear)
runpy.run_module("mlpstudy.rules", run_name="__main__")
"""


@pytest.fixture(scope="module")
def project(measured, tmp_path_factory):
    """A copy of the two studies, to be run again in."""
    folder = tmp_path_factory.mktemp("again") / "two studies"
    shutil.copytree(measured.folder, folder)
    return replace(measured, folder=folder)


@pytest.fixture(scope="module")
def planned(project):
    """One job of each rule: its inputs, outputs and command."""
    [job] = (project.folder / "results/smoke/plan/jobs").iterdir()
    run = read_job(job).seeded[0].id
    dry = project.snakemake(
        "--dry-run", "--printshellcmds", "--forceall", "all", f"results/runs/{run}/run.json"
    )
    assert dry.returncode == 0, dry.stderr
    told = dry.stdout + dry.stderr
    return {rule: job_of(rule, told) for rule in RULES}


def job_of(rule: str, told: str) -> tuple[list[str], list[str], list[str]]:
    jobs = re.findall(
        rf"rule {rule}:\n +input: (.*)\n +output: (.*)\n[\s\S]*?Shell command: (.*)", told
    )
    inputs, outputs, command = next((job for job in jobs if "only" not in job[2]), jobs[0])
    words = shlex.split(re.split(r" (?:2>&1|>) ", command)[0])
    return inputs.split(", "), outputs.split(", "), words


def given(path: str, words: list[str]) -> bool:
    """Whether a path, or a folder that it lies in, stands on a command line."""
    places = [Path(word.partition("=")[2] or word) for word in words]
    return any(place in (Path(path), *Path(path).parents) for place in places if place.parts)


@pytest.mark.parametrize("rule", RULES)
def test_a_command_is_given_all_inputs_and_outputs(planned, rule):
    inputs, outputs, words = planned[rule]
    assert words[:4] == ["python", "-m", "mlpstudy.rules", rule]
    stamps = [path for path in inputs if "/made_by/" in path]
    assert len(stamps) == 1
    paths = {*inputs, *outputs}.difference(stamps)
    # They lie together.
    paths = {
        path.removesuffix(".sha256").replace("findings.csv", "findings.json") for path in paths
    }
    lacking = [path for path in paths if not given(path, words)]
    assert lacking == []


@pytest.mark.parametrize("rule", RULES)
def test_a_command_reads_what_it_is_given_and_nothing_else(project, planned, rule, tmp_path):
    """In a folder that holds the inputs of its rule alone, as where no filesystem is shared."""
    inputs, outputs, words = planned[rule]
    handed_over(project.folder, tmp_path, inputs)
    done = audited(replace(project, folder=tmp_path), words, project.folder / "src")
    assert done.returncode == 0, done.stderr
    opened = {line.partition(" ")[2] for line in done.stdout.splitlines() if "opened " in line}
    assert {path for path in opened if not given(path, words)} == set()
    assert opened or rule == "prepare"
    assert [path for path in outputs if not (tmp_path / path).exists()] == []


def handed_over(source: Path, target: Path, files: list[str]) -> None:
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (source / file).is_dir() else shutil.copy
        copy(source / file, target / file)


def audited(project, words: list[str], sources: Path | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", AUDIT, *words[3:]],
        cwd=project.folder,
        env={
            "PYTHONPATH": str(sources or project.folder / "src"),
            "PATH": "",
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_an_edited_study_changes_nothing_of_a_job_that_waits(project, planned):
    """Its networks are trained anew, from a plan of before the edit."""
    _, outputs, words = planned["train"]
    tables = [project.folder / path for path in outputs if "/usage/" not in path]
    before = {path: path.read_bytes() for path in tables}
    assert len(before) == len(TABLES) + 1
    for path in tables:
        path.unlink()
    shutil.rmtree(project.folder / TRAINED)
    undo = project.edit("config/studies/both.yaml", "width: 3", "width: [")
    try:
        assert audited(project, words).returncode == 0
    finally:
        undo()
    assert {path: path.read_bytes() for path in tables} == before


def test_a_job_that_waited_on_a_cluster_does_not_read_the_studies_again(project, planned):
    """What Snakemake calls there, when the study does not even parse."""
    _, outputs, _ = planned["train"]
    job, table = Path(outputs[0]).parent.name, project.folder / outputs[0]
    before = table.read_bytes()
    table.unlink()
    undo = project.edit("config/studies/both.yaml", "width: 3", "width: [")
    try:
        remote = ("--mode", "remote", "--force", "--nolock", "--target-jobs", f"train:job={job}")
        done = project.snakemake(*remote)
        assert project.snakemake("--dry-run").returncode == 1
    finally:
        undo()
    assert done.returncode == 0, done.stderr
    assert table.read_bytes() == before
