"""What a killed workflow leaves is found, said in one line and put right before Snakemake runs."""

import base64
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import plan_of
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.files import SUMS, sha256, write_sums
from mlpstudy.recovery import resume as module
from mlpstudy.recovery.resume import INCOMPLETE, NETWORK, arguments, cut_off, given, resume
from mlpstudy.recovery.resume import STUDY as STUDY_BYTES
from mlpstudy.recovery.unlock import LOCKS, end_orphans, holders

SLEEP = "import time; print('up', flush=True); time.sleep(60)"
STUDY = """\
study: mine
title: One
question: Two?
base: {dataset: iris, epochs: 1}
seeds: 6
sweep: {widths: {grid: {width: [2, 4]}}}
claims:
  - {name: wider, id: WIDE, says: Less, contrast: {measure: test_loss, factor: width, of: 4, against: 2}, direction: below, threshold: 0}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that is planned and of which nothing is made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config/studies").mkdir(parents=True)
    (tmp_path / "config/studies/mine.yaml").write_text(STUDY, encoding="utf-8")
    project = Project(Settings())
    plan_of(project)
    return project


@pytest.fixture
def running(tmp_path):
    """running(WORDS...) starts a process in this folder that has these words on its command line."""
    started = []

    def running(*words: str) -> int:
        command = [sys.executable, "-c", SLEEP, *words]
        started.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"up\n"
        return started[-1].pid

    yield running
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def called(monkeypatch):
    """The command in whose place this process was put."""
    commands = []
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command))
    return commands


def test_what_a_kill_left_is_one_line_and_snakemake_runs(project, running, called, capsys):
    [job] = project.jobs
    path = project.job_dir(job) / "runs.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    write_sums(path.with_name(SUMS), {path.name: sha256(b"x")}, {})
    LOCKS.mkdir(parents=True)
    (LOCKS / "0.input.lock").write_text("")
    INCOMPLETE.mkdir()
    for name in ("findings.json", "study.json"):
        marked = f"results/studies/mine/{name}".encode()
        (INCOMPLETE / base64.urlsafe_b64encode(marked).decode()).write_text("{}")
    pid = running("mlpstudy.rules", "train")
    resume(project, {"size": "smoke"}, ["--cores", "2"])
    said = capsys.readouterr().err
    assert said == (
        "mlpstudy: 1 of 1 jobs and 0 of 1 studies are done; "
        "cut off and made again: results/studies/mine; "
        "removed .snakemake/locks, which a killed Snakemake had left; "
        "ended 1 job that it had left running\n"
    )
    assert not LOCKS.exists() and not end_orphans(project.results.absolute().parent)
    assert pid and called == [[sys.executable, "-m", "snakemake", "--cores", "2", "--config", "size=smoke"]]  # fmt: skip


@pytest.mark.parametrize("who", ["holders", "resuming"])
def test_a_second_start_is_one_line(project, monkeypatch, called, who):
    monkeypatch.setattr(module, who, lambda folder: iter([4242]))
    with pytest.raises(Mistake, match="process: 4242 runs in this folder already: wait for it"):
        resume(project, {}, [])
    assert not called


def test_of_two_that_resume_at_once_the_first_goes_on(tmp_path):
    """Each sees the other: the later one steps back."""
    program = (
        "import sys; from pathlib import Path; from mlpstudy.recovery.unlock import resuming; "
    )
    program += "print(len(list(resuming(Path.cwd()))))"
    script = tmp_path / "mlpstudy"
    script.write_text(f"print('up', flush=True); input(); {program}")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    command = [sys.executable, str(script), "resume"]
    two = [subprocess.Popen(command, cwd=tmp_path, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in two] == ["up\n"] * 2
    later = two[1].communicate("\n")[0]
    first = two[0].communicate("\n")[0]
    assert (first, later) == ("0\n", "1\n")


def test_a_job_of_another_snakemake_holds_no_lock(tmp_path):
    script = tmp_path / "snakemake"
    script.write_text(SLEEP, encoding="utf-8")
    command = [sys.executable, str(script), "--mode", "remote"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"up\n"
        assert list(holders(tmp_path)) == []
        process.kill()


@pytest.mark.parametrize(
    ("config", "words", "expected"),
    [
        ({}, [], ["--cores", "all"]),
        ({}, ["-c2"], ["-c2"]),
        ({}, ["--profile", "profiles/slurm"], ["--profile", "profiles/slurm"]),
        ({"size": "smoke"}, ["-n"], ["--cores", "all", "-n", "--config", "size=smoke"]),
        ({"size": "smoke"}, ["-j", "1", "--config", "a=b"], ["-j", "1", "--config", "size=smoke", "a=b"]),
    ],
)  # fmt: skip
def test_the_usual_arguments_are_passed_on(config, words, expected):
    assert arguments(config, words) == expected


def test_the_settings_follow_snakemakes_words():
    words = ["--cores", "2", "--config", "size=smoke", "language=fr", "-n", "x=y"]
    assert given(words) == {"size": "smoke", "language": "fr"}
    assert given(["--cores", "2"]) == {}


def test_long_marks_in_several_folders_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = base64.urlsafe_b64encode(b"results/jobs/" + b"x" * 300 + b"/runs.parquet").decode()
    path = INCOMPLETE / f"@{name[:254]}" / name[254:]
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert list(cut_off()) == [f"results/jobs/{'x' * 300}"]


@pytest.mark.parametrize(("free", "said"), [(10**12, False), (10**6, True)])
def test_what_will_not_fit_is_said_before_snakemake_runs(
    project, called, monkeypatch, capsys, free, said
):
    """12 networks and a study, of which nothing is there."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    resume(project, {}, [])
    line = f"about {(12 * NETWORK + STUDY_BYTES) / 1e6:.1f} MB are needed for what is missing, 1.0 MB are free"
    assert (line in capsys.readouterr().err) == said
    assert len(called) == 1


def test_a_mistake_in_a_study_is_one_line_and_snakemake_does_not_run(project, called, tmp_path):
    study = tmp_path / "config/studies/mine.yaml"
    study.write_text(STUDY.replace("epochs: 1", "epochs: -1"), encoding="utf-8")
    with pytest.raises(Mistake, match="epochs") as mistake:
        resume(Project(Settings()), {}, [])
    assert "\n" not in str(mistake.value) and not called


@pytest.mark.parametrize(
    "words", [["-d", "x"], ["--directory=x"], ["--snakefile", "x"], ["-s", "x"]]
)
def test_another_folder_is_not_planned_with_the_studies_of_this_one(project, called, words):
    (project.plan_dir / "plan.json").unlink()
    resume(project, {}, words)
    assert len(called) == 1 and not (project.plan_dir / "plan.json").exists()
