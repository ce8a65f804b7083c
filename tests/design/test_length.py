"""How many passes and steps a run takes: worked by hand."""

import pytest

from mlpstudy.design.length import passes, steps_left, steps_of_pass, used
from mlpstudy.design.pool import estimated_passes
from mlpstudy.design.run import Run


@pytest.mark.parametrize(
    ("fields", "examples", "whole", "n"),
    [
        ({"batch_size": 8}, 30, 4, 20),
        ({"batch_size": 8, "epochs": 0}, 30, 4, 0),
        ({"batch_size": None, "epochs": 3}, 30, 1, 3),
        ({"batch_size": 100, "epochs": 3}, 30, 1, 3),
        ({"batch_size": 100, "steps": 6000}, 4000, 40, 150),
        ({"batch_size": 8, "steps": 9}, 30, 4, 3),
        ({"batch_size": 8, "steps": 8}, 30, 4, 2),
        ({"batch_size": 8, "steps": 1}, 30, 4, 1),
    ],
)
def test_passes_of_a_run(fields, examples, whole, n):
    run = Run(**fields)
    assert (steps_of_pass(run, examples), passes(run, examples)) == (whole, n)
    done = sum(steps_left(run, examples, before) for before in range(n))
    assert done == (run.steps or n * whole)


def test_a_run_uses_no_more_than_there_is():
    assert used(Run(train_size=10), 5) == used(Run(), 5) == 5 and used(Run(train_size=3), 5) == 3


def test_the_passes_of_a_dataset_in_the_table_are_known_beforehand():
    assert estimated_passes(Run(dataset="iris", steps=10, batch_size=30)) == 4  # 90 examples
    assert estimated_passes(Run(dataset="iris", epochs=7)) == 7
