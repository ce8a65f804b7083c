"""A small results folder as the studies leave it: three studies, two figures, one table."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # example.py and markup.py, for all tests beside

from example import LECTURE, TEMPLATES, draw, finding, put, study
from markup import Element, read_html, read_markdown

from mlpstudy.report.build import build
from mlpstudy.tables.files import write_tables


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> Path:
    """Two figures, drawn once."""
    folder = tmp_path_factory.mktemp("drawn")
    draw(folder / "deltas")
    draw(folder / "phases", columns=2)
    return folder


@pytest.fixture(scope="session")
def untouched(tmp_path_factory, drawn) -> Path:
    """Three studies: one that finds much, one that finds that nothing holds, one without figures."""
    folder = tmp_path_factory.mktemp("untouched") / "results"
    put(
        folder,
        study("vanishing"),
        [
            finding(
                "C22", -0.412, -0.431, -0.393, condition="digits, sigmoid", runs=["digits-d8-1"]
            ),
            finding("C22", 0.0312, 0.0104, 0.0521, condition="digits, relu"),
            finding("C30", -0.061, -0.11, -0.012, n=48, rerun="mlpstudy replay digits-d8-relu"),
        ],
        {"networks": 160, "finished": 157, "diverged": 3, "failed": 0},
        figures=[
            {"name": "deltas", "title": "Deltas", "caption": "By layer.", "alt": "Falls.", "n": 24},
            {
                "name": "phases",
                "title": "Phases",
                "caption": "By σ.",
                "alt": "Two panels.",
                "n": 48,
            },
        ],
        tables=[{"name": "slopes", "title": "Slopes", "caption": "Each activation."}],
    )
    shutil.copytree(drawn, folder / "studies" / "vanishing" / "figures")
    frame = pd.DataFrame(
        {"activation": ["sigmoid", "relu"], "slope": [-0.4123, float("nan")], "networks": [24, 24]}
    )
    write_tables(folder / "studies" / "vanishing" / "tables", {"slopes": frame}, {"code": "0"})
    put(
        folder,
        study("passes", sweep={}),
        [
            finding(
                "C16", 37, 31, 44, study="passes", direction="above", threshold=100, unit="passes"
            )
        ],
        {"networks": 40, "finished": 40, "diverged": 0, "failed": 0},
    )
    put(
        folder,
        study("pytorch", sweep={}, seeds=None),
        [
            finding(
                f"C{n}", 0, 0, 0, study="pytorch", threshold=0.5, statistic=f"mismatches_{n}", n=0
            )
            for n in (34, 35)
        ],
        {"networks": 0, "finished": 0, "diverged": 0, "failed": 0},
    )
    return folder


@pytest.fixture
def results(untouched, tmp_path) -> Path:
    """The three studies, to be changed."""
    return Path(shutil.copytree(untouched, tmp_path / "results"))


PROVENANCE = {
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
def provenance() -> dict:
    return dict(PROVENANCE)


class Built(tuple):
    """The first page, and the README with its chapters; the folder that they lie in."""

    folder: Path

    def __getitem__(self, place):
        """One of the two, or a page by its path."""
        if isinstance(place, str):
            return (self.folder / place).read_text(encoding="utf-8")
        return super().__getitem__(place)


def _built(results, out, language="en", **changes) -> Built:
    build(results, out, TEMPLATES, LECTURE, language, {**PROVENANCE, **changes})
    markdown = [out / "README.md", *sorted(out.glob("chapters/*.md"))]
    texts = [path.read_text(encoding="utf-8") for path in (out / "index.html", *markdown)]
    made = Built((texts[0], "\n".join(texts[1:])))
    made.folder = out
    return made


@pytest.fixture
def built(results, tmp_path):
    """built(language, **changes of the provenance) -> the report of the results as they are."""

    def built(language="en", folder="report", **changes) -> Built:
        return _built(results, tmp_path / folder, language, **changes)

    return built


@pytest.fixture(scope="session")
def built_once(untouched, tmp_path_factory) -> Built:
    """The report of the untouched studies, in English."""
    return _built(untouched, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def pages(built_once) -> dict[str, Element]:
    """The tree of each page, by its path."""
    folder = built_once.folder
    return {
        path.relative_to(folder).as_posix(): read_html(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.fixture(scope="session")
def page(pages) -> Element:
    """The tree of the first page."""
    return pages["index.html"]


@pytest.fixture(scope="session")
def readme(built_once):
    """The tree of the README and its chapters."""
    return read_markdown(built_once[1])
