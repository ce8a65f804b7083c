"""What a piecewise linear function of one variable can do at best: bounds for ReLU networks."""

import numpy as np


def least_errors(x: np.ndarray, y: np.ndarray, most: int) -> np.ndarray:
    """(most,) root mean square errors of the best functions with 1, 2, ..., most linear pieces.

    x (N,) ascending, y (N,), N > most. The pieces need not meet, so that no ReLU network with as
    many pieces does better: one hidden layer of n units has n + 1 of them. By dynamic programming
    over the place of the last cut (Bellman 1961).
    """
    cost = _line_costs(x, y)  # cost[i, j]: of one line through the points i to j
    total, least = cost[0], [cost[0, -1]]
    for _ in range(most - 1):
        # the last piece starts at i >= 1, after the best pieces on the points before it
        total = (total[:-1, None] + cost[1:]).min(0)
        least.append(total[-1])
    return np.sqrt(np.array(least) / len(x))


def _line_costs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(N, N) sum of the squares that the line of least squares through the points i to j leaves;
    infinite where j < i."""
    x, y = x - x.mean(), y - y.mean()
    n, sx, sy, sxx, sxy, syy = (
        np.subtract.outer(np.cumsum(s), np.cumsum(s) - s).T
        for s in (np.ones(len(x)), x, y, x * x, x * y, y * y)
    )
    upper = n >= 1
    n = np.maximum(n, 1)
    spread = np.where(n < 3, 1, sxx - sx**2 / n)
    left = syy - sy**2 / n - (sxy - sx * sy / n) ** 2 / spread
    left = np.where(n < 3, 0, np.maximum(left, 0))  # through two points goes a line
    return np.where(upper, left, np.inf)


def equal_steps_error(x: np.ndarray, y: np.ndarray, units: int) -> float:
    """Root mean square error of a ReLU network of one hidden layer that is constructed: its units
    bend at equal steps from the first x on, and its last layer is the one of least squares."""
    corners = x[0] + (x[-1] - x[0]) * np.arange(units) / units
    z = np.maximum(x[:, None] - corners, 0)
    z = np.column_stack([np.ones(len(x)), z])
    return float(np.sqrt(np.mean((y - z @ np.linalg.lstsq(z, y, rcond=None)[0]) ** 2)))
