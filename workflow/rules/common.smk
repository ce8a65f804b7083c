# What the rules share: the project, and how a subcommand is called.
import shlex
import sys
from pathlib import Path

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project, STUDY_FILES, TABLES
from mlpstudy.stamps import Stamps

# config holds what `--config key=value` gave; the file itself is read and checked by Project.
try:
    PROJECT = Project.read(overrides=config)
    PROJECT.jobs  # expands every study, so that every mistake is found before anything is run
except Mistake as mistake:
    print(f"mlpstudy: {mistake}", file=sys.stderr)
    sys.exit(2)

# What would make each result now, as an input of its rule: see mlpstudy.stamps.
STAMPS = Stamps(PROJECT)
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


def stamp_of_dataset(wildcards):
    return STAMPS.prepare(wildcards.dataset)


def stamp_of_measurement(wildcards):
    return STAMPS.measure(wildcards.study) if wildcards.study in PROJECT.studies else []


def stamp_of_summary(wildcards):
    return (
        STAMPS.summarise(wildcards.study) if wildcards.study in PROJECT.studies else []
    )


def stamp_of_drawing(wildcards):
    return STAMPS.draw(wildcards.study) if wildcards.study in PROJECT.studies else []


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
    return tables + measured if known and known.is_measured else tables


def tables_of_jobs(wildcards):
    if wildcards.study not in PROJECT.studies:
        return f"{wildcards.study} is not a study of this project"
    return [
        f"{RESULTS}/jobs/{job}/{table}"
        for job in PROJECT.jobs_of(wildcards.study)
        for table in TABLES
    ]


def results_of(study):
    """What a study has found and drawn, each a file or a folder."""
    names = (*STUDY_FILES, "tables", "figures.json", "figures.json.sha256", "figures")
    return [f"{RESULTS}/studies/{study}/{name}" for name in names]


def everything_of(study):
    """What a study stands on too: Snakemake misses a lost file only where a target names it."""
    known = PROJECT.studies[study]
    jobs = [
        f"{RESULTS}/jobs/{job}/{t}" for job in PROJECT.jobs_of(study) for t in TABLES
    ]
    measured = [f"{RESULTS}/measured/{study}"] if known.is_measured else []
    data = [
        f"results/data/{name}.npz" for name in sorted({r.dataset for r in known.runs})
    ]
    return [*data, *jobs, *measured, *results_of(study)]


wildcard_constraints:
    dataset="[A-Za-z0-9_-]+",
    job="[A-Za-z0-9_-]+",
    study="[A-Za-z0-9_-]+",
    run_id="[A-Za-z0-9_-]+",
