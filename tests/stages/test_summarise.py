"""What a module sees of its runs; and that tables of other code, or of other data, are refused: they
are not shown under today's digests."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.digests import made_by
from mlpstudy.files import StaleFile
from mlpstudy.stages.summarise import trained, with_sizes
from mlpstudy.tables.files import write_tables


def test_the_whole_training_part_is_told_by_its_size():
    runs = pd.DataFrame(
        {
            "dataset": ["wine", "wine", "own", "digits"],
            "train_size": pd.array([None, 60, None, 200], dtype="Int64"),
            "batch_size": pd.array([None, 8, None, 8], dtype="Int64"),
        }
    )
    asked = []

    def dataset(name: str) -> Dataset:
        asked.append(name)
        rows = np.arange(100.0)[:, None]
        y = np.arange(100) % 2
        return Dataset(name, rows, y, classes=2, shape=(1,), title="", source="")

    seen = with_sizes(runs, dataset)
    assert seen["train_size"].tolist() == [106, 60, 60, 200]  # 3/5 of 178 and of 100
    assert asked == ["own"]
    assert seen["batch_size"].isna().tolist() == [True, False, True, False]
    assert len(seen.groupby(["dataset", "train_size"])) == 4
    assert with_sizes(runs.head(0), dataset).empty


@dataclass
class Project:
    """A project of one job on one dataset."""

    folder: Path

    def job(self, job_id):
        return SimpleNamespace(datasets=["iris"])

    def job_dir(self, job_id):
        return self.folder / "jobs" / job_id

    def data_file(self, dataset):
        return self.folder / "data" / f"{dataset}.npz"


NOW = made_by("train", "tabulate") | {"data/iris": store.fingerprint(DATASETS["iris"]())}


@pytest.mark.parametrize("changed", [None, "train", "tabulate", "data/iris"])
def test_a_jobs_tables_are_those_of_todays_code_and_data(tmp_path, changed):
    project = Project(tmp_path)
    store.save(DATASETS["iris"](), project.data_file("iris"))
    makers = NOW if changed is None else NOW | {changed: "0123"}
    write_tables(project.job_dir("one"), {"runs": pd.DataFrame()}, makers)
    if changed is None:
        assert trained(project, "one") == project.job_dir("one")
    else:
        with pytest.raises(StaleFile, match="one/SHA256SUMS: was made by other code"):
            trained(project, "one")
