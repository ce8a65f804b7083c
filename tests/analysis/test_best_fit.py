"""The best piecewise linear fits against brute force over the cuts and against known rates."""

from itertools import combinations

import numpy as np
import pytest

from mlpstudy.analysis.best_fit import equal_steps_error, least_errors
from mlpstudy.rng import stream


def _left(x, y):
    if len(x) < 3:
        return 0.0
    return np.sum((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2)


def _brute(x, y, pieces):
    best = np.inf
    for cuts in combinations(range(1, len(x)), pieces - 1):
        parts = zip((0, *cuts), (*cuts, len(x)), strict=True)
        best = min(best, sum(_left(x[i:j], y[i:j]) for i, j in parts))
    return np.sqrt(best / len(x))


def test_against_every_cut():
    rng = stream(0, "study")
    x, y = np.sort(rng.normal(size=12)), rng.normal(size=12)
    assert least_errors(x, y, 4) == pytest.approx([_brute(x, y, k) for k in (1, 2, 3, 4)])


def test_a_corner_needs_two_pieces():
    x = np.linspace(-1, 1, 21)
    one, two, _ = least_errors(x, np.abs(x), 3)
    assert two == pytest.approx(0, abs=1e-7) and one == pytest.approx(np.abs(x).std())


def test_constructed_networks():
    x = np.linspace(0, 1, 1001)
    # A corner at 0, 1/4, 1/2, 3/4: |x - 1/2| is met with 2 and with 4 units, not with 3.
    errors = {n: equal_steps_error(x, np.abs(x - 0.5), n) for n in (2, 3, 4)}
    assert errors[2] == pytest.approx(0, abs=1e-12) and errors[4] == pytest.approx(0, abs=1e-12)
    assert errors[3] > 0.01
    # Of a smooth function, a quarter of the error with twice the units; never below the bound.
    smooth = np.sin(2 * np.pi * x)
    ratio = equal_steps_error(x, smooth, 16) / equal_steps_error(x, smooth, 32)
    assert ratio == pytest.approx(4, rel=0.1)
    assert equal_steps_error(x, smooth, 16) > least_errors(x, smooth, 16)[-1]
