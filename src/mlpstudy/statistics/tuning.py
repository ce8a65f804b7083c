"""What is tuned is chosen: for each cell the setting with the least mean on validation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.design.expressions import names_in
from mlpstudy.design.measures import is_loss, is_of_classes

ERROR = ("validation_error", "validation_loss")
LOSS = ERROR[::-1]
BALANCED = ("validation_balanced_error", "validation_loss")
EDGES = ("", "lower", "upper", "both")


def names_of(measure: str, measures: Mapping[str, str] | None = None) -> set[str]:
    """The columns that a measure is made of in the end.

    measure: a column, a measure or an expression. measures: a study's own, by name, each an
    expression of columns and of measures before it.
    """
    names, known = names_in(measure), measures or {}
    for name in reversed(list(known)):
        if name in names:
            names = names - {name} | names_in(known[name])
    return names


def family(measure: str, measures: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What to choose by, of the family of what is compared: losses by the loss, scores in which every
    class counts the same by the balanced error, all else by the error; of equal means the next one
    decides."""
    names = names_of(measure, measures)
    if any(map(is_of_classes, names)):
        return BALANCED
    return LOSS if any(map(is_loss, names)) else ERROR


def choose(
    frame: pd.DataFrame, cell: Sequence[str], fields: Sequence[str], by: Sequence[str]
) -> pd.DataFrame:
    """The frame with a column `chosen`: whether a row is at the setting chosen for its cell.

    frame: cell..., fields..., by..., one row per run, in any order. Chosen is the setting (of all
    `fields` together) with the least mean over the seeds of the first measure; of equal means the
    next measure decides, then the smaller value of the first field, of the next one. An infinite
    measure (of a run that diverged) is the worst: of means with some, the one with the fewer is
    less, then the one with the smaller mean of the others.
    """
    if not fields:
        return frame.assign(chosen=True)
    settings, cells = _codes(frame, fields), _codes(frame, cell)
    keys: dict[str, np.ndarray] = {}
    for measure in by:
        value = frame[measure].to_numpy(dtype=float, na_value=np.nan)
        finite = np.isfinite(value)
        keys |= {f"{measure} lost": ~finite, measure: np.where(finite, value, np.nan)}
    groups = pd.DataFrame(keys).groupby([cells, settings], sort=True)
    means = groups.mean().rename_axis(["cell", "setting"]).reset_index()
    best = means.sort_values([*keys, "setting"], kind="stable").drop_duplicates("cell")
    at = best.set_index("cell")["setting"].reindex(cells).to_numpy()
    return frame.assign(chosen=at == settings)


def _codes(frame: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """For each row, the number of its group, in the order of the keys."""
    if not by:
        return np.zeros(len(frame), dtype=int)
    return frame.groupby(list(by), sort=True, dropna=False, observed=True).ngroup().to_numpy()


def edges(cell: pd.DataFrame, fields: Sequence[str], chosen: str = "chosen") -> str:
    """Where the chosen value of a numeric field is the smallest or largest of several: of EDGES."""
    found = ""
    for field in fields:
        picked = cell.loc[cell[chosen].to_numpy(dtype=bool), field]
        found = joined(found, edge(picked, cell[field]))
    return found


def edge(picked: Iterable[Any], tried: Iterable[Any]) -> str:
    """Where some picked values are the smallest or the largest of those that were tried."""
    grid, picked = np.unique(np.asarray(list(tried))), list(picked)
    if grid.dtype.kind not in "iuf" or len(grid) < 2:
        return ""
    ends = {"lower": grid[0] in picked, "upper": grid[-1] in picked}
    return joined(*(name for name, there in ends.items() if there))


def joined(*edges: str) -> str:
    """One of EDGES for several of them."""
    ends = set(edges) - {""}
    return ends.pop() if len(ends) == 1 else "both" if ends else ""
