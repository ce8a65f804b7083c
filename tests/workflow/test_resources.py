"""What a job is given: threads, memory, a GPU, a container."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def jobs(measured, cores, *config):
    """A dry run's words on one job of each rule."""
    words = ("--cores", cores, "--dry-run", "--printshellcmds", "--forceall")
    done = measured.run("snakemake", *words, "--config", "size=smoke", *config)
    assert done.returncode == 0, done.stdout + done.stderr
    said = re.split(r"\n(?:local)?rule (\w+):\n", done.stdout + done.stderr)
    return dict(zip(said[1::2], said[2::2]))


@pytest.mark.parametrize(("cores", "asked", "granted"), [("1", 8, 1), ("4", 3, 3)])
def test_a_job_runs_the_threads_that_it_is_granted(measured, cores, asked, granted):
    found = jobs(measured, cores, f"threads={asked}")
    assert f"--threads {granted} " in found["train"]
    assert f"--threads {granted} " in found["measure"]


def test_a_gpu_is_asked_for_where_the_settings_do(measured):
    found = jobs(measured, "1", "device=cuda")
    assert {rule for rule, said in found.items() if "gpu=1" in said} == {"train", "measure"}
    assert not any("gpu=" in said for said in jobs(measured, "1").values())


@pytest.mark.parametrize(
    "path", sorted((ROOT / "workflow/rules").glob("*.smk")), ids=lambda p: p.name
)
def test_a_retry_has_more_memory(path):
    text = path.read_text(encoding="utf-8")
    memories = re.findall(r"mem_mb=(.*),", text)
    assert all(given.startswith("memory") for given in memories)  # both take the attempt
    assert len(memories) == text.count("resources:")


LOCAL = """\
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.io import is_flagged
from snakemake.settings.types import DAGSettings, ResourceSettings

with SnakemakeApi() as api:
    flow = api.workflow(resource_settings=ResourceSettings(cores=1), snakefile=Path("Snakefile"))
    workflow = flow.dag(DAGSettings(forceall=True)).workflow_api._workflow
    workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=True)
    workflow._build_dag()
    files = {job.rule.name: (*job.input, *job.output) for job in workflow.dag.jobs}
    print(len(files), [rule for rule in files if any(is_flagged(f, "local") for f in files[rule])])
"""


def test_no_job_is_kept_from_leaving_the_machine(measured):
    """Where no filesystem is shared, Snakemake runs what has a local file where it is itself; of a
    group of such jobs all at once."""
    (measured.folder / "local.py").write_text(LOCAL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "local.py"],
        cwd=measured.folder, env=os.environ | {"PYTHONPATH": "src"}, capture_output=True, text=True,
    )  # fmt: skip
    (measured.folder / "local.py").unlink()
    count, _, local = done.stdout.strip().partition(" ")
    assert int(count) > 5 and local == "[]", done.stderr


APPTAINER = """\
#!/bin/sh
if [ "$1" = --version ]; then echo apptainer version 1.3.0; exit; fi
echo "$@" >> {asked}
while [ "$1" != bash ] && [ "$1" != sh ]; do shift; done
exec "$@"
"""


def test_a_container_is_what_a_job_runs_in_where_it_is_asked_for(kept, monkeypatch, tmp_path):
    """By an apptainer that writes down what it is asked."""
    shim, asked = tmp_path / "apptainer", tmp_path / "asked"
    shim.write_text(APPTAINER.format(asked=asked))
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    target = ("--force", "results/data/iris.npz", "--config", "size=smoke")
    kept.run("snakemake", "--cores", "1", *target)
    assert not asked.exists()
    words = ("--software-deployment-method", "apptainer")
    done = kept.run("snakemake", "--cores", "1", *words, *target)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " mlpstudy.sif " in asked.read_text()
    assert "python -m mlpstudy.rules prepare iris" in asked.read_text()
