# What the rules share: the project, and how a subcommand is called.
import sys
from pathlib import Path

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.digests import digest

# config holds what `--config key=value` gave; the file itself is read and checked by Project.
try:
    PROJECT = Project.read(overrides=config)
    PROJECT.jobs  # expands every study, so that every mistake is found before anything is run
except Mistake as mistake:
    print(f"mlpstudy: {mistake}", file=sys.stderr)
    sys.exit(2)

RESULTS, REPORT = PROJECT.settings.results_dir, PROJECT.settings.report_dir
PYTHON, SETTINGS = sys.executable, PROJECT.settings_json
LOGS = f"{RESULTS}/logs"


def _asked(find, name):
    """What a wildcard names; where there is no such thing, one line and no traceback."""
    try:
        return find(name)
    except Mistake as mistake:
        raise WorkflowError(str(mistake)) from None


def job_of(wildcards):
    return _asked(PROJECT.job, wildcards.job)


def run_of(wildcards):
    return _asked(PROJECT.run, wildcards.run_id)


def study_of(wildcards):
    return _asked(PROJECT.study, wildcards.study)


def tables_of_jobs(wildcards):
    return [
        f"{RESULTS}/jobs/{job}/{table}"
        for job in PROJECT.jobs_of(study_of(wildcards).name)
        for table in ("runs.parquet", "curves.parquet", "layers.parquet", "SHA256SUMS")
    ]


wildcard_constraints:
    dataset="[A-Za-z0-9_]+",
    job="[A-Za-z0-9_-]+",
    study="[A-Za-z0-9_-]+",
    run_id="[A-Za-z0-9_-]+",
