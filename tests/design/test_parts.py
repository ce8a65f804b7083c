"""Names of a user's own parts are read from files that are not run."""

import hashlib
import json

import pytest

from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.names import names_of, package_names
from mlpstudy.design.run import Run
from mlpstudy.design.settings import load
from mlpstudy.design.taken import taken

FILE = (
    'raise SystemExit("run")\nACTIVATIONS = {"snake": (1, 2), "wave-2": 3}\nCOSTS = {"huber": 4}\n'
)


@pytest.fixture(autouse=True)
def none_after():
    yield
    parts.use(())


@pytest.fixture
def write(tmp_path):
    def written(text: str, name: str = "mine.py"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return written


def test_the_names_are_known_beside_the_package_s(write):
    parts.use([write(FILE)])
    assert names_of("activation") == (*package_names("activation"), "snake", "wave-2")
    assert names_of("cost")[-1] == "huber" and names_of("schedule") == package_names("schedule")
    assert Run(activation="snake", cost="huber").activation == "snake"
    parts.use(())
    with pytest.raises(ValueError, match="snake"):
        Run(activation="snake")


def test_fingerprints_are_of_the_bytes_of_what_is_used(write):
    file = write(FILE)
    parts.use([file])
    digest = hashlib.sha256(FILE.encode()).hexdigest()
    assert parts.fingerprints({"activation": ["tanh", "snake"], "cost": ["nll"]}) == [
        f"activation=snake {digest}"
    ]
    assert parts.fingerprints({"activation": ["tanh"]}) == []
    parts.use(())
    assert parts.fingerprints({"cost": ["huber"]}) == []
    assert parts.fingerprints({"cost": ["huber"]}, [file]) == [f"cost=huber {digest}"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = (", "line 1"),
        ("\0", "is no Python"),
        ("x = 1", "has no table of parts"),
        ("ACTIVATIONS = dict(snake=1)", "cannot be read"),
        ("ACTIVATIONS = {**other}", "cannot be read"),
        ("ACTIVATIONS = {name: 1}", "cannot be read"),
        ("ACTIVATIONS = {1: 1}", "cannot be read"),
        ('ACTIVATIONS = {"a b": 1}', "is no name"),
        ('ACTIVATIONS = {"../x": 1}', "is no name"),
        ('ACTIVATIONS = {"x": 1, "x": 2}', "twice"),
        ('ACTIVATIONS = {"relu": 1}', "the package"),
        ('COSTS = {"nll": 1}', "the package"),
    ],
)
def test_what_cannot_be_is_one_line(write, text, says):
    file = write(text)
    with pytest.raises(Mistake) as mistake:
        parts.use([file], taken())
    assert says in str(mistake.value) and str(file) in str(mistake.value)
    assert "\n" not in str(mistake.value) and parts.files() == ()


def test_two_files_with_one_name_are_a_mistake(write):
    files = [write('COSTS = {"a": 1}', name) for name in ("one.py", "two.py")]
    with pytest.raises(Mistake, match=r"one\.py"):
        parts.use(files)


@pytest.mark.parametrize("value", ["mine.txt", "", "-x.py", "a\nb.py", 3])
def test_the_settings_take_python_files_alone(tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"plugins: [{json.dumps(value)}]\n", encoding="utf-8")
    with pytest.raises(Mistake, match="plugins"):
        load("config.yaml")


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(Mistake, match="cannot be read: No such file"):
        parts.use([tmp_path / "mine.py"])
