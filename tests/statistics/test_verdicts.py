"""Verdicts, worked by hand; findings on disk."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from mlpstudy.files import write_summed_json
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    NEGLIGIBLE,
    NOT_LEARNED,
    SUPPORTED,
    UNDECIDED,
    Finding,
    Half,
    as_dict,
    by_nature,
    doubled,
    families,
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
        (0.3, 0.3, CONTRADICTED, CONTRADICTED),  # a tie without doubt is on no side
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


@pytest.mark.parametrize(
    ("low", "high", "matters", "verdict"),
    [
        (0.25, 0.35, 0.1, NEGLIGIBLE),  # within 0.2 and 0.4, on both sides of 0.3
        (0.31, 0.39, 0.1, NEGLIGIBLE),  # surely above, by less than anyone cares about
        (0.31, 0.41, 0.1, SUPPORTED),  # perhaps by more
        (0.15, 0.29, 0.1, CONTRADICTED),
        (0.15, 0.35, 0.1, UNDECIDED),
        (0.25, 0.35, 0.0, UNDECIDED),  # everything matters
        (0.3, 0.3, 0.0, NEGLIGIBLE),  # exactly there
        (NAN, 0.35, 0.1, UNDECIDED),
    ],
)
def test_what_is_too_small_to_matter(low, high, matters, verdict):
    found = finding(value=(low + high) / 2, low=low, high=high, matters=matters)
    assert found.verdict == (UNDECIDED if math.isnan(low) else verdict)
    assert finding(**vars(found) | {"learned": False}).verdict == NOT_LEARNED


@pytest.mark.parametrize("field", ["value", "threshold"])
def test_a_number_that_is_missing_decides_nothing(field):
    assert finding(**{field: NAN}).verdict == UNDECIDED


def of(verdict: str, **more) -> Finding:
    """A finding with a verdict, against the threshold 0.3."""
    low, high = {SUPPORTED: (0.4, 0.6), CONTRADICTED: (0.1, 0.2)}.get(verdict, (0.2, 0.4))
    more |= {"matters": 0.15} if verdict == NEGLIGIBLE else {}
    return finding(value=low, low=low, high=high, learned=verdict != NOT_LEARNED, **more)


S, C = SUPPORTED, CONTRADICTED


@pytest.mark.parametrize(
    ("common", "hangs"),
    [
        (None, False),
        ((0.5, 0.4, 0.6), False),  # the same side of 0.3
        ((0.3, 0.2, 0.4), False),  # on neither
        ((0.1, 0.0, 0.2), True),  # on the other
    ],
)
def test_what_hangs_on_eta(common, hangs):
    assert finding(common=common).hangs == hangs
    assert not finding(common=common, learned=False).hangs


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"direction": "over"}, "direction 'over': allowed are above, below"),
        ({"low": 0.7}, r"the interval \[0.7, 0.6\] is upside down"),
        ({"half": Half(1, 3, 2)}, r"the interval \[3, 2\] is upside down"),
        ({"common": (1, 3, 2)}, r"the interval \[3.0, 2.0\] is upside down"),
        ({"matters": -0.1}, "matters -0.1: allowed is 0 or more"),
        ({"edge": "left"}, "edge 'left': allowed are lower, upper, both"),
        ({"nature": "law"}, "nature 'law': allowed are experiment, identity"),
    ],
)
def test_what_is_no_finding(wrong, message):
    with pytest.raises(ValueError, match=message):
        finding(**wrong)


def test_written_and_read(tmp_path):
    there = [
        finding(condition="digits", unit="decades", runs=["a", "b"], rerun="mlpstudy replay a"),
        finding(value=1 / 3, low=-INF, high=INF, direction="below"),
        finding(n=np.int64(7), value=np.float64(0.5), low=np.float32(0.25), networks=np.int64(14)),
        finding(common=(0.1, -INF, np.float32(0.25)), edge="lower", learned=False, decides=True),
        finding(condition={"dataset": "digits", "depth": 4, "train_size": None}, matters=0.01),
        finding(p=0.25, p_holm=0.5, p_bh=np.float64(0.25), nature="identity"),
        finding(half=Half(0.1, -INF, 0.2), failed=(2, None), seeds_few=True, censored=True),
        finding(half=Half(0.1, 0.0, 0.2, learned=False), sees=0.1, failed=(0, 3)),
    ]
    write_findings(there, tmp_path / "findings.json")
    assert read_findings(tmp_path / "findings.json") == there
    (tmp_path / "again").mkdir()
    write_findings(read_findings(tmp_path / "findings.json"), tmp_path / "again" / "findings.json")
    first, second = (tmp_path.joinpath(*p, "findings.json") for p in ((), ("again",)))
    assert first.read_bytes() == second.read_bytes()


def test_a_condition_is_plain_data():
    rough = {"depth": np.int64(4), "dropout": np.float32(0.5), "train_size": pd.NA, "eta": NAN}
    plain = {"depth": 4, "dropout": 0.5, "train_size": None, "eta": None}
    assert finding(condition=rough).condition == plain
    assert json.loads(json.dumps(as_dict(finding(condition=rough))))["condition"] == plain


@pytest.mark.parametrize(
    ("half", "verdict", "turns"),
    [
        (None, None, False),
        (Half(0.5, 0.4, 0.6), SUPPORTED, False),
        (Half(0.5, 0.2, 0.6), UNDECIDED, True),
        (Half(0.2, 0.1, 0.25), CONTRADICTED, True),
        (Half(0.5, 0.4, 0.6, learned=False), NOT_LEARNED, True),
    ],
)
def test_the_verdict_after_half_of_the_passes(half, verdict, turns):
    """After all of them it is supported: 0.4 to 0.6 is above 0.3."""
    made = finding(half=half)
    assert (made.half_verdict, made.turns) == (verdict, turns)
    assert as_dict(made)["half"] == (half and [*half[:3], verdict])


def test_how_many_verdicts_twice_the_passes_change():
    same, other = Half(0.5, 0.4, 0.6), Half(0.2, 0.1, 0.25)
    some = [finding(half=half, decides=True) for half in (same, other, other, None)]
    assert doubled([*some, finding(half=other)]) == (2, 3)
    assert doubled([finding()]) == (0, 0)


def test_identities_are_counted_apart():
    seen = [of(S), of(C), of(S), of(S, nature="identity")]
    assert by_nature(seen) == {"experiment": {S: 2, C: 1}, "identity": {S: 1}}
    assert by_nature([]) == {"experiment": {}, "identity": {}}


def test_families_of_tests():
    """Holm: 0.01 * 3, 0.02 * 2, 0.04; Benjamini and Hochberg: 0.01 * 3, 0.02 * 3 / 2, 0.04."""
    family = [finding(p=p, decides=True) for p in (0.04, 0.01, 0.02)]
    others = [
        finding(p=0.001),  # does not decide
        finding(p=0.001, decides=True, learned=False),
        finding(decides=True),  # without a test
        finding(p=0.03, claim="C23"),  # another claim's only one: all of them decide
    ]
    made = families([*others, *family])
    assert [f.p_holm for f in made[:3]] == [f.p_bh for f in made[:3]] == [None] * 3
    assert [f.p_holm for f in made[3:]] == pytest.approx([0.03, 0.04, 0.03, 0.04])
    assert [f.p_bh for f in made[3:]] == pytest.approx([0.03, 0.04, 0.03, 0.03])
    assert [f.p for f in made] == [f.p for f in (*others, *family)]


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
    write_summed_json(path, [as_dict(finding()), as_dict(finding()) | change])
    with pytest.raises(ValueError, match=message) as raised:
        read_findings(path)
    assert str(path) in str(raised.value)
