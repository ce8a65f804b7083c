"""A study's figures."""

from pathlib import Path

from mlpstudy.design import parts
from mlpstudy.drawing.figures import drawn
from mlpstudy.files import (
    SUMS,
    check_made_by,
    read_summed_json,
    sha256,
    sums_of,
    write_summed_json,
    write_sums,
)
from mlpstudy.provenance.digests import of_study
from mlpstudy.statistics.verdicts import read_findings
from mlpstudy.tables.files import read_table


def draw(folder: Path, out: Path) -> None:
    """A study's figures, from its tables.

    folder: what `summarise` has written. out: the folder for figures.json and figures.
    """
    study = read_summed_json(folder / "study.json")
    parts.use(parts.listed_in(study))
    summarised = {"summarise": of_study("summarise", study)}
    check_made_by(sums_of(folder / "study.json"), summarised)
    names = [p.stem for p in sorted((folder / "tables").glob("*.parquet"))]
    frames = {name: read_table(folder / "tables", name) for name in names}
    figures = out / "figures"
    found = read_findings(folder / "findings.json")
    described = list(drawn(study, frames, found, figures))
    listed = [entry for entry, _ in described]
    pictures = [file for _, files in described for file in files]
    sums = {p.relative_to(figures).as_posix(): sha256(p.read_bytes()) for p in pictures}
    makers = {"draw": of_study("draw", study)}
    write_sums(figures / SUMS, sums, makers)
    write_summed_json(out / "figures.json", listed, makers)
