"""A study's figures."""

import importlib
from pathlib import Path

from mlpstudy.digests import made_by
from mlpstudy.drawing import style
from mlpstudy.files import (
    SUMS,
    check_made_by,
    read_summed_json,
    sha256,
    sums_of,
    write_summed_json,
    write_sums,
)
from mlpstudy.tables.files import read_table


def draw(folder: Path, out: Path) -> None:
    """A study's figures, from its tables.

    folder: what `summarise` has written. out: the folder for figures.json and figures.
    """
    check_made_by(sums_of(folder / "study.json"), made_by("summarise"))
    study = read_summed_json(folder / "study.json")
    module = importlib.import_module(f"mlpstudy.figures.{study['module']}")
    names = [p.stem for p in sorted((folder / "tables").glob("*.parquet"))]
    frames = {name: read_table(folder / "tables", name) for name in names}
    figures, listed, pictures = out / "figures", [], []
    with style.context():
        for drawn in module.figures(frames, study):
            french = figures / "fr" / drawn.name
            pictures += style.save(drawn.figure, figures / drawn.name, french, small=True)
            listed.append(drawn.description())
    sums = {p.relative_to(figures).as_posix(): sha256(p.read_bytes()) for p in pictures}
    write_sums(figures / SUMS, sums, made_by("draw"))
    write_summed_json(out / "figures.json", listed, made_by("draw"))
