"""The interactive twins of the main figures, as Vega-Lite specifications made by Altair.

Each is one view on one small table, with sliders and choices above it. A point knows its cell, value,
interval, n and the run that stands for it, whose command a click copies. A module for each study: its
functions take tables, and give title, caption, rows and what draws them in a language.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from mlpstudy.analysis.terms import said
from mlpstudy.drawing.charts import charts
from mlpstudy.files import read_summed_json
from mlpstudy.report.explore import (
    regions,
)
from mlpstudy.report.explore.pieces import values
from mlpstudy.said import LANGUAGES, Said
from mlpstudy.tables.files import read_table
from mlpstudy.words import Words

VEGA_LITE = "6.4"

CHARTS: dict[str, dict[str, tuple[tuple[str, ...], Callable]]] = {
    # module of a study: {chart: (the tables that it needs, what makes it of them)}
    "regions": {"passes": (("passes", "points", "by_run"), regions.passes)},
}


@dataclass(frozen=True)
class Explored:
    """One interactive figure: its words, its specification in each language, and its rows."""

    name: str
    title: Said
    caption: Said
    specs: Mapping[str, Mapping[str, Any]]
    rows: pd.DataFrame

    def as_json(self) -> dict[str, Any]:
        """The specifications, and the table once for both: columns, and rows of values."""
        return {**self.specs, "columns": list(self.rows.columns), "rows": values(self.rows)}


def explored(folder: Path, study: Mapping[str, Any]) -> tuple[Explored, ...]:
    """The interactive figures of a study, from the tables in a folder, as far as they are there."""
    made = []
    for name, (needed, make) in CHARTS.get(study.get("module", ""), {}).items():
        if all((folder / f"{table}.parquet").exists() for table in needed):
            frames = [read_table(folder, table) for table in needed]
            if len(frames[0]):
                title, caption, rows, chart = make(*frames)
                specs = {language: _spec(chart, language, name) for language in LANGUAGES}
                made.append(Explored(name, title, caption, specs, rows))
    return tuple(made) + twins(folder, study)


def twins(folder: Path, study: Mapping[str, Any]) -> tuple[Explored, ...]:
    """The charts of the figures that a study describes, with the title and caption of each."""
    names = [f"figure_{figure['name']}" for figure in study.get("figures") or ()]
    there = [name for name in names if (folder / f"{name}.parquet").exists()]
    tables = {name: read_table(folder, name) for name in there}
    own = study.get("labels") or {}
    each = {language: charts(study, tables, Words(language, own)) for language in LANGUAGES}
    told = folder.parent / "figures.json"
    texts = {entry["name"]: entry for entry in read_summed_json(told)} if there else {}
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


def _spec(chart: Callable[[Callable], alt.LayerChart], language: str, name: str) -> dict[str, Any]:
    """A chart's specification in a language, its words looked up; rows come from elsewhere."""

    def words(text: str) -> str:
        return said(text)[language]

    spec = chart(words).to_dict(validate=False)
    spec["data"] = {"name": "rows"}
    return json.loads(json.dumps(spec, sort_keys=True)) | {"name": name}
