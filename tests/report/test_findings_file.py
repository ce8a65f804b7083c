"""The file of all findings: its form, and its table."""

import csv
import io
import json
from dataclasses import fields

import pytest
from example import finding
from jsonschema import Draft202012Validator, ValidationError

from mlpstudy.design.mistakes import Mistake
from mlpstudy.report import findings_file
from mlpstudy.statistics.verdicts import Finding, from_dict

SCHEMA = json.loads(findings_file.SCHEMA_FILE.read_text(encoding="utf-8"))
FOUND = [
    finding(
        "C22", -0.4, -0.5, -0.3, condition={"dataset": "digits", "depth": 8}, runs=["a", "b"],
        common=(0.0, -0.1, 0.1), matters=0.01, p=0.001, decides=True,
        says={"en": "It shrinks; much", "fr": "Il rétrécit"},
    ),
    finding("C16", float("inf"), 3, float("inf"), condition="plain", threshold=float("nan")),
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    findings_file.write(tmp_path / "findings.json", FOUND, {"gap": {"en": "gap", "fr": "écart"}})
    return tmp_path / "findings.json"


def test_the_schema_is_one_and_holds_of_the_file(path):
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_explains_every_field():
    properties = SCHEMA["$defs"]["finding"]["properties"]
    assert {field.name for field in fields(Finding)} | {"verdict"} <= set(properties)
    assert all(each["description"] for each in properties.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [("verdict", "proved"), ("n", -1), ("direction", "up"), ("value", "much"), ("common", [1, 2])],
)
def test_the_schema_refuses(path, name, value):
    told = json.loads(path.read_text(encoding="utf-8"))
    told["findings"][0][name] = value
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(told)


def test_what_is_read_is_what_was_written(path):
    records = findings_file.read(path)
    assert from_dict(records[0]) == FOUND[0] and records[0]["verdict"] == "supported"
    assert findings_file.read_labels(path) == {"gap": {"en": "gap", "fr": "écart"}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "is not made yet; first: snakemake --cores 2"),
        ("[]", "is of another form"),
        ('{"schema": "mlpstudy findings", "version": 1}', "version 2"),
        ("{", "is not JSON"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path, content, problem):
    path = tmp_path / "findings.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Mistake, match=problem) as raised:
        findings_file.read(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)


def test_the_table_by_hand(path):
    text = path.with_suffix(".csv").read_text(encoding="utf-8")
    first, second = csv.DictReader(io.StringIO(text))
    assert first["condition"] == "dataset=digits; depth=8"
    assert (first["runs"], first["common"], first["decides"]) == ("a b", "0.0 -0.1 0.1", "true")
    assert (first["says"], first["verdict"]) == ("It shrinks; much", "supported")
    assert (second["value"], second["threshold"], second["matters"]) == ("inf", "", "")
