"""A table of two sides as tiles: the order of its sides, and the value of each pair."""

import numpy as np
import pandas as pd

from mlpstudy.design.limits import is_number
from mlpstudy.drawing.channels import levels_of, plain


def ranked(frame: pd.DataFrame, name: str) -> list:
    """The levels of a side: numbers ascending, names by the mean of their values."""
    levels = [level for (level,) in levels_of(frame, (name,))]
    if all(map(is_number, levels)):
        return levels
    means = frame.groupby(name, observed=True, dropna=False)["value"].mean()
    return [plain(level) for level in means.sort_values(kind="stable").index]


def pivot(panel: pd.DataFrame, x: str, y: str, sides: dict[str, list]) -> np.ndarray:
    """The values of a panel as tiles (levels of y, levels of x); NaN where there is no row.

    Raises ValueError where two rows are of one tile.
    """
    tiles = np.full((len(sides[y]), len(sides[x])), np.nan)
    places = {name: {level: i for i, level in enumerate(sides[name])} for name in (x, y)}
    for row, column, value in zip(panel[y], panel[x], panel["value"], strict=True):
        at = places[y][plain(row)], places[x][plain(column)]
        if not np.isnan(tiles[at]):
            raise ValueError(f"two values for {y} {row}, {x} {column}")
        tiles[at] = value
    return tiles
