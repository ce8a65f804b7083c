"""What a result is made by: digests of the code that it depends on, with the versions of the
packages that this code imports.

Snakemake does not see changed code behind `python -m mlpstudy`. These digests are inputs of its
rules (see mlpstudy.stamps), keys of what is trained (see tables/trained.py), and stand in every
table: what other code has made is made again, and nothing else is.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from operator import attrgetter
from typing import Any

from mlpstudy.closure import FIELD, TABLES, Closure, Entry, Package, Used
from mlpstudy.design.run import Run, canonical, machine_run

# Where each stage begins. What is trained is made by "train" alone, a job's tables by both.
STAGES: dict[str, tuple[Entry, ...]] = {
    "prepare": (Entry("stages/prepare.py", ("prepare",)),),
    "train": (Entry("tables/record.py", ("Recorder",)), Entry("tables/trained.py", ("Trained",))),
    "tabulate": (Entry("stages/train.py", ("train",)),),
    "measure": (Entry("stages/measure.py", ("measure",)),),
    "summarise": (Entry("stages/summarise.py", ("summarise",)),),
    "draw": (Entry("stages/draw.py", ("draw",)),),
    "report": (Entry("publish.py", ("report",)),),
    "run": (Entry("single.py", ("run",)),),
}
# What a stage imports of a study by its name: a file, and what it calls there; none: all of it.
PARTS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "measure": (("studies/{}.py", ("measure",)), ("studies/{}/measure.py", ())),
    "summarise": (
        ("studies/{}.py", ("summary", "shown", "findings")),
        ("studies/{}/derive.py", ()),
    ),
    "draw": (("figures/{}.py", ()), ("studies/{}/figures.py", ())),
}
KIND = "drawing/kinds/{}.py"
HERE = Package()
PROJECTS = {  # of the modules that are not called like the project that holds them
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "vl_convert": "vl-convert-python",
    "yaml": "PyYAML",
}


# A stage


@cache
def digest(stage: str, module: str = "") -> str:
    """Sixteen hexadecimal digits that change with all code of a stage: of all studies, or of those
    that one module of studies analyses."""
    stems = [module] if module else sorted(f.stem for f in (HERE.root / "studies").glob("*.py"))
    parts = [entry for stem in stems for entry in _parts(stage, {"module": stem}, HERE)]
    return _digest(HERE.closure([*STAGES[stage], *parts]))


def made_by(*stages: str) -> dict[str, str]:
    """The digests of some stages, as tables carry them."""
    return {stage: digest(stage) for stage in stages}


def of_study(stage: str, study: Mapping[str, Any], package: Package = HERE) -> str:
    """Sixteen hexadecimal digits that change with the code of a stage of one study.

    study: as study.json holds it. Of the tables of functions the entries count that it names, and
    those that a run has by default; of the kinds of figures those that it draws.
    """
    entries = (*STAGES[stage], *_parts(stage, study, package))
    return _digest(package.closure(entries, _named_in(study)))


def _parts(stage: str, study: Mapping[str, Any], package: Package) -> Iterator[Entry]:
    """What a stage imports by the name of a study's module, and by the kinds of its figures."""
    for template, names in PARTS.get(stage, ()):
        file = template.format(study.get("module"))
        if defined := package.defined(file):
            yield Entry(file, tuple(name for name in names if name in defined))
    if stage == "draw":
        kinds = {figure["kind"] for figure in study.get("figures") or ()}
        yield from (Entry(KIND.format(kind)) for kind in sorted(kinds))


def _named_in(study: Mapping[str, Any]) -> Used:
    """The entries of tables that a study may use: the words that stand in it, and defaults."""
    words = set(re.findall(r"[\w-]+", json.dumps(study, sort_keys=True, default=str)))
    defaults = {name: {Run.model_fields[name].default} - {"none"} for name in _FIELDS}
    return {name: words | (set() if name in words else defaults[name]) for name in _FIELDS} | {
        FIELD: words
    }


_FIELDS = tuple(dict.fromkeys(TABLES.values()))


# Runs

_LEARNT = ("activation", "initialization", "cost", "optimizer", "schedule", "pretraining")
_values_of = attrgetter(*_LEARNT)


def of_record(run: Run, device: str, package: Package = HERE) -> str:
    """Sixteen hexadecimal digits that change with all that a run's record is made by but its data,
    which has a fingerprint: the code that the run uses, and the device."""
    return _of_record(_used_by(run), device, package)


@cache
def _of_record(used: frozenset[tuple[str, str]], device: str, package: Package) -> str:
    return _digest(package.closure(STAGES["train"], _by_field(used)), device)


def of_job(runs: Iterable[Run], package: Package = HERE) -> str:
    """Sixteen hexadecimal digits that change with the code that makes the tables of some runs."""
    return _of_job(frozenset().union(*map(_used_by, runs)), package)


@cache
def _of_job(used: frozenset[tuple[str, str]], package: Package) -> str:
    entries = (*STAGES["train"], *STAGES["tabulate"])
    return _digest(package.closure(entries, _by_field(used)))


def _used_by(run: Run) -> frozenset[tuple[str, str]]:
    """The entries of tables that a run uses, whatever its seed: (field, entry). They are those of
    the machines that pretrain it, too; a field is used where it is set."""
    fields = re.findall(r'"(\w+)":', canonical(run))  # of JSON: no text in it holds ":
    machine = _values_of(machine_run(run)) if run.pretraining != "none" else ()
    return _used(("seed", *(name for name in fields if name != "seed")), _values_of(run), machine)


@cache
def _used(fields: tuple, values: tuple, machine: tuple) -> frozenset[tuple[str, str]]:
    entries = (*zip(_LEARNT, values, strict=True), *zip(_LEARNT, machine, strict=False))
    return frozenset([*entries, *((FIELD, name) for name in fields)])


def _by_field(used: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, entry in used:
        found.setdefault(name, set()).add(entry)
    return found


# Data


@cache
def recipe(name: str, package: Package = HERE) -> str:
    """Sixteen hexadecimal digits that change with the code that makes one dataset and writes its
    file, not with that of other datasets. A name that is none has the digest of no dataset."""
    return _digest(package.closure(STAGES["prepare"], {"dataset": [name]}))


# Digests


def _digest(closure: Closure, *more: str) -> str:
    versions = [f"{name}=={_version(name)}" for name in closure.packages if not _is_python(name)]
    told = "\n".join([*closure.code, *versions, *more])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _is_python(module: str) -> bool:
    return module in sys.stdlib_module_names


@cache
def _version(module: str) -> str:
    """The version of the project that holds a module; "" where it is not installed."""
    try:
        return version(PROJECTS.get(module, module))
    except PackageNotFoundError:
        return " ".join(map(version, packages_distributions().get(module, [])))
