"""A study's figures from their tables: the pictures in each language, and what is said of them."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from mlpstudy.bilingual import LANGUAGES
from mlpstudy.design.claims import FigureSpec
from mlpstudy.drawing import captions, counts, style, vector
from mlpstudy.drawing.kinds import kind
from mlpstudy.files import write_atomically
from mlpstudy.words import Words

OWN = "python"  # the kind of a figure that the study's module draws


def drawn(
    study: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    findings: Sequence[Any],
    folder: Path,
) -> Iterator[tuple[dict[str, Any], tuple[Path, ...]]]:
    """Draw each figure of a study that has rows: its entry for figures.json, and its files.

    study: as its study.json has it; tables: by name, those of figures called figure_NAME. A
    picture is folder/NAME.svg, in another language folder/LANGUAGE/NAME.svg.
    """
    for given in study.get("figures") or ():
        spec = FigureSpec.model_validate(given)
        frame = _with_objects(tables.get(f"figure_{spec.name}", pd.DataFrame()))
        if spec.kind == OWN or len(frame):
            held = {**tables, f"figure_{spec.name}": frame}
            entry = described(spec, study, frame, findings)
            yield entry, _pictures(spec, study, held, entry, folder)


def _with_objects(frame: pd.DataFrame) -> pd.DataFrame:
    """With texts as Python's: they are compared one by one, which Arrow's are slow at."""
    return frame.astype(dict.fromkeys(frame.select_dtypes("string"), object))


def _pictures(
    spec: FigureSpec,
    study: Mapping,
    tables: Mapping[str, pd.DataFrame],
    entry: Mapping[str, Any],
    folder: Path,
) -> tuple[Path, ...]:
    files: list[Path] = []
    frame = tables[f"figure_{spec.name}"]
    for language in LANGUAGES:
        file = (folder if language == LANGUAGES[0] else folder / language) / f"{spec.name}.svg"
        with style.context():
            words = Words(language, study.get("labels") or {})
            figure = _figure(spec, study, tables, words)
            title, alt = (entry[text][language] for text in ("title", "alt"))
            n = "" if spec.kind == OWN else counts.counted(spec, frame, words)
            texts = vector.Texts(title, n or figure.get_label(), alt, language)
            write_atomically(file, vector.svg(figure, texts).encode())
            files.append(file)
    return tuple(files)


def _figure(
    spec: FigureSpec, study: Mapping, tables: Mapping[str, pd.DataFrame], words: Words
) -> Figure:
    if spec.kind != OWN:
        return kind(spec.kind).static(spec, tables[f"figure_{spec.name}"], words)
    # What stands behind a figure of a study's own is its label: "n = 60 starts".
    module = importlib.import_module(f"mlpstudy.studies.{study['module']}.figures")
    return getattr(module, spec.name)(tables, study, words)


def described(
    spec: FigureSpec, study: Mapping[str, Any], frame: pd.DataFrame, findings: Sequence[Any]
) -> dict[str, Any]:
    """What is said of a figure in each language: name, title, caption, alt and n, the networks."""
    words = {language: Words(language, study.get("labels") or {}) for language in LANGUAGES}
    own = spec.kind == OWN
    return {
        "name": spec.name,
        "title": {
            name: captions.title(spec, findings, each, None if own else frame)
            for name, each in words.items()
        },
        "caption": {
            name: each.said(spec.note) if own else captions.caption(spec, study, frame, each)
            for name, each in words.items()
        },
        "alt": {
            name: each.said(spec.alt) if own else captions.alt(spec, frame, each)
            for name, each in words.items()
        },
        "n": None if own else counts.networks(spec, frame) or None,
    }
