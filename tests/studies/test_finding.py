"""Verdicts, worked by hand; findings on disk."""

import json
import math

import numpy as np
import pytest

from mlpstudy.studies.finding import (
    CONTRADICTED,
    DEPENDS,
    PARTLY,
    SUPPORTED,
    UNDECIDED,
    Finding,
    as_dict,
    combine,
    from_dict,
    read_findings,
    write_findings,
)

NAN, INF = math.nan, math.inf


def finding(**more) -> Finding:
    shared = {
        "claim": "C22",
        "study": "vanishing",
        "statistic": "slope",
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "n": 24,
        "direction": "above",
        "threshold": 0.3,
        "says": "It falls.",
    }
    return Finding(**{**shared, **more})


@pytest.mark.parametrize(
    ("low", "high", "above", "below"),
    [
        (0.4, 0.6, SUPPORTED, CONTRADICTED),  # all of it above 0.3
        (0.1, 0.2, CONTRADICTED, SUPPORTED),  # all of it below
        (0.2, 0.4, UNDECIDED, UNDECIDED),  # on both sides
        (0.3, 0.4, UNDECIDED, UNDECIDED),  # touching counts for no side
        (0.2, 0.3, UNDECIDED, UNDECIDED),
        (0.3, 0.3, UNDECIDED, UNDECIDED),
        (0.4, 0.4, SUPPORTED, CONTRADICTED),  # an exact value
        (0.4, INF, SUPPORTED, CONTRADICTED),
        (-INF, INF, UNDECIDED, UNDECIDED),
        (NAN, 0.6, UNDECIDED, UNDECIDED),
        (0.4, NAN, UNDECIDED, UNDECIDED),
    ],
)
def test_verdict(low, high, above, below):
    bounds = {"low": low, "high": high}
    assert finding(**bounds, direction="above").verdict == above
    assert finding(**bounds, direction="below").verdict == below


@pytest.mark.parametrize("field", ["value", "threshold"])
def test_a_number_that_is_missing_decides_nothing(field):
    assert finding(**{field: NAN}).verdict == UNDECIDED


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([SUPPORTED], SUPPORTED),
        ([SUPPORTED, SUPPORTED], SUPPORTED),
        ([CONTRADICTED, CONTRADICTED], CONTRADICTED),
        ([UNDECIDED], UNDECIDED),
        ([SUPPORTED, UNDECIDED], PARTLY),
        ([CONTRADICTED, UNDECIDED], UNDECIDED),
        ([SUPPORTED, CONTRADICTED], DEPENDS),
        ([CONTRADICTED, UNDECIDED, SUPPORTED], DEPENDS),
    ],
)
def test_combine(verdicts, together):
    assert combine(verdicts) == together
    assert combine(reversed(verdicts)) == together


def test_nothing_to_combine():
    with pytest.raises(ValueError, match="no verdict"):
        combine([])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"direction": "over"}, "direction 'over': allowed are above, below"),
        ({"low": 0.7}, r"the interval \[0.7, 0.6\] is upside down"),
    ],
)
def test_what_is_no_finding(wrong, message):
    with pytest.raises(ValueError, match=message):
        finding(**wrong)


def test_written_and_read(tmp_path):
    there = [
        finding(condition="digits", unit="decades", runs=["a", "b"], rerun="mlpstudy replay a"),
        finding(value=1 / 3, low=-INF, high=INF, direction="below"),
        finding(n=np.int64(7), value=np.float64(0.5), low=np.float32(0.25)),
    ]
    write_findings(there, tmp_path / "findings.json")
    assert read_findings(tmp_path / "findings.json") == there
    (tmp_path / "again").mkdir()
    write_findings(read_findings(tmp_path / "findings.json"), tmp_path / "again" / "findings.json")
    first, second = (tmp_path.joinpath(*p, "findings.json") for p in ((), ("again",)))
    assert first.read_bytes() == second.read_bytes()


def test_nan_is_null_in_json_and_comes_back(tmp_path):
    write_findings([finding(value=NAN, low=NAN, high=NAN)], tmp_path / "findings.json")
    (record,) = json.loads((tmp_path / "findings.json").read_text())
    assert (record["value"], record["low"], record["high"]) == (None, None, None)
    assert record["verdict"] == UNDECIDED
    assert math.isnan(read_findings(tmp_path / "findings.json")[0].high)


def test_a_verdict_in_a_file_is_not_believed():
    record = as_dict(finding()) | {"verdict": CONTRADICTED}
    assert from_dict(record).verdict == SUPPORTED


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"direction": "sideways"}, "finding 2: direction 'sideways'"),
        ({"colour": "red"}, "finding 2: .*colour"),
        ({"value": "much"}, "finding 2: could not convert"),
    ],
)
def test_a_file_that_holds_something_else(tmp_path, change, message):
    path = tmp_path / "findings.json"
    path.write_text(json.dumps([as_dict(finding()), as_dict(finding()) | change]))
    with pytest.raises(ValueError, match=message) as raised:
        read_findings(path)
    assert str(path) in str(raised.value)
