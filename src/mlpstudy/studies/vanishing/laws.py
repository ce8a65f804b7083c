"""Which law delta follows along the layers of a deep network: an exponential or a power."""

import numpy as np
import pandas as pd

LAW = ["dataset", "activation", "initialization", "depth", "width", "seed"]
LAWS = [*LAW, "exponential_over_power", "power"]


def laws(hidden: pd.DataFrame) -> pd.DataFrame:
    """exponential_over_power: log10 of the mean square residual of the best a + b layer over that of
    the best a + b log10 layer, both fitted to log10 delta: below 0 an exponential fits better, above
    0 a power. power: the b of the latter.

    hidden: LAW, run_id, layer, log10_delta of untrained networks; one row per network is made. Two
    numbers are fitted either way, so that neither law has the easier task.
    """
    rows = []
    for _, run in hidden.groupby("run_id", sort=False, observed=True):
        layer = run["layer"].to_numpy(dtype=float)
        log_delta = run["log10_delta"].to_numpy(dtype=float)
        _, of_exponential = _line(layer, log_delta)
        power, of_power = _line(np.log10(layer), log_delta)
        ratio = float(np.log10(of_exponential / of_power))
        key = run.iloc[0][LAW].to_dict()
        rows.append({**key, "exponential_over_power": ratio, "power": power})
    return pd.DataFrame(rows, columns=LAWS)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope of the least-squares line, and the mean square of what it leaves."""
    off = x - x.mean()
    slope = float(off @ y / (off @ off))
    left = y - y.mean() - slope * off
    return slope, float(np.mean(left**2))
