"""Records, what is kept of them, and the tables that they make."""

import subprocess

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from mlpstudy.core.confusion import balanced_accuracy, f1
from mlpstudy.core.measures import PARTS, is_probed
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.measures import CLASS_ENDS
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import FIELDS, Run, cell_id, run_id
from mlpstudy.files import DamagedFile
from mlpstudy.tables.files import SUMS, made_by, read_table, write_tables
from mlpstudy.tables.record import Recorder
from mlpstudy.tables.schema import tables_of
from mlpstudy.tables.trained import Trained

RUNS = [
    Run(dataset="iris", depth=2, width=3, epochs=2, seed=1),
    Run(dataset="iris", depth=0, epochs=1),
    Run(dataset="iris", depth=1, width=3, activation="relu", cost="mse_raw", eta=1e9, epochs=2),
]


@pytest.fixture(scope="module")
def records():
    recorder = Recorder(lambda name: DATASETS[name]())
    return [record for stack in recorder.record(RUNS) for record in stack]


@pytest.fixture(scope="module")
def tables(records):
    return tables_of(records)


def test_passes_that_are_probed():
    assert [e for e in range(250) if is_probed(e)] == [0, 1, 2, 5, 10, 20, 50, 100, 200]


def test_the_table_of_runs(tables):
    runs = tables["runs"].set_index("run_id")
    assert sorted(runs.index) == sorted(map(run_id, RUNS))
    assert list(tables["runs"].columns[:2]) == ["run_id", "cell_id"]
    assert set(FIELDS) <= set(runs.columns)
    first = runs.loc[run_id(RUNS[0])]
    assert first["cell_id"] == cell_id(RUNS[0])
    assert first["n_parameters"] == (4 * 3 + 3) + (3 * 3 + 3) + (3 * 3 + 3)
    assert first["n_inputs"] == 4 and first["input_mean_square"] == pytest.approx(1, abs=1e-5)
    assert runs.loc[run_id(RUNS[2])]["status"] == "diverged"
    assert runs["diverged_at"].tolist().count(-1) == 2


def test_scores_of_classes_are_those_of_the_counts(tables, records):
    runs = tables["runs"].set_index("run_id")
    for record in records:
        if record.status == "diverged":
            continue
        last, best = record.confusion
        row = runs.loc[run_id(record.run)]
        for p, part in enumerate(PARTS):
            assert row[f"{part}_balanced_accuracy"] == balanced_accuracy(last[p])
            assert row[f"{part}_f1"] == f1(last[p])
        assert row["at_best_balanced_accuracy"] == balanced_accuracy(best[2])
        assert row["at_best_f1"] == f1(best[2])
    assert runs.loc[run_id(RUNS[2]), list(CLASS_ENDS)].isna().all()  # it diverged
    assert runs.loc[run_id(RUNS[1]), "test_f1"] != runs.loc[run_id(RUNS[0]), "test_f1"]


@pytest.mark.parametrize("eta", [0.1, 1e38], ids=["finished", "diverged"])
def test_a_length_in_steps_is_told_in_passes_too(eta, tmp_path):
    """90 examples, 12 steps a pass: 30 are two whole passes and a half."""
    run = Run(dataset="iris", depth=0, batch_size=8, steps=30, eta=eta, cost="mse_raw")
    recorder = Recorder(lambda name: DATASETS[name]())
    [[record]] = recorder.record([run])
    assert recorder.passes(run) == record.passes == 3
    trained = Trained(tmp_path, lambda run: "abc", str)
    trained.save([record])
    for one in (record, trained.load({run_id(run): run})[run_id(run)]):
        row = tables_of([one])["runs"].iloc[0]
        assert (row["epochs"], row["steps"]) == (3, 30)
    assert (record.status == "diverged") == (eta == 1e38)


def test_the_table_of_curves(tables):
    curves = tables["curves"]
    rows = curves.groupby("run_id").size()
    assert [rows[run_id(run)] for run in RUNS] == [9, 6, 3]
    one = curves[(curves["run_id"] == run_id(RUNS[0])) & (curves["epoch"] == 1)]
    assert one["split"].tolist() == ["train", "validation", "test"]
    assert curves["accuracy"].between(0, 1).all() and np.isfinite(curves["loss"]).all()


def test_the_table_of_layers(tables):
    layers = tables["layers"]
    mine = layers[layers["run_id"] == run_id(RUNS[0])]
    assert mine[["epoch", "layer"]].to_numpy().tolist() == [
        [epoch, layer] for epoch in (0, 1, 2) for layer in (1, 2, 3)
    ]
    assert mine["saturated"].isna().tolist() == [False, False, True] * 3


def test_no_records_make_empty_tables():
    assert [len(frame) for frame in tables_of([]).values()] == [0, 0, 0]


def test_the_same_tables_are_the_same_bytes(tables, tmp_path):
    for name in ("a", "b"):
        write_tables(tmp_path / name, tables, {"train": "0123"})
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    assert made_by(tmp_path / "a") == {"train": "0123"}
    pd.testing.assert_frame_equal(read_table(tmp_path / "a", "curves"), tables["curves"])


@pytest.mark.parametrize("place", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_one_flipped_bit_is_found(tables, tmp_path, place):
    write_tables(tmp_path, tables, {})
    file = tmp_path / "layers.parquet"
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] ^= 4
    file.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"layers\.parquet"):
        read_table(tmp_path, "layers")
    assert len(read_table(tmp_path, "curves"))


def test_a_cut_table_and_missing_checksums_are_found(tables, tmp_path):
    write_tables(tmp_path, tables, {})
    file = tmp_path / "runs.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DamagedFile, match=r"runs\.parquet"):
        read_table(tmp_path, "runs")
    (tmp_path / SUMS).unlink()
    with pytest.raises(DamagedFile, match="checksums are missing"):
        read_table(tmp_path, "curves")


@pytest.mark.parametrize("line", range(5))
def test_damaged_checksums_do_not_blame_a_table(tables, tmp_path, line):
    write_tables(tmp_path, tables, {"train": "0123"})
    lines = (tmp_path / SUMS).read_bytes().splitlines()
    lines[line] = bytes([lines[line][0] ^ 1]) + lines[line][1:]
    (tmp_path / SUMS).write_bytes(b"\n".join(lines) + b"\n")
    for name in tables:
        with pytest.raises(DamagedFile, match=f"{SUMS}: damaged"):
            read_table(tmp_path, name)


def test_other_programs_can_verify_the_checksums(tables, tmp_path):
    write_tables(tmp_path, tables, {"train": "0123"})
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", SUMS], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.count(": OK\n") == 3


def test_progress_adds_up():
    told = []
    recorder = Recorder(
        lambda name: DATASETS[name](), progress=lambda n, passes: told.append((n, passes))
    )
    list(recorder.record(RUNS))
    networks, passes = np.sum(told, axis=0)
    assert networks == len(RUNS) and passes == sum(run.epochs + 1 for run in RUNS)


def test_the_weights_of_the_best_pass_are_those_of_a_training_that_ends_there():
    run = Run(dataset="iris", depth=1, width=4, activation="relu", eta=1.0, epochs=12, seed=2)

    def weights(run, keep):
        [[record]] = Recorder(lambda name: DATASETS[name](), keep=keep).record([run])
        return record

    best = weights(run, "best")
    assert best.weights_epoch == best.curves[:, 1, 0].argmin()
    assert 0 < best.weights_epoch < 12
    short = weights(run.model_copy(update={"epochs": best.weights_epoch}), "last")
    for name, W in short.weights.items():
        assert W.tobytes() == best.weights[name].tobytes()


WILD = Run(
    dataset="iris", depth=0, cost="mse_raw", eta=1e3, epochs=12, momentum=0.0, batch_size=None
)


@pytest.mark.parametrize("keep", ["last", "best"])
def test_the_weights_of_a_run_that_diverges_are_of_a_pass_before_that(keep):
    """The curve says which pass: the weights give its loss again."""
    [[record]] = Recorder(lambda name: DATASETS[name](), keep=keep).record([WILD])
    validation = record.curves[:, 1, 0]
    assert record.status == "diverged" and len(record.curves) == record.diverged_at > 1
    expected = validation.argmin() if keep == "best" else record.diverged_at - 1
    assert record.weights_epoch == expected
    part = split(DATASETS["iris"](), WILD).validation
    a = part.x.astype(float) @ record.weights["W1"] + record.weights["b1"]
    loss = np.square(a - part.target).sum(1).mean()
    assert loss == pytest.approx(validation[expected], rel=1e-4)


def test_a_run_that_is_lost_at_the_start_keeps_the_start():
    run = WILD.model_copy(update={"init_gain": 1e30})
    [[record]] = Recorder(lambda name: DATASETS[name](), keep="best").record([run])
    assert (record.status, record.diverged_at, record.weights_epoch) == ("diverged", 0, 0)
    assert np.abs(record.weights["W1"]).max() > 1e29


def test_without_weights_there_is_no_pass_they_are_from(records):
    assert {record.weights_epoch for record in records} == {-1}


@pytest.mark.parametrize("train_size", [None, 1])
def test_the_accuracy_of_a_regression_is_r2_as_scikit_learn_has_it(train_size):
    """Of each part, with that part's own mean and variance."""
    run = Run(
        dataset="diabetes", depth=0, cost="mse_raw", eta=0.005, epochs=3, train_size=train_size
    )
    [[record]] = Recorder(lambda name: DATASETS[name](), keep="last").record([run])
    parts = split(DATASETS["diabetes"](), run)
    for i, part in enumerate((parts.train, parts.validation, parts.test)):
        a = part.x.astype(float) @ record.weights["W1"] + record.weights["b1"]
        expected = r2_score(part.target, a) if len(a) > 1 else 1.0  # x and t of one are 0: met
        assert record.curves[-1, i, 1] == pytest.approx(expected, abs=1e-5)
    assert record.classes == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "cost: own is a regression: use mse_raw"),
        ({"cost": "binary_nll"}, "cost: own is a regression: use mse_raw"),
        ({"cost": "mse_sigmoid"}, "cost: own is a regression: use mse_raw"),
        (
            {"cost": "mse_raw", "train_size": 601},
            "train_size: 601 is more than the 600 that own has",
        ),
        (
            {"cost": "mse_raw", "label_noise": 0.1},
            "label_noise: own is a regression, it has no labels",
        ),
        ({"cost": "mse_raw", "kernel": 9}, "kernel: 9 is more than is left of the inputs of own"),
    ],
)
def test_what_the_users_own_dataset_cannot_serve_is_refused_before_training(fields, told):
    """own stands in no table: what it is is known when it is read."""
    run = Run(**fields).model_copy(update={"dataset": "own"})
    with pytest.raises(Mistake) as error:
        next(Recorder(lambda name: DATASETS["sine"]()).record([run]))
    assert str(error.value) == f"dataset own: {told}"
