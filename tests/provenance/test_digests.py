"""A digest covers what it should, and a dataset's own nothing of the others."""

from importlib.metadata import version

import pytest

from mlpstudy.design.names import names_of
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings
from mlpstudy.design.study_file import load_all
from mlpstudy.provenance.closure import Package
from mlpstudy.provenance.digests import ENGINES, STAGES, of_dataset, of_record, of_stage, of_study


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_begins_where_there_is_something(stage):
    assert Package().closure(STAGES[stage]).code and len(of_stage(stage)) == 16


def test_training_stands_apart_from_what_makes_and_shows_data():
    """Records carry the fingerprint of their data, so the code that makes it does not count."""
    package = Package()
    entries = (*STAGES["train"], ENGINES["torch"])
    closure = package.closure(entries, {})
    assert closure == package.closure(entries, {"dataset": ["moons"]})
    packages = closure.packages
    assert {"numpy", "torch"} <= set(packages)
    assert not {"sklearn", "pandas", "pyarrow", "scipy", "matplotlib"} & set(packages)


def test_every_dataset_has_a_digest_of_its_own():
    names = [*names_of("dataset"), "nothing"]
    assert len({of_dataset(name) for name in names}) == len(names)


def test_a_package_counts_by_its_version(monkeypatch):
    from mlpstudy.provenance import digests

    before = of_record(Run(), "cpu", "torch", Package())
    digests._version.cache_clear()
    monkeypatch.setattr(
        digests, "version", lambda name: version(name) + ("+new" * (name == "torch"))
    )
    assert of_record(Run(), "cpu", "torch", Package()) != before
    assert digests._version("torch").endswith("+new") and digests._version("sklearn")
    digests._version.cache_clear()


def test_a_measurement_is_the_same_for_who_makes_and_who_reads_it():
    """The one sees what the study asks of it, the other all that the study says."""
    for study in load_all(Settings(size="smoke")):
        if study.is_measured:
            assert of_study("measure", study.asked) == of_study("measure", study.resolved())
