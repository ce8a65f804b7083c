"""When would training have stopped? Arithmetic on a finished curve.

The fourteen criteria of Prechelt (1998, Early stopping - but when?), each asked of the same
training, so that one training answers them all. Conventions:

- E_tr, E_va: error (never accuracy) on the training and the validation part after epoch
  t = 0, 1, 2, ...; epoch 0 is before training. Shape (..., T): any number of curves at once.
- E_opt(t) = min of E_va up to t, epoch 0 included: the untrained network is a candidate too.
- A strip is STRIP = 5 epochs of training: 1-5, 6-10, ... Epoch 0 is in none, but the first strip
  is compared with it. A last strip that is not full does not count.
- GL is asked after every epoch; PQ and UP at the ends of strips.
- P_k = 0 (a strip with a flat training error): GL / P_k is infinite if anything was lost and 0 if
  nothing was: no progress, so any loss stops. P_k is infinite where the error touches 0.
- An error that is not finite counts as infinite; infinite has lost and has risen. A run that
  diverges is stopped.
- Prechelt's further rule, to stop when P_k falls under 0.1, is left out: it is no criterion of the
  fourteen. What never fires says so, and its stop is the last epoch.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

STRIP = 5

Criterion = Callable[[np.ndarray, np.ndarray], np.ndarray]  # E_tr, E_va -> fires, all (..., T)


class Stop(NamedTuple):
    """Where training stops, each of the shape of the curves without their last axis."""

    epoch: np.ndarray  # the first at which the criterion fires; the last one if it never does
    fired: np.ndarray  # whether it does
    best: np.ndarray  # the first epoch of least E_va up to the stop: the weights to go back to


def generalization_loss(E_va: np.ndarray) -> np.ndarray:
    """GL(t) = 100 (E_va(t) / E_opt(t) - 1), in percent: (..., T) -> (..., T), >= 0."""
    E_va = _finite_or_infinite(E_va)
    E_opt = np.minimum.accumulate(E_va, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = 100 * (E_va / E_opt - 1)
    loss = np.where(E_va == E_opt, 0.0, loss)  # 0 / 0 too: nothing is lost
    return np.where(np.isinf(E_va), np.inf, loss)


def progress(E_tr: np.ndarray) -> np.ndarray:
    """P_k = 1000 (mean / min of E_tr in a strip - 1), in permille: (..., T) -> (..., strips)."""
    E_tr = _finite_or_infinite(E_tr)
    strips = E_tr[..., _ends(E_tr)[:, None] - np.arange(STRIP)]
    least = strips.min(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        P = 1000 * (strips.mean(axis=-1) / least - 1)
    # A mean of equal numbers may miss them by a rounding.
    return np.where(strips.max(axis=-1) == least, 0.0, np.maximum(P, 0.0))


def GL(E_tr: np.ndarray, E_va: np.ndarray, a: float) -> np.ndarray:
    """Fires where the generalization loss exceeds a percent."""
    return generalization_loss(E_va) > a


def PQ(E_tr: np.ndarray, E_va: np.ndarray, a: float) -> np.ndarray:
    """Fires at the end of a strip where generalization loss over progress exceeds a."""
    ends = _ends(E_va)
    lost, P = generalization_loss(E_va)[..., ends], progress(E_tr)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = lost / P
    quotient = np.where(lost == 0, 0.0, np.where(np.isinf(lost), np.inf, quotient))
    return _at(ends, quotient > a, E_va)


def UP(E_tr: np.ndarray, E_va: np.ndarray, s: int) -> np.ndarray:
    """Fires at the end of a strip where E_va has risen over s strips in a row."""
    E_va, ends = _finite_or_infinite(E_va), _ends(E_va)
    after, before = E_va[..., ends], E_va[..., ends - STRIP]
    risen = (after > before) | np.isinf(after)
    strip = np.arange(len(ends))
    fell = np.maximum.accumulate(np.where(risen, -1, strip), axis=-1)
    return _at(ends, strip - fell >= s, E_va)


CRITERIA: dict[str, Criterion] = {
    "GL_1": partial(GL, a=1),
    "GL_2": partial(GL, a=2),
    "GL_3": partial(GL, a=3),
    "GL_5": partial(GL, a=5),
    "PQ_0.5": partial(PQ, a=0.5),
    "PQ_0.75": partial(PQ, a=0.75),
    "PQ_1": partial(PQ, a=1),
    "PQ_2": partial(PQ, a=2),
    "PQ_3": partial(PQ, a=3),
    "UP_2": partial(UP, s=2),
    "UP_3": partial(UP, s=3),
    "UP_4": partial(UP, s=4),
    "UP_6": partial(UP, s=6),
    "UP_8": partial(UP, s=8),
}


def stop(E_tr: np.ndarray, E_va: np.ndarray, criterion: str) -> Stop:
    """Where one of CRITERIA stops: E_tr, E_va (..., T) -> Stop of arrays (...).

    Raises ValueError for another criterion or curves of two shapes.
    """
    E_tr, E_va = np.asarray(E_tr, dtype=float), np.asarray(E_va, dtype=float)
    if criterion not in CRITERIA:
        raise ValueError(f"unknown criterion {criterion!r}: known are {', '.join(CRITERIA)}")
    if E_tr.shape != E_va.shape:
        raise ValueError(f"curves of two shapes: {E_tr.shape} and {E_va.shape}")
    fires = CRITERIA[criterion](E_tr, E_va)
    fired = fires.any(axis=-1)
    last = E_va.shape[-1] - 1
    epoch = np.where(fired, fires.argmax(axis=-1), last)
    seen = np.arange(last + 1) <= epoch[..., None]
    best = np.where(seen, _finite_or_infinite(E_va), np.inf).argmin(axis=-1)
    return Stop(epoch[()], np.asarray(fired)[()], best)


def stops(curves: pd.DataFrame, column: str = "loss") -> pd.DataFrame:
    """Every criterion on every run: run_id, criterion, epoch, fired, best.

    curves: the table of that name, its splits train and validation; column: an error. Raises
    ValueError where a curve has a gap or is not there in both splits.
    """
    lengths = curves.groupby("run_id", observed=True)["epoch"].transform("max")
    tables = [_stops_of_one_length(part, column) for _, part in curves.groupby(lengths)]
    return pd.concat(tables).sort_values("run_id", kind="stable", ignore_index=True)


def _stops_of_one_length(curves: pd.DataFrame, column: str) -> pd.DataFrame:
    runs, E_tr = _matrix(curves[curves["split"] == "train"], column)
    others, E_va = _matrix(curves[curves["split"] == "validation"], column)
    if not runs.equals(others):
        raise ValueError("a run has the curve of one split only")
    results = [stop(E_tr, E_va, criterion) for criterion in CRITERIA]
    columns = {
        field: np.stack([getattr(result, field) for result in results], axis=1).ravel()
        for field in Stop._fields
    }
    keys = {"run_id": np.repeat(runs, len(CRITERIA)), "criterion": list(CRITERIA) * len(runs)}
    return pd.DataFrame(keys | columns)


def _matrix(part: pd.DataFrame, column: str) -> tuple[pd.Index, np.ndarray]:
    """The runs, sorted, and their curves of one split as (runs, T)."""
    matrix = part.pivot(index="run_id", columns="epoch", values=column)
    T = matrix.shape[1]
    if list(matrix.columns) != list(range(T)) or len(part) != matrix.size:
        raise ValueError("a curve has a gap: stopping needs every epoch from 0 on")
    return matrix.index, matrix.to_numpy(dtype=float)


def _finite_or_infinite(E: np.ndarray) -> np.ndarray:
    E = np.asarray(E, dtype=float)
    return np.where(np.isfinite(E), E, np.inf)


def _ends(E: np.ndarray) -> np.ndarray:
    """The epochs at which a strip ends: 5, 10, ..."""
    return np.arange(STRIP, np.shape(E)[-1], STRIP)


def _at(ends: np.ndarray, fires: np.ndarray, E: np.ndarray) -> np.ndarray:
    """What was asked at the ends of strips, as (..., T): false in between."""
    everywhere = np.zeros(np.shape(E), dtype=bool)
    everywhere[..., ends] = fires
    return everywhere
