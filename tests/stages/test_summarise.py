"""What a module sees of its runs; and that tables of other code, or of other data, are refused: they
are not shown under today's digests."""

import numpy as np
import pandas as pd
import pytest

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.design.seedless import Seeded, Seedless
from mlpstudy.design.specs import StudySpec
from mlpstudy.design.used import used_by
from mlpstudy.files import StaleFile
from mlpstudy.provenance.digests import makers_of_job
from mlpstudy.stages.summarise import TOLD, diverged, trained, trained_by, view, with_sizes
from mlpstudy.tables.files import write_tables
from mlpstudy.tables.schema import tables_of


def test_the_whole_training_part_is_told_by_its_size():
    runs = pd.DataFrame(
        {
            "dataset": ["wine", "wine", "own", "digits"],
            "folds": [0, 0, 0, 0],
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
    asked.clear()
    folded = with_sizes(runs.assign(folds=[4, 4, 2, 0]), dataset)
    assert folded["train_size"].tolist() == [55, 60, 30, 200]  # less a quarter, or half, of 100
    assert asked == ["wine", "own"]


USES = used_by([Run(dataset="iris")])
NOW = makers_of_job(USES, "cpu", "torch") | {"data/iris": store.fingerprint(DATASETS["iris"]())}


@pytest.mark.parametrize("changed", [None, "train", "uses", "engine", "data/iris"])
def test_a_jobs_tables_are_those_of_todays_code_and_data(tmp_path, changed):
    data = {"iris": tmp_path / "iris.npz"}
    store.save(DATASETS["iris"](), data["iris"])
    makers = NOW if changed is None else NOW | {changed: "activation=relu"}
    write_tables(tmp_path / "one", {"runs": pd.DataFrame()}, makers)
    if changed is None:
        assert trained(tmp_path / "one", data) == tmp_path / "one"
    else:
        with pytest.raises(StaleFile, match="one/SHA256SUMS: was made by other code"):
            trained(tmp_path / "one", data)


def test_a_run_that_no_job_has_trained_is_named(tmp_path):
    """As when a study has grown while its jobs were waiting."""
    seedless = Seedless(Run(dataset="iris"))
    runs = [Seeded("iris-a", seedless, 0), Seeded("iris-b", seedless, 1)]
    asked = StudySpec({"name": "mine"}, {"some": runs})
    with pytest.raises(Mistake, match="run: 'iris-a' is in no table of the jobs, with 1 more"):
        view(asked, [], None, {})


def test_the_networks_of_a_study_have_one_device_and_maybe_two_engines(tmp_path):
    trainers = {"a": ("cpu", "torch"), "b": ("cpu", "native"), "c": ("cuda", "torch")}
    for name, (device, engine) in trainers.items():
        makers = NOW | {"device": device, "engine": engine}
        write_tables(tmp_path / name, {"runs": pd.DataFrame()}, makers)
    both = {"device": "cpu", "engine": "native,torch"}
    assert trained_by([tmp_path / "a", tmp_path / "b"]) == both
    assert trained_by([]) == {}
    with pytest.raises(
        Mistake, match="device: the networks of one study were trained on cpu and on cuda"
    ):
        trained_by([tmp_path / "a", tmp_path / "c"])


def test_runs_from_before_a_field_was_there_have_its_default(tmp_path):
    run = Run(dataset="iris")
    fields = run.model_dump() | {"run_id": "iris-a", "train_size": 60}
    del fields["dropout"], fields["residual"]
    tables = tables_of([])
    tables["runs"] = pd.DataFrame([fields])
    write_tables(tmp_path, tables, NOW)
    asked = StudySpec({"name": "mine"}, {"some": [Seeded("iris-a", Seedless(run), 0)]})
    seen = view(asked, [tmp_path], None, {})
    assert seen.runs.loc[0, ["dropout", "residual"]].tolist() == [0.0, "none"]


def test_runs_that_diverged_are_listed():
    runs = pd.DataFrame({"run_id": ["a", "b"], "status": ["finished", "diverged"]}).assign(
        **dict.fromkeys(TOLD, 1), diverged_at=[-1, 3], seed=0
    )
    assert diverged(runs) == [{"run_id": "b", **dict.fromkeys(TOLD, 1), "diverged_at": 3}]
