"""A run that goes on begins as the run did, and says where it cannot."""

import pytest

from mlpstudy.cli import by_name
from mlpstudy.design.mistakes import Mistake
from mlpstudy.runs.known import known_run
from mlpstudy.runs.longer import goes_on, longer

IRIS = {"dataset": "iris", "depth": 1, "width": 5, "epochs": 3, "eta": 0.05}


@pytest.mark.parametrize(
    "fields", [{}, {"dropout": 0.2, "momentum": 0.9}, {"optimizer": "adam", "batch_size": 7}]
)
def test_a_run_goes_on_from_the_bits_it_has(project, trained, fields):
    before = known_run(project, str(trained(**IRIS, **fields)))
    folder, agrees = by_name.go_on(project, before, 5, None)
    after = known_run(project, str(folder))
    assert agrees and after.run == before.run.model_copy(update={"epochs": 5})
    for column in ("loss", "accuracy"):
        old, new = (known.curve("test", column) for known in (before, after))
        assert new[:4].tolist() == old.tolist() and len(new) == 6


def test_other_curves_are_told(project, trained):
    before, after = (
        known_run(project, str(trained(**IRIS | {"epochs": epochs, "seed": seed})))
        for epochs, seed in ((3, 0), (4, 1))
    )
    assert goes_on(before, before) and not goes_on(before, after)


@pytest.mark.parametrize(
    ("fields", "epochs", "said"),
    [
        ({}, 3, "--epochs: 3 are not more passes than it has"),
        ({"schedule": "cosine"}, 9, "the steps of schedule: cosine hang on the number of passes"),
        ({"patience": 2}, 9, "it stops by its patience"),
        ({"eta": 1e30, "cost": "mse", "activation": "relu"}, 9, "it is diverged"),
    ],
)
def test_what_does_not_go_on_is_one_line(project, trained, fields, epochs, said):
    known = known_run(project, str(trained(**IRIS | fields)))
    with pytest.raises(Mistake) as mistake:
        longer(known, epochs)
    assert said in str(mistake.value) and "\n" not in str(mistake.value)
