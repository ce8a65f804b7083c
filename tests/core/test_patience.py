"""An early stop that does stop: by either engine, alone and in stacks."""

import numpy as np
import pytest

from mlpstudy.core.engines import engine_of
from mlpstudy.data.datasets import DATASETS
from mlpstudy.design.run import Run
from mlpstudy.tables.record import Recorder

PATIENCE, LONG = 2, 24
RUN = Run(dataset="iris", width=8, activation="tanh", eta=0.4, epochs=LONG, seed=3)


def recorded(runs, engine, keep="last"):
    told = []
    recorder = Recorder(
        lambda name: DATASETS[name](),
        keep=keep,
        engine=lambda run: engine_of(run, "cpu", engine),
        progress=lambda *done: told.append(done),
    )
    records = {record.run: record for stack in recorder.record(runs) for record in stack}
    assert np.sum(told, axis=0).tolist() == [len(runs), len(runs) * (LONG + 1)]
    return [records[run] for run in runs]


def expected_stop(losses, patience: int) -> int:
    """The first pass that is so many behind the lowest loss so far; -1 where there is none."""
    for epoch in range(len(losses)):
        if epoch - int(np.argmin(losses[: epoch + 1])) >= patience:
            return epoch
    return -1


@pytest.mark.parametrize("engine", ["native", "torch"])
def test_a_run_ends_where_the_validation_loss_has_not_fallen_and_is_until_then_what_it_was(engine):
    whole = [RUN.model_copy(update={"seed": seed}) for seed in range(6)]
    short = [run.model_copy(update={"patience": PATIENCE + run.seed % 2}) for run in whole]
    without, stopped = recorded(whole, engine), recorded([*short, whole[0]], engine)
    stops = [expected_stop(r.curves[:, 1, 0], s.patience) for r, s in zip(without, short)]
    assert [record.stopped_at for record in stopped] == [*stops, -1]
    assert any(0 < stop < LONG for stop in stops)
    for stop, record, run in zip(stops, stopped, without):
        end = stop + 1 if stop >= 0 else None
        assert record.curves.tobytes() == run.curves[:end].tobytes()
        assert record.layers.tobytes() == run.layers[: len(record.layers)].tobytes()
        assert record.probed.max() <= len(record.curves) - 1 == record.weights_epoch
        assert record.status == "finished" and record.passes == LONG
    alone = recorded(short[:1], engine)[0]
    assert alone.curves.tobytes() == stopped[0].curves.tobytes()
    for name, W in alone.weights.items():
        assert W.tobytes() == stopped[0].weights[name].tobytes()


@pytest.mark.parametrize("engine", ["native", "torch"])
def test_the_best_weights_are_those_that_it_waited_on(engine):
    run = RUN.model_copy(update={"patience": PATIENCE})
    best, last = (recorded([run], engine, keep)[0] for keep in ("best", "last"))
    assert 0 < best.weights_epoch == best.curves[:, 1, 0].argmin() == best.stopped_at - PATIENCE
    until = run.model_copy(update={"epochs": best.weights_epoch, "patience": None})
    recorder = Recorder(lambda name: DATASETS[name](), keep="last", engine=lambda run: engine)
    [[shorter]] = recorder.record([until])
    for name, W in best.weights.items():
        assert W.tobytes() == shorter.weights[name].tobytes()
        assert W.tobytes() != last.weights[name].tobytes()
