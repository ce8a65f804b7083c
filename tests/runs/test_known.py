"""A run is found by its folder or its id, and told apart from what is none."""

import json

import pytest

from mlpstudy.design.command_line import run_of
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run, run_id
from mlpstudy.files import DamagedFile, add_to_sums, read_sums, write_sums
from mlpstudy.recovery.verify import repair, verify
from mlpstudy.runs.known import chosen_fields, command, known_run

IRIS = {"dataset": "iris", "depth": 1, "width": 4, "epochs": 3}


def test_a_run_alone_is_found_by_its_folder_and_by_its_id(project, trained):
    folder = trained(**IRIS)
    for name in (str(folder), run_id(Run(**IRIS))):
        known = known_run(project, name)
        assert known.run == Run(**IRIS) and known.is_alone
        assert list(known.curve("train", "loss").index) == [0, 1, 2, 3]


def test_the_best_pass_has_the_least_validation_loss(project, trained):
    known = known_run(project, str(trained(**IRIS, eta=0.3)))
    losses = known.curve("validation", "loss")
    assert losses[known.best_pass] == losses.min()
    told = json.loads((known.folder / "run.json").read_text(encoding="utf-8"))["final"]
    assert known.scores(3)["test"] == (told["test"]["loss"], told["test"]["accuracy"])


@pytest.mark.parametrize("name", ["", "nothing", "a/b", "../x", "iris-d1-w4-sigmoid-s0-00000000"])
def test_what_is_no_run_is_one_line(project, trained, name):
    trained(**IRIS)
    with pytest.raises(Mistake) as mistake:
        known_run(project, name)
    assert "\n" not in str(mistake.value) and "command line" in str(mistake.value)


def test_the_nearest_run_is_named(project, trained):
    name = run_id(Run(**IRIS))
    trained(**IRIS)
    with pytest.raises(Mistake, match=name):
        known_run(project, name[:-1])


def test_every_file_of_a_run_has_its_checksum(project, trained):
    folder = trained(**IRIS)
    assert (folder / "confusion.csv").exists()
    found = verify(["results/runs"])
    assert found.faults == [] and found.files == len(list(folder.iterdir())) > 10


@pytest.mark.parametrize("name", ["run.json", "run.html", "curves.svg", "weights.npz", "scaler.npz", "layers.parquet", "confusion.csv"])  # fmt: skip
def test_one_flipped_bit_of_a_run_is_named_and_removed(project, trained, name):
    folder = trained(**IRIS)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    if name.endswith(("json", "parquet")):
        with pytest.raises(DamagedFile, match=name):
            known_run(project, str(folder))
    (fault,) = verify(["results/runs"]).faults
    assert fault.path == folder / name and "damaged" in fault.reason
    assert set(repair([fault])) == {folder / name, folder / "SHA256SUMS", folder / "run.json"}


def test_a_run_json_of_an_earlier_version_is_said_to_be_so(project, trained):
    folder = trained(**IRIS)
    sums = read_sums(folder / "SHA256SUMS")
    tables = {name: sha for name, sha in sums.files.items() if name.endswith("parquet")}
    write_sums(folder / "SHA256SUMS", tables, sums.made_by)
    with pytest.raises(DamagedFile, match="run.json: damaged, or of an earlier version"):
        known_run(project, str(folder))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"fields": {"depth": -1}}', b"\xff"])
def test_a_run_json_of_other_code_is_said_to_be_damaged(project, trained, content):
    folder = trained(**IRIS)
    (folder / "run.json").write_bytes(content)
    add_to_sums(folder / "SHA256SUMS", [folder / "run.json"])
    with pytest.raises(DamagedFile, match="run.json"):
        known_run(project, str(folder))


@pytest.mark.parametrize(
    "fields",
    [{}, IRIS, {"train_size": 400, "batch_size": None}, {"eta": 1e-5, "permuted": True, "seed": 3}],
)
def test_the_command_describes_the_run(fields):
    run = Run(**fields)
    assert run_of(command(run).split()[2:]) == run
    assert set(chosen_fields(run)) == {
        k for k, v in fields.items() if v != Run.model_fields[k].default
    }
