"""Measures of a user's own: each a function of one run, in a Python file that config.yaml lists.

    MEASURES = {"name": measure}     measure(run, curves, layers) -> a number, or true or false

run: a mapping, the run's row of the table of runs: all fields, and how it ended (test_loss, ...).
curves, layers: its rows of these tables (see tables/schema).
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.core.parts import called
from mlpstudy.core.parts import part as plugin
from mlpstudy.design import parts
from mlpstudy.statistics.measures import endings

FIELD = "measure"
PASSES, DIVERGED_AT = 6, 3  # of the example runs


def with_plugins(runs: pd.DataFrame, view: Any) -> pd.DataFrame:
    """The runs with a column for each measure of a user's own that a study names.

    view: holds the study, curves and layers. Raises Mistake where a measure fails, or gives anything
    but a number.
    """
    words = set(re.findall(r"\w+", json.dumps(view.study))) if parts.names(FIELD) else ()
    named = [name for name in parts.names(FIELD) if name in words]
    columns = {name: _measured(name, runs, view.curves, view.layers) for name in named}
    return runs.assign(**columns)


def _measured(
    name: str, runs: pd.DataFrame, curves: pd.DataFrame, layers: pd.DataFrame
) -> np.ndarray:
    """(R,) of floats; of booleans where all are."""
    measure, mistake = plugin(FIELD, name)
    if not callable(measure):
        raise mistake("is not allowed", allowed="a function: measure(run, curves, layers)")
    of_curves, of_layers = _by_run(curves), _by_run(layers)
    none = curves.head(0), layers.head(0)
    values = []
    for row in runs.to_dict("records"):
        tables = (of_curves.get(row["run_id"], none[0]), of_layers.get(row["run_id"], none[1]))
        value = called(mistake, measure, row, *tables)
        if not isinstance(value, int | float | np.number | np.bool_):
            wrong = f"gives a value of type {type(value).__name__} for the run {row['run_id']}"
            raise mistake(wrong, allowed="a number, or true or false")
        values.append(value)
    flags = values and all(isinstance(value, bool | np.bool_) for value in values)
    return np.array(values, dtype=bool if flags else float)


def _by_run(frame: pd.DataFrame) -> Mapping[Any, pd.DataFrame]:
    groups = frame.groupby("run_id", sort=False, observed=True)
    return {name: rows.reset_index(drop=True) for name, rows in groups}


def check_measures() -> None:
    """Raises Mistake where a measure in the files in use does not do for a run that finishes and for
    one that diverges."""
    for name in parts.names(FIELD):
        for tables in _examples():
            _measured(name, *tables)


def _examples() -> Iterator[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """The tables of a run that finishes, and of one that diverges."""
    for diverged_at in (-1, DIVERGED_AT):
        runs, curves, layers = _example(diverged_at)
        yield endings(runs, curves), curves, layers


def _example(diverged_at: int) -> tuple[pd.DataFrame, ...]:
    from mlpstudy.core.measures import LAYER_MEASURES
    from mlpstudy.core.measures import PARTS as SPLITS
    from mlpstudy.design.run import Run
    from mlpstudy.tables.record import Record
    from mlpstudy.tables.schema import TABLES, tables_of

    rows = PASSES + 1 if diverged_at < 0 else diverged_at
    falling = 1 / (1 + np.arange(rows)[:, None] + np.arange(len(SPLITS)))
    run = Run(dataset="iris", depth=2, width=8, epochs=PASSES)
    probed = np.array([0, rows - 1])
    record = Record(
        run=run, n_parameters=131, n_inputs=4, input_mean_square=1.0, classes=3, majority=1 / 3,
        diverged_at=diverged_at, curves=np.stack([falling, 1 - falling / 2], axis=2), probed=probed,
        layers=np.full((2, run.depth + 1, len(LAYER_MEASURES)), 0.1), passes=PASSES,
        confusion=np.tile(9 * np.eye(3, dtype=np.int32) + 1, (2, len(SPLITS), 1, 1)),
    )  # fmt: skip
    made = tables_of([record])
    return tuple(made[name] for name in TABLES)
