"""Malformed settings, studies and command lines: one line, exit code 2, nothing trained."""

from pathlib import Path

import pytest

from mlpstudy.cli import command, main
from tests.malformed.conftest import STUDY, refused

WORDS = [
    ("run depth=0x10", "depth: '0x10' is not allowed; a whole number >= 0 and <= 1000; write 16"),
    ("run width=1:30", "width: '1:30' is not allowed; a whole number >= 1"),
    ("run width=1_0", "width: '1_0' is not allowed; a whole number >= 1 and <= 65536; write 10"),
    ("run depth=0x_", "depth: '0x_' is not allowed"),
    ("run depth=0b1", "depth: '0b1' is not allowed"),
    ("run depth=1.5", "depth: 1.5 is not allowed"),
    ("run depth=", "depth: '' is not allowed"),
    ("run depth=null", "depth: null is not allowed"),
    ("run depth=[1]", "depth: [1] is not allowed"),
    ("run depth={a:1}", 'depth: {"a:1": null} is not allowed'),
    ("run depth=true", "depth: true is not allowed"),
    ("data digts", "dataset: 'digts' is not known; one of digits, "),
    ("prepare digts", "did you mean 'digits'?"),
    ("run dataset=digts", "dataset: 'digts' is not allowed; one of digits, "),
    ("run depth=" + "9" * 30, "is not a number that can be used"),
    ("run depth=" + "9" * 5000, "is not a number that can be used"),
    ("run seed=2024-02-30", "seed: '2024-02-30' is not allowed"),
    ("run seed=2024-01-31", "seed: '2024-01-31' is not allowed"),
    ("run seed=-1", "seed: -1 is not allowed"),
    ("run train_size=1e3", "train_size: 1000.0 is not allowed"),
    ("run train_size=1000 dataset=iris", "train_size: 1000 is more than the 90 that iris has"),
    ("run eta=.nan", "eta: .nan is not allowed"),
    ("run eta=1e-320", "eta: 1e-320 is not allowed; a number >= 1e-38 and <= 1e+38"),
    ("run eta=1e309", "eta: .inf is not allowed"),
    ("run eta='0.1'x", "eta: "),
    ("run init_gain=1e300", "init_gain: 1e+300 is not allowed; a number >= 1e-38"),
    ("run width=65536 depth=10", "width: 38,654,705,664 weights between hidden layers"),
    ("run corruption=0.2", "corruption: it has no effect without a denoising autoencoder"),
    ("run dropout=0.5 depth=0", "dropout: it has no effect without a hidden layer"),
    ("run permuted=yes", "permuted: 'yes' is not allowed; true or false"),
    ("run residual=no", "residual: 'no' is not allowed; one of none, plain, scaled"),
    ("run activation=&x", "activation: '&x' is not allowed"),
    ("run activation=!!int", "activation: '!!int' is not allowed"),
    ("run dataset=../x", "dataset: '../x' is not allowed"),
    ("run dataset=", "dataset: '' is not allowed"),
    ("run =3", "'' is unknown"),
    (
        "run device=cuda",
        "'device' is no field of a run; it is a setting: mlpstudy -C device=cuda run",
    ),
    ("run eta=0,1", "eta: '0,1' is not allowed; a number >= 1e-38 and <= 1e+38; write 0.1"),
    ("run dpeth=3", "'dpeth' is unknown; one of dataset, "),
    ("run --id=", "run: '' is not a run of this project"),
    ("run --id= depth=3", "--id: and fields do not go together"),
    ("run --id=x", "run: 'x' is not a run of this project"),
    ("run --to=", "--to: is empty; a folder"),
    ("run --to=a_file", "--to: 'a_file' is a file; a folder"),
    ("run --to=a_file/below", "--to: 'a_file/below' lies below the file a_file; a folder"),
    ("run --weights=worst", "--weights"),
    ("-C size=smoke -C size=full plan", "--config: size: is given twice"),
    ("-C size plan", "--config: 'size' is not KEY=VALUE"),
    ("-C =smoke plan", "--config: '=smoke' is not KEY=VALUE"),
    ("-C size=1e3 plan", "--config: size: 1000.0 is not allowed"),
    ("-C threads=0x2 plan", "--config: threads: '0x2' is not allowed"),
    ("-C threads=0 plan", "--config: threads: 0 is not allowed"),
    ("-C job_seconds=1e-300 plan", "--config: job_seconds: 1e-300 is not allowed"),
    ("-C job_seconds=1:30 plan", "--config: job_seconds: '1:30' is not allowed"),
    ("-C studies= plan", "--config: studies"),
    ("-C studies=mine,mine plan", "--config: studies[1]: is given twice"),
    ("-C studies=min plan", "'min' is not a study; all, or some of mine; did you mean 'mine'?"),
    ("-C config_dir=nowhere plan", "nowhere/studies: holds no study"),
    ("--file=none.yaml plan", "none.yaml: the file does not exist"),
    ("replay x", "'x' is not a run of this project"),
    ("replay --sample=-1", "--sample"),
    ("prepare digit", "'digit' is not known; one of "),
    ("list colours", "'colours' is not known; one of "),
    ("draw min", "'min' is not a study of this project; one of mine; did you mean 'mine'?"),
    ("measure mine", "'mine' measures nothing by itself"),
    ("train mine", "'mine' is not a job of this project"),
]


@pytest.mark.parametrize(("words", "told"), WORDS, ids=[words[:40] for words, _ in WORDS])
def test_a_malformed_command_line(project, capsys, words, told):
    assert told in refused(words.split(), capsys)


STUDIES = [
    ("depth: [1, 2]", "depth: [0x2, 1]", "sweep.all.grid.depth[0]: '0x2' is not allowed"),
    ("depth: [1, 2]", "depth: [1:30]", "sweep.all.grid.depth[0]: '1:30' is not allowed"),
    ("depth: [1, 2]", "depth: [010, 10]", "the cell {depth: 10, eta: 0.1} is there twice"),
    ("eta: [0.1]", "eta: [1e-3, 0.001]", "is there twice"),
    ("eta: [0.1]", "eta: [2024-02-30]", "sweep.all.grid.eta[0]: '2024-02-30' is not allowed"),
    ("seeds: 6", "seeds: 3", "seeds: 3 give no interval and no verdict on a claim; at least 6"),
    ("seeds: 6", "seeds: 0x6", "seeds: '0x6' is not allowed"),
    ("threshold: 0", "threshold: 1_0", "claims[0].threshold: '1_0' is not allowed; a number"),
    ("seeds: 6", "seeds: 6\nmodule: outcomes", "module: 'outcomes' is not a module"),
    ("seeds: 6", "seeds: 6\noptions: {accuracy: 0.9}", "options.accuracy: no module reads it"),
    ("measure: test_error", "measure: test_eror", "did you mean 'test_error'?"),
    ("measure: test_error", "measure: 'exec(1)'", "claims[0].contrast.measure: 'exec(1)' is not"),
    ("of: 2", "of: 3", "claims[0].contrast.of[0]: 3 is at no level of the sweep; depth is one of 1, 2"),
    ("factor: depth, of: 2, against: 1", "statistic: iqm", "claims[0]: depth varies here and is named nowhere"),
    ("depth: [1, 2]", "depth: [1, 2], width: [4, 8]", "claims[0]: width varies here and is named"),
    ("kind: line", "kind: lines", "figures[0].kind: 'lines' is not allowed; one of line, point"),
    ("kind: line", "kind: python", "figures[0].name: is drawn by nothing; a function errors in"),
    ("x: depth, ", "", "figures[0].x: is missing: kind line needs it"),
    ("name: errors", "name: ../errors", "figures[0].name: '../errors' is not allowed; a word"),
    ("tune: {eta: {}}", "reach: {level: high}", "reach.level: 'high' is not allowed"),
    ("eta: [0.1]", "dropout: [0.5], depth: [0]", "depth"),
    ("depth: [1, 2]", "depth: [0, 1], dropout: [0.5]", "dropout: it has no effect without"),
    ("epochs: 1}", "corruption: 0.5}", "corruption: it has no effect without a denoising"),
    ("dataset: iris", "dataset: own-hyphen", "base.dataset: 'own-hyphen' is not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), STUDIES)
def test_a_malformed_study(project, capsys, old, new, told):
    text = STUDY
    assert old in text
    Path("config/studies/mine.yaml").write_text(text.replace(old, new, 1))
    line = refused(["plan"], capsys)
    assert told in line and "config/studies/mine.yaml: " in line


SETTINGS = [
    ("size: smok", "did you mean 'smoke'?"),
    ("sise: smoke", "did you mean 'size'?"),
    ("threads: 0o7", "threads: '0o7' is not allowed; a whole number >= 1 and <= 1024; write 7"),
    ("job_seconds: 1:00", "job_seconds: '1:00' is not allowed"),
    ("studies: []", "studies: [] is not allowed"),
    ("language: no", "language: 'no' is not allowed; one of en, fr"),
    ("- size", "holds no keys"),
    ("size: [", "config/config.yaml"),
]


@pytest.mark.parametrize(("text", "told"), SETTINGS)
def test_malformed_settings(project, capsys, text, told):
    Path("config/config.yaml").write_text(text)
    assert told in refused(["plan"], capsys)


def test_well_formed_ones_are_taken(project, capsys, monkeypatch):
    """The same studies as they are, and numbers with a leading zero and an exponent."""
    zeros = STUDY.replace("[1, 2]", "[01, 010]").replace("[0.1]", "[1e-3]")
    for text in (STUDY, zeros.replace("of: 2", "of: 010")):
        Path("config/studies/mine.yaml").write_text(text)
        with pytest.raises(SystemExit) as left:
            main(["plan"])
        assert not left.value.code
    assert "networks" in capsys.readouterr().out


def test_the_words_are_checked_before_the_studies_are_read(project, capsys, monkeypatch):
    monkeypatch.setattr(command.Project, "read", lambda *_: pytest.fail("the studies were read"))
    refused(["run", "depht=3"], capsys)
    refused(["run", "--to=a_file"], capsys)
