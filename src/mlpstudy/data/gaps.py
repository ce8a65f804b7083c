"""Cells without a value, as `missing` of a dataset asks."""

from collections.abc import Sequence

import numpy as np

from mlpstudy.data import checks
from mlpstudy.data.checks import in_rows, listed
from mlpstudy.data.reading import Reading, Rows
from mlpstudy.design.mistakes import Mistake


def without_gaps(reading: Reading, rows: Rows, wanted: np.ndarray) -> Rows:
    """The wanted rows (N,) as `missing` asks: refused, left out, or kept for the training part's
    mean. Raises Mistake, which counts rows as the file has them."""
    policy = reading.source.missing
    x, y = (each.isna().to_numpy() & wanted[:, None] for each in (rows.x, rows.y))
    if not (x.any() or y.any()):
        return rows.only(wanted)
    columns = [*rows.x.columns, *rows.y.columns]
    gaps = np.hstack([x, y])
    if policy == "drop":
        kept = np.asarray(~gaps.any(axis=1))
        words = f"{(~kept).sum():,} of {len(kept):,} rows of {rows.file} with gaps are left out"
        reading.note("missing", words)
        return rows.only(kept & wanted)
    texts = [c in reading.source.one_hot for c in rows.x.columns]
    refused = np.hstack([x if policy == "refuse" else x & texts, y])
    if refused.any():
        raise _gaps(reading, rows.file, columns, refused)
    for name, n in zip(rows.x.columns, x.sum(axis=0).tolist(), strict=True):
        if n == wanted.sum():
            raise reading.mistake(rows.file, "holds no value at all", f"column {name}")
        if n:
            words = f"{name}: {n:,} of {wanted.sum():,}, set to the training part's mean"
            reading.note("missing", words)
    return rows.only(wanted)


def _gaps(reading: Reading, file: str, columns: Sequence[str], gaps: np.ndarray) -> Mistake:
    named = [f"column {columns[i]}" for i in np.flatnonzero(gaps.any(axis=0)).tolist()]
    n, rows = int(gaps.sum()), in_rows(np.flatnonzero(gaps.any(axis=1)), len(gaps))
    problem = f"{n:,} value{'s are' if n > 1 else ' is'} missing, in {rows}"
    rest = " (mean: of inputs that are numbers)" if reading.source.missing == "mean" else ""
    hint = "missing: drop leaves these rows out" + (rest or ", missing: mean fills inputs in")
    key = listed(named[: checks.MOST_NAMED], len(named[checks.MOST_NAMED :]))
    return reading.mistake(file, problem, key, hint=hint)
