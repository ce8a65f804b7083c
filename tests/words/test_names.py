"""What the studies that are here call their claims and units is in the catalogue."""

from pathlib import Path

import pytest

from mlpstudy.design import yaml_file
from mlpstudy.words import names

STUDIES = sorted((Path(__file__).parents[2] / "config/studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=[path.stem for path in STUDIES])
def test_units_and_claims_have_their_words(path):
    claims = yaml_file.read(path)["claims"]
    units = {claim["unit"] for claim in claims if claim.get("unit")}
    assert units <= set(names.UNITS)
    called = {claim["name"].replace("_", " ") for claim in claims}
    assert called <= {*names.UNITS, *names.CLAIMS}
