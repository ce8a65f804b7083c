"""What is planned is written down: complete, the same bytes, and made anew only where it must be."""

import json
import os
import tomllib
from pathlib import Path

import pytest

from mlpstudy.design import plan as module
from mlpstudy.design.columns import runs_in, runs_spec
from mlpstudy.design.plan import known_plan, plan_of, upgraded, versions
from mlpstudy.design.project import Project
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.design.seedless import Seeded, Seedless
from mlpstudy.design.specs import read_job, read_study
from mlpstudy.design.version import VERSION
from mlpstudy.files import DamagedFile

STUDY = """\
study: asks
title: t
question: q
seeds: 3
base: {dataset: iris, epochs: 2}
sweep:
  small: {grid: {depth: [1, 2], eta: [0.1, 0.2]}}
  wide: {base: {dataset: wine, batch_size: null}, zip: {width: [64, 8], dropout: [0.0, 0.5]}}
"""
ROOT = Path(__file__).resolve().parents[2]
OLD = 1_000_000_000  # a time, in nanoseconds


@pytest.fixture
def project(write):
    """project() -> the project as it is read now."""
    write("size: default", "config/config.yaml")
    write(STUDY)
    return lambda **overrides: Project.read(overrides=overrides)


def files_of(plan):
    return {path: path.read_bytes() for path in plan.folder.rglob("*") if path.is_file()}


def written_by(call, plan):
    """The files of a plan that a call writes."""
    for path in files_of(plan):
        os.utime(path, ns=(OLD, OLD))
    call()
    return {path.name for path in files_of(plan) if path.stat().st_mtime_ns != OLD}


def seeded(**fields):
    run = Run(**fields)
    seedless = Seedless(run)
    return Seeded(seedless.id(run.seed), seedless, run.seed)


# Runs in a file


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [seeded()],
        [seeded(eta=0.1 + 0.2, seed=7), seeded(eta=1e-38, seed=2**32 - 1)],
        [seeded(depth=d, train_size=n, seed=s) for d in (1, 2) for n in (None, 9) for s in (0, 3)],
    ],
    ids=len,
)
def test_runs_come_back_as_they_were(runs):
    spec = json.loads(json.dumps(runs_spec(runs)))
    back = runs_in(spec)
    assert [each.run for each in back] == [each.run for each in runs]
    assert [each.id for each in back] == [each.id for each in runs]


def test_a_file_holds_every_field_of_a_run():
    spec = runs_spec([seeded(eta=0.1), seeded(eta=0.2, seed=1)])
    assert spec["columns"] == {"eta": [0.1, 0.2], "seed": [0, 1]}
    assert {*spec["shared"], *spec["columns"]} == set(FIELDS)


def test_a_changed_default_changes_no_run_of_a_file(monkeypatch):
    spec = runs_spec([seeded()])
    monkeypatch.setitem(spec["shared"], "width", 33)  # as if 33 had been the default
    assert runs_in(spec)[0].run.width == 33


# The files of a plan


def test_a_plan_holds_what_the_project_holds(project):
    plan, asked = plan_of(project()), project()
    assert plan.jobs == {job.id: job.datasets for job in asked.jobs.values()}
    for job in asked.jobs.values():
        assert read_job(plan.job_file(job.id)).runs == job.runs
    spec, study = read_study(plan.study_file("asks")), asked.studies["asks"]
    assert spec.study == json.loads(json.dumps(study.resolved()))
    blocks = {name: [each.run for each in block] for name, block in spec.blocks.items()}
    assert blocks == study.blocks
    assert plan.studies["asks"] == module.Planned(["iris", "wine"], asked.jobs_of("asks"), False)
    report = json.loads(plan.report_file.read_text())
    assert (report["networks"], report["passes"]) == (18, 36)


def test_it_is_the_same_bytes_when_it_is_made_again(project):
    plan = plan_of(project())
    first = files_of(plan)
    for path in first:
        path.unlink()
    assert files_of(plan_of(project())) == first


def test_what_was_planned_of_the_same_is_read_again(project, monkeypatch):
    plan = plan_of(project())
    monkeypatch.setattr(module, "_write", lambda *_: pytest.fail("it was planned again"))
    assert plan_of(project()) == plan == known_plan(plan.folder)
    assert plan_of(project(threads=4)) == plan


@pytest.mark.parametrize(
    ("old", "new", "written"),
    [
        ("title: t", "title: another", {"asks.json", "plan.json"}),
        ("study: asks", "# a comment\nstudy: asks", {"plan.json"}),
    ],
    ids=["words", "comment"],
)
def test_an_edit_writes_what_it_changes(project, write, old, new, written):
    plan = plan_of(project())
    write(STUDY.replace(old, new))
    assert written_by(lambda: plan_of(project()), plan) == written


def test_the_files_of_jobs_stay_when_a_study_grows(project, write):
    plan = plan_of(project())
    before = {job: plan.job_file(job).read_bytes() for job in plan.jobs}
    write(STUDY.replace("seeds: 3", "seeds: 4"))
    grown = plan_of(project())
    assert not set(grown.jobs) & set(before)
    assert before == {job: plan.job_file(job).read_bytes() for job in before}
    [job] = before
    assert grown.datasets_of(job) == ["iris", "wine"]


@pytest.mark.parametrize("lost", ["jobs/*.json", "studies/asks.json", "report.json", "plan.json"])
def test_a_lost_file_is_written_again(project, lost):
    plan = plan_of(project())
    first = files_of(plan)
    for path in plan.folder.glob(lost):
        path.unlink()
    plan_of(project())
    assert files_of(plan) == first


@pytest.mark.parametrize("damaged", ["studies/asks.json", "report.json", "plan.json"])
def test_a_damaged_file_is_written_again(project, damaged):
    plan = plan_of(project())
    first = files_of(plan)
    (plan.folder / damaged).write_text("{}")
    plan_of(project())
    assert files_of(plan) == first


def test_other_code_plans_again(project, monkeypatch, tmp_path):
    plan, package = plan_of(project()), tmp_path / "package"
    package.mkdir()
    monkeypatch.setattr(module, "PACKAGE", package)
    assert written_by(lambda: plan_of(project()), plan) == {"plan.json"}
    (package / "run.py").write_text("width = 33")
    assert written_by(lambda: plan_of(project()), plan) == {"plan.json"}
    assert written_by(lambda: plan_of(project()), plan) == set()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"job": "iris-0", "runs": {"columns": {}}}'])
def test_a_file_that_is_no_job_is_damaged(tmp_path, text):
    path = tmp_path / "iris-0.json"
    path.write_text(text)
    with pytest.raises(DamagedFile, match="iris-0.json: damaged, its checksum does not match"):
        read_job(path)


def test_a_job_with_other_runs_than_its_name_says_is_damaged(project):
    plan = plan_of(project())
    [job] = plan.jobs
    path = plan.job_file(job)
    path.write_text(path.read_text().replace("0.1", "0.3"))
    with pytest.raises(DamagedFile):
        read_job(path)


# Runs by their names


def test_a_run_is_found_in_its_job(project):
    asked, plan = project(), plan_of(project())
    for name, each in asked.pool.items():
        job, dataset = plan.run(name)
        assert name in [other.id for other in asked.jobs[job].seeded]
        assert dataset == each.dataset


def test_a_run_of_no_job_is_named(project, line_of):
    plan = plan_of(project())
    line = line_of(lambda: plan.run("iris-d9"))
    assert line == "command line: run: 'iris-d9' is not a run of this project"
    assert line_of(lambda: plan.datasets_of("iris-0")).startswith(
        "command line: job: 'iris-0' is not a job of this project"
    )


# Other versions


def planned_before(folder, *versions):
    """A plan as another version has left it."""
    index = json.loads((folder / "plan.json").read_text())
    index |= {"key": "of other code", "versions": list(versions)}
    if not versions:
        del index["versions"]
    (folder / "plan.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("left", "said", "known"),
    [
        (["0.1.0"], "results is of mlpstudy 0.1.0, and this is ", ["0.1.0", VERSION]),
        ([], "results is of mlpstudy 0.1.0, and this is ", ["0.1.0", VERSION]),
        (["0.1.0", "9.0"], "results is of mlpstudy 9.0, and this is ", ["0.1.0", "9.0", VERSION]),
        (["0.1.0", VERSION], "", ["0.1.0", VERSION]),
    ],
)
def test_what_another_version_has_planned_is_said_once(project, left, said, known):
    folder = plan_of(project()).folder
    assert (upgraded(folder), versions(folder)) == ("", [VERSION])
    planned_before(folder, *left)
    assert upgraded(folder).startswith(said) and bool(said) == bool(upgraded(folder))
    plan_of(project())
    assert (upgraded(folder), versions(folder)) == ("", known)


def test_where_nothing_is_planned_no_version_is_said(tmp_path):
    assert (upgraded(tmp_path), versions(tmp_path)) == ("", [])


def test_the_version_is_that_of_the_package():
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert package["project"]["version"] == VERSION


def test_a_plan_does_not_hang_on_what_running_the_package_leaves_behind(tmp_path, monkeypatch):
    for name in ("run.py", "__pycache__/run.cpython-311.pyc", "__pycache__/0.closures"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    assert module._sources() == [tmp_path / "run.py"]
