# What the rules share: the plan, and the inputs that depend on it.
import re
import shlex
import sys
from pathlib import Path

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.plan import known_plan, plan_of
from mlpstudy.design.project import Project, STUDY_FILES, TABLES
from mlpstudy.planning import check_data, check_engine, check_parts
from mlpstudy.progress import TimeLeft, known_seconds
from mlpstudy.stamps import Stamps
from snakemake.logging import logger as snakemake_logger

# config holds what `--config key=value` gave; the file itself is read and checked by Project.
# The plan expands every study, so that every mistake is found before anything is run. What waited
# in the queue of a cluster reads the Snakefile again, and goes by the plan that it was given.
try:
    PROJECT = Project.read(overrides=config)
    if workflow.is_main_process:
        check_parts(PROJECT)
        check_engine(PROJECT)
        check_data(PROJECT)
        PLAN = plan_of(PROJECT)
    else:
        PLAN = known_plan(PROJECT.plan_dir)
except Mistake as mistake:
    print(f"mlpstudy: {mistake}", file=sys.stderr)
    sys.exit(2)

# What would make each result now, as an input of its rule: see mlpstudy.stamps.
STAMPS = Stamps(PROJECT)
SETTINGS = PROJECT.settings
RESULTS, REPORT = SETTINGS.results_dir, SETTINGS.report_dir
LOGS = f"{RESULTS}/logs"

# How long the rest will take is said beside the steps that are done.
if workflow.is_main_process and (cores := workflow.resource_settings.cores):
    seconds = known_seconds(PLAN.seconds, Path(RESULTS, "benchmarks"))
    snakemake_logger.addHandler(TimeLeft(seconds, cores))

# Every job gets the Python that runs Snakemake, and says so where it was killed.
shell.prefix(
    "set -euo pipefail; "
    f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH; "
    "trap '[ $? -ne 137 ] || python -m mlpstudy.killed >&2' EXIT; "
)


def made_by(rule, name="", *more):
    """The stamp of a result. Only the main process looks whether it is what it was."""
    if not workflow.is_main_process:
        place = "results" if rule in ("prepare", "run") else RESULTS
        return str(Path(place, "made_by", rule, name))
    stamp = getattr(STAMPS, rule)
    return stamp(name, *more) if name else stamp


def stamp_of_dataset(wildcards):
    return made_by("prepare", wildcards.dataset)


def stamp_of_job(wildcards):
    return made_by("train", wildcards.job, PLAN.uses.get(wildcards.job, ""))


def stamp_of_run(wildcards):
    try:
        job, _ = PLAN.run(wildcards.run_id)
    except Mistake as mistake:
        return str(mistake)
    return made_by("run", wildcards.run_id, PLAN.uses.get(job, ""))


def stamp_of_measurement(wildcards):
    return (
        made_by("measure", wildcards.study) if wildcards.study in PLAN.studies else []
    )


def stamp_of_summary(wildcards):
    return (
        made_by("summarise", wildcards.study) if wildcards.study in PLAN.studies else []
    )


def stamp_of_drawing(wildcards):
    return made_by("draw", wildcards.study) if wildcards.study in PLAN.studies else []


def source(dataset):
    """How a user's own dataset is read."""
    return SETTINGS.datasets[dataset]


# The files of published sets, and the source that each is of.
DOWNLOADED = {
    file: described
    for described in SETTINGS.datasets.values()
    for file in described.downloads
}


def files_of(dataset):
    """What a user's own dataset is read from."""
    return [*source(dataset).files, *source(dataset).downloads]


def before(file):
    """What must be there before a file is downloaded: the description says where an ARFF lies."""
    first = DOWNLOADED[file].downloads[0]
    needed = DOWNLOADED[file].openml and file != first
    return [ancient(first)] if needed else []


def data(datasets):
    return [f"results/data/{name}.npz" for name in datasets]


def data_of_job(wildcards):
    """The files of a job's datasets; for what there is not, a missing input that says so."""
    try:
        return data(PLAN.datasets_of(wildcards.job))
    except Mistake as mistake:
        return str(mistake)


def job_of_run(wildcards):
    try:
        return str(PLAN.job_file(PLAN.run(wildcards.run_id)[0]))
    except Mistake as mistake:
        return str(mistake)


def memory_of_job(wildcards, attempt):
    """Megabytes of a job, more with each attempt."""
    return PLAN.megabytes.get(wildcards.job, 2000) * SETTINGS.threads * attempt


def memory(megabytes):
    """The same of another rule."""
    return lambda wildcards, attempt: megabytes * attempt


def data_of_run(wildcards):
    try:
        return data([PLAN.run(wildcards.run_id)[1]])
    except Mistake as mistake:
        return str(mistake)


def data_of_measurement(wildcards):
    known = PLAN.studies.get(wildcards.study)
    if known is None or not known.measured:
        return f"{wildcards.study!r} measures nothing by itself"
    return data(known.datasets)


def data_of_study(wildcards):
    known = PLAN.studies.get(wildcards.study)
    return data(known.datasets) if known else []


def tables_of_jobs(wildcards):
    known = PLAN.studies.get(wildcards.study)
    if known is None:
        return f"{wildcards.study} is not a study of this project"
    return [f"{RESULTS}/jobs/{job}/{table}" for job in known.jobs for table in TABLES]


def measured_by(wildcards):
    known = PLAN.studies.get(wildcards.study)
    return [f"{RESULTS}/measured/{wildcards.study}"] if known and known.measured else []


def results_of(study):
    """What a study has found and drawn, each a file or a folder."""
    names = (*STUDY_FILES, "tables", "figures.json", "figures.json.sha256", "figures")
    return [f"{RESULTS}/studies/{study}/{name}" for name in names]


def everything_of(study):
    """What a study has found, and what it stands on and has lost: once the results are there,
    Snakemake misses a lost file only where a target names it."""
    known, results = PLAN.studies[study], results_of(study)
    if not all(Path(result).exists() for result in results):
        return results
    jobs = [f"{RESULTS}/jobs/{job}/{table}" for job in known.jobs for table in TABLES]
    measured = [f"{RESULTS}/measured/{study}"] if known.measured else []
    below = [*data(known.datasets), *jobs, *measured]
    return [*results, *(path for path in below if not Path(path).exists())]


# On the command line


def folders(files):
    """The folders of some files, each once, in their order."""
    return list(dict.fromkeys(str(Path(file).parent) for file in files))


def folder(wildcards, output):
    return folders(output)[0]


def options(name):
    """The inputs of a name, each behind an option of that name."""
    return lambda wildcards, input: [f"--{name}={path}" for path in input.get(name)]


wildcard_constraints:
    dataset="[A-Za-z0-9_-]+",
    job="[A-Za-z0-9_-]+",
    study="[A-Za-z0-9_-]+",
    run_id="[A-Za-z0-9_-]+",
