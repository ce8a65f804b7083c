"""After half of the passes: what half of the training would have given, to the last bit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.study_file import load
from mlpstudy.statistics.verdicts import as_dict
from mlpstudy.studies.declared import Declared
from mlpstudy.studies.halves import halved
from mlpstudy.studies.view import View
from mlpstudy.tables.record import Recorder
from mlpstudy.tables.schema import tables_of

STUDY = """
study: asks
title: Does momentum help?
question: With and without, on wine.
base: {{dataset: wine, width: 4, depth: 1, dropout: 0.2, epochs: {epochs}}}
seeds: 6
tune: {{eta: {{}}}}
reach: {{measure: validation_accuracy, level: 0.6}}
sweep:
  all:
    grid: {{momentum: [0.0, 0.9], schedule: [constant, cosine], eta: [0.03, 0.3, 30.0]}}
measures: {{gap: test_loss - train_loss}}
claims:
  - {{id: A, name: error, says: Less., contrast: {{measure: test_error, factor: momentum, of: 0.9, against: 0.0}}, for_each: [schedule], direction: below, threshold: 0}}
  - {{id: A, name: gap, says: Less., contrast: {{measure: gap, factor: momentum, of: 0.9, against: 0.0}}, where: {{schedule: constant}}, direction: below, threshold: 0}}
  - {{id: A, name: share, says: Less., contrast: {{kind: share, measure: reached, factor: momentum, of: 0.9, against: 0.0}}, where: {{schedule: constant}}, direction: below, threshold: 0}}
  - {{id: A, name: passes, says: Less., contrast: {{kind: passes, measure: passes, factor: momentum, of: 0.9, against: 0.0}}, where: {{schedule: constant, epochs: {epochs}}}, direction: below, threshold: 0}}
  - {{id: A, name: falling, says: Less., contrast: {{measure: test_error, factor: schedule, of: cosine, against: constant}}, where: {{momentum: 0.9}}, direction: below, threshold: 0}}
  - {{id: A, name: law, says: Less., contrast: {{measure: test_error}}, where: {{schedule: constant, momentum: 0.9}}, identity: true, direction: below, threshold: 1}}
"""  # fmt: skip


def trained(folder, epochs: int) -> Declared:
    """A study whose networks are trained for so many passes; at eta 30 some diverge."""
    path = folder / "asks.yaml"
    path.write_text(STUDY.format(epochs=epochs))
    study = load(path)
    records = Recorder(lambda name: DATASETS[name]()).record(study.runs)
    tables = tables_of(record for stack in records for record in stack)
    blocks = {name: [each.id for each in block] for name, block in study.seeded.items()}
    runs = tables["runs"].assign(train_size=142)
    return Declared(View(study.resolved(), blocks, **{**tables, "runs": runs}))


@pytest.fixture(scope="module")
def four_and_two(tmp_path_factory) -> tuple[Declared, Declared]:
    return tuple(trained(tmp_path_factory.mktemp(f"passes-{n}"), n) for n in (4, 2))


def test_half_of_the_passes_are_the_same_bits_as_half_of_the_training(four_and_two):
    four, two = four_and_two
    found = {(f.statistic, str(f.condition)): f for f in four.with_halves()}
    for expected in two.findings:
        half = found[expected.statistic, str(expected.condition)].half
        if "cosine" in str(expected.condition) or expected.statistic in ("falling", "law"):
            assert half is None  # another schedule; a law
        else:
            assert half[:3] == (expected.value, expected.low, expected.high)
            assert half.learned == expected.learned
    assert sum(f.half is not None for f in found.values()) == 4


def test_a_finding_is_otherwise_as_it_was(four_and_two):
    four, _ = four_and_two
    for made, plain in zip(four.with_halves(), four.findings, strict=True):
        assert replace(made, half=None) == plain
        assert len(as_dict(made)["half"] or range(4)) == 4


def test_runs_that_diverge_later_have_not_diverged_yet(four_and_two):
    four, _ = four_and_two
    view = four.view
    view = replace(view, runs=view.runs.assign(status="diverged", diverged_at=3))
    half = halved(view).runs
    assert set(half["status"]) == {"finished"} and set(half["diverged_at"]) == {-1}
    half = halved(replace(view, runs=view.runs.assign(diverged_at=2))).runs
    assert set(half["status"]) == {"diverged"} and set(half["diverged_at"]) == {2}
    assert set(half["schedule"]) == {"constant"} and set(half["epochs"]) == {2}
    assert halved(view).curves["epoch"].max() == 2


@pytest.mark.parametrize("epochs", [0, 1])
def test_what_has_no_half(four_and_two, epochs):
    four, _ = four_and_two
    view = replace(four.view, runs=four.view.runs.assign(epochs=epochs))
    assert halved(view) is None
    assert halved(replace(view, runs=view.runs.assign(epochs=4, schedule="step"))) is None


def test_what_was_measured_on_trained_networks_has_no_half(four_and_two):
    """Its table is not there in half of the passes; what is made of the runs is."""
    four, _ = four_and_two
    table = pd.DataFrame({"seed": np.arange(6), "m": np.arange(6.0)})
    claim = {**four.view.study["claims"][0], "statistic": "measured", "for_each": []}
    claim["contrast"] = {"table": "beside", "measure": "m"}
    study = {**four.view.study, "claims": [*four.view.study["claims"], claim]}
    made = Declared(replace(four.view, study=study, measured={"beside": table})).with_halves()
    assert {f.statistic for f in made if f.half is None} == {"error", "falling", "law", "measured"}
