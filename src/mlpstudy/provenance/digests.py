"""What a result is made by: digests of the code that it depends on, with the versions of the
packages that this code imports.

Snakemake does not see changed code behind `python -m mlpstudy`. These digests are inputs of its
rules (see provenance/stamps.py), keys of what is trained (see tables/trained.py), and stand in
every table: what other code has made is made again, and nothing else is.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from mlpstudy.design import parts
from mlpstudy.design.run import Run
from mlpstudy.design.sources import Source
from mlpstudy.design.used import FIELD, Used, parsed, used_by
from mlpstudy.provenance.closure import Closure, Entry, Package
from mlpstudy.provenance.kept import KeptPackage
from mlpstudy.provenance.module import TABLES

# Where each stage begins. What is trained is made by "train" alone, a job's tables by both.
STAGES: dict[str, tuple[Entry, ...]] = {
    "prepare": (Entry("stages/prepare.py", ("prepare",)),),
    "read": (Entry("stages/read.py", ("read",)),),
    "train": (
        Entry("tables/record.py", ("Recorder",)),
        Entry("tables/packs.py", ("packed", "unpacked")),
    ),
    "tabulate": (Entry("stages/train.py", ("train",)),),
    "measure": (Entry("stages/measure.py", ("measure",)),),
    "summarise": (Entry("stages/summarise.py", ("summarise",)),),
    "draw": (Entry("stages/draw.py", ("draw",)),),
    "report": (Entry("publish.py", ("report",)),),
    "run": (Entry("runs/single.py", ("run",)),),
}
# What a stage imports by the name of a study's module: a file, and what it calls there; none: all.
PARTS: dict[str, tuple[Entry, ...]] = {
    "measure": (Entry("studies/{}/measure.py"),),
    "summarise": (Entry("studies/{}/derive.py"),),
    "draw": (Entry("studies/{}/figures.py"),),
}
# A user's own parts that a stage uses beside those by which networks learn.
PLUGGED = {"summarise": ("measure",), "draw": ("figure",), "report": ("figure",)}
# What is imported by the name of an engine: by what trains, by a run alone, and by what measures.
ENGINES = {
    "native": Entry("core/native/engine.py", ("learn", "networks_that_fit")),
    "torch": Entry("core/torch_engine.py", ("learn", "networks_that_fit")),
}
TRAINING = ("train", "run", "measure")
MEASURED = ("options", "base", "sweep")  # what a measurement hears of a study
# What is imported by the name of a kind of figure: who draws needs that one, the report any.
KIND, CHART = "drawing/kinds/{}.py", "drawing/charts/{}.py"
HERE = KeptPackage()
PROJECTS = {  # of modules that are not called like the project that holds them
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "yaml": "PyYAML",
}


# Each gives sixteen hexadecimal digits.


@cache
def of_dataset(name: str, package: Package = HERE) -> str:
    """Of the code that makes one dataset and writes its file, not of that of other datasets. A name
    that is none has the digest of no dataset."""
    return _digest(package.closure(STAGES["prepare"], {"dataset": [name]}))


def of_source(name: str, source: Source, package: Package = HERE) -> str:
    """Of the code that reads a user's own table, and of how it is to be read; not of its bytes, nor
    of where they are downloaded from."""
    described = json.dumps(
        {name: source.model_dump(mode="json", exclude={"mirror"})}, sort_keys=True
    )
    return _digest(_of_reading(package), described)


@cache
def _of_reading(package: Package) -> Closure:
    return package.closure(STAGES["read"])


def of_record(run: Run, device: str, engine: str, package: Package = HERE) -> str:
    """Of all that a run's record is made by but its data, which has a fingerprint: the code that it
    uses, the device and the engine."""
    return _of_record(used_by([run]), device, engine, package)


@cache
def _of_record(uses: str, device: str, engine: str, package: Package) -> str:
    entries, used = (*STAGES["train"], ENGINES[engine]), parsed(uses)
    return _digest(package.closure(entries, used), device, engine, *parts.fingerprints(used))


@cache
def of_job(uses: str, engines: str, package: Package = HERE) -> str:
    """Of the code that makes the tables of runs that use this (see design/used.py), trained by
    these engines: "native", "torch" or "native,torch"."""
    entries, used = (*STAGES["train"], *STAGES["tabulate"], *_trainers(engines)), parsed(uses)
    return _digest(package.closure(entries, used), *parts.fingerprints(used))


def makers_of_job(uses: str, device: str, engines: str) -> dict[str, str]:
    """What made the tables of a job, as they carry it."""
    return {"train": of_job(uses, engines), "uses": uses, "device": device, "engine": engines}


def of_study(stage: str, study: Mapping[str, Any], package: Package = HERE) -> str:
    """Of the code of a stage of one study.

    study: as study.json holds it, or as it is measured. Of the tables of functions the entries
    count that it names, and those that a run has by default; of the kinds of figures those that it
    draws.
    """
    entries = (*STAGES[stage], *_parts(stage, study, package), *_all_trainers(stage, package))
    content = {k: study[k] for k in MEASURED if k in study} if stage == "measure" else study
    used = _named_in(content)
    return _digest(package.closure(entries, used), *_plugged(stage, content, used, study))


def _plugged(
    stage: str, content: Mapping[str, Any], used: Used, study: Mapping[str, Any]
) -> list[str]:
    """The fingerprints of a user's own parts that a stage of a study uses."""
    more = {field: _words(content) for field in PLUGGED.get(stage, ())}
    return parts.fingerprints({**used, **more}, parts.listed_in(study))


def of_report(studies: Sequence[Mapping[str, Any]], package: Package = HERE) -> str:
    """Of the code of the report of some studies, as study.json holds them."""
    charts = [Entry(CHART.format(name)) for name in package.names(Path(CHART).parent)]
    named = _named_in({"studies": list(studies)})
    plugged = {each for study in studies for each in _plugged("report", study, {}, study)}
    return _digest(package.closure((*STAGES["report"], *charts), named), *sorted(plugged))


@cache
def of_run(uses: str, engines: str, package: Package = HERE) -> str:
    """Of the code of a single run, which is one of runs that use this and are trained by these."""
    entries, used = (*STAGES["run"], *_trainers(engines)), parsed(uses)
    return _digest(package.closure(entries, used), *parts.fingerprints(used))


@cache
def of_stage(stage: str, package: Package = HERE) -> str:
    """Of the code of a stage with all entries of all tables, but no study's own."""
    return _digest(package.closure((*STAGES[stage], *_all_trainers(stage, package))))


def _trainers(engines: str) -> list[Entry]:
    return [ENGINES[engine] for engine in engines.split(",") if engine in ENGINES]


def _all_trainers(stage: str, package: Package) -> list[Entry]:
    """Every engine that is there, where a stage trains: it may use any."""
    available = (entry for entry in ENGINES.values() if package.defined(entry.file))
    return list(available) if stage in TRAINING else []


def _parts(stage: str, study: Mapping[str, Any], package: Package) -> Iterator[Entry]:
    """What a stage imports by the name of a study's module, and by the kinds of its figures."""
    kinds = {figure["kind"] for figure in study.get("figures", ())} if stage == "draw" else ()
    parts = [Entry(file.format(study.get("module")), names) for file, names in PARTS[stage]]
    for file, names in (*parts, *(Entry(KIND.format(kind)) for kind in sorted(kinds))):
        if defined := package.defined(file):
            yield Entry(file, tuple(name for name in names if name in defined))


def _named_in(study: Mapping[str, Any]) -> Used:
    """The entries that a study may use: the words that stand in it, and defaults of a run."""
    words = _words(study)
    used: dict[str, set[str]] = {FIELD: words}
    for field in TABLES.values():
        default = Run.model_fields[field].default
        used[field] = words if field in words else words | {default}
    return used


def _words(study: Mapping[str, Any]) -> set[str]:
    return set(re.findall(r"[\w-]+", json.dumps(study, sort_keys=True)))


def _digest(closure: Closure, *more: str) -> str:
    foreign = (name for name in closure.packages if name not in sys.stdlib_module_names)
    lines = [*closure.code, *(f"{name}=={_version(name)}" for name in foreign), *more]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


@cache
def _version(module: str) -> str:
    """The version of the project that holds a module; "" where it is not installed."""
    try:
        return version(PROJECTS.get(module, module))
    except PackageNotFoundError:
        return " ".join(map(version, packages_distributions().get(module, [])))
