"""Going on after a failure, a kill, a deletion or damage: what is missing or stale is made again,
and nothing else."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from mlpstudy.data import store
from mlpstudy.data.datasets import DATASETS

RESULTS = "results/smoke"
BOTH, JOBS, MEASURED = (f"{RESULTS}/{place}/" for place in ("studies/both", "jobs/*", "measured"))
REPORT = {"report": 1, "all": 1}
STUDY = {"summarise": 1, "draw": 1, **REPORT}


@pytest.mark.parametrize(
    ("lost", "rules"),
    [
        (
            f"results/data/iris.npz {BOTH}figures.json",
            {"prepare": 1, "train": 1, "measure": 1, **STUDY},
        ),
        (f"{JOBS}SHA256SUMS", {"train": 1, **STUDY}),
        (f"{MEASURED}both/outputs.parquet", {"measure": 1, **STUDY}),
        (f"{BOTH}tables/draws.parquet", STUDY),
        (f"{BOTH}counts.json.sha256", STUDY),
        (f"{BOTH}figures/draws.svg", {"draw": 1, **REPORT}),
    ],
)
def test_a_lost_file_is_missed(kept, lost, rules):
    for file in lost.split():
        (path,) = kept.folder.glob(file)
        path.unlink()
    assert kept.planned() == rules


def test_a_study_alone_misses_its_files_too(kept):
    (kept.folder / BOTH / "counts.json").unlink()
    assert kept.planned("both") == {"summarise": 1, "draw": 1, "both": 1}


def test_a_job_that_fails_during_an_update_runs_in_the_next_call(kept):
    """The change itself is sound: the job fails once, as one that is killed does."""
    undo = kept.edit("src/mlpstudy/studies/drawing/figures.py", '"o"', '"s"')
    fault = kept.edit("src/mlpstudy/rules.py", "import draw\n", "import nothing\n")
    try:
        assert kept.snakemake().returncode != 0
        fault()
        assert kept.planned() == {"draw": 2, **REPORT}
    finally:
        fault()
        undo()


def test_without_snakemakes_records_other_code_makes_it_again(kept):
    """Also where the clock was set back after all was made."""
    shutil.rmtree(kept.folder / ".snakemake")
    for path in (kept.folder / "results").rglob("*"):
        later = path.stat().st_mtime + 3600
        os.utime(path, (later, later))
    undo = kept.edit("src/mlpstudy/core/train.py", "yield Pass(0,", "yield Pass(0 + 0,")
    try:
        planned = kept.planned()
    finally:
        undo()
    assert planned == {"train": 1, "measure": 2, "summarise": 2, "draw": 2, **REPORT}


def test_a_dataset_that_old_code_made_is_not_trained_on(kept):
    """As `mlpstudy run` leaves it, and then its function is edited."""
    store.save(DATASETS["wine"](), kept.folder / "results/data/iris.npz", "old code")
    assert {"prepare", "train", "measure"} <= set(kept.planned())


def test_another_dataset_makes_nothing_again(kept):
    undo = kept.edit("src/mlpstudy/data/datasets.py", '    "wine": wine,', '    "wine2": wine,')
    try:
        plan, planned = kept.mlpstudy("plan").stdout, kept.planned()
    finally:
        undo()
    assert "6 are trained already" in plan
    assert "prepare" not in planned and "train" not in planned


def test_the_same_results_make_the_same_report(kept):
    """Seconds differ from run to run: they stand in a file of their own."""
    folder = kept.folder / RESULTS / "report"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path in (kept.folder / RESULTS / "usage").rglob("*.json"):
        path.write_text('{"cpu_seconds": 321}', encoding="utf-8")
    assert kept.mlpstudy("report").returncode == 0
    changed = {path.name for path in before if path.read_bytes() != before[path]}
    assert changed == {"timings.json", "timings.json.sha256"}
    told = json.loads((folder / "timings.json").read_text(encoding="utf-8"))
    each, every = {"both": 4 * 321, "only": 3 * 321}, 7 * 321
    assert told == {"cpu_seconds": each, "all_cpu_seconds": every}


def test_a_replay_does_not_compare_other_data(kept):
    """An edit of the dataset: the sweep's networks are of the data of before."""
    undo = kept.edit("src/mlpstudy/data/datasets.py", "load_iris(return_X_y=True)", "_altered()")
    dataset = kept.folder / "src/mlpstudy/data/datasets.py"
    added = "\n\ndef _altered():\n    from sklearn.datasets import load_wine\n\n"
    added += "    return load_wine(return_X_y=True)\n"
    dataset.write_text(dataset.read_text(encoding="utf-8") + added, encoding="utf-8")
    try:
        done = kept.mlpstudy("replay")
    finally:
        undo()
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "SHA256SUMS: was made by other code" in done.stderr


def test_after_a_kill_resume_makes_what_was_made_before(kept):
    """Of the whole group, as the end of a terminal or of a machine is: `make chaos` does more."""
    tables = kept.folder / BOTH / "tables"
    before = {path.name: path.read_bytes() for path in tables.iterdir()}
    shutil.rmtree(tables)
    environment = os.environ | {"PYTHONPATH": str(kept.folder / "src")}
    command = [sys.executable, "-m", "mlpstudy", "-C", "size=smoke", "resume", "--cores", "2"]
    with subprocess.Popen(
        command,
        cwd=kept.folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not any((kept.folder / ".snakemake/incomplete").iterdir()):
            assert process.poll() is None
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    done = kept.mlpstudy("resume", "--cores", "2", f"{BOTH}tables")
    assert done.returncode == 0, done.stderr
    assert "cut off and made again: results/smoke/studies/both" in done.stderr
    after = {path.name: path.read_bytes() for path in tables.iterdir()}
    assert after == before
