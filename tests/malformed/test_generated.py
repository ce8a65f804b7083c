"""For every key of every model, values that it cannot have: one line, exit code 2, nothing trained."""

import copy
import json
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path

import pytest

from mlpstudy.design import yaml_file
from mlpstudy.design.block import Block
from mlpstudy.design.claims import Claim, ContrastSpec, FigureSpec
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings
from mlpstudy.design.sources import Source
from mlpstudy.design.study import Study
from tests.malformed.conftest import STUDY, refused
from tests.malformed.generated import HOLE, Case, cases, nevers

PLACES = {  # of a study, the models that speak about them
    "": Study,
    "base": Run,
    "sweep.all": Block,
    "claims.0": Claim,
    "claims.0.contrast": ContrastSpec,
    "figures.0": FigureSpec,
}
FEW = 1  # of a key in a study: it takes longer than a command line


def some(model) -> list[Case]:
    """A few cases of each key."""
    by_key = groupby(cases(model), attrgetter("key"))
    return [*(case for _, group in by_key for case in islice(group, FEW)), *nevers(model)]


@pytest.mark.parametrize("case", [*cases(Run), *nevers(Run)], ids=lambda case: case.name)
def test_a_field_of_a_run(project, capsys, case):
    line = refused(["run", f"{case.key}={case.value}"], capsys)
    assert f"command line: {case.key}" in line


@pytest.mark.parametrize("case", [*cases(Settings), *nevers(Settings)], ids=lambda case: case.name)
def test_a_setting(project, capsys, case):
    Path("config/config.yaml").write_text(f"{case.key}: {case.value}\n", encoding="utf-8")
    assert "config/config.yaml: " in refused(["plan"], capsys)


@pytest.mark.parametrize("case", [*cases(Source), *nevers(Source)], ids=lambda case: case.name)
def test_a_key_of_a_dataset(project, capsys, case):
    source = {"file": "x.csv", "target": "y", case.key: HOLE}
    text = written({"datasets": {"mine": source}}, case.value)
    Path("config/config.yaml").write_text(text, encoding="utf-8")
    assert "config/config.yaml: " in refused(["data", "mine"], capsys)


@pytest.fixture
def study(project):
    """study(place, key, value): write the study with this value, a text of YAML, at this place."""
    right = yaml_file.read("config/studies/mine.yaml")
    assert Path("config/studies/mine.yaml").read_text(encoding="utf-8") == STUDY

    def write(place: str, key: str, value: str) -> None:
        document = at = copy.deepcopy(right)
        for part in filter(None, place.split(".")):
            at = at[int(part) if part.isdigit() else part]
        if key == "statistic":
            at.pop("name", None)
        at[key] = HOLE
        text = written(document, value)
        Path("config/studies/mine.yaml").write_text(text, encoding="utf-8")

    return write


def written(document, value: str) -> str:
    return json.dumps(document).replace(f'"{HOLE}"', value)


IN_STUDIES = [(place, case) for place, model in PLACES.items() for case in some(model)]


@pytest.mark.parametrize(
    ("place", "case"), IN_STUDIES, ids=[f"{place}.{case.name}" for place, case in IN_STUDIES]
)
def test_a_key_of_a_study(study, capsys, place, case):
    study(place, *case)
    assert "config/studies/mine.yaml: " in refused(["plan"], capsys)


KEYS = [
    (place, key) for place, model in PLACES.items() for key in model.model_fields if len(key) > 4
]


@pytest.mark.parametrize(("place", "key"), KEYS)
def test_a_misspelt_key_has_a_nearest(study, capsys, place, key):
    study(place, f"{key[:3]}{key[4:]}", "1")
    line = refused(["plan"], capsys)
    assert "unknown key" in line and "did you mean " in line


def test_there_are_hundreds():
    keyed = [*cases(Run), *cases(Settings), *cases(Source)]
    assert len(keyed) + len(IN_STUDIES) + len(KEYS) > 300
