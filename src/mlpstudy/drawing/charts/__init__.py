"""The same figures in the page, to explore: specifications of Vega-Lite, made by Altair.

One view for each figure: what parts its panels becomes a list to choose from or a slider, and a
point says its cell, value, interval and n, and the command of a run that stands for it. Rows hold
no word: levels are numbers of places, which a specification calls in its language.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from altair.utils.schemapi import debug_mode

from mlpstudy.design import parts
from mlpstudy.design.claims import FigureSpec
from mlpstudy.drawing.plugin_kinds import plugged
from mlpstudy.words import Words

MOST_ROWS = 5000  # of a chart: with more a page is slow
MODULES = {
    "line": "lines", "point": "lines", "profile": "lines", "survival": "lines",
    "scatter": "scatter", "forest": "forest", "heatmap": "heatmap", "regions": "regions",
}  # fmt: skip
FOLDED = ("regions",)  # kinds with a row for each panel, of many rows


@dataclass(frozen=True)
class Chart:
    """A figure's name, its specification in a language, and its rows, the same in each."""

    name: str
    spec: Mapping[str, Any]
    rows: pd.DataFrame


def charts(
    study: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], words: Words
) -> Iterator[Chart]:
    """The charts of a study: of each of its figures that has a kind with one and rows for it.

    study: as its study.json has it; tables: by name, those of figures called figure_NAME.
    """
    for given in study.get("figures") or ():
        spec = FigureSpec.model_validate(given)
        frame = tables.get(f"figure_{spec.name}", pd.DataFrame())
        most = np.inf if spec.kind in FOLDED else MOST_ROWS
        if spec.interactive and _interactive(spec.kind) and 0 < len(frame) <= most:
            yield chart(spec, frame, words)


def _interactive(kind: str) -> Callable[..., tuple[Any, pd.DataFrame]] | None:
    """What makes the chart of a kind; None where nothing does."""
    if kind in parts.names("figure"):
        return plugged(kind).interactive
    if kind not in MODULES:
        return None
    return importlib.import_module(f"mlpstudy.drawing.charts.{MODULES[kind]}").interactive


def chart(spec: Any, frame: pd.DataFrame, words: Words) -> Chart:
    """One figure in a language; frame: as for the picture, with a column `run` where a run stands
    for a row. Raises ValueError for a kind without a chart."""
    if (interactive := _interactive(spec.kind)) is None:
        raise ValueError(f"kind {spec.kind!r}: allowed are {', '.join(MODULES)}")
    with debug_mode(spec.kind not in MODULES):  # each part of a chart is checked as it is made
        drawn, rows = interactive(spec, frame, words)
    plain = drawn.to_dict(validate=False)
    plain["data"] = {"name": "rows"}
    return Chart(spec.name, json.loads(json.dumps(plain, sort_keys=True)), rows)
