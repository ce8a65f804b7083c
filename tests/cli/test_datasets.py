"""What `mlpstudy data` says of datasets, on examples worked by hand."""

import hashlib
from pathlib import Path

import pytest

from mlpstudy.cli.datasets import LICENCES, dataset_lines, datasets_lines
from mlpstudy.data.datasets import COMPUTED, DATASETS, GENERATED
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings
from mlpstudy.design.sources import Source

ROWS = [f"{i % 5},{2 * (i % 3)},7,{'' if i == 4 else i % 7},{'aab'[i % 3]}" for i in range(60)]


def facts(lines) -> dict[str, str]:
    """What is said, by what it is about; of several the last."""
    return {line[:13].strip(): line[14:] for line in lines}


@pytest.fixture
def source(tmp_path, monkeypatch) -> Source:
    monkeypatch.chdir(tmp_path)
    Path("my.csv").write_text("\n".join(["u,v,w,x,class", *ROWS]))
    return Source(file="my.csv", target="class", missing="mean")


def test_a_table_is_described(source):
    assert facts(dataset_lines("mine", source)) == {
        "read": "my.csv: 60 rows, separated by ','",
        "task": "classification, for the target has texts; the key task says otherwise",
        "missing": "x: 1 of 60, set to the training part's mean",
        "target": "class",
        "examples": "60",
        "inputs": "4: u, v, w and x",
        "classes": "2: a 40 (66.7%) and b 20 (33.3%)",
        "constant": "w",
        "parts": "36 training, 12 validation, 12 test",
        "standardised": "yes, by the training part",
        "from": "my.csv",
        "SHA-256": f"my.csv {hashlib.sha256(Path('my.csv').read_bytes()).hexdigest()}",
    }


def test_examples_that_are_there_twice_are_counted(source):
    told = facts(dataset_lines("mine", source.model_copy(update={"columns": ("u", "v")})))
    assert told["examples"] == "60, 45 of them with the inputs of another: parts may share those"


def test_a_regression_and_its_own_test_part_are_described(source):
    Path("more.csv").write_text("\n".join(["u,v,w,x,class", *ROWS[5:9]]))
    more = {"target": ("v", "u"), "columns": ("x",), "test": {"file": "more.csv"}}
    told = facts(dataset_lines("mine", Source(file="my.csv", missing="drop", **more)))
    assert told["task"].startswith("regression") and told["values"] == "2: 0 to 4 and 0 to 4"
    assert told["parts"] == "47 training, 12 validation, 4 test, which is given"
    assert told["missing"].startswith("1 of 60") and told["left out"] == "w and class"


def test_one_of_the_package_is_described():
    told = facts(dataset_lines("xor_4", None))
    assert told["parts"] == "4 training, 4 validation, 4 test: each is the whole set"
    assert len(told["fingerprint"]) == 16 and "licence" not in told


def test_the_licences_are_of_datasets_that_others_have_published():
    published = {name for name in DATASETS if DATASETS[name]().source not in (GENERATED, COMPUTED)}
    assert set(LICENCES) == published
    assert facts(dataset_lines("iris", None))["licence"].startswith("CC BY 4.0")


def test_a_published_set_is_listed_and_not_downloaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sets = {"flowers": {"openml": 61}, "fashion": {"pictures": "FashionMNIST"}}
    *_, flowers, fashion = datasets_lines(Project(Settings(datasets=sets)))
    assert flowers.split() == ["flowers", "OpenML", "61"]
    assert fashion.split() == ["fashion", "FashionMNIST"]
    assert not [*tmp_path.iterdir()]


def test_all_are_listed_and_no_table_is_read(source):
    project = Project(Settings(datasets={"mine": {"file": "gone.csv", "target": ["a", "b"]}}))
    lines = list(datasets_lines(project))
    assert lines[0].split() == [
        "digits",
        "8",
        "x",
        "8",
        "inputs,",
        "10",
        "classes,",
        "1,079",
        "for",
        "training",
    ]
    assert lines[-1].split() == ["mine", "gone.csv,", "target", "a", "and", "b"]
