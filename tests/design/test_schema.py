"""The JSON schemas say what the models say: every study fits, and slips are seen in an editor."""

import copy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mlpstudy.design import yaml_file
from mlpstudy.design.schema import SCHEMAS, file_of, text_of

ROOT = Path(__file__).resolve().parents[2]
STUDIES = [
    *sorted((ROOT / "config/studies").glob("*.yaml")),
    *sorted((ROOT / "docs/questions").glob("*.yaml")),
    ROOT / "src/mlpstudy/design/new_study.yaml",
]
STUDY = """\
study: steps
title: Two steps
question: {en: Which step?, fr: Quel pas ?}
base: {dataset: iris, depth: 1}
seeds: 6
sweep: {steps: {grid: {eta: [0.01, 0.1]}}}
claims:
  - {id: S1, name: gain, says: The larger one loses less, direction: below, threshold: 0,
     contrast: {measure: test_loss, factor: eta, of: 0.1, against: 0.01}}
figures: [{name: losses, kind: line, x: eta, y: test_loss, about: gain}]
"""


@pytest.fixture(scope="module")
def validators():
    made = {name: make() for name, make in SCHEMAS.items()}
    for schema in made.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in made.items()}


@pytest.fixture
def study(tmp_path):
    (tmp_path / "steps.yaml").write_text(STUDY, encoding="utf-8")
    return yaml_file.read(tmp_path / "steps.yaml")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_fits(validators, path):
    assert not [error.message for error in validators["study"].iter_errors(yaml_file.read(path))]


def test_the_settings_fit(validators):
    document = yaml_file.read(ROOT / "config/config.yaml")
    assert not [error.message for error in validators["config"].iter_errors(document)]


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ((), "stuudy", "x"),
        ((), "seeds", "six"),
        (("base",), "detph", 3),
        (("base",), "depth", -1),
        (("base",), "activation", "rely"),
        (("sweep", "steps", "grid"), "etta", [0.1]),
        (("sweep", "steps", "grid"), "eta", 0.1),
        (("sweep", "steps"), "gird", {}),
        (("claims", 0), "directon", "below"),
        (("claims", 0), "direction", "sideways"),
        (("claims", 0, "contrast"), "kind", "difference"),
        (("claims", 0, "contrast"), "measures", "x"),
        (("figures", 0), "kind", "lines"),
        (("question",), "de", "Welcher Schritt?"),
    ],
)
def test_a_slip_is_seen(validators, study, place, key, value):
    assert not list(validators["study"].iter_errors(study))
    wrong = copy.deepcopy(study)
    inner = wrong
    for step in place:
        inner = inner[step]
    inner[key] = value
    assert list(validators["study"].iter_errors(wrong))


@pytest.mark.parametrize("key", ["study", "claims.name", "claims.direction", "figures.kind"])
def test_what_is_missing_is_seen(validators, study, key):
    outer, _, inner = key.rpartition(".")
    del (study[outer][0] if outer else study)[inner]
    assert list(validators["study"].iter_errors(study))


def test_a_dataset_of_one_s_own_is_no_slip(validators, study):
    study["base"]["dataset"] = "my_trees"
    assert not list(validators["study"].iter_errors(study))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_in_step_with_the_models(name):
    """Otherwise: mlpstudy schema."""
    assert (ROOT / file_of(name)).read_text(encoding="utf-8") == text_of(name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (ROOT / "src/mlpstudy/design/new_study.yaml", "study"),
        (ROOT / "config/config.yaml", "config"),
    ],
)
def test_the_starting_points_name_their_schema(path, name):
    head = path.read_text(encoding="utf-8").partition("\n")[0]
    place = path.parent if name == "config" else ROOT / "config/studies"
    named = head.removeprefix("# yaml-language-server: $schema=")
    assert named != head and (place / named).resolve() == ROOT / file_of(name)
