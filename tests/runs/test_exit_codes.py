"""With which code a command leaves: 0 all is well, 1 something is damaged or failed, 2 a mistake."""

import shutil
from pathlib import Path

import pytest

from mlpstudy.cli import by_name, main
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run, run_id
from mlpstudy.design.settings import Settings
from tests.runs.conftest import STUDY

RUN = Run(dataset="iris", depth=1, width=3, epochs=1)
ID = run_id(RUN)
INPUTS = "a,b,c,d\n5.1,3.5,1.4,0.2\n"
READERS = {
    f"show {ID}": "run.json",
    f"compare {ID} results/runs/other": "curves.parquet",
    f"scores {ID}": "weights.npz",
    f"predict {ID} inputs.csv": "scaler.npz",
    f"continue {ID} --epochs 2": "runs.parquet",
}
MISTAKES = [
    "show nothing",
    f"predict {ID} nothing.csv",
    f"continue {ID} --epochs 1",
    "run dataset=irsi",
    "verify --mend",
    "check nothing",
    "-C size=tiny plan",
    "report steps",
]


@pytest.fixture(scope="module")
def one_run(tmp_path_factory) -> Path:
    """A project with a run, and the same in another folder."""
    folder = tmp_path_factory.mktemp("codes")
    (folder / "config/studies").mkdir(parents=True)
    (folder / "config/studies/steps.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "config/config.yaml").write_text("engine: torch\n", encoding="utf-8")
    (folder / "inputs.csv").write_text(INPUTS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        shutil.copytree(train(), "results/runs/other")
    return folder


def train() -> Path:
    return by_name.run(Project(Settings(engine="torch")), RUN, None, "last")


@pytest.fixture
def project(one_run, tmp_path, monkeypatch):
    shutil.copytree(one_run, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")


def code_of(words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(words.split())
    return left.value.code or 0


def damage(name: str) -> None:
    path = Path("results/runs", ID, name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("words", READERS)
def test_a_damaged_run_and_a_mistake_are_told_apart(project, capsys, words):
    assert code_of("verify") == 0
    damage(READERS[words])
    assert code_of(words) == code_of("verify") == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1 and f"{READERS[words]}: " in told[0]


def test_what_is_a_mistake(project, capsys):
    assert {words: code_of(words) for words in MISTAKES} == dict.fromkeys(MISTAKES, 2)
    assert code_of("verify") == 0


def test_once_it_is_repaired_nothing_is_wrong(project):
    damage("weights.npz")
    assert code_of("verify --repair") == 0
    assert code_of(f"show {ID}") == 2  # it is not there any more
    train()
    assert code_of("verify") == code_of(f"show {ID}") == 0
    Path("results/strange.txt").touch()
    assert code_of("verify --repair") == 1  # what was not made here is not removed
