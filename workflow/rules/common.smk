# What the rules share: the plan, and the inputs that depend on it.
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.io import flag
from snakemake.logging import logger as snakemake_logger
from snakemake.path_modifier import PATH_MODIFIER_FLAG
from snakemake.settings.types import SharedFSUsage

try:
    from mlpstudy.design.mistakes import Mistake
except ModuleNotFoundError as error:
    raise WorkflowError(
        f"mlpstudy: {error.name} is not installed in the Python that runs Snakemake: in the "
        "checkout, pip install --requirement requirements.txt --editable ."
    ) from None

from mlpstudy.clock import follow
from mlpstudy.design.plan import known_plan, plan_of, travelling, upgraded
from mlpstudy.design.project import Project, STUDY_FILES, TABLES
from mlpstudy.files import DamagedFile
from mlpstudy.planning.checks import check_data, check_engine, check_parts
from mlpstudy.progress import TimeLeft, known_seconds
from mlpstudy.provenance.stamps import Stamps

# Where the paths of this workflow begin: in another folder, where a module has a `prefix`.
PREFIX = workflow.modifier.path_modifier.replace_prefix("")

# config holds what `--config key=value` or a module gave; the file itself is read and checked by
# Project. The plan expands every study, so that every mistake is found before anything is run. What
# waited in the queue of a cluster reads the Snakefile again, and goes by the plan that it was given.
try:
    SETTINGS = Project.read_anywhere(config).settings
    PROJECT = Project(SETTINGS).below(PREFIX)
    if workflow.is_main_process:
        check_parts(PROJECT)
        check_engine(PROJECT)
        check_data(PROJECT)
        if line := upgraded(PROJECT.plan_dir):
            snakemake_logger.warning(f"mlpstudy: {line}")
        PLAN = plan_of(PROJECT)
        if line := follow([PROJECT.settings.placed("results"), PROJECT.report]):
            snakemake_logger.warning(f"mlpstudy: {line}")
    else:
        PLAN = known_plan(PROJECT.plan_dir)
except (Mistake, DamagedFile) as error:
    raise WorkflowError(f"mlpstudy: {error}") from None
except OSError as error:
    raise WorkflowError(f"mlpstudy: {error.filename}: {error.strerror}") from None

# What would make each result now, as an input of its rule: see mlpstudy.provenance.stamps.
STAMPS = Stamps(PROJECT)
# As Snakemake knows them: it puts a module's prefix before them.
RESULTS, REPORT = SETTINGS.results_dir, SETTINGS.report_dir
DATA, RUNS = SETTINGS.placed("results/data"), SETTINGS.placed("results/runs")
LOGS = f"{RESULTS}/logs"

# How long the rest will take is said beside the steps that are done.
if workflow.is_main_process and not workflow.modifier.namespace:
    if cores := workflow.resource_settings.cores:
        seconds = known_seconds(PLAN.seconds, PROJECT.usage_dir)
        snakemake_logger.addHandler(TimeLeft(seconds, cores))

# Where no filesystem is shared, settings and plan travel to the jobs with the workflow's sources.
ALONE = SharedFSUsage.SOURCES not in workflow.storage_settings.shared_fs_usage
if ALONE:
    workflow.configfiles.extend(travelling(PROJECT))

# Jobs find the Python that runs Snakemake first; that of a container or of an environment that
# Snakemake deploys comes before it.
os.environ.update(
    PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
)

# A job that was killed says so.
shell.prefix(
    "set -euo pipefail; "
    "trap '[ $? -ne 137 ] || python -m mlpstudy.killed >&2' EXIT; "
)


# A GPU is asked for where the settings do, so that `--resources gpu=1` has one job there at a time.
GPU = {"gpu": 1} if SETTINGS.device == "cuda" else {}


def planned(path):
    """A file of the plan: it lies in the working folder, whatever the storage of results, and
    travels with the sources. `local` would have its jobs run where Snakemake does."""
    return flag(str(path), PATH_MODIFIER_FLAG)


def known(study):
    """What the plan knows of a study."""
    if study not in PLAN.studies:
        raise WorkflowError(f"{study!r} is not a study of this project")
    return PLAN.studies[study]


def made_by(rule, name="", *more):
    """The stamp of a result. Only the main process looks whether it is what it was."""
    if not workflow.is_main_process:
        return planned(STAMPS.place(rule, name))
    stamp = getattr(STAMPS, rule)
    path = stamp(name, *more) if name else stamp
    # Snakemake may have looked through the stamp's folder before this one was there; it has no
    # cache yet while this file is parsed.
    if cache := getattr(workflow, "iocache", None):
        cache.exists_local[path] = True
    if ALONE:
        workflow.configfiles.append(path)
    return planned(path)


def stamp_of_dataset(wildcards):
    return made_by("prepare", wildcards.dataset)


def stamp_of_job(wildcards):
    return made_by("train", wildcards.job, PLAN.uses.get(wildcards.job, ""))


def stamp_of_run(wildcards):
    job, _ = asked(PLAN.run, wildcards.run_id)
    return made_by("run", wildcards.run_id, PLAN.uses.get(job, ""))


def stamp_of_study(rule):
    """The stamp of what a rule makes of a study."""

    def stamp(wildcards):
        known(wildcards.study)
        return made_by(rule, wildcards.study)

    return stamp


def asked(question, name):
    """What the plan knows of a name."""
    try:
        return question(name)
    except Mistake as mistake:
        raise WorkflowError(str(mistake)) from None


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
    return [ancient(planned(first))] if needed else []


def data(datasets):
    return [f"{DATA}/{name}.npz" for name in datasets]


def data_of_job(wildcards):
    return data(asked(PLAN.datasets_of, wildcards.job))


def job_of_run(wildcards):
    return planned(PLAN.job_file(asked(PLAN.run, wildcards.run_id)[0]))


def memory_of_job(wildcards, attempt):
    """Megabytes of a job, more with each attempt."""
    return PLAN.megabytes.get(wildcards.job, 2000) * SETTINGS.threads * attempt


# Of what could start, Snakemake starts what has the highest priority. The longest jobs come first, so
# that no core is left alone with one at the end; before them what is of unknown length, and data.
UNKNOWN, DATA_FIRST = 1e6, 2e6


def seconds_of_job(wildcards):
    return PLAN.seconds.get(wildcards.job, 0)


def memory(megabytes):
    """The same of another rule."""
    return lambda wildcards, attempt: megabytes * attempt


def data_of_run(wildcards):
    return data([asked(PLAN.run, wildcards.run_id)[1]])


def data_of_measurement(wildcards):
    if not known(wildcards.study).measured:
        raise WorkflowError(f"{wildcards.study!r} measures nothing by itself")
    return data(known(wildcards.study).datasets)


def data_of_study(wildcards):
    return data(known(wildcards.study).datasets)


def tables_of(jobs):
    return [f"{RESULTS}/jobs/{job}/{table}" for job in jobs for table in TABLES]


def tables_of_jobs(wildcards):
    return tables_of(known(wildcards.study).jobs)


def measured(study):
    return [f"{RESULTS}/measured/{study}"] if known(study).measured else []


def measured_by(wildcards):
    return measured(wildcards.study)


# What `summarise` makes of a study.
SUMMARISED = (*STUDY_FILES, "tables")


def results_of(study):
    """What a study has found and drawn, each a file or a folder."""
    names = (*SUMMARISED, "figures.json", "figures.json.sha256", "figures")
    return [f"{RESULTS}/studies/{study}/{name}" for name in names]


def usage_of(study):
    """What each step of a study has cost."""
    rules = (*(["measure"] if known(study).measured else []), "summarise", "draw")
    steps = [
        *(f"train/{job}" for job in known(study).jobs),
        *(f"{rule}/{study}" for rule in rules),
    ]
    return [f"{RESULTS}/usage/{step}.json" for step in steps]


def is_there(path):
    return Path(PREFIX, path).exists()


def everything_of(study):
    """What a study has found, and what it stands on and has lost: where nothing is summarised anew,
    Snakemake misses a lost file only where a target names it."""
    results = results_of(study)
    summarised = [f"{RESULTS}/studies/{study}/{name}" for name in SUMMARISED]
    if not all(map(is_there, summarised)):
        return results
    below = [
        *data(known(study).datasets),
        *tables_of(known(study).jobs),
        *measured(study),
        *usage_of(study),
    ]
    return [*results, *(path for path in below if not is_there(path))]


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
