"""Prechelt's criteria on curves worked by hand, and against his definitions written as loops."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mlpstudy.rng import stream
from mlpstudy.statistics.stopping import (
    CRITERIA,
    STRIP,
    generalization_loss,
    progress,
    stop,
    stops,
)


def test_there_are_fourteen():
    assert list(CRITERIA) == [
        *("GL_1", "GL_2", "GL_3", "GL_5"),
        *("PQ_0.5", "PQ_0.75", "PQ_1", "PQ_2", "PQ_3"),
        *("UP_2", "UP_3", "UP_4", "UP_6", "UP_8"),
    ]


def test_generalization_loss_by_hand():
    assert_allclose(generalization_loss([4, 2, 3, 1, 1.5]), [0, 0, 50, 0, 50])
    assert_array_equal(generalization_loss([1, 0, 0, 1, np.nan]), [0, 0, 0, np.inf, np.inf])


def test_progress_by_hand():
    # Epoch 0 is in no strip; the sixth epoch begins one that is not full.
    assert_allclose(progress([99, 5, 4, 3, 2, 1, 7]), [1000 * (15 / (5 * 1) - 1)])
    assert_allclose(progress([9, *[0.1] * 5, *[0, 0, 0, 0, 1], *[0] * 5]), [0, np.inf, 0])


FALLING = 2.0 - 0.1 * np.arange(11)  # 2.0, 1.9, ..., 1.0
# Best at epoch 2; 0.5 % lost at epoch 3, then 1.5 %, 2.5 %, 2.9 %, 4 %, 4 %, 4.9 %, 6 % at 10.
VALIDATION = np.array([1.2, 1.1, 1.0, 1.005, 1.015, 1.025, 1.029, 1.04, 1.04, 1.049, 1.06])


@pytest.mark.parametrize(
    ("criterion", "epoch"), [("GL_1", 4), ("GL_2", 5), ("GL_3", 7), ("GL_5", 10)]
)
def test_gl_by_hand(criterion, epoch):
    assert stop(FALLING, VALIDATION, criterion) == (epoch, True, 2)


@pytest.mark.parametrize(("criterion", "fired"), [("PQ_0.5", 1), ("PQ_0.75", 1), ("PQ_1", 0)])
def test_pq_by_hand(criterion, fired):
    # Second strip: training error 1.0, 1.0, 1.0, 1.0, 0.9901 -> P = 1000 (4.9901 / 4.9505 - 1) = 8;
    # validation error at epoch 10 is 7 % over the best: GL / P = 7 / 8.
    E_tr = np.array([9, 5, 4, 3, 2, 1, *[1.0] * 4, 4 / (5 * 1.008 - 1)])
    E_va = np.array([2, 1.9, 1.8, 1.5, 1.2, 1.0, *[1.02] * 4, 1.07])
    assert_allclose(progress(E_tr)[1], 8)
    assert stop(E_tr, E_va, criterion) == (10, bool(fired), 5)


def test_pq_waits_for_the_end_of_the_strip():
    E_va = np.array([1, 1, 9, 9, 9, 9, 9])
    assert stop(np.ones(7), E_va, "PQ_3") == (5, True, 0)


def test_pq_without_progress_stops_at_any_loss_and_at_none():
    flat = np.ones(11)
    rising = np.array([1.0] * 6 + [1.0001] * 5)
    assert stop(flat, rising, "PQ_3") == (10, True, 0)
    assert stop(flat, flat, "PQ_0.5") == (10, False, 0)
    zero = np.array([1, 1, 0, 1, 0, 1.0] + [0] * 5)  # infinite progress, then none
    assert stop(zero, rising, "PQ_0.5") == (10, True, 0)
    assert stop(zero[:6], 1 + np.arange(6.0), "PQ_0.5") == (5, False, 0)


def test_up_by_hand():
    # At the ends of strips, 0 5 10 15 20 25 30: down, up, down, up, up, up. In between, noise.
    ends = [1.0, 0.5, 0.6, 0.4, 0.5, 0.6, 0.7]
    E_va = np.full(33, 0.45)
    E_va[::STRIP] = ends
    assert stop(E_va, E_va, "UP_2") == (25, True, 15)
    assert stop(E_va, E_va, "UP_3") == (30, True, 15)
    assert stop(E_va, E_va, "UP_4") == (32, False, 15)


def test_the_first_strip_is_compared_with_the_untrained_network():
    E_va = np.arange(1.0, 12.0)
    assert stop(E_va, E_va, "UP_2") == (10, True, 0)


def by_the_book(E_tr, E_va, criterion):
    """The definitions, epoch by epoch; curves without zeros, flat strips or infinities."""
    kind, a = criterion.split("_")
    up = {0: set(range(0, len(E_va), 5))}
    for s in range(1, 9):
        up[s] = {t for t in range(5, len(E_va), 5) if t - 5 in up[s - 1] and E_va[t] > E_va[t - 5]}
    for t in range(len(E_va)):
        gl = 100 * (E_va[t] / min(E_va[: t + 1]) - 1)
        end = t > 0 and t % 5 == 0
        strip = E_tr[t - 4 : t + 1]
        if kind == "GL" and gl > float(a):
            return t
        if kind == "PQ" and end and gl / (1000 * (sum(strip) / (5 * min(strip)) - 1)) > float(a):
            return t
        if kind == "UP" and t in up[int(a)]:
            return t
    return None


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_is_its_definition(criterion):
    rng = stream(11, "study")
    t = np.arange(73)
    E_tr = np.exp(-t / 60) + 0.02 * rng.random((40, 73))
    noise = 0.08 * rng.random((40, 1)) ** 3 * rng.standard_normal((40, 73))
    E_va = 1 + (t / 25 - 1) ** 2 * rng.random((40, 1)) + noise
    found = stop(E_tr, E_va, criterion)
    expected = [by_the_book(*pair, criterion) for pair in zip(E_tr, E_va)]
    assert_array_equal(found.fired, [e is not None for e in expected])
    assert_array_equal(found.epoch, [72 if e is None else e for e in expected])
    assert_array_equal(found.best, [E[: e + 1].argmin() for E, e in zip(E_va, found.epoch)])
    assert found.fired.any()  # or nothing was tested


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_diverging_run_is_stopped_and_goes_back(criterion):
    E_tr = np.r_[np.linspace(1, 0.5, 21), np.full(60, np.nan)]
    found = stop(E_tr, E_tr, criterion)
    assert found.fired and 21 <= found.epoch <= 60 and found.best == 20


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("T", [1, 3, 6])
def test_short_curves_end_at_their_end(criterion, T):
    E = np.linspace(1, 0.5, T)
    assert stop(E, E, criterion) == (T - 1, False, T - 1)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="unknown criterion 'GL_4': known are GL_1, GL_2"):
        stop([1, 2], [1, 2], "GL_4")
    with pytest.raises(ValueError, match=r"two shapes: \(2,\) and \(3,\)"):
        stop([1, 2], [1, 2, 3], "GL_1")


def curves_of(**runs) -> pd.DataFrame:
    rows = [
        (name, t, split, loss)
        for name, pair in runs.items()
        for split, curve in zip(("train", "validation"), pair)
        for t, loss in enumerate(curve)
    ]
    return pd.DataFrame(rows, columns=["run_id", "epoch", "split", "loss"])


def test_table_of_stops_is_stop_run_by_run_whatever_the_lengths():
    curves = {"b": (FALLING, VALIDATION), "a": (FALLING[:7], VALIDATION[:7]), "c": (FALLING,) * 2}
    table = stops(curves_of(**curves).sample(frac=1, random_state=0))
    assert list(table.columns) == ["run_id", "criterion", "epoch", "fired", "best"]
    assert list(table["run_id"]) == [name for name in "abc" for _ in CRITERIA]
    assert list(table["criterion"]) == list(CRITERIA) * 3
    for row in table.itertuples():
        assert (row.epoch, row.fired, row.best) == stop(*curves[row.run_id], row.criterion)


def test_a_gap_in_a_curve_is_an_error():
    curves = curves_of(a=(FALLING, VALIDATION))
    with pytest.raises(ValueError, match="gap"):
        stops(curves[curves["epoch"] != 3])
    with pytest.raises(ValueError, match="gap"):
        stops(pd.concat([curves, curves_of(b=(FALLING, FALLING)).drop(index=2)]))
    with pytest.raises(ValueError, match="one split only"):
        stops(pd.concat([curves, curves_of(b=(FALLING, []))]))
