"""Decision regions in the plane: pictures of them, their parts, and whether they are convex."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import label

Labels = Callable[[np.ndarray], np.ndarray]  # (N, 2) -> (N,) classes


def labels(a: np.ndarray) -> np.ndarray:
    """a of the last layer (N, n_out) -> the class that each example is given (N,)."""
    return a.argmax(1) if a.shape[1] > 1 else (a[:, 0] > 0).astype(int)


def advantage(a: np.ndarray) -> np.ndarray:
    """a of the last layer (N, n_out) -> that of the second class less the first's (N,): 0 on the
    border of two classes; P(second class) is its sigmoid where the cost is a likelihood."""
    return a[:, 0] if a.shape[1] == 1 else a[:, 1] - a[:, 0]


def grid(x: np.ndarray, side: int, border: float = 0.15) -> np.ndarray:
    """(side^2, 2) points of a square grid, row by row from below, around the points x (N, 2).

    border: what is added at each side, as a share of the extent of x.
    """
    middle = (x.min(0) + x.max(0)) / 2
    half = np.ptp(x, axis=0).max() * (0.5 + border)
    across, up = (np.linspace(m - half, m + half, side) for m in middle)
    return np.stack([np.tile(across, side), np.repeat(up, side)], 1)


def parts(classes: np.ndarray, smallest: int = 1) -> int:
    """Connected parts of all regions of a picture (side, side) of classes.

    Two cells hang together where they share an edge; parts of fewer cells than `smallest` are not
    counted (a thin strip breaks into crumbs on any grid).
    """
    total = 0
    for value in np.unique(classes):
        numbered, _ = label(classes == value)
        total += int(np.sum(np.bincount(numbered.ravel())[1:] >= smallest))
    return total


def leaving(
    given_by: Labels, x: np.ndarray, pairs: int, steps: int, rng: np.random.Generator
) -> float:
    """The share of segments between two points of one predicted region that leave the region.

    x (N, 2): the points. `pairs` pairs are drawn from each region that holds two points or more;
    a segment is looked at in `steps` places between its ends. 0 where every region is convex.
    """
    given = given_by(x)
    left = []
    for value in np.unique(given):
        members = x[given == value]
        if len(members) < 2:
            continue
        first = rng.integers(len(members), size=pairs)
        other = (first + rng.integers(1, len(members), size=pairs)) % len(members)
        at = (np.arange(steps) + 1) / (steps + 1)
        segments = members[first, None] + at[:, None] * (members[other] - members[first])[:, None]
        seen = given_by(segments.reshape(-1, 2)).reshape(pairs, steps)
        left.append((seen != value).any(1))
    return float(np.concatenate(left).mean()) if left else 0.0
