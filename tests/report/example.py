"""What studies leave behind, written by hand."""

from pathlib import Path

import numpy as np

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.drawing import style, vector
from mlpstudy.files import SUMS, sha256, write_summed_json, write_sums
from mlpstudy.statistics.verdicts import Finding, write_findings

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "src" / "mlpstudy" / "report" / "templates"
LECTURE = ROOT / "config" / "lecture.yaml"


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
        write_summed_json(folder / f"{name}.json", content)


def draw(path: Path, columns: int = 1, alt: str = "Lines that fall.") -> None:
    """A figure with a few lines, in both languages."""
    figure, axes = style.panels(1, columns, height=2.6)
    x = np.arange(1, 9)
    for axis in axes.flat:
        for name, look in style.looks(["sigmoid", "tanh", "relu"]).items():
            axis.plot(x, np.exp(-len(name) * x / 9), label=name, **look.line())
        axis.set(xlabel="layer", ylabel="rms δ", yscale="log")
        axis.legend()
    for language in LANGUAGES:
        place = path.parent if language == LANGUAGES[0] else path.parent / language
        place.mkdir(parents=True, exist_ok=True)
        said = vector.Texts(path.name, "n = 24", alt, language)
        (place / f"{path.name}.svg").write_text(vector.svg(figure, said), encoding="utf-8")
    sum_up(path.parent)


def sum_up(folder: Path) -> None:
    """The checksums of a folder's pictures."""
    files = sorted(folder.rglob("*.svg"))
    sums = {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files}
    write_sums(folder / SUMS, sums, {"draw": "0"})
