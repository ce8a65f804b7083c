"""report/answers.json: what the pages say, for programs."""

import json

import pytest

from mlpstudy.report.answers_file import SCHEMA, VERSION


@pytest.fixture(scope="module")
def told(built_once) -> dict:
    return json.loads(built_once["answers.json"])


def test_all_claims_are_there_in_order_and_in_both_languages(told):
    assert (told["schema"], told["version"]) == (SCHEMA, VERSION)
    assert [each["claim"] for each in told["answers"]] == [f"C{n:02}" for n in range(1, 42)]
    for each in told["answers"]:
        texts = ("plain", "sentence", "lead", "detail", "number", "caveats")
        assert all(set(each[name]) == {"en", "fr"} for name in texts)


def test_one_answer_by_hand(told):
    answer = told["answers"][15]
    assert (answer["claim"], answer["verdict"], answer["conditions"]) == ("C16", "contradicted", 1)
    assert answer["number"] == {"en": "37 passes [31, 44]", "fr": "37 passes [31\u202f; 44]"}
    assert told["counts"] == {"claims": 41, "findings": 6, "networks": 3312, "studies": 3}


def test_headlines_are_claims_with_findings(told):
    answered = [each["claim"] for each in told["answers"] if each["conditions"]]
    assert set(told["headlines"]) <= set(answered) and len(told["headlines"]) <= 7
