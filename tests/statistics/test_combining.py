"""The verdict on a claim from those of its findings, worked by hand."""

import numpy as np
import pytest
from scipy import stats

from mlpstudy.statistics.combining import beyond_chance, combine
from mlpstudy.statistics.verdicts import (
    CONTRADICTED,
    DEPENDS,
    NEGLIGIBLE,
    NOT_LEARNED,
    PARTLY,
    PARTLY_CONTRADICTED,
    SUPPORTED,
    UNDECIDED,
    Finding,
)

ENDS = {SUPPORTED: (0.1, 0.3), CONTRADICTED: (-0.3, -0.1)}  # others: on both sides of 0


def of(verdict: str, **more) -> Finding:
    """A finding with a verdict, against the threshold 0."""
    low, high = ENDS.get(verdict, (-0.1, 0.1))
    shared = {"claim": "C1", "study": "s", "statistic": "gain", "direction": "above", "says": ""}
    ends = {"value": low, "low": low, "high": high, "threshold": 0.0, "n": 8}
    ends |= {"matters": 0.15} if verdict == NEGLIGIBLE else {}
    return Finding(**{**shared, **ends, "learned": verdict != NOT_LEARNED, **more})


S, C, U, N = SUPPORTED, CONTRADICTED, UNDECIDED, NOT_LEARNED
O = NEGLIGIBLE  # noqa: E741


@pytest.mark.parametrize(
    ("kind", "verdicts", "together"),
    [
        ("most", [S], SUPPORTED),
        ("most", [C, C], CONTRADICTED),
        ("most", [U], UNDECIDED),
        ("most", [S, S, U], SUPPORTED),
        ("most", [C, C, U], CONTRADICTED),  # as easily as supported
        ("most", [S, U], PARTLY),  # half are not most
        ("most", [C, U], PARTLY_CONTRADICTED),
        ("most", [S, C], DEPENDS),
        ("most", [C, U, S], DEPENDS),
        ("most", [S, N, N], SUPPORTED),  # what is not learned does not count
        ("most", [N], NOT_LEARNED),
        ("most", [S, S, O], SUPPORTED),
        ("most", [S, O, O], PARTLY),  # what is negligible counts among them
        ("most", [C, O], PARTLY_CONTRADICTED),
        ("most", [O, O, U], NEGLIGIBLE),
        ("most", [O, U], UNDECIDED),
        ("all", [S, O], PARTLY),
        ("all", [O, U], UNDECIDED),
        ("some", [S, O], SUPPORTED),
        ("some", [O, O], NEGLIGIBLE),
        ("all", [S, S], SUPPORTED),
        ("all", [S, S, U], PARTLY),
        ("all", [S, S, C], CONTRADICTED),  # one that fails is enough
        ("all", [U], UNDECIDED),
        ("some", [S], SUPPORTED),
        ("some", [S, U], SUPPORTED),  # 1 of 2 by chance: 1 - 0.975^2 = 0.049
        ("some", [S, U, U], UNDECIDED),  # 1 of 3 by chance: 0.073
        ("some", [S, S] + [C] * 10, SUPPORTED),  # 2 of 12 by chance: 0.035
        ("some", [S] + [C] * 11, UNDECIDED),
        ("some", [C, C], CONTRADICTED),
        ("some", [C, U], UNDECIDED),
        ("question", [S, C], "question"),
        ("opinion", [S], "opinion"),
    ],
)
def test_combine(kind, verdicts, together):
    assert combine([of(v) for v in verdicts], kind) == together
    assert combine([of(v) for v in reversed(verdicts)], kind) == together


def test_only_what_decides_gives_the_verdict():
    seen = [of(CONTRADICTED), of(SUPPORTED, decides=True), of(UNDECIDED)]
    assert combine(seen) == SUPPORTED
    assert combine([f for f in seen if not f.decides]) == PARTLY_CONTRADICTED


@pytest.mark.parametrize(("n", "enough"), [(1, 1), (2, 1), (3, 2), (14, 2), (15, 3), (33, 3)])
def test_how_many_of_n_are_beyond_chance(n, enough):
    tail = stats.binom.sf(np.arange(n + 1) - 1, n, 0.025)  # P(at least k)
    assert int(np.argmax(tail < 0.05)) == enough
    assert beyond_chance(enough, n) and not beyond_chance(enough - 1, n)


@pytest.mark.parametrize(
    ("plateaus", "minima", "together"),
    [
        ([S, C], [S], SUPPORTED),  # both exist
        ([S, C], [C, C], DEPENDS),  # one does, the other is nowhere
        ([S], [U], PARTLY),
        ([C], [C], CONTRADICTED),
        ([C], [U], PARTLY_CONTRADICTED),
        ([S], [N], SUPPORTED),
    ],
)
def test_what_exists_may_be_of_several_sorts(plateaus, minima, together):
    found = [of(v, statistic="plateaus") for v in plateaus]
    found += [of(v, statistic="minima") for v in minima]
    assert combine(found, "some") == together


def test_nothing_to_combine():
    with pytest.raises(ValueError, match="no finding"):
        combine([])


def test_an_unknown_kind():
    with pytest.raises(ValueError, match="kind 'few': allowed are all, some, most"):
        combine([of(S)], "few")


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        # 10 of 18 are supported: one kind always, the others in 4 of 12
        (
            {"rbm": [S] * 6, "autoencoder": [S, S, S, U, U, U], "masking": [S, U, U, U, U, O]},
            PARTLY,
        ),
        ({"rbm": [C] * 6, "autoencoder": [C, U, U, U]}, PARTLY_CONTRADICTED),  # flipped
        ({"rbm": [S] * 6, "autoencoder": [C] * 4}, DEPENDS),  # for it and against it
        ({"rbm": [S] * 6, "autoencoder": [O] * 4}, PARTLY),
        ({"rbm": [S, S, S, S, U], "autoencoder": [S, S, S, S, U]}, SUPPORTED),  # as often: no kind
        ({"rbm": [S, S, S, S, S], "autoencoder": [S, S, S, U, U]}, SUPPORTED),  # most of each
        ({"rbm": [S] * 6, "autoencoder": [U]}, SUPPORTED),  # one finding tells nothing of a kind
        ({"rbm": [S] * 6, "autoencoder": [N] * 4}, SUPPORTED),  # what is not learned does not count
        ({"rbm": [U] * 6, "autoencoder": [O] * 3}, UNDECIDED),
    ],
)
def test_a_tendency_holds_at_each_value_of_what_tells_it_apart(verdicts, together):
    """Conditions are worked by hand; a law and an existence claim ask for no tendency."""
    found = [
        of(verdict, condition={"pretraining": kind})
        for kind, each in verdicts.items()
        for verdict in each
    ]
    assert combine(found, "most") == combine(found[::-1], "most") == together
