"""What is said of a study before anything is trained, and the study that one begins with."""

from pathlib import Path

import pytest

from mlpstudy.checking import check, remarks
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.new import new_study
from mlpstudy.design.settings import load as settings
from mlpstudy.design.study import load


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """The file of a study that `mlpstudy new` has written."""
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    Path("config/config.yaml").write_text("size: default\n")
    return new_study("wonder", Path("config/studies"))


def lines(path: Path) -> list[str]:
    return [text for text, _ in remarks(load(path))]


def test_the_study_to_begin_with_is_right_at_every_size(begun):
    assert begun == Path("config/studies/wonder.yaml")
    # 2 depths x 2 momenta x 4 etas
    assert lines(begun)[0] == "block momentum: 16 settings x 8 seeds"
    assert lines(begun)[1].startswith("128 networks, roughly")
    assert not [line for line in lines(begun) if line.startswith("weak")]
    for size, n in [("smoke", 32), ("full", 128)]:
        assert len(load(begun, size).runs) == n


def test_it_is_written_once(begun):
    with pytest.raises(Mistake, match="is there already"):
        new_study("wonder", begun.parent)


@pytest.mark.parametrize("name", ["../out", "", "a b", "train", "-x", "é"])
def test_a_name_that_is_none_writes_nothing(name, tmp_path):
    with pytest.raises(Mistake, match="is not a name"):
        new_study(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("eta: [0.01, 0.03, 0.1, 0.3]", "eta: [0.01, 0.1]", "eta has 2 values (0.01, 0.1)"),
        ("eta: [0.01, 0.03, 0.1, 0.3]", "eta: [0.1]", "eta is tuned and has one value (0.1)"),
        ("    matters: 0.005  ", "    # ", "claim error_with_momentum says of no difference"),
        ("{measure: test_error,", "{kind: share, measure: test_error < 0.2,", "8 seeds for shares"),
    ],
)
def test_what_weakens_an_answer_is_said(begun, old, new, line):
    text = begun.read_text()
    assert old in text
    begun.write_text(text.replace(old, new))
    [weak] = [told for told in lines(begun) if told.startswith("weak")]
    assert line in weak


def test_every_mistake_is_said_not_the_first_alone(begun):
    text = begun.read_text().replace("hue: momentum", "hue: momentm")
    begun.write_text(text.replace("for_each: [depth]", "for_each: []"))
    found = list(check(settings("config/config.yaml"), ["wonder"]))
    wrong = [text.strip() for text, is_mistake in found if is_mistake]
    assert [line.removeprefix(f"{begun}: ").partition(":")[0] for line in wrong] == [
        "claims[0]",
        "figures[0].hue",
        "figures[0]",
    ]


def test_a_study_that_is_not_there_is_one_line(begun):
    with pytest.raises(Mistake, match="is not a study") as caught:
        list(check(settings("config/config.yaml"), ["wander"]))
    assert caught.value.nearest == "wonder"
