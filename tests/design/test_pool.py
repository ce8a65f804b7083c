import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from mlpstudy.core.measures import PROBED, is_probed
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import examples_of
from mlpstudy.design import pool as module
from mlpstudy.design.examples import EXAMPLES, Examples, misfits
from mlpstudy.design.names import names_of
from mlpstudy.design.pool import estimated_seconds, jobs, jobs_of, pool
from mlpstudy.design.run import Run, canonical, run_id, shape
from mlpstudy.design.seedless import MARK, Seeded, Seedless
from mlpstudy.design.study import Study


def study(name="asks", sweep=None, seeds=2, **base):
    """A study without a file: `sweep` is the grid of its one block."""
    return Study(
        study=name,
        module="asks",
        title="t",
        question="q",
        base=base,
        seeds=seeds,
        sweep={"block": {"grid": sweep or {}}},
    )


def two_that_share():
    """2 x 2 runs of depth 1 and 2, and of depth 2 and 3: those of depth 2 are shared."""
    return [study("a", {"depth": [1, 2]}), study("b", {"depth": [2, 3]})]


def many():
    """Runs of three datasets and of several shapes."""
    return [
        study("a", {"depth": [1, 2, 3], "eta": [0.1, 0.2], "width": [16, 256]}, 10),
        study("b", {"depth": [2, 3], "dataset": ["digits", "moons"], "eta": [0.1]}, 20),
        study("c", {"batch_size": [8, None], "train_size": [100, None]}, dataset="mnist_1d"),
    ]


def ids(runs):
    return [run_id(run) for run in runs]


# The pool


def test_a_run_that_two_studies_ask_for_is_there_once():
    a, b = two_that_share()
    assert (len(a.runs), len(b.runs)) == (4, 4)
    runs = pool([a, b])
    assert len(runs) == 6
    assert {(each.run.depth, each.seed) for each in runs.values()} == {
        (depth, seed) for depth in (1, 2, 3) for seed in (0, 1)
    }


def test_the_pool_is_keyed_by_id_and_sorted():
    runs = pool(many())
    assert list(runs) == sorted(ids(each.run for each in runs.values()))


def test_two_runs_of_one_name_are_refused(monkeypatch, line_of):
    monkeypatch.setattr(Seedless, "id", lambda self, seed: f"seed-{seed}")
    assert pool([study(seeds=3)]).keys() == {"seed-0", "seed-1", "seed-2"}
    line = line_of(lambda: pool([study(sweep={"depth": [1, 2]})]))
    assert line == "two different runs share the name seed-0: change a value"


@pytest.mark.parametrize("seed", [0, 1, 7, MARK])
@pytest.mark.parametrize(
    "fields", [{}, {"restart": MARK}, {"eta": 0.5, "width": 3}, {"activation": "relu"}]
)
def test_a_run_without_its_seed_names_all_its_seeds(fields, seed):
    run = Run(**fields, seed=seed)
    seedless = Seedless(run)
    assert seedless.id(seed) == run_id(run)
    assert Seeded(run_id(run), seedless, seed).run == run
    assert (seedless.run.seed, seedless.shape) == (0, shape(run))


# Jobs


@pytest.mark.parametrize("seconds", [0.01, 0.3, 3.0, 1e9])
def test_jobs_cut_the_pool_without_rest(seconds):
    cut = jobs(many(), seconds)
    assert sorted(run_id(run) for job in cut for run in job.runs) == list(pool(many()))
    assert len({job.id for job in cut}) == len(cut)
    assert all(job.runs for job in cut)


@pytest.mark.parametrize("seconds", [0.3, 1e9])
def test_the_same_studies_ask_for_all_of_a_job(seconds):
    studies = many()
    asked = {each.name: set(ids(each.runs)) for each in studies}
    for job in jobs(studies, seconds):
        assert {run.dataset for run in job.runs} == set(job.datasets)
        askers = {tuple(n for n in asked if i in asked[n]) for i in ids(job.runs)}
        assert len(askers) == 1


@pytest.mark.parametrize("seconds", [0.3, 1e9])
def test_the_jobs_of_a_study_train_what_it_asks_for_and_nothing_else(seconds):
    studies = many()
    cut = jobs(studies, seconds)
    for each in studies:
        mine = jobs_of(each, cut)
        assert sorted(i for job in mine for i in ids(job.runs)) == sorted(ids(each.runs))


def test_shared_runs_are_jobs_of_their_own():
    a, b = two_that_share()
    cut = jobs([a, b], 1e9)
    assert sorted(sorted({run.depth for run in job.runs}) for job in cut) == [[1], [2], [3]]
    [shared] = [job for job in jobs_of(a, cut) if job in jobs_of(b, cut)]
    assert {run.depth for run in shared.runs} == {2}


def test_runs_of_one_shape_lie_together():
    for job in jobs(many(), 1e9):
        shapes = [shape(run) for run in job.runs]
        changes = sum(one != other for one, other in pairwise(shapes))
        assert changes == len(set(shapes)) - 1


def test_a_stack_that_fits_is_not_cut():
    cut = jobs([study(sweep={"depth": [1, 2, 3, 4]}, seeds=5)], 3.0)
    where = [
        {job.id for job in cut if depth in {r.depth for r in job.runs}} for depth in (1, 2, 3, 4)
    ]
    assert [len(places) for places in where] == [1, 1, 1, 1]  # fmt: skip


def test_a_stack_that_is_too_long_is_cut_by_seed_into_equal_parts():
    asked = study(sweep={"eta": [0.1, 0.2, 0.3]}, seeds=40)
    total = sum(estimated_seconds(run, 120) for run in asked.runs)
    cut = jobs([asked], total / 3.5)
    assert [len(job.runs) for job in cut] == [30, 30, 30, 30]
    seeds = [[run.seed for run in job.runs] for job in cut]
    assert [(min(part), max(part)) for part in seeds] == [(0, 9), (10, 19), (20, 29), (30, 39)]


def test_a_job_is_about_as_long_as_asked():
    studies = [study(sweep={"depth": list(range(1, 21)), "eta": [0.1, 0.2]}, seeds=10)]
    total = sum(estimated_seconds(each.run, 20) for each in pool(studies).values())
    lengths = [sum(estimated_seconds(run, 20) for run in job.runs) for job in jobs(studies, 4.0)]
    assert max(lengths) <= 4.0
    assert len(lengths) <= 2 * total / 4.0


def test_a_single_run_longer_than_a_job_is_a_job():
    cut = jobs([study(seeds=3, epochs=100_000)], 1.0)
    assert [len(job.runs) for job in cut] == [1, 1, 1]


def test_no_studies_make_no_jobs():
    assert jobs([]) == []
    assert jobs([Study(study="asks", module="asks", title="t", question="q")]) == []


def test_the_id_of_a_job_is_made_of_its_runs():
    [job] = jobs([study(sweep={"depth": [1, 2]})], 1e9)
    assert job.id == "digits-4ac9e70f"
    assert jobs([study("other", {"depth": [2, 1]})], 1e9)[0].id == job.id
    assert jobs([study(sweep={"depth": [1, 2]}, seeds=3)], 1e9)[0].id != job.id
    [both] = jobs([study(sweep={"dataset": ["moons", "digits"]})], 1e9)
    assert both.datasets == ["digits", "moons"] and both.id.startswith("digits-and-1-")


def test_the_order_of_studies_changes_nothing():
    assert jobs(many()[::-1], 1.0) == jobs(many(), 1.0)


def test_another_study_moves_only_the_runs_it_shares():
    alone = {job.id for job in jobs([many()[2]], 1.0)}
    assert alone <= {job.id for job in jobs(many(), 1.0)}


PRINT_JOBS = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from mlpstudy.design import study as module
module.MODULES = Path(sys.argv[2])
from test_pool import jobs, many
print([job.id for job in jobs(many(), 1.0)])
"""


def test_jobs_do_not_depend_on_the_order_of_hashes(tmp_path):
    (tmp_path / "asks").mkdir()
    (tmp_path / "asks/derive.py").write_text("def derive(view): ...\n")
    command = [sys.executable, "-c", PRINT_JOBS, str(Path(__file__).parent), str(tmp_path)]
    started = [
        subprocess.Popen(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
        )
        for seed in ("1", "2")
    ]
    one, other = (process.communicate()[0] for process in started)
    assert one == other == f"{[job.id for job in jobs(many(), 1.0)]}\n"


# How long a run takes


def test_an_estimate_worked_by_hand(monkeypatch):
    for name, value in {
        "RUN_SECONDS": 100.0, "STEP_SECONDS": 10.0, "UNIT_SECONDS": 1.0, "RATE": 6.0,
        "PROBED_RATE": 4.0, "PRETRAINED_RATE": {"rbm": 8.0}, "AUTOENCODED_RATE": 3.0,
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, value)
    run = Run(depth=1, width=3, dataset="moons", train_size=5, batch_size=2, epochs=7)
    # 2-3-2: 12 weights, 5 units, 2 layers; 5 examples are 3 steps.
    # Then those 5 are measured, and 200 for validation, and 200 for test.
    measured = 5 + 200 + 200
    learned = 3 * 2 * 10.0 + 2 * 5 * 5 * 1.0 + 3 * 5 * 12 * 2 / 6.0
    scored = measured * (5 * 1.0 + 12 * 2 / 6.0)
    probed = 4 * 128 * 3 * 12 * 2 / 4.0  # after passes 0, 1, 2 and 5
    expected = 100.0 + 7 * learned + 8 * scored + probed
    assert estimated_seconds(run) == expected
    # Twenty passes for the hidden layer of 2 x 3 weights, over 5 examples.
    for kind, rate in (("rbm", 8.0), ("autoencoder", 3.0)):
        first = run.model_copy(update={"pretraining": kind, "pretraining_epochs": 20})
        assert estimated_seconds(first) == expected + 20 * 5 * 6 * 2 / rate
    job = module.Job.of(study(sweep={"eta": [0.1, 0.2]}, seeds=3).pool)
    known = sum(estimated_seconds(run) for run in job.runs)
    assert job.seconds == pytest.approx(module.START_SECONDS + known)


@pytest.mark.parametrize("n", [0, 1, 4, 5, 19, 20, 50, 199, 1000])
def test_an_estimate_counts_the_passes_after_which_layers_are_probed(monkeypatch, n):
    for name in ("RUN_SECONDS", "STEP_SECONDS", "UNIT_SECONDS"):
        monkeypatch.setattr(module, name, 0.0)
    monkeypatch.setattr(module, "RATE", math.inf)
    monkeypatch.setattr(module, "PROBED_RATE", 2.0 * 3 * PROBED * 4)  # 2 x 2 weights
    run = Run(depth=0, dataset="moons", epochs=n)
    assert estimated_seconds(run) == sum(map(is_probed, range(n + 1)))


def test_an_estimate_of_a_convolution_worked_by_hand(monkeypatch):
    for name, value in {
        "CONVOLUTION_SECONDS": 100.0, "PASS_SECONDS": 4.0, "LAYER_SECONDS": 10.0,
        "CHANNEL_SECONDS": 1.0, "CONVOLUTION_RATE": 8.0, "PATCH_SECONDS": 0.5,
    }.items():  # fmt: skip
        monkeypatch.setattr(module, name, value)
    run = Run(depth=1, width=3, kernel=2, dataset="digits", train_size=64, batch_size=32, epochs=7)
    # 8 x 8 pixels, 7 x 7 places of 2 x 2: 4 weights a channel; 147 units, and 10 outputs.
    # 64 examples are 2 steps; 2 runs share a step's calls. Then 64 + 359 + 359 are measured.
    measured = 64 + 2 * min(EXAMPLES["digits"].train // 3, 500)
    calls = (4.0 + (2 + measured / 64) * 2 * 10.0) / 2
    units = (2 * 64 + measured) * (3 * 49 + 10) * 1.0
    times = 3 * 64 + measured
    products = times * 2 * (49 * 4 * 3 + 147 * 10) / 8.0
    patches = times * 49 * 4 * 0.5
    assert estimated_seconds(run, 2) == 100.0 + 7 * (calls + units + products + patches)


@pytest.mark.parametrize(
    "more",
    [
        {"depth": 4},
        {"width": 128},
        {"epochs": 40},
        {"batch_size": 8},
        {"dataset": "mnist_5k"},
        {"pretraining": "autoencoder", "pretraining_epochs": 10},
    ],
)
def test_more_work_takes_longer(more):
    assert estimated_seconds(Run(**more)) > estimated_seconds(Run())


@pytest.mark.parametrize("dataset", names_of("dataset"))
def test_every_dataset_has_an_estimate(dataset):
    for fields in ({}, {"batch_size": None}, {"depth": 0}, {"epochs": 0}, {"train_size": 1}):
        assert 0 < estimated_seconds(Run(dataset=dataset, **fields)) < 100


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_sizes_is_that_of_the_datasets(name):
    data, known = DATASETS[name](), EXAMPLES[name]
    assert examples_of(data) == known
    assert known.outputs == (data.classes or data.y.shape[1])


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, []),
        ({"train_size": 1079}, []),
        ({"train_size": 1080}, ["train_size"]),
        ({"dataset": "sine"}, ["cost"]),
        ({"dataset": "sine", "cost": "mse_raw"}, []),
        *(
            ({"dataset": "sine", "cost": cost}, ["cost"])
            for cost in names_of("cost")
            if cost != "mse_raw"
        ),
        ({"dataset": "sine", "cost": "mse_raw", "label_noise": 0.1}, ["label_noise"]),
        ({"dataset": "sine", "cost": "mse_raw", "label_smoothing": 0.1}, ["label_smoothing"]),
        ({"kernel": 8, "depth": 1}, []),
        ({"kernel": 9}, ["kernel"]),
        ({"kernel": 9, "padding": 1, "depth": 1}, []),
        ({"kernel": 9, "depth": 0}, []),
        ({"kernel": 4, "depth": 2}, []),
        ({"kernel": 4, "depth": 3}, ["kernel"]),
        ({"kernel": 4, "depth": 2, "stride": 2}, ["kernel"]),
        (
            {"dataset": "diabetes", "cost": "mse_raw", "class_weights": "balanced"},
            ["class_weights"],
        ),
        ({"dataset": "iris", "norm": "batch", "batch_size": 89}, ["batch_size"]),
        ({"dataset": "iris", "norm": "batch", "train_size": 33}, ["batch_size"]),
        ({"dataset": "iris", "norm": "batch", "batch_size": 60}, []),
        ({"dataset": "iris", "norm": "layer", "batch_size": 89}, []),
    ],
)
def test_what_a_dataset_cannot_serve(fields, found):
    assert [field for field, _ in misfits(Run(**fields))] == found


def test_a_dataset_without_a_row_is_not_judged(monkeypatch):
    monkeypatch.delitem(EXAMPLES, "digits")
    assert list(misfits(Run(train_size=10**6))) == []
    known = Examples(1000, (64,), 10, 10)
    assert [field for field, _ in misfits(Run(train_size=1001), known)] == ["train_size"]
    assert estimated_seconds(Run()) > 0


def test_canonical_runs_of_a_pool_are_all_different():
    runs = pool(many()).values()
    assert len({canonical(each.run) for each in runs}) == len(runs)
