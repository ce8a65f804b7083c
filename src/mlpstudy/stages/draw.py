"""A study's figures."""

import importlib
import json

from mlpstudy.analysis import style
from mlpstudy.design.project import Project
from mlpstudy.files import write_json
from mlpstudy.tables.files import read_table


def draw(project: Project, study_name: str) -> None:
    """A study's figures, from its tables."""
    folder = project.study_dir(study_name)
    study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    module = importlib.import_module(f"mlpstudy.figures.{study['module']}")
    names = [p.stem for p in sorted((folder / "tables").glob("*.parquet"))]
    frames = {name: read_table(folder / "tables", name) for name in names}
    listed = []
    with style.context():
        for drawn in module.figures(frames, study):
            figures = folder / "figures"
            french = figures / "fr" / drawn.name
            style.save(drawn.figure, figures / drawn.name, french, small=True)
            listed.append(drawn.description())
    write_json(folder / "figures.json", listed)
