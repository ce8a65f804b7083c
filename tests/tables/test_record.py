"""A recorder hands stacks to engines, and makes records of what they give."""

import numpy as np
import pytest

from mlpstudy.core.engines import Learned
from mlpstudy.core.measures import LAYER_MEASURES
from mlpstudy.data.datasets import DATASETS
from mlpstudy.data.split import split
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder

PASSES = 3


class Engine:
    """An engine that learns nothing: every number of a run is its seed."""

    def __init__(self, largest: int = 2, diverged_at: int = -1, stopped_at: int = -1):
        self.largest, self.diverged_at, self.stopped_at = largest, diverged_at, stopped_at
        self.tasks = []

    def networks_that_fit(self, run, dims, classes, targets, device):
        assert (dims, classes, targets, device) == ((4,), 3, 1, "cpu")
        return self.largest

    def learn(self, task, keep, progress, device):
        self.tasks.append(task)
        seeds = np.array([run.seed for run in task.runs], float)[:, None, None]
        for _ in range(PASSES + 1):
            progress(len(task.runs))
        return Learned(
            7,
            np.tile(seeds[..., None], (1, PASSES + 1, 3, 2)),
            np.full(len(seeds), self.diverged_at),
            {epoch: np.tile(seeds, (1, 3, len(LAYER_MEASURES))) for epoch in (0, 1, 2)},
            [{"W1": np.ones((4, 3))} for _ in task.runs],
            np.full(len(seeds), PASSES),
            np.full(len(seeds), self.stopped_at),
            np.tile(seeds[..., None, None].astype(np.int32), (1, 2, 3, 3, 3)),
        )


def recorded(monkeypatch, engines, runs, **how):
    monkeypatch.setattr("mlpstudy.tables.record.load", engines.__getitem__)
    recorder = Recorder(lambda name: DATASETS[name](), **how)
    return [record for stack in recorder.record(runs) for record in stack]


@pytest.mark.parametrize("threads", [1, 3])
def test_every_run_goes_to_its_engine_in_stacks_that_fit(monkeypatch, threads):
    engines = {"native": Engine(largest=2), "torch": Engine(largest=3)}
    runs = [Run(dataset="iris", seed=s, depth=d, epochs=PASSES) for s in range(5) for d in (1, 2)]
    told = []
    records = recorded(
        monkeypatch,
        engines,
        runs,
        engine=lambda run: "native" if run.depth == 1 else "torch",
        threads=threads,
        progress=lambda *done: told.append(done),
    )
    assert sorted(r.run.seed for r in records) == sorted(r.seed for r in runs)
    assert all((r.curves == r.run.seed).all() and r.curves.shape == (4, 3, 2) for r in records)
    assert all((r.layers == r.run.seed).all() and r.probed.tolist() == [0, 1, 2] for r in records)
    for depth, (engine, sizes) in enumerate([("native", [1, 2, 2]), ("torch", [2, 3])], 1):
        stacks = [task.runs for task in engines[engine].tasks]
        assert sorted(map(len, stacks)) == sizes and {r.depth for s in stacks for r in s} == {depth}
    assert np.sum(told, axis=0).tolist() == [len(runs), len(runs) * (PASSES + 1)]


def test_a_task_holds_each_split_once(monkeypatch):
    engine = Engine(largest=9)
    runs = [Run(dataset="iris", seed=s, eta=e) for s in (4, 7) for e in (0.1, 0.2)]
    records = recorded(monkeypatch, {"torch": engine}, runs)
    [task] = engine.tasks
    assert [r.seed for r in task.runs] == [4, 4, 7, 7] and task.which == [0, 0, 1, 1]
    for each, run in zip(task.splits, (runs[0], runs[2]), strict=True):
        assert np.array_equal(each.train.x, split(DATASETS["iris"](), run).train.x)
    x = task.splits[1].train.x
    assert records[3].input_mean_square == np.square(x[:128], dtype=float).mean()
    assert (records[3].n_parameters, records[3].n_inputs, records[3].classes) == (7, 4, 3)


@pytest.mark.parametrize(("held", "made"), [(2, 2), (1, 4)])
def test_splits_are_kept_as_long_as_there_is_room(monkeypatch, held, made):
    """Stack after stack comes to the same two splits; the one that lies longest is given up."""
    run = Run(dataset="iris")
    room = 150 * (4 * 4 + 3 * 4 + 8)  # bytes of x, the targets and y
    monkeypatch.setattr("mlpstudy.tables.record.SPLITS_BYTES", held * room)
    seen = []

    def counted(dataset, run):
        seen.append(run.seed)
        return split(dataset, run)

    monkeypatch.setattr("mlpstudy.tables.record.split", counted)
    runs = [run.model_copy(update={"seed": s, "depth": d}) for d in (1, 2) for s in (4, 7)]
    recorded(monkeypatch, {"torch": Engine(largest=9)}, runs)
    assert seen == [4, 7, 4, 7][:made]


@pytest.mark.parametrize(("diverged_at", "passes", "probed"), [(0, 0, []), (2, 2, [0, 1])])
def test_what_came_after_a_run_diverged_is_not_recorded(monkeypatch, diverged_at, passes, probed):
    engine = Engine(diverged_at=diverged_at)
    [record] = recorded(monkeypatch, {"torch": engine}, [Run(dataset="iris", seed=1)])
    assert record.status == "diverged" and record.diverged_at == diverged_at
    assert record.curves.shape == (passes, 3, 2) and record.probed.tolist() == probed
    assert record.layers.shape == (len(probed), 3, len(LAYER_MEASURES))
    assert record.weights_epoch == PASSES and record.weights["W1"].shape == (4, 3)


def test_folds_of_two_sizes_are_not_stacked_together(monkeypatch):
    """150 examples in seven folds: three of 22 for the first seeds, four of 21 for the others."""
    engines = {"torch": Engine(largest=9)}
    runs = [Run(dataset="iris", folds=7, seed=seed, epochs=PASSES) for seed in range(7)]
    records = recorded(monkeypatch, engines, runs)
    assert sorted(record.run.seed for record in records) == list(range(7))
    tasks = [[len(split.test.x) for split in task.splits] for task in engines["torch"].tasks]
    assert sorted(tasks) == [[21] * 4, [22] * 3]


def test_training_sizes_are_those_of_the_folds(monkeypatch):
    runs = [Run(dataset="iris", folds=10, train_size=105), Run(dataset="iris", train_size=90)]
    assert len(recorded(monkeypatch, {"torch": Engine()}, runs)) == 2
    with pytest.raises(Mistake, match="train_size: 106 is more than the 105 that iris has"):
        recorded(monkeypatch, {"torch": Engine()}, [Run(dataset="iris", folds=10, train_size=106)])


@pytest.mark.parametrize(("stopped_at", "probed"), [(1, [0, 1]), (3, [0, 1, 2])])
def test_what_came_after_a_run_stopped_is_not_recorded(monkeypatch, stopped_at, probed):
    engine = Engine(stopped_at=stopped_at)
    [record] = recorded(monkeypatch, {"torch": engine}, [Run(dataset="iris", seed=1, patience=1)])
    assert record.status == "finished" and record.stopped_at == stopped_at
    assert len(record.curves) == stopped_at + 1 and record.probed.tolist() == probed
    assert record.passes == PASSES
