"""ReLU networks are piecewise linear: their pieces, counted exactly, and what theory says of them.

A network is a list of layers (W (fan_in, fan_out), b (fan_out,)); every layer but the last is
followed by a ReLU.
"""

from math import acos, atan, comb, pi, prod, sqrt

import numpy as np
from scipy.special import ellipe

Layers = list[tuple[np.ndarray, np.ndarray]]
TOLERANCE = 1e-9  # of a crossing at a corner, and of two slopes that are one


def layers_of(weights: dict[str, np.ndarray]) -> Layers:
    """W1, b1, W2, ... of a run as a list of layers, in float64."""
    return [
        (np.asarray(weights[f"W{k}"], float), np.asarray(weights[f"b{k}"], float).reshape(-1))
        for k in range(1, len(weights) // 2 + 1)
    ]


def corners(layers: Layers, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """The corners of a network of one input on [low, high], its ends among them, and the outputs
    there: x (K,), y (K, n_out).

    Between two corners of the layers below every a is linear: a unit's ReLU bends where it crosses 0.
    """
    x = np.array([low, high], float)
    z = x[:, None]
    for W, b in layers[:-1]:
        a = z @ W + b
        x, a = _with_crossings(x, a)
        z = np.maximum(a, 0)
    W, b = layers[-1]
    return x, z @ W + b


def _with_crossings(x: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x (K,) and a (K, n), and between them a corner wherever a unit crosses 0."""
    left, right = a[:-1], a[1:]
    where, unit = np.nonzero(left * right < 0)
    if not len(where):
        return x, a
    share = left[where, unit] / (left[where, unit] - right[where, unit])
    new_x = x[where] + share * (x[where + 1] - x[where])
    new_a = left[where] + share[:, None] * (right[where] - left[where])
    new_a[np.arange(len(unit)), unit] = 0  # exactly, so that nobody finds the crossing again
    order = np.argsort(np.concatenate([x, new_x]), kind="stable")
    return np.concatenate([x, new_x])[order], np.concatenate([a, new_a])[order]


def pieces(layers: Layers, low: float, high: float) -> int:
    """Linear pieces of a network of one input and one output on [low, high]."""
    x, y = corners(layers, low, high)
    kept = np.append(True, np.diff(x) > TOLERANCE * (high - low))
    x, y = x[kept], y[kept, 0]
    slopes = np.diff(y) / np.diff(x)
    bends = np.abs(np.diff(slopes)) > 1e-6 * np.abs(slopes).max(initial=TOLERANCE)
    return int(bends.sum()) + 1


def patterns(layers: Layers, low: float, high: float) -> int:
    """Activation patterns of a network of one input on [low, high]: its pieces, and those that no
    output shows."""
    x, _ = corners(layers, low, high)
    return int((np.diff(x) > TOLERANCE * (high - low)).sum())


def regions(layers: Layers, window: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The linear regions of a network of two inputs inside a convex window (m, 2).

    Each is a convex polygon (k, 2) and its outputs as (3, n_out): a = (x1, x2, 1) A. Regions are
    told apart by which units are on; a layer cuts each region of those below along its units' lines.
    """
    found = [(np.asarray(window, float), np.eye(3)[:, :2])]
    for W, b in layers[:-1]:
        found = [part for region in found for part in _cut(*region, W, b)]
    W, b = layers[-1]
    return [(polygon, _through(A, W, b)) for polygon, A in found]


def _through(A: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """z = (x, 1) A, so that a = z W + b = (x, 1) (A W + b in the last row)."""
    result = A @ W
    result[2] += b
    return result


def _cut(polygon: np.ndarray, A: np.ndarray, W: np.ndarray, b: np.ndarray):
    """One region cut by the lines of one layer's units, each part with its z = (x, 1) A."""
    A = _through(A, W, b)
    parts = [polygon]
    side = polygon @ A[:2] + A[2]
    small = TOLERANCE * np.abs(A).max(0)
    # A line that misses the region misses all of its parts: most of them do.
    for unit in np.flatnonzero((side.min(0) < -small) & (side.max(0) > small)):
        parts = [half for part in parts for half in _halves(part, A[:, unit], small[unit])]
    for part in parts:
        middle = np.append(part.mean(0), 1)
        yield part, A * (middle @ A > 0)


def _halves(polygon: np.ndarray, line: np.ndarray, small: float) -> list[np.ndarray]:
    """A convex polygon on the two sides of a line (x1, x2, 1) . line = 0; itself where one is empty.

    small: as good as 0 of the line's values.
    """
    side = (polygon @ line[:2] + line[2]).tolist()  # of a few corners, which arrays are slow at
    if min(side) >= -small or max(side) <= small:
        return [polygon]
    halves: tuple[list, list] = [], []
    corners = polygon.tolist()
    for n, (x, y) in enumerate(corners):
        to = n + 1 - len(corners)  # the next one: 0 after the last
        at, after, (next_x, next_y) = side[n], side[to], corners[to]
        points = [((x, y), at)]
        if at * after < 0:
            share = at / (at - after)
            points.append(((x + share * (next_x - x), y + share * (next_y - y)), 0.0))
        for half, sign in zip(halves, (1, -1)):
            half += [point for point, whose in points if sign * whose >= 0]
    return [np.array(half) for half in halves]


def on_plane(layers: Layers, origin: np.ndarray, axes: np.ndarray) -> Layers:
    """A network of n_in inputs as one of two: at origin (n_in,) + x axes, with axes (2, n_in)."""
    W, b = layers[0]
    return [(axes @ W, origin @ W + b), *layers[1:]]


def on_line(layers: Layers, start: np.ndarray, end: np.ndarray) -> Layers:
    """A network of n_in inputs as one of one: at start + x (end - start), both (n_in,)."""
    W, b = layers[0]
    return [((end - start)[None] @ W, start @ W + b), *layers[1:]]


def expected_patterns(units: int, start: np.ndarray, end: np.ndarray) -> float:
    """Activation patterns between two inputs (n_in,) of a wide ReLU network with W ~ N(0, 2 / fan_in)
    and b = 0, on average; units: in all of its layers together.

    A unit of the first layer is 0 once between start and end with the probability angle / pi. By
    Rice's formula one of a later layer crosses 0 at the rate at which z turns there, over pi; and
    with these W a wide layer turns z as far as its input turned (cos = 1 - angle^2 / 2 + O(angle^3)
    on both sides). So that each unit of each layer adds angle / pi: as many as units, whatever the
    depth (Hanin, Rolnick 2019).
    """
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    return 1 + units * acos(float(np.clip(cosine, -1, 1))) / pi


def plane_of(points: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The plane through three points (3, n_in): its origin at their mean, two orthonormal axes, and
    where the points lie in it (3, 2). The points are not on one line."""
    origin = points.mean(0)
    axes = np.linalg.qr((points[1:] - points[0]).T)[0].T
    return origin, axes, (points - origin) @ axes.T


def square(half: float) -> np.ndarray:
    """The corners of [-half, half]^2, in order."""
    return half * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def random_network(
    n_in: int, width: int, depth: int, rng: np.random.Generator, bias: float = 1.0
) -> Layers:
    """W ~ N(0, 2 / fan_in), b ~ N(0, bias^2), one output: a ReLU network at its start (He et al.)."""
    fans = [n_in, *[width] * depth, 1]
    return [
        (
            rng.normal(0, sqrt(2 / fan_in), (fan_in, fan_out)),
            rng.normal(0, bias, fan_out),
        )
        for fan_in, fan_out in zip(fans, fans[1:])
    ]


def expected_pieces(width: int, depth: int, half: float, bias: float = 1.0) -> float:
    """Pieces on [-half, half] of a wide `random_network` of one input, on average.

    The a of layer l are Gaussian with q = 2 x^2 + l bias^2, their slope has the mean square 2 and
    the covariance 2 x with them. By Rice's formula a crosses 0 at the rate sqrt(2 q - (2 x)^2) /
    (pi q): a Cauchy density of scale bias sqrt(l / 2), so that each unit bends once on the whole
    line, in every layer: as many bends as units, whatever the depth (Hanin, Rolnick 2019).
    """
    scales = [bias * sqrt(layer / 2) for layer in range(1, depth + 1)]
    return 1 + sum(width * 2 / pi * atan(half / scale) for scale in scales)


def expected_regions(width: int, depth: int, half: float, bias: float = 1.0, steps=120) -> float:
    """Regions in [-half, half]^2 of a wide `random_network` of two inputs, on average.

    A curve from border to border adds a region, and another one for each curve that it crosses; each
    unit's zeros are such curves (closed ones are rare in a small window and left out). The a of
    layer l are Gaussian with q = |x|^2 + l bias^2; their slopes have the covariance I, and x with a.
    By the formula of Kac and Rice units hit the border at the rate s / (pi sqrt(q)) and two of them
    cross at the rate E|det of their slopes| / (2 pi sqrt(q q')), given that both are 0. Exact for one
    hidden layer; deeper ones for large width.
    """
    step = 2 * half / steps
    at = -half + step * (np.arange(steps) + 0.5)
    radius2 = at[:, None] ** 2 + at**2
    floors = [layer * bias**2 for layer in range(1, depth + 1)]
    total = 1.0
    for k, floor in enumerate(floors):
        q = at**2 + half**2 + floor  # along one of the four edges
        total += width / 2 * 4 * step * np.sum(np.sqrt(1 - at**2 / q) / (pi * np.sqrt(q)))
        for other in floors[: k + 1]:
            pairs = width * (width - 1) / 2 if other == floor else width**2
            total += pairs * step**2 * np.sum(_crossings(radius2, floor, other))
    return float(total)


def _crossings(radius2: np.ndarray, floor: float, other: float) -> np.ndarray:
    """Crossings of two units per area. Along x the slopes, given a = 0, have the variance
    s^2 = floor / q, across 1; E|u v' s - u' v s'| = (2 / pi) s E(1 - (s' / s)^2), s >= s'."""
    q, p = radius2 + floor, radius2 + other
    large, small = np.maximum(floor / q, other / p), np.minimum(floor / q, other / p)
    slopes = 2 / pi * np.sqrt(large) * ellipe(1 - small / large)
    return slopes / (2 * pi * np.sqrt(q * p))


def zigzag(folds: int, depth: int) -> Layers:
    """A network that folds [0, 1] onto itself `folds` times in each layer of as many units.

    folds^depth pieces on [0, 1]: the construction of Montufar et al. 2014, and of Telgarsky 2016
    with folds = 2, the tent map.
    """
    shift = -np.arange(folds) / folds
    slopes = folds * np.array([1.0] + [2.0 * (-1) ** k for k in range(1, folds)])
    first = (np.ones((1, folds)), shift)
    later = (np.outer(slopes, np.ones(folds)), shift)
    return [first, *[later] * (depth - 1), (slopes[:, None], np.zeros(1))]


def zigzag_plane(folds: int, depth: int) -> Layers:
    """The zigzag of both of two inputs, added: 2 folds units in each layer, and on [0, 1]^2
    folds^(2 depth) squares (Montufar et al. 2014)."""
    along = zigzag(folds, depth)
    layers = [(np.kron(np.eye(2), W), np.tile(b, 2)) for W, b in along[:-1]]
    W, b = along[-1]
    return [*layers, (np.tile(W, (2, 1)), 2 * b)]


def most_pieces_shallow(units: int, n_in: int = 1) -> int:
    """Regions of one hidden layer at most: sum_(j <= n_in) binom(units, j) (Zaslavsky 1975)."""
    return sum(comb(units, j) for j in range(n_in + 1))


def most_pieces_deep(width: int, depth: int, n_in: int = 1) -> int:
    """No ReLU network has more regions: each layer cuts each region below like a shallow one.

    The product over the layers of sum_(j <= n_in) binom(width, j) (Raghu et al. 2017; Montufar 2017).
    """
    return prod(most_pieces_shallow(width, n_in) for _ in range(depth))


def montufar(width: int, depth: int, n_in: int = 1) -> int:
    """So many regions some network has: floor(width / n_in)^(n_in (depth - 1)) sum_(j <= n_in)
    binom(width, j) (Montufar et al. 2014, theorem 5)."""
    return (width // n_in) ** (n_in * (depth - 1)) * most_pieces_shallow(width, n_in)
