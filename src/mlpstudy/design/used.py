"""Which entries of tables runs use, such as activations, and which fields they set: what the code
that trains them is told apart by. A dataset is none of these: its content has a fingerprint.

As a text, which a job's tables carry: "activation=relu,tanh cost=nll field=eta,seed".
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from operator import attrgetter

from mlpstudy.design.run import Run, canonical, machine_run

LEARNT = ("activation", "initialization", "cost", "optimizer", "schedule", "pretraining")
FIELD = "field"  # of which the fields of Run are the entries
_values_of = attrgetter(*LEARNT)

Used = Mapping[str, Iterable[str]]  # entries, by field


def used_by(runs: Iterable[Run]) -> str:
    """What some runs use, whatever their seeds; of one that is pretrained the machines, too."""
    return in_words(frozenset().union(*map(_used_by, runs)))


def _used_by(run: Run) -> frozenset[tuple[str, str]]:
    fields = re.findall(r'"(\w+)":', canonical(run))  # of JSON: no text in it holds ":
    machine = _values_of(machine_run(run)) if run.pretraining != "none" else ()
    return _pairs(tuple(fields), _values_of(run), machine)


@cache
def _pairs(fields: tuple, values: tuple, machine: tuple) -> frozenset[tuple[str, str]]:
    entries = (*zip(LEARNT, values, strict=True), *zip(LEARNT, machine, strict=False))
    return frozenset([*entries, *((FIELD, name) for name in ("seed", *fields))])


@cache
def in_words(pairs: frozenset[tuple[str, str]]) -> str:
    """(field, entry) as a text: one for equal pairs."""
    found: dict[str, list[str]] = {}
    for field, entry in sorted(pairs):
        found.setdefault(field, []).append(entry)
    return " ".join(f"{field}={','.join(entries)}" for field, entries in found.items())


def parsed(text: str) -> Used:
    """What a text of used_by says. Raises ValueError where it is none."""
    pairs = (word.split("=") for word in text.split())
    return {field: entries.split(",") for field, entries in pairs}
