"""What a module sees of its runs."""

import numpy as np
import pandas as pd

from mlpstudy.data.datasets import Dataset
from mlpstudy.stages.summarise import with_sizes


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
