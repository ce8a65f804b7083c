"""Who is taken for whom: counts of classes, and the scores that rare classes count in.

Counts are (..., K, K): a row for each class that examples have, a column for each class that they
are named. All functions work along the last two axes.
"""

from collections.abc import Sequence

import numpy as np


def counted(y: np.ndarray, named: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) how many examples (N,) of class y are named each class."""
    places = y.astype(np.int64) * classes + named
    return np.bincount(places, minlength=classes**2).reshape(classes, classes)


def counted_by_part(
    labels: Sequence[np.ndarray], answers: Sequence[np.ndarray], classes: int
) -> np.ndarray:
    """(times, parts, classes, classes) int32 of the labels of each part, and of what is answered at
    some times to the examples of all parts, one part after the other. Of a regression (classes: 0)
    there is nothing to count."""
    counts = np.zeros((len(answers), len(labels), classes, classes), np.int32)
    ends = np.cumsum([len(y) for y in labels])[:-1]
    for t, named in enumerate(answers if classes else ()):
        for p, (y, n) in enumerate(zip(labels, np.split(named, ends), strict=True)):
            counts[t, p] = counted(y, n, classes)
    return counts


def accuracy(counts: np.ndarray) -> np.ndarray:
    """(...) the share of the examples that is right."""
    return _diagonal(counts).sum(-1) / counts.sum((-2, -1))


def balanced_accuracy(counts: np.ndarray) -> np.ndarray:
    """(...) the mean over the classes of the share of their examples that is right (their recall).

    A class without examples has no recall, and is left out of the mean, as scikit-learn's
    balanced_accuracy_score does: so the score does not depend on which classes a small part lacks.
    Whoever guesses has 1 / K.
    """
    there = counts.sum(-1)
    recall = _diagonal(counts) / np.maximum(there, 1)
    return recall.sum(-1) / (there > 0).sum(-1)


def f1(counts: np.ndarray) -> np.ndarray:
    """(...) the mean over the classes (macro) of F1 = 2 right / (there + named), the harmonic mean of
    precision and recall.

    A class that has examples and is never named, or never rightly, has F1 = 0: its precision 0 / 0
    counts as 0. A class that has no examples and is never named is left out of the mean. Both are
    what scikit-learn's f1_score(average="macro", zero_division=0) gives.
    """
    both = counts.sum(-1) + counts.sum(-2)
    each = 2 * _diagonal(counts) / np.maximum(both, 1)
    return each.sum(-1) / (both > 0).sum(-1)


def _diagonal(counts: np.ndarray) -> np.ndarray:
    return np.diagonal(counts, axis1=-2, axis2=-1)
