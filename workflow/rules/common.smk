# What the rules share: the project, and how a subcommand is called.
import json
import shlex
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
LOGS = f"{RESULTS}/logs"

# Every job gets all settings, and the Python that runs Snakemake. They are no parameters, as a
# change of language or threads is no reason to train again: what matters to a rule stands there.
shell.prefix(
    "set -euo pipefail; "
    f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
    f"MLPSTUDY_SETTINGS={shlex.quote(PROJECT.settings_json).replace('{', '{{').replace('}', '}}')}; "
)


def data_of_job(wildcards):
    """The files of a job's datasets; for what there is not, a missing input that says so."""
    try:
        return [
            f"results/data/{name}.npz" for name in PROJECT.job(wildcards.job).datasets
        ]
    except Mistake as mistake:
        return str(mistake)


def data_of_run(wildcards):
    try:
        return f"results/data/{PROJECT.run(wildcards.run_id).dataset}.npz"
    except Mistake as mistake:
        return str(mistake)


def study_of(wildcards):
    """A study as JSON: a parameter of what depends on it."""
    known = PROJECT.studies.get(wildcards.study)
    return known.model_dump_json() if known else ""


def asked_of(wildcards):
    """What a measurement depends on: a study without its words and thresholds."""
    known = PROJECT.studies.get(wildcards.study)
    return json.dumps(known.asked, sort_keys=True) if known else ""


def measuring(wildcards):
    """The digest of what a study measures with."""
    known = PROJECT.studies.get(wildcards.study)
    return digest("measure", known.module) if known else ""


def data_of_study(wildcards):
    """The data of its runs; for a study that measures nothing, a missing input that says so."""
    try:
        study = PROJECT.measuring(wildcards.study)
    except Mistake as mistake:
        return str(mistake)
    return [
        f"results/data/{name}.npz"
        for name in sorted({run.dataset for run in study.runs})
    ]


def tables_of_study(wildcards):
    """The tables of its jobs, and what it measured itself."""
    measured = [f"{RESULTS}/measured/{wildcards.study}"]
    tables = tables_of_jobs(wildcards)
    known = PROJECT.studies.get(wildcards.study)
    return tables + measured if known and known.measures else tables


def tables_of_jobs(wildcards):
    if wildcards.study not in PROJECT.studies:
        return f"{wildcards.study} is not a study of this project"
    return [
        f"{RESULTS}/jobs/{job}/{table}"
        for job in PROJECT.jobs_of(wildcards.study)
        for table in ("runs.parquet", "curves.parquet", "layers.parquet", "SHA256SUMS")
    ]


wildcard_constraints:
    dataset="[A-Za-z0-9_-]+",
    job="[A-Za-z0-9_-]+",
    study="[A-Za-z0-9_-]+",
    run_id="[A-Za-z0-9_-]+",
