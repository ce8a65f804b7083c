"""Small files that say what would make a result now: inputs of the workflow's rules.

A stamp is written anew only where that has changed, so a result that is older than its stamp is
made again: also where Snakemake has lost its own records, or never had any. It is written anew,
too, where a folder is no longer whole, or a dataset was made by other code without Snakemake.
"""

import json
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from mlpstudy.data import store
from mlpstudy.design.project import Project
from mlpstudy.digests import digest, recipe
from mlpstudy.files import SUMS, is_whole, write_atomically

FORCED = "\nagain: "


def stamp(path: Path, *makers: str, good: bool = True) -> str:
    """Write a stamp where it does not say these makers yet, or the result is not good; its path."""
    says = "\n".join(makers)
    try:
        told = path.read_text(encoding="utf-8")
    except OSError:
        told = ""
    if told.partition(FORCED)[0] != says or not good:
        write_atomically(path, (says if good else f"{says}{FORCED}{uuid4().hex}").encode())
    return str(path)


class Stamps:
    """The stamps of a project. Those of data and of single runs serve all sizes."""

    def __init__(self, project: Project):
        self.project = project
        self.folder = project.results / "made_by"

    @cached_property
    def train(self) -> str:
        makers = digest("train"), digest("tabulate"), self.project.settings.device
        return stamp(self.folder / "train", *makers)

    @cached_property
    def run(self) -> str:
        return stamp(Path("results/made_by/run"), digest("train"), digest("draw"))

    @cached_property
    def report(self) -> str:
        settings = self.project.settings
        return stamp(
            self.folder / "report", digest("report"), settings.language, *self.project.studies
        )

    def prepare(self, dataset: str) -> str:
        path, code = self.project.data_file(dataset), recipe(dataset)
        good = not path.exists() or store.is_current(path, code)
        return stamp(Path("results/made_by/prepare", dataset), code, good=good)

    def measure(self, name: str) -> str:
        """What a measurement depends on: a study without its words and thresholds."""
        study = self.project.studies[name]
        makers = (
            digest("measure", study.module),
            json.dumps(study.asked, sort_keys=True),
            self.project.settings.device,
        )
        good = _good(self.project.measured_dir(name))
        return stamp(self.folder / "measure" / name, *makers, good=good)

    def summarise(self, name: str) -> str:
        makers = digest("summarise"), self.project.studies[name].model_dump_json()
        good = _good(self.project.study_dir(name) / "tables")
        return stamp(self.folder / "summarise" / name, *makers, good=good)

    def draw(self, name: str) -> str:
        good = _good(self.project.study_dir(name) / "figures")
        return stamp(self.folder / "draw" / name, digest("draw"), good=good)


def _good(folder: Path) -> bool:
    """Whether a folder is whole, or not there at all."""
    return not folder.exists() or is_whole(folder / SUMS)
