"""What `mlpstudy show` and `mlpstudy compare` say of runs."""

import io
import shutil

import pytest
from rich.console import Console

from mlpstudy.cli import by_name
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run
from mlpstudy.runs import compare
from mlpstudy.runs.known import known_run
from mlpstudy.runs.show import agrees, show

IRIS = {"dataset": "iris", "depth": 1, "width": 4, "epochs": 3}


def printed(shown) -> str:
    console = Console(file=io.StringIO(), width=160)
    console.print(shown)
    return console.file.getvalue()


def test_show_names_settings_results_and_the_command(project, trained):
    known = known_run(project, str(trained(**IRIS, eta=0.07)))
    text = printed(show(project, known))
    rows = {
        line.split()[0]: line.split()[1] for line in text.splitlines() if len(line.split()) == 2
    }
    assert rows["eta"] == "0.07" and rows["depth"] == "1" and "momentum" not in rows
    assert f"{known.scores(3)['test'][1]:.4g}" in text
    assert "mlpstudy run dataset=iris depth=1 width=4 eta=0.07 epochs=3" in text
    assert "momentum" in printed(show(project, known, every=True))


def test_show_says_which_class_is_taken_for_which(project, trained):
    known = known_run(project, str(trained(**IRIS)))
    lines = [line.split() for line in printed(show(project, known)).splitlines()]
    counts = known.confusion.counts[3, "test"].tolist()
    for label, row in zip("012", counts, strict=True):
        assert [label, *map(str, row)] in lines
    head = next(line for line in lines if line[:2] == ["after", "pass"])
    assert head == ["after", "pass", "part", "loss", "accuracy", "balanced", "accuracy", "F1"]


@pytest.mark.parametrize("forgotten", [False, True])
def test_show_says_it_of_a_study_s_run_as_far_as_it_was_kept(project, forgotten):
    name = next(iter(project.pool))
    job = next(job for job in project.jobs.values() if any(r.id == name for r in job.seeded))
    by_name.train(project, job.id)
    alone = known_run(project, str(by_name.run(project, project.run(name), None, "last")))
    if forgotten:
        shutil.rmtree(project.trained)
    shutil.rmtree(alone.folder)
    known = known_run(project, name)
    assert not known.is_alone and known.class_scores(2)["test"] == alone.class_scores(2)["test"]
    assert (known.confusion is None) == forgotten
    text = printed(show(project, known))
    assert ("a row for each class" in text) != forgotten and "balanced accuracy" in text


def test_a_run_that_flew_apart_says_when(project, trained):
    wild = {
        "dataset": "iris",
        "depth": 0,
        "cost": "mse_raw",
        "eta": 1e3,
        "momentum": 0.0,
        "epochs": 12,
    }
    assert "diverged in pass" in printed(show(project, known_run(project, str(trained(**wild)))))


def test_compare_shows_what_differs_and_what_came_of_it(project, trained):
    runs = [known_run(project, str(trained(**IRIS, eta=eta))) for eta in (0.01, 0.2)]
    text = printed(compare.compare(runs))
    assert [line.split() for line in text.splitlines() if line.split()[:1] == ["eta"]] == [
        ["eta", "0.01", "0.2"]
    ]
    assert not any(line.split()[:1] == ["depth"] for line in text.splitlines())
    losses = [f"{known.curve('test', 'loss').iloc[-1]:.4g}" for known in runs]
    assert [line.split()[-2:] for line in text.splitlines() if "test loss" in line] == [losses]


def test_the_picture_is_a_png_where_it_is_asked_for(project, trained, tmp_path):
    runs = [known_run(project, str(trained(**IRIS, eta=eta))) for eta in (0.01, 0.2)]
    path = compare.picture(runs, tmp_path / "some/where.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_one_run_is_not_compared_nor_one_with_itself(project, trained):
    known = known_run(project, str(trained(**IRIS)))
    for runs in ([known], [known, known], []):
        with pytest.raises(Mistake, match="2 to 8 different ones"):
            compare.compare(runs)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({}, True),
        ({"dataset": "iris"}, True),
        ({"dataset": "digits"}, False),
        ({"depth": (1, 4), "not a field": 3}, True),
        ({"depth": [2, 4]}, False),
    ],
)
def test_a_condition_is_about_fields(condition, holds):
    assert agrees(Run(**IRIS), condition) == holds
