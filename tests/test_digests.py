"""A digest covers what it should, and a dataset's own nothing of the others."""

import pytest

from mlpstudy.design.names import PACKAGE, sources_of
from mlpstudy.digests import STAGES, recipe


def covered(stage: str) -> set:
    places = [PACKAGE / path for path in STAGES[stage][0]]
    return {file for p in places for file in (p.rglob("*.py") if p.is_dir() else [p])}


def test_training_covers_all_of_data_but_what_fingerprints_stand_for():
    """Records carry the fingerprint of their data, so the code that makes it is not in the digest,
    nor is what only refuses; all that the split needs is."""
    used = {file for file in sources_of(PACKAGE / "data/split.py") if file.parent.name == "data"}
    assert used - covered("train") == {PACKAGE / "data/checks.py", PACKAGE / "data/datasets.py"}


@pytest.mark.parametrize("stage", STAGES)
def test_a_digest_covers_files_that_are_there(stage):
    assert all(file.is_file() for file in covered(stage)) and covered(stage)


def test_every_dataset_has_a_digest_of_its_own():
    assert len({recipe("moons"), recipe("xor"), recipe("iris"), recipe("nothing")}) == 4
