"""What one neuron can separate: exact checks, Cover's count, and Novikoff's bound.

Points x (N, d), labels s (N,) of -1 and 1. A hyperplane through the origin has d weights; one with
a bias has a weight more: give the points a constant 1 (`with_one`).
"""

from math import comb
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog


def with_one(x: np.ndarray) -> np.ndarray:
    """(N, d) -> (N, d + 1): the points and a constant 1, for the bias."""
    return np.column_stack([x, np.ones(len(x))])


def separable(x: np.ndarray, s: np.ndarray) -> bool:
    """Whether some w has s_i w.x_i > 0 for every point: whether s_i w.x_i >= 1 has a solution."""
    signed = s[:, None] * x
    free = linprog(np.zeros(x.shape[1]), -signed, -np.ones(len(x)), bounds=(None, None))
    if free.status not in (0, 2):  # solved, or no solution
        raise RuntimeError(f"the linear programme ended with: {free.message}")
    return free.status == 0


def cover(n: int, d: int) -> float:
    """The share of the 2^n labellings of n points that a hyperplane through the origin separates.

    C(n, d) / 2^n with C(n, d) = 2 sum_(k < d) binom(n - 1, k), for points in general position in d
    dimensions (Cover 1965, theorem 1). One half at n = 2 d.
    """
    return sum(comb(n - 1, k) for k in range(d)) / 2 ** (n - 1)


def margin(x: np.ndarray, s: np.ndarray, w: np.ndarray) -> float:
    """The smallest distance of a point to the hyperplane of w, negative on the wrong side."""
    return float(np.min(s * (x @ w)) / np.linalg.norm(w))


def widest(x: np.ndarray, s: np.ndarray) -> np.ndarray:
    """The w (d,) of (nearly) the largest margin through the origin; x must be separable.

    The smallest sum of squares under s_i w.x_i >= 1, by its dual: v = sum a_i s_i x_i with a >= 0
    is the point of a cone nearest to the target of non-negative least squares (Lawson, Hanson 1974,
    chapter 23: least distance programming).
    """
    from scipy.optimize import nnls

    signed = s[:, None] * x
    d = x.shape[1]
    system = np.vstack([signed.T, np.ones(len(x))])
    target = np.append(np.zeros(d), 1.0)
    u, _ = nnls(system, target, maxiter=50 * len(x))
    residual = system @ u - target
    return -residual[:d] / residual[d]


class Novikoff(NamedTuple):
    """mistakes: of the perceptron rule until a pass without any (or until it was stopped);
    per_pass: those of each pass; w: where it ended; converged: whether it found a separation."""

    mistakes: int
    per_pass: list[int]
    w: np.ndarray
    converged: bool


def perceptron(
    x: np.ndarray, s: np.ndarray, rng: np.random.Generator, passes: int, eta: float = 1.0
) -> Novikoff:
    """The lecture's rule from w = 0: where s w.x <= 0, w <- w + eta s x; a new order each pass.

    (The gradient of the cost max(0, -s w.x) is 0 where s w.x > 0 and -s x elsewhere.)
    """
    w, per_pass = np.zeros(x.shape[1]), []
    for _ in range(passes):
        wrong = 0
        for i in rng.permutation(len(x)):
            if s[i] * (x[i] @ w) <= 0:
                w = w + eta * s[i] * x[i]
                wrong += 1
        per_pass.append(wrong)
        if not wrong:
            break
    return Novikoff(sum(per_pass), per_pass, w, per_pass[-1] == 0)


def novikoff_bound(x: np.ndarray, s: np.ndarray, w: np.ndarray) -> float:
    """(R / gamma)^2: no more mistakes from w = 0, whatever the order (Novikoff 1962).

    R: the largest norm of a point; gamma: the margin of any w that separates.
    """
    radius = np.linalg.norm(x, axis=1).max()
    return float((radius / margin(x, s, w)) ** 2)
