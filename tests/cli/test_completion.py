"""What a shell offers, and that bash is offered it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlpstudy.cli import completion
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.design.run import Run


def test_fields_are_offered_and_the_names_that_they_may_have():
    assert completion.fields("dep") == ["depth="]
    assert set(completion.fields("")) == {f"{name}=" for name in Run.model_fields}
    offered = completion.fields("activation=s")
    assert offered == [f"activation={name}" for name in ACTIVATIONS if name.startswith("s")]
    assert completion.fields("depth=") == completion.fields("detph=") == []


def test_studies_and_runs_are_those_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert completion.studies("") == completion.runs("") == []
    Path("config/studies").mkdir(parents=True)
    Path("config/studies/steps.yaml").touch()
    Path("results/runs/iris-1").mkdir(parents=True)
    assert (completion.studies("st"), completion.studies("x")) == (["steps"], [])
    assert completion.runs("iris") == ["iris-1"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [("sho", "show"), ("run activation=tan", "activation=tanh"), ("data iri", "iris")],
)
def test_bash_is_offered_them(words, offered):
    n = len(words.split())
    asked = {"COMP_WORDS": f"mlpstudy {words}", "COMP_CWORD": str(n), "_MLPSTUDY_COMPLETE": "complete_bash"}  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "mlpstudy"], env={**os.environ, **asked}, capture_output=True, text=True)  # fmt: skip
    assert done.stdout.split() == [offered], done.stderr
