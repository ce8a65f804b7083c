"""A small results folder as the studies leave it: three studies, two figures, one table."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlpstudy.analysis import style
from mlpstudy.report.build import build
from mlpstudy.studies.finding import Finding, write_findings
from mlpstudy.tables.files import write_tables

ROOT = Path(__file__).parents[2]
TEMPLATES, LECTURE = ROOT / "report" / "templates", ROOT / "config" / "lecture.yaml"


def finding(claim, value, low, high, **more) -> Finding:
    """A finding with everything filled in."""
    shared = {
        "study": "vanishing",
        "statistic": "slope_per_layer",
        "n": 24,
        "direction": "below",
        "threshold": -0.05,
        "says": "The delta shrinks from layer to layer.",
    }
    return Finding(claim=claim, value=value, low=low, high=high, **{**shared, **more})


def study(name, **more) -> dict:
    """A resolved study with everything filled in."""
    return {
        "name": name,
        "title": f"The study {name}",
        "question": f"What does {name} ask?",
        "lecture": {"fr": "le gradient s'évapore", "en": "the gradient vanishes"},
        "base": {"width": 64, "epochs": 40},
        "seeds": [0, 1, 2, 3, 4, 5, 6, 7],
        "sweep": {
            "depths": {
                "base": {"eta": 0.1},
                "grid": {"dataset": ["digits", "mnist1d"], "depth": list(range(1, 11))},
                "zip": {},
                "cells": None,
                "exclude": [],
                "seeds": None,
            }
        },
        "claims": [],
        **more,
    }


def put(results: Path, told: dict, findings, counts, figures=(), tables=()) -> None:
    """Write what one study leaves behind."""
    folder = results / "studies" / told["name"]
    folder.mkdir(parents=True)
    write_findings(findings, folder / "findings.json")
    for name, content in {
        "study": told,
        "counts": counts,
        "figures": list(figures),
        "tables": list(tables),
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def draw(path: Path, columns: int = 1) -> None:
    """A figure with a few lines."""
    figure, axes = style.panels(1, columns, height=2.6)
    x = np.arange(1, 9)
    for axis in axes.flat:
        for name, look in style.looks(["sigmoid", "tanh", "relu"]).items():
            axis.plot(x, np.exp(-len(name) * x / 9), label=name, **look.line())
        axis.set(xlabel="layer", ylabel="rms δ", yscale="log")
        axis.legend()
    style.save(figure, path)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> Path:
    """Two figures, drawn once."""
    folder = tmp_path_factory.mktemp("drawn")
    draw(folder / "deltas")
    draw(folder / "phases", columns=2)
    return folder


def _copy(drawn: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    for file in drawn.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())


@pytest.fixture
def results(tmp_path, drawn) -> Path:
    """Three studies: one that finds much, one that finds that nothing holds, one without figures."""
    folder = tmp_path / "results"
    put(
        folder,
        study("vanishing"),
        [
            finding("C22", -0.412, -0.431, -0.393, condition="digits, sigmoid", runs=["digits-d8-1"]),
            finding("C22", 0.0312, 0.0104, 0.0521, condition="digits, relu"),
            finding("C30", -0.061, -0.11, -0.012, n=48, rerun="mlpstudy replay digits-d8-relu"),
        ],
        {"networks": 160, "finished": 157, "diverged": 3, "failed": 0},
        figures=[
            {"name": "deltas", "title": "Deltas", "caption": "By layer.", "alt": "Falls.", "n": 24},
            {"name": "phases", "title": "Phases", "caption": "By σ.", "alt": "Two panels.", "n": 48},
        ],
        tables=[{"name": "slopes", "title": "Slopes", "caption": "Each activation."}],
    )
    _copy(drawn, folder / "studies" / "vanishing" / "figures")
    frame = pd.DataFrame(
        {"activation": ["sigmoid", "relu"], "slope": [-0.4123, float("nan")], "networks": [24, 24]}
    )
    write_tables(folder / "studies" / "vanishing" / "tables", {"slopes": frame}, {"code": "0"})
    put(
        folder,
        study("passes", sweep={}),
        [finding("C16", 37, 31, 44, study="passes", direction="above", threshold=100, unit="passes")],
        {"networks": 40, "finished": 40, "diverged": 0, "failed": 0},
    )
    put(
        folder,
        study("pytorch", sweep={}, seeds=None),
        [
            finding(f"C{n}", 0, 0, 0, study="pytorch", threshold=0.5, statistic="mismatches", n=0)
            for n in (34, 35)
        ],
        {"networks": 0, "finished": 0, "diverged": 0, "failed": 0},
    )
    return folder


@pytest.fixture
def provenance() -> dict:
    return {
        "studies": ["vanishing", "passes", "pytorch"],
        "networks": 3312,
        "passes": 66240,
        "settings": {"size": "smoke", "language": "en"},
        "versions": {"python": "3.11", "torch": "2.13"},
        "machine": "2 cores, x86_64",
        "digests": {"core": "0123abcd"},
        "commands": ["snakemake --cores 2"],
    }


@pytest.fixture
def built(results, tmp_path, provenance):
    """build(language, **changes of the provenance) -> (page, README) of the results as they are."""

    def built(language="en", folder="report", **changes) -> tuple[str, str]:
        out = tmp_path / folder
        build(results, out, TEMPLATES, LECTURE, language, {**provenance, **changes})
        return tuple((out / n).read_text(encoding="utf-8") for n in ("index.html", "README.md"))

    return built
