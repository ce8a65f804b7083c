"""What an example counts by its class, while training."""

import numpy as np


def balanced(y: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) n / (k n_c) of n labels y, n_c of class c, in k classes that occur: scikit-learn's
    `class_weight="balanced"`. The examples of each class count the same together, and one counts 1
    on average. A class that does not occur has 0.
    """
    counts = np.bincount(y, minlength=classes)
    there = np.count_nonzero(counts)
    return np.where(counts > 0, len(y) / (there * np.maximum(counts, 1)), 0.0)
