"""How many seeds and networks stand behind a figure."""

from typing import Any

import pandas as pd

from mlpstudy.design.limits import names, with_measures
from mlpstudy.design.run import FIELDS
from mlpstudy.words import Words


def networks(spec: Any, frame: pd.DataFrame) -> int:
    """The networks behind a figure; findings share their controls, and are not added up: 0."""
    return 0 if spec.kind == "forest" else total(spec, frame, "networks")


def total(spec: Any, frame: pd.DataFrame, column: str) -> int:
    """The sum of a column over the cells of networks, each once.

    Rows of one cell that differ in their measure, their layer or their pass are of one and the
    same network: those for which the same run stands.
    """
    if column not in frame or frame.empty:
        return 0
    channels = [*with_measures(spec).values(), names(spec.x), spec.units]
    drawn = {name for fields in [*channels, spec.y] for name in fields}
    cell = [name for name in frame if name in FIELDS and (name in drawn or spec.kind == "forest")]
    cell += ["run"] if "run" in frame and spec.kind != "forest" else []
    if not cell:
        return int(frame[column].max())
    return int(frame.groupby(cell, dropna=False)[column].max().sum())


def seeds(frame: pd.DataFrame) -> tuple[int, int]:
    """The fewest and the most seeds behind a row; (0, 0) where there are none, as behind what is
    counted once and no network stands behind."""
    n = frame["n"].dropna() if "n" in frame else pd.Series(dtype=int)
    if "networks" in frame:
        n = n[(n > 1) | (frame["networks"] > 0)]
    return (int(n.min()), int(n.max())) if len(n) else (0, 0)


def _of(spec: Any, fewest: int, most: int, words: Words) -> str:
    """ "n = 6 to 8 starts": of what the description says that n counts, or of seeds."""
    if not spec.n_of:
        if fewest == most:
            return words.ngettext("n = {n} seed", "n = {n} seeds", most)
        return words.gettext("n = {fewest} to {most} seeds", fewest=fewest, most=most)
    units = words.said(spec.n_of)
    if fewest == most:
        return words.gettext("n = {n} {units}", n=most, units=units)
    return words.gettext("n = {fewest} to {most} {units}", fewest=fewest, most=most, units=units)


def counted(spec: Any, frame: pd.DataFrame, words: Words) -> str:
    """ "n = 6 seeds, 222 networks" """
    parts, (fewest, most), total = [], seeds(frame), networks(spec, frame)
    if most:
        parts.append(_of(spec, fewest, most, words))
    if total:
        parts.append(words.ngettext("{n} network", "{n} networks", total))
    return ", ".join(parts)
