"""A user's own table behind a dataset: read anew where its bytes, or how it is read, have changed."""

from pathlib import Path

import pytest

from mlpstudy.data import store
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.provenance.closure import Package
from mlpstudy.provenance.digests import STAGES, of_dataset, of_source
from mlpstudy.provenance.stamps import Makers
from mlpstudy.stages.prepare import data_file, dataset_from, examples_now, fingerprints

ROWS = [f"{i % 7},{i % 5},{'ab'[i % 2]}" for i in range(40)]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """project(**source) -> a project with one table of its own."""
    monkeypatch.chdir(tmp_path)
    Path("my.csv").write_text("\n".join(["u,v,class", *ROWS]))

    def project(**more) -> Project:
        source = {"file": "my.csv", "target": "class", **more}
        return Project(Settings(datasets={"mine": source}))

    return project


def content(project: Project) -> str:
    return fingerprints({"mine": data_file(project, "mine")})["mine"]


def test_a_changed_table_is_read_anew(project):
    mine = project()
    before, last = content(mine), dataset_from(mine)("mine").x[-1].tolist()
    Path("my.csv").write_text("\n".join(["u,v,class", *ROWS, "9,9,a"]))
    after = dataset_from(mine)("mine").x[-1].tolist()
    assert (last, after) == ([4.0, 4.0], [9.0, 9.0]) and content(mine) != before


def test_it_is_read_once(project, monkeypatch):
    content(mine := project())
    written = mine.data_file("mine").stat().st_mtime_ns
    Path("my.csv").touch()
    content(mine)
    assert mine.data_file("mine").stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"columns": ["u", "v"]}, True),
        ({"task": "classification"}, True),
        ({"drop": "v"}, False),
        ({"standardise": False}, False),
        ({"test": {"column": "v", "value": 3}}, False),
    ],
)
def test_networks_know_a_table_by_what_they_see(project, change, same):
    before = content(project())
    assert (content(project(**change)) == before) == same


def test_a_stamp_holds_the_bytes_and_how_they_are_read(project):
    makers = Makers(project()).prepare("mine")
    assert makers == Makers(project()).prepare("mine")
    assert makers != Makers(project(missing="drop")).prepare("mine")
    Path("my.csv").write_text("\n".join(["u,v,class", *ROWS[1:]]))
    assert makers != Makers(project()).prepare("mine")


def test_a_dataset_of_the_package_is_made_by_its_closure_alone(project):
    mine = project()
    assert Makers(mine).prepare("iris") == (of_dataset("iris"),)
    assert of_source("mine", mine.settings.datasets["mine"]) not in (of_dataset("iris"),)
    packages = Package().closure(STAGES["read"]).packages
    assert {"pandas", "pyarrow", "numpy"} <= set(packages)


def test_its_sizes_are_known_before_and_after_it_is_made(project):
    before = examples_now(project(), "mine")
    assert before == (24, (2,), 2, 2) and not Path("results").exists()
    content(project())
    assert examples_now(project(), "mine") == before
    assert store.made_by("results/data/mine.npz")["files"].keys() == {"my.csv"}
