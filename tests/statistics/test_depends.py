"""What tells the supported findings from the others, counted by hand."""

import itertools

import pytest

from mlpstudy.statistics.depends import depends
from mlpstudy.statistics.verdicts import Finding

ENDS = {"S": (0.5, 1.0), "C": (-1.0, -0.5), "U": (-1.0, 1.0)}


def found(verdict: str, condition: dict, **more) -> Finding:
    low, high = ENDS[verdict]
    shared = {"claim": "C1", "study": "s", "statistic": "gain", "direction": "above", "says": ""}
    ends = {"value": (low + high) / 2, "low": low, "high": high, "threshold": 0.0, "n": 8}
    return Finding(condition=condition, **{**shared, **ends, **more})


def table(verdicts: dict[tuple, str], *fields: str) -> list[Finding]:
    """A finding for each letter at each of some values."""
    return [
        found(letter, dict(zip(fields, values)) | {"place": place % 2})
        for values, letters in verdicts.items()
        for place, letter in enumerate(letters)
    ]


def test_one_field_tells_them_apart():
    """By the noise 6 + 5 of 12 are as most of the others are there; the commonest verdict has 7."""
    made = depends(table({(0.0,): "SUCCUU", (0.3,): "SSSSSS"}, "label_noise"))
    assert made.fields == ("label_noise",) and made.verdict == "supported"
    assert made.where == [({"label_noise": 0.3}, 6, 6), ({"label_noise": 0.0}, 1, 6)]


def test_two_fields_where_one_does_not_do():
    """Supported where exactly one of two is there: by each alone half of the findings are."""
    verdicts = {(0, 0): "CC", (0, 1): "SS", (1, 0): "SSS", (1, 1): "CC"}
    made = depends(table(verdicts, "dropout", "noise"))
    assert made.fields == ("dropout", "noise")
    assert [where.count / where.n for where in made.where] == [1, 1, 0, 0]
    assert made.where[0].condition == {"dropout": 0, "noise": 1}


def test_two_fields_must_be_clearly_better():
    """By the depth 10 of 12 are told right; with the width 11 of them: not worth a second field."""
    verdicts = {(1, 4): "SSS", (1, 8): "SSS", (9, 4): "CCC", (9, 8): "CSS"}
    found_ = table(verdicts, "depth", "width")
    assert depends(found_).fields == ("depth",)


@pytest.mark.parametrize(
    "verdicts",
    [
        {(1,): "SSS", (2,): "SSS"},  # all are supported
        {(1,): "UUU", (2,): "UUU"},
        {(1,): "SSC", (2,): "SSC"},  # the same everywhere
        {(1,): "S", (2,): "C", (3,): "S", (4,): "C"},  # a value that one finding has tells nothing
    ],
)
def test_nothing_tells_them_apart(verdicts):
    assert depends(table(verdicts, "depth")) is None


def test_where_none_is_supported_the_contradicted_are_told():
    made = depends(table({("a",): "UUU", ("b",): "CCC"}, "dataset"))
    assert made.verdict == "contradicted"
    assert made.where == [({"dataset": "b"}, 3, 3), ({"dataset": "a"}, 0, 3)]


def test_of_equals_the_one_that_tells_contradicted_from_undecided():
    both = [({"a": 1, "b": 1}, "S"), ({"a": 2, "b": 2}, "C"), ({"a": 2, "b": 3}, "U")]
    made = depends([found(letter, at) for at, letter in both for _ in range(3)])
    assert made.fields == ("b",)


def test_what_does_not_decide_or_is_not_learned_does_not_count():
    decide = [
        found(v, {"depth": d}, decides=True) for d, v in ((1, "S"), (1, "S"), (2, "C"), (2, "C"))
    ]
    others = [found("S", {"depth": 2}), found("S", {"depth": 2}, decides=True, learned=False)]
    assert depends(decide + others).where == [({"depth": 1}, 2, 2), ({"depth": 2}, 0, 2)]


def test_the_contrast_itself_may_tell():
    parts = [found("S", {"depth": d}, statistic="loss") for d in (1, 2, 3)]
    parts += [found("C", {"depth": d}, statistic="error") for d in (1, 2, 3)]
    assert depends(parts).fields == ("statistic",)


def test_fields_that_some_conditions_lack_and_texts():
    parts = [found("S", {"depth": 1}), found("S", {"depth": 1, "width": 4}), found("C", "deep")]
    assert depends(parts) is None


def test_the_order_of_the_findings_does_not_matter():
    parts = table({(1, 4): "SSU", (1, 8): "SSC", (9, 4): "CCC"}, "depth", "width")
    made = depends(parts)
    assert made is not None
    for seed in itertools.islice(itertools.permutations(range(len(parts))), 0, 100_000, 9_973):
        assert depends([parts[i] for i in seed]) == made
