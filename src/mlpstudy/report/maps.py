"""What a reader explores beside the charts: the large sweeps, and networks pass by pass.

A sweep is arrays over all cells of dataset x activation x initialization x depth x width, the last of
these running fastest; what a cell lacks is null.
"""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpstudy.report.bundle import as_json, packed
from mlpstudy.report.explore import DIGITS
from mlpstudy.tables.files import read_table
from mlpstudy.words import LANGUAGES, Words
from mlpstudy.words.markers import N_

FACTORS = ("dataset", "activation", "initialization", "depth", "width")
CELLS = ("trainability", "vanishing")  # studies with a table of cells, called map
LINES = {  # table of lines: its study, what they run along, and what they show
    "map_curves": ("trainability", ("epoch", "passes"), ("training_loss", "validation_accuracy")),
    "map_layers": ("vanishing", ("layer",), ("delta", "dW")),
}
MEASURES = {  # of the cells, those first that are shown first
    "reached": N_("share of networks that train"),
    "test_accuracy": N_("test accuracy"),
    "passes": N_("passes until trained"),
    "delta_decades": N_("decades of delta per layer, at the start"),
    "delta_decades_trained": N_("decades of delta per layer, after training"),
    "dW_decades": N_("decades of dW per layer, at the start"),
    "chi_decades": N_("decades of delta per layer, by theory"),
}
BESIDE = {  # also of the cells, to be read beside the map
    "eta": N_("step η, chosen"),
    "n": N_("seeds"),
}
SHOWN = {  # of lines
    "training_loss": N_("training loss"),
    "validation_accuracy": N_("validation accuracy"),
    "delta": N_("δ, log₁₀"),
    "dW": N_("dL/dW, log₁₀"),
    "pass": N_("passes"),
    "layer": N_("layer (1 is the first)"),
}
SURE = 127  # of a signed byte: the largest score of a picture


@dataclass(frozen=True)
class Scrub:
    """Pictures of networks after so many passes: a slider shows one after the other.

    screens: each with its label by language, and a picture for each of `passes`.
    """

    name: str  # "regions" or "layers"
    title: Mapping[str, str]
    caption: Mapping[str, str]
    passes: Sequence[int]
    screens: Sequence[Mapping[str, Any]]
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Maps:
    """The sweep, where its tables are there, and what is shown pass by pass."""

    sweep: Mapping[str, Any] | None
    scrubs: tuple[Scrub, ...]

    def __bool__(self) -> bool:
        return self.sweep is not None or bool(self.scrubs)

    def packed(self) -> str:
        """All of it for the page's script."""
        scrubs = {
            each.name: {"passes": each.passes, "screens": each.screens, **each.more}
            for each in self.scrubs
        }
        return packed(as_json({"sweep": self.sweep, "scrubs": scrubs}))


def maps(studies: Collection[str], folder: Path) -> Maps:
    """What there is to explore of some studies, by name. folder: holds a folder for each."""

    def table(study: str, name: str) -> pd.DataFrame | None:
        place = folder / study / "tables"
        there = study in studies and (place / f"{name}.parquet").exists()
        return read_table(place, name) if there else None

    scrubs = [_regions(table("regions", "passes"), table("regions", "points"))]
    scrubs.append(_layers(table("vanishing", "figure_along")))
    return Maps(_sweep(table), tuple(each for each in scrubs if each is not None))


# The sweep


def _sweep(table: Any) -> dict[str, Any] | None:
    cells = {name: found for name in CELLS if (found := table(name, "map")) is not None}
    if not cells:
        return None
    levels = {name: _levels(cells.values(), name) for name in FACTORS}
    made: dict[str, Any] = {
        "factors": {name: _labelled(name, found) for name, found in levels.items()},
        "measures": {},
        "lines": {},
        "labels": {name: _in_each(text) for name, text in {**MEASURES, **BESIDE, **SHOWN}.items()},
    }
    for name in (*MEASURES, *BESIDE):
        owner = next((frame for frame in cells.values() if name in frame), None)
        if owner is not None:
            made["measures"][name] = _spread(owner, name, levels)
    made["runs"] = {name: _spread(frame, "run", levels) for name, frame in cells.items()}
    made["shown"] = [name for name in MEASURES if name in made["measures"]]
    for name, (study, along, columns) in LINES.items():
        if (frame := table(study, name)) is not None:
            made["lines"][name] = _lines(frame, along, columns, levels)
    return made


def _levels(frames: Iterable[pd.DataFrame], name: str) -> list[Any]:
    """All levels of a factor: numbers in order, names as they come."""
    found = list(dict.fromkeys(v for frame in frames for v in frame[name].dropna().tolist()))
    return sorted(found) if all(isinstance(v, int | float) for v in found) else found


def _labelled(name: str, levels: Sequence[Any]) -> dict[str, Any]:
    return {
        "label": {language: Words(language).label(name) for language in LANGUAGES},
        "levels": [
            {language: str(Words(language).level(name, level)) for language in LANGUAGES}
            for level in levels
        ],
    }


def _places(frame: pd.DataFrame, levels: Mapping[str, Sequence[Any]]) -> np.ndarray:
    """The place of each row's cell."""
    shape = [len(found) for found in levels.values()]
    parts = [
        frame[name].map({level: place for place, level in enumerate(found)}).to_numpy(dtype=int)
        for name, found in levels.items()
    ]
    return np.ravel_multi_index(parts, shape)


def _spread(frame: pd.DataFrame, name: str, levels: Mapping[str, Sequence[Any]]) -> list[Any]:
    cells: list[Any] = [None] * int(np.prod([len(found) for found in levels.values()]))
    for place, value in zip(_places(frame, levels), frame[name].tolist(), strict=True):
        cells[place] = _short(value)
    return cells


def _lines(
    frame: pd.DataFrame,
    along: Sequence[str],
    columns: Sequence[str],
    levels: Mapping[str, Sequence[Any]],
) -> list[Any]:
    """For each cell what it runs along, and a line for each column."""
    by = next(name for name in along if name in frame)
    cells: list[Any] = [None] * int(np.prod([len(found) for found in levels.values()]))
    ordered = frame.assign(place=_places(frame, levels)).sort_values(["place", by])
    for place, rows in ordered.groupby("place", sort=True):
        cells[place] = [[_short(v) for v in rows[name].tolist()] for name in (by, *columns)]
    return cells


def _short(value: Any) -> Any:
    """A value for JSON, of few digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS - 1}g}") if np.isfinite(value) else None
    return None if value is pd.NA else value


def _in_each(message: str) -> dict[str, str]:
    return {language: Words(language).gettext(message) for language in LANGUAGES}


# Pass by pass


def _regions(planes: pd.DataFrame | None, points: pd.DataFrame | None) -> Scrub | None:
    """What networks answer all over the plane, after so many passes."""
    if planes is None or points is None or not len(planes):
        return None
    title = N_("How a network draws its regions")
    caption = N_(
        "The score of one network at each place of the plane, pass by pass: where the colour changes "
        "it changes its answer. The dots are its training examples."
    )
    keys, passes = ["dataset", "depth", "width"], sorted(planes["epoch"].unique().tolist())
    screens = []
    for key, plane in planes.groupby(keys, sort=True, observed=True):
        cell = dict(zip(keys, key, strict=True))
        near = points[points["dataset"] == cell["dataset"]]
        screens.append(_screen(cell, plane, near, passes))
    return Scrub("regions", _in_each(title), _in_each(caption), passes, screens)


def _screen(cell: Mapping, plane: pd.DataFrame, points: pd.DataFrame, passes: Sequence) -> dict:
    """Scores as signed bytes, row by row from the bottom; examples in hundredths of the picture."""
    x, y = (np.unique(plane[name]) for name in ("x1", "x2"))
    frames = [_frame(plane[plane["epoch"] == each]) for each in passes]
    at = np.stack([_hundredths(points["x1"], x), _hundredths(points["x2"], y)], axis=1)
    shown = points.iloc[:: max(1, len(points) // 150)].index
    kept = points.index.get_indexer(shown)
    return {
        "label": {language: Words(language).condition(cell) for language in LANGUAGES},
        "side": [len(x), len(y)],
        "frames": frames,
        "points": [[*at[i].tolist(), int(points["y"].iloc[i])] for i in kept],
    }


def _frame(plane: pd.DataFrame) -> str | None:
    if not len(plane):
        return None
    scores = plane.sort_values(["x2", "x1"])["a"].to_numpy(dtype=float)
    largest = np.quantile(np.abs(scores), 0.9) or 1.0
    levels = np.clip(np.rint(scores / largest * SURE), -SURE, SURE).astype(np.int8)
    return base64.b64encode(levels.tobytes()).decode()


def _hundredths(values: pd.Series, ends: np.ndarray) -> np.ndarray:
    span = ends[-1] - ends[0]
    return np.rint((values.to_numpy(dtype=float) - ends[0]) / span * 1000).astype(int) / 10


def _layers(along: pd.DataFrame | None) -> Scrub | None:
    """Delta by layer, after so many passes."""
    if along is None or not len(along):
        return None
    title = N_("What training does to the gradient")
    caption = N_(
        "log₁₀ of the rms of δ, layer by layer, less that of the last hidden layer at the start. The "
        "pale line is the network before training: a line that falls to the left is a gradient that "
        "vanishes on its way down."
    )
    passes = sorted(along["epoch"].unique().tolist())
    keys = [name for name in ("dataset", "activation") if name in along]
    screens = []
    for key, rows in along.groupby(keys, sort=False, observed=True):
        cell = dict(zip(keys, key, strict=True))
        ordered = rows.sort_values("layer")
        lines = [
            [[int(x), _short(y)] for x, y in zip(at["layer"], at["value"].tolist(), strict=True)]
            for at in (ordered[ordered["epoch"] == each] for each in passes)
        ]
        label = {language: Words(language).condition(cell) for language in LANGUAGES}
        screens.append({"label": label, "lines": lines})
    shared = {"along": _in_each(SHOWN["layer"])}
    return Scrub("layers", _in_each(title), _in_each(caption), passes, screens, shared)
