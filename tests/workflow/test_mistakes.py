"""A user's mistakes at the command line and in the files: one line, exit code 2 (Snakemake's: 1),
nothing trained."""

import pytest

from mlpstudy.cli import main

COMMANDS = {
    "field": (("run", "depht=3"), "command line: 'depht' is unknown", "did you mean 'depth'?"),
    "name": (
        ("run", "activation=rely"),
        "activation: 'rely' is not allowed",
        "did you mean 'relu'?",
    ),
    "type": (("run", "depth=deep"), "depth: 'deep' is not allowed", "a whole number >= 0"),
    "range": (("run", "eta=-1"), "eta: -1", "a number >= 1e-38"),
    "twice": (("run", "depth=1", "depth=2"), "depth: is given twice", ""),
    "word": (("run", "depth"), "'depth' is not FIELD=VALUE", "depth=8"),
    "conflict": (("run", "dataset=sine"), "cost", "regression"),
    "train size": (("run", "dataset=iris", "train_size=1000"), "train_size", "90"),
    "subcommand": (("trian", "x"), "No such command 'trian'", "train"),
    "option": (("plan", "--fast"), "--fast", ""),
    "dataset": (("prepare", "digit"), "'digit' is not known", "did you mean 'digits'?"),
    "run id": (("replay", "digits-d1"), "'digits-d1' is not a run", ""),
    "study": (("draw", "vanishin"), "'vanishin' is not a study", "did you mean 'vanishing'?"),
    "measures": (("measure", "trainability"), "'trainability' measures nothing by itself", ""),
    "measure": (("measure", "vanishin"), "'vanishin' is not a study", "did you mean 'vanishing'?"),
    "path": (("run", "--id", "../../x"), "'../../x' is not a run", ""),
    "list": (("list", "activation"), "'activation'", "did you mean 'activations'?"),
    "setting": (("--config", "size=smok", "plan"), "size: 'smok'", "did you mean 'smoke'?"),
    "engine": (
        ("-C", "engine=native", "run", "kernel=3", "epochs=0"),
        "engine: 'native' does not train convolutions",
        "auto or torch",
    ),
    "engine of all": (("-C", "engine=native", "plan"), "engine: 'native' does not train", ""),
    "key": (("--config", "sise=smoke", "plan"), "sise", "did you mean 'size'?"),
    "not trained": (
        ("replay", "digits-d20-w64-relu-s0-00000000"),
        "is not a run of this project",
        "",
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_mistake_on_the_command_line_is_one_line(checkout, monkeypatch, capsys, name):
    words, told, hint = COMMANDS[name]
    monkeypatch.chdir(checkout.folder)
    with pytest.raises(SystemExit) as left:
        main(list(words))
    printed = capsys.readouterr()
    assert left.value.code == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert told in printed.err and hint in printed.err


def test_the_command_leaves_with_its_code(checkout):
    done = checkout.run("mlpstudy", "run", "depht=3")
    assert done.returncode == 2
    assert done.stderr.startswith("mlpstudy: ") and done.stderr.count("\n") == 1


FILES = {
    "value": (
        "config/studies/vanishing.yaml",
        "activation: relu,",
        "activation: rely,",
        "did you mean 'relu'?",
    ),
    "key": ("config/studies/vanishing.yaml", "seeds: 20", "seed: 20", "did you mean 'seeds'?"),
    "text": ("config/studies/vanishing.yaml", "eta: 0.02", "eta: 0x2", "write 2"),
    "syntax": ("config/studies/vanishing.yaml", "seeds: 20", "seeds: [20", "vanishing.yaml"),
    "config": ("config/config.yaml", "size: default", "size: defualt", "did you mean 'default'?"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_mistake_in_a_file_stops_snakemake_before_anything_runs(checkout, name):
    file, old, new, hint = FILES[name]
    undo = checkout.edit(file, old, new)
    try:
        done = checkout.run("snakemake", "--cores", "1")
    finally:
        undo()
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("mlpstudy: ")]
    assert len(told) == 1 and file in told[0] and hint in told[0]
    assert "Traceback" not in done.stderr
    assert not (checkout.folder / "results/jobs").exists()


def test_an_engine_that_does_not_train_every_run_stops_snakemake_before_anything_runs(checkout):
    done = checkout.run("snakemake", "--cores", "1", "--config", "engine=native")
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("mlpstudy: ")]
    assert len(told) == 1 and "settings: engine: 'native' does not train" in told[0]
    assert not (checkout.folder / "results/jobs").exists()


def test_snakemake_names_an_unknown_run(checkout):
    done = checkout.run("snakemake", "--cores", "1", "results/runs/nothing/run.json")
    assert done.returncode != 0
    assert "'nothing' is not a run of this project" in done.stdout + done.stderr
    assert "Traceback (most" not in done.stderr


def test_a_study_that_neither_trains_nor_measures_is_a_mistake(checkout, monkeypatch, capsys):
    file = checkout.folder / "config/studies/empty.yaml"
    file.write_text("study: empty\ntitle: t\nquestion: q\nmodule: trainability\n")
    monkeypatch.chdir(checkout.folder)
    try:
        with pytest.raises(SystemExit) as left:
            main(["plan"])
    finally:
        file.unlink()
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("mlpstudy: config/studies/empty.yaml: sweep: is missing")
    assert "trainability measures nothing" in told and told.count("\n") == 1


def test_snakemake_names_a_study_that_measures_nothing(checkout):
    done = checkout.run("snakemake", "--cores", "1", "results/measured/trainability")
    assert done.returncode != 0
    assert "'trainability' measures nothing by itself" in done.stdout + done.stderr
    assert "Traceback (most" not in done.stderr
