"""Orthonormal columns, the same bits on every machine: those of LAPACK hang on its processor."""

from math import sqrt

import numpy as np

from mlpstudy.core.native.compiled import entry, jit


@entry
def orthonormalise(A):
    """Turn A (m, n) float64, m >= n, of full rank, into the Q of A = Q R with R[j, j] > 0.

    Gram-Schmidt, and once more for what the first time has left (Giraud et al. 2005: twice is
    enough). Sums run down the rows one by one, for many columns at a time.
    """
    for _ in range(2):
        for j in range(A.shape[1]):
            _normalise(A[:, j])
            _project_out(A[:, j], A[:, j + 1 :])
    return A


@jit
def _normalise(q):
    square = 0.0
    for i in range(len(q)):
        square += q[i] * q[i]
    norm = sqrt(square)
    for i in range(len(q)):
        q[i] /= norm


@jit
def _project_out(q, others):
    """others - q (q' others): others (m, n)."""
    products = np.zeros(others.shape[1])
    for i in range(len(q)):
        _add_multiple(products, q[i], others[i])
    for i in range(len(q)):
        _add_multiple(others[i], -q[i], products)


@jit
def _add_multiple(total, factor, row):
    for k in range(len(row)):
        total[k] += factor * row[k]
