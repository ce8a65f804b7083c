"""The interactive twins of the figures that studies describe, with what is written beside them.

Each is one view on one small table, with sliders and choices above it. A point knows its cell, value,
interval, n and the run that stands for it, whose command a click copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import vl_convert

from mlpstudy.bilingual import LANGUAGES, Bilingual
from mlpstudy.drawing.charts import charts
from mlpstudy.files import read_summed_json
from mlpstudy.tables.files import read_table
from mlpstudy.words import Words

VEGA_LITE = "6.4"
DIGITS = 4  # of a number in a chart


@dataclass(frozen=True)
class Explored:
    """One interactive figure: its words, its specification in each language, and its rows."""

    name: str
    title: Bilingual
    caption: Bilingual
    specs: Mapping[str, Mapping[str, Any]]
    rows: pd.DataFrame

    def as_json(self) -> dict[str, Any]:
        """The specifications, and the table once for both: columns, and rows of values."""
        return {**self.specs, "columns": list(self.rows.columns), "rows": values(self.rows)}


def explored(folder: Path, study: Mapping[str, Any]) -> tuple[Explored, ...]:
    """The charts of the figures that a study describes, as far as their tables are in a folder."""
    names = [f"figure_{figure['name']}" for figure in study.get("figures") or ()]
    there = [name for name in names if (folder / f"{name}.parquet").exists()]
    tables = {name: read_table(folder, name) for name in there}
    own = study.get("labels") or {}
    each = {language: charts(study, tables, Words(language, own)) for language in LANGUAGES}
    file = folder.parent / "figures.json"
    texts = {entry["name"]: entry for entry in read_summed_json(file)} if there else {}
    made = []
    for same in zip(*each.values(), strict=True):
        specs = {language: chart.spec for language, chart in zip(each, same, strict=True)}
        entry, rows = texts[same[0].name], same[0].rows
        made.append(Explored(same[0].name, entry["title"], entry["caption"], specs, rows))
    return tuple(made)


@cache
def libraries() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script without any address to load from."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    if "</script" in script:
        raise ValueError("the libraries of Vega cannot stand inside a page")
    return script


def values(rows: pd.DataFrame) -> list[list[Any]]:
    """The rows of a chart as JSON has them."""
    return [[_plain(value) for value in row] for row in rows.itertuples(index=False, name=None)]


def _plain(value: Any) -> Any:
    """A value for JSON: few digits, no NaN, no type of NumPy."""
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
